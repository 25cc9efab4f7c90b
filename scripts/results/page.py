"""`docs/results.md` from the parts of the experiments."""

from pathlib import Path

from scripts.results import augmentation_ladder, equal_steps, label_savings, large_pool, seed_gain, unequal_steps

PARTS = (label_savings, equal_steps, augmentation_ladder, seed_gain, large_pool, unequal_steps)
INTRODUCTION = """# Measured results

`make results` writes this page from the records in `results/`; no measurement in it is typed. A record is what a
finished run leaves behind without any text of its corpus. {number} runs so far:

{contents}
`python -m scripts.experiments` runs what is missing; FOLDER has the corpora in `conll03/`, `webpage/` and
`events_geneva33/`, whose SHA-256 is in `results/data.json`. Seconds are upper bounds: runs shared their machine. Each
round ends at 1 / `ratio` of the peak learning rate, which is a millionth with the shipped `ratio`: the last step of a
round changes next to nothing.

F1 is of exact entities, in points. ± and the bands of the figures are the standard deviation over seeds; dashed lines
lead to rounds in which fewer than half of the wanted sentences were accepted. *Mean* is the mean over the budgets. p is
that of the paired sign-flip test on that mean with seeds as units, *Holm* the same after correction for all pairs that
were named beforehand, also those without runs yet; intervals are bootstrapped over seeds. *The paper's test* is
Wilcoxon's over the budgets of the mean curves, as the paper uses it; the points of a curve are not independent, so no
conclusion is drawn from it. `=` marks budgets at which both methods have labelled the same sentences and generated
nothing.
"""


def page(results: Path) -> str:
    """The page's text."""
    parts = [part.section(results) for part in PARTS]
    rows = []
    for part, text in zip(PARTS, parts, strict=True):
        title = text.splitlines()[0].removeprefix("## ")
        anchor = title.lower().replace("'", "").replace(" ", "-")
        rows.append(f"- [{title}](#{anchor}): {len(list((results / part.NAME).glob('*/*.json')))}\n")
    number = len(list(results.glob("*/*/*.json")))
    return "\n".join([INTRODUCTION.format(number=number, contents="".join(rows)), *parts])
