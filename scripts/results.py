"""
Writes `docs/results.md`, its figures and the results in README from the records in `results/`. No measurement in them
is typed.
"""

import json
import sys
from pathlib import Path
from typing import Any, Dict, Optional, Sequence, Set

import numpy as np

from scripts.results_summary import curve, with_summary
from seqmix_plugin.charts.learning_curves import learning_curves
from seqmix_plugin.charts.rendering import pictures
from seqmix_plugin.reporting import tables
from seqmix_plugin.reporting.chart_data import mean_rows
from seqmix_plugin.reporting.comparison import Comparison
from seqmix_plugin.reporting.formatting import between, counted, signed
from seqmix_plugin.reporting.paired import PairedComparison
from seqmix_plugin.reporting.run_groups import Group, find_runs, group_runs

ROOT = Path(__file__).parent.parent
CORPORA = {"webpage": "WebPage", "conll": "CoNLL-2003", "events": "Event triggers"}
UNREPAIRED = ("2d94d0ced46e",)
"""Revisions of the plugin without the repairs that the page names."""
METHODS = ("random", "nte", "nte_duplicate", "nte_more_steps", "nte_sub", "train_on_all")
"""The order of the rows; other methods follow."""
QUESTIONS = (
    ("nte_sub", "nte", "Does SeqMix help?"),
    ("nte_duplicate", "nte", "Do as many training steps help without any new sentence?"),
    ("nte_more_steps", "nte", "Do more epochs help, without any further sentence?"),
    ("nte_sub", "nte_duplicate", "Does SeqMix help more than repeating sentences does?"),
    ("nte_sub", "nte_more_steps", "Does SeqMix help more than more epochs do?"),
    ("nte", "random", "Does token entropy find better sentences than chance?"),
)


def page(results: Path) -> str:
    """The page's text."""
    paper, shown = papers_numbers(results), comparisons(results)
    parts = [introduction([group for found in shown.values() for group in found.groups])]
    for corpus, found in shown.items():
        parts.append(section(corpus, found, paper.get(corpus, {})))
    return "\n".join(parts)


def papers_numbers(results: Path) -> Any:
    """Typed from the paper's tables, the only numbers that are."""
    return json.loads((results / "paper.json").read_text(encoding="utf-8"))


def comparisons(results: Path) -> Dict[str, Comparison]:
    """Those of the corpora that have records."""
    found = ((corpus, comparison(results, corpus)) for corpus in CORPORA)
    return {corpus: one for corpus, one in found if one is not None}


def readme(text: str, results: Path) -> str:
    """README with the results of the records."""
    return with_summary(text, comparisons(results), CORPORA, papers_numbers(results))


def comparison(results: Path, corpus: str) -> Optional[Comparison]:
    """The methods that have records on a corpus."""
    folders = sorted(path for path in results.glob(f"{corpus}_*") if path.is_dir())
    runs, skipped = find_runs([str(folder) for folder in folders])
    if skipped:
        sys.exit("\n".join(skipped))
    if not runs:
        return None
    groups, left_out = group_runs(runs)
    if left_out:
        sys.exit("\n".join(left_out))
    named = [Group(group.name.removeprefix(f"{corpus}_"), group.runs) for group in groups]
    return Comparison(sorted(named, key=lambda group: (place(group.name), group.name)))


def place(method: str) -> int:
    """Where a method stands among the rows."""
    return METHODS.index(method) if method in METHODS else len(METHODS)


def introduction(groups: Sequence[Group]) -> str:
    """What was run, and on what."""
    runs = [run for group in groups for run in group.runs]
    versions: Dict[str, Set[str]] = {}
    for run in runs:
        for name, version in run.environment.get("versions", {}).items():
            versions.setdefault(name, set()).add(str(version))
    machine = {
        name: ", ".join(sorted({str(run.environment.get(name, "unknown")) for run in runs}))
        for name in ("threads", "device", "revision")
    }
    old = [run for run in runs if run.environment.get("revision") in UNREPAIRED]
    data_seeds = ", ".join(map(str, sorted({run.data_seed for run in runs})))
    return f"""# Measured results

`make results` writes this page from the records in `results/`; no measurement in it is typed. A record is what a
finished run leaves behind without any text of its corpus. {len(runs)} runs so far.

The configurations ran on `minilm`: all-MiniLM-L6-v2 (`make models`) as encoder, and as discriminator a language model
that is fitted to the corpus. The paper trained bert-base-cased and judged by gpt2. To repeat a run, set
`default: sources.minilm` and the folder of the data in `training_configs/lib/sources.libsonnet`. Seconds are upper
bounds: runs shared their machine.

`data_seed` {data_seeds}; threads {machine["threads"]}; device {machine["device"]}; revision {machine["revision"]};
{"; ".join(f"{name} {', '.join(sorted(found))}" for name, found in sorted(versions.items()))}.

{unrepaired(len(old), len(runs))}Each round ends at 1 / `ratio` of the peak learning rate, which is a millionth with the
shipped `ratio`: the last step of a round changes next to nothing.

F1 is of exact entities, in points. ± and the bands of the figures are the standard deviation over seeds; dashed lines
lead to rounds in which fewer than half of the wanted sentences were accepted. *Mean* is the mean over the budgets. p is
that of the paired sign-flip test on that mean with seeds as units, *Holm* the same after correction for all pairs of
the table; intervals are bootstrapped over seeds. *The paper's test* is Wilcoxon's over the budgets of the mean curves,
as the paper uses it; the points of a curve are not independent, so no conclusion is drawn from it. `=` marks budgets at
which both methods have labelled the same sentences and generated nothing.
"""


def unrepaired(number: int, of: int) -> str:
    """Which records were made before repairs that would change them."""
    if number == 0:
        return ""
    return f"""{number} of the {of} records were made by revision {", ".join(UNREPAIRED)} of the plugin and stay as
they are. Repairs since then would change such runs and are not in these records: the quantiles of `in_domain` with two
halves of the slice were taken over both of its language models together, and are now of each; windows were mixed in
words beyond `max_length` too, which are cut before training; the scores of `least_confidence` with a CRF tied at 1; and
`nte_duplicate` repeats sentences at random, whereas SeqMix starts from sentences with a dense window
(`nte_duplicate_frames` repeats those). Compare new runs with new runs only.

"""


def section(corpus: str, found: Comparison, paper: Dict[str, Any]) -> str:
    """Commands, curves, tests, and the paper beside them."""
    commands = "\n".join(
        f"seqmix repeat training_configs/paper/{corpus}_{group.name}.jsonnet --seeds "
        f"{','.join(str(run.seed) for run in group.runs)} --workers 2 -s runs/{corpus}_{group.name} --records results"
        for group in found.groups
    )
    parts = [f"## {CORPORA[corpus]}\n\n```\n{commands}\nmake results\n```\n"]
    for split in reversed(found.splits):
        about = f"{CORPORA[corpus]}, {split}: F1 against annotated sentences, a curve per method"
        parts.append(f"![{about}]({figure_name(corpus, split)})\n")
    parts.append(tables.markdown(found))
    if paper:
        parts.append(f"### What the paper reports\n\n{paper['where']}.\n\n{paper_table(paper).markdown()}")
    parts.append(f"### What this says\n\n{conclusions(found)}{answers(found, paper)}")
    return "\n".join(parts)


def paper_table(paper: Dict[str, Any]) -> tables.Table:
    """The paper's numbers, as the paper's."""
    methods = [method for method in METHODS if method in paper]
    rows = [[m, *(f"{value:.2f}" for value in paper[m]), f"{np.mean(paper[m]):.2f}"] for m in methods]
    return tables.Table("", ["method", *map(str, paper["budgets"]), "mean"], rows)


def conclusions(found: Comparison) -> str:
    """Whether SeqMix gained anything on each split."""
    lines = []
    for split in reversed(found.splits):
        pairs = [pair for pair in found.pairs[split] if "nte_sub" in (pair.first, pair.second) and pair.at_budgets]
        gains = {pair.second: pair for pair in (pair.gain_of("nte_sub") for pair in pairs)}
        controls = [name for name in ("nte_duplicate", "nte_more_steps") if name in gains]
        if "nte" not in gains or not controls:
            continue
        gain = signed(gains["nte"].difference)
        over = " and ".join(f"{signed(gains[name].difference)} over {name}" for name in controls)
        if gains["nte"].difference <= 0:
            text = f"SeqMix gains nothing: {gain} over nte, {over}"
        elif min(gains[name].difference for name in controls) <= 0:
            text = f"the gain of SeqMix over nte, {gain}, vanishes against equal steps: {over}"
        else:
            text = f"SeqMix gains {gain} over nte, and at equal steps {over}"
        significant = [f"that over {name}" for name in ("nte", *controls) if gains[name].significant]
        are = "are" if len(significant) > 1 else "is"
        lines.append(f"- **On {split}** {text}; {' and '.join(significant) or 'none'} {are} statistically significant.")
    return "\n".join(lines) + "\n" if lines else ""


def answers(found: Comparison, paper: Dict[str, Any]) -> str:
    """The questions that the runs were made for, answered by the numbers alone."""
    lines = []
    by_split = {
        split: {frozenset((p.first, p.second)): p for p in found.pairs[split]} for split in reversed(found.splits)
    }
    for first, second, question in QUESTIONS:
        key = frozenset((first, second))
        shown = {split: pairs[key] for split, pairs in by_split.items() if key in pairs and pairs[key].at_budgets}
        measured = [f"{split} {measurement(pair, first)}" for split, pair in shown.items()]
        if not measured:
            continue
        line = f"- **{question}** {first} against {second}: {'; '.join(measured)}."
        if first in paper and second in paper:
            differences = np.subtract(paper[first], paper[second])
            line += (
                f" The paper: dev {signed(differences.mean())}, of which "
                f"{signed(differences[0])} at {paper['budgets'][0]} sentences."
            )
        lines.append(line)
    return "\n".join(lines) + "\n"


def measurement(pair: PairedComparison, first: str) -> str:
    """A difference in the direction that was asked for, and whether it is significant."""
    pair = pair.gain_of(first)
    interval = "" if pair.interval is None else f" [{between(pair.interval)}]"
    budget = min(pair.at_budgets)
    start = signed(pair.at_budgets[budget])
    seeds = counted(len(pair.units), "seed")
    return f"{signed(pair.difference)}{interval} ({start} at {budget}; {seeds}; {pair.verdict})"


def figure_name(corpus: str, split: str) -> str:
    """The file of a corpus's mean curves."""
    return f"results_{corpus}_{split}.svg"


def main() -> None:
    """Writes the page, its figures, and README's part."""
    results, docs, front = ROOT / "results", ROOT / "docs", ROOT / "README.md"
    (docs / "results.md").write_text(page(results), encoding="utf-8")
    front.write_text(readme(front.read_text(encoding="utf-8"), results), encoding="utf-8")
    shown = comparisons(results)
    charts = {"learning_curve.svg": curve(shown)}
    for corpus, found in shown.items():
        rows, references = mean_rows(found), [group.name for group in found.references]
        names = [*METHODS, *(group.name for group in found.groups if group.name not in METHODS)]  # looks stay the same
        means, levels = ([row for row in rows if (row["method"] in references) is level] for level in (False, True))
        size = {"width": 560, "height": 320}
        for split in found.splits:
            charts[figure_name(corpus, split)] = learning_curves(names, means, (), levels, cell=f"{split}/", **size)
    for name, content in zip(charts, pictures(*((chart, "svg") for chart in charts.values())), strict=True):
        (docs / name).write_bytes(content)


if __name__ == "__main__":
    main()
