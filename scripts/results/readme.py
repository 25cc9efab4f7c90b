"""What README shows of the results: one learning curve, and a table of means with what it says."""

from pathlib import Path
from textwrap import fill
from typing import Any, Dict, List, Optional, Tuple

from scripts.results import augmentation_ladder, equal_steps, gains, label_savings, large_pool, seed_gain, unequal_steps
from scripts.results.gain_tables import saved_or_needed
from scripts.results.records import SOURCES, Corpus, comparisons, names_of, papers_numbers
from scripts.results.wording import bullets, conclusions, seqmix_gains
from seqmix_plugin.charts.learning_curves import learning_curves
from seqmix_plugin.reporting.chart_data import mean_rows
from seqmix_plugin.reporting.comparison import Comparison
from seqmix_plugin.reporting.formatting import counted, signed, with_deviation
from seqmix_plugin.reporting.run_groups import matched_runs

BEGIN, END = "<!-- written by `make results` -->\n\n", "\n<!-- end -->\n"
METHODS = {
    "random": "random sampling",
    "nte": "token entropy",
    "nte_duplicate": "token entropy, sentences repeated",
    "nte_sub": "token entropy, SeqMix",
}
SPOKEN = {"nte": "token entropy", "nte_duplicate": "repeated sentences"}
EQUAL = """\
Random sampling, token entropy and SeqMix, **each trained for the same number of steps** in each round. *Sentences
repeated* is a control: as many training sentences as with SeqMix, but copies of labelled ones. The paper trained
bert-base-cased."""
UNEQUAL = """\
Token entropy and SeqMix, with all-MiniLM-L6-v2 as encoder (the paper trained bert-base-cased). *Sentences repeated*
is a control: as many training sentences as with SeqMix, but copies of labelled ones. In these runs **methods that
add sentences were also trained for more steps**; the experiment at equal steps is not complete yet."""
BOUNDS = """\
In brackets are 95 % intervals over the seeds. *Less than* is a bound: with some draws of the seeds, the method does not
reach this F1."""


def with_summary(readme: str, results: Path) -> str:
    """README with its two parts made anew: the caption of the curve with what saves labels, and the summary."""
    before, caption, summarized = readme.split(BEGIN)
    told = [text for text in (label_savings.front(results), augmentation_ladder.front(results)) if text is not None]
    first = captioned(results) + "".join(f"\n{fill(text, 120, break_on_hyphens=False)}\n" for text in told)
    parts = [(first, caption), (summary(results), summarized)]
    return before + "".join(BEGIN + text + END + old.split(END)[1] for text, old in parts)


def chosen(results: Path) -> Tuple[Dict[Corpus, Comparison], bool]:
    """The comparisons that are shown, on two seeds or more that all methods have, and whether they have equal steps."""
    for found, is_equal in ((equal_steps.found_in(results), True), (comparisons(results, unequal_steps.NAME), False)):
        whole = {
            c: one.same_seeds for c, one in found.items() if len(one.units) > 1 and {*METHODS}.issubset(names_of(one))
        }
        if whole:
            return whole, is_equal
    return {}, True


def summary(results: Path) -> str:
    """A column per corpus and split, a row per method, the gains of SeqMix, and what else was measured."""
    found, is_equal = chosen(results)
    if not found:
        return "There are no results yet.\n"
    of_all = [(corpus, split) for corpus, one in found.items() for split in reversed(one.splits)]
    columns = of_all if len(of_all) <= 4 else [(corpus, split) for corpus, split in of_all if split == "test"]
    paper = papers_numbers(results)
    seeds = {corpus: counted(len(one.units), "seed") for corpus, one in found.items()}
    heads = [f"{corpus.title}, {split} ({seeds[corpus]})" for corpus, split in columns]
    rows = [["mean F1 over the rounds", *heads], ["---", *["--:" for _ in columns]]]
    rows += [
        [text, *(_mean(found[corpus], method, split) for corpus, split in columns)] for method, text in METHODS.items()
    ]
    for other in ("nte", "nte_duplicate"):
        cells = [signed(seqmix_gains(found[corpus], split)[other].difference) for corpus, split in columns]
        rows.append([f"**SeqMix − {METHODS[other]}**", *(f"**{cell}**" for cell in cells)])
    if any(split == "dev" for _, split in columns):
        reported = (equal_steps.papers_gain(paper, *column) for column in columns)
        rows.append(["the paper: SeqMix − token entropy", *reported])
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    said = [
        f"**{corpus.title}, {split}**: {text}."
        for corpus, one in found.items()
        for split, text in conclusions(one, SPOKEN).items()
        if (corpus, split) in columns
    ]
    said += further(results)
    about = f"\n{BOUNDS}\n" if any("less than" in text for text in said) else ""
    return f"{EQUAL if is_equal else UNEQUAL}\n\n{table}\n\n{significant(found)}\n\n{bullets(said)}{about}"


def _mean(found: Comparison, method: str, split: str) -> str:
    """The mean over the budgets with its deviation over the seeds."""
    [row] = [row for row in found.summaries(split) if row.group.name == method]
    return with_deviation(*row.mean_over_budgets, len(row.group.runs))


def significant(found: Dict[Corpus, Comparison]) -> str:
    """How many differences are statistically significant."""
    pairs = [pair for one in found.values() for of_split in one.pairs.values() for pair in of_split]
    number = sum(pair.significant for pair in pairs)
    are = "are" if number > 1 else "is"
    return f"{number or 'None'} of the {len(pairs)} differences between methods {are} statistically significant."


def further(results: Path) -> List[str]:
    """What the other experiments say."""
    lines = []
    for corpus, one in comparisons(results, seed_gain.NAME, seed_gain.PAIRS).items():
        told = (seed_gain.gain(one, split) for split in reversed(one.splits))
        lines += [f"{corpus.title}, the seed set alone: {text}" for text in told if text is not None]
    for corpus, one in large_pool.found_in(results).items():
        by_measure = [one.savings("test", measure) if "test" in one.splits else [] for measure in large_pool.MEASURES]
        groups = {group.name: group for group in one.groups}
        for of_policy in zip(*by_measure, strict=True):
            names = of_policy[0].first, of_policy[0].second
            seeds = counted(len(matched_runs(*(groups[name] for name in names))), "seed")
            lines.append(
                f"{corpus.title}, all sentences as pool: {saved_or_needed(gains.title(names[0]), of_policy)} ({seeds})."
            )
    return lines


def _of_curve(results: Path) -> Optional[Tuple[Corpus, Comparison]]:
    """The comparison with the most seeds, if there is one."""
    found, _ = chosen(results)
    return max(found.items(), key=lambda item: len(item[1].units), default=None)


def captioned(results: Path) -> str:
    """The picture of the curve with its caption."""
    shown = _of_curve(results)
    if shown is None:
        return "There is no learning curve yet.\n"
    corpus, found = shown
    rows = [row for row in mean_rows(found) if row["method"] in METHODS]
    short = "; a dashed line leads to a round in which fewer than half of the wanted sentences were accepted"
    dashed = short if any(row["short"] for row in rows) else ""
    models = SOURCES[corpus.source] or SOURCES["minilm"]
    about = f"{corpus.title}: F1 on the test file against the number of annotated sentences, a curve per method"
    name, seeds = corpus.title.split(", ")[0], counted(len(found.units), "seed")
    caption = f"F1 on the test file of {name} with {models}, mean of {seeds}; bands are the standard deviation{dashed}."
    return f"![{about}](docs/learning_curve.svg)\n\n{fill(caption, 120)} [What this shows](#results).\n"


def curve(results: Path) -> Optional[Dict[str, Any]]:
    """The chart of README, if there is one."""
    shown = _of_curve(results)
    if shown is None:
        return None
    rows = [row for row in mean_rows(shown[1]) if row["method"] in METHODS]
    named = [{**row, "method": METHODS[row["method"]]} for row in rows]
    return learning_curves(list(METHODS.values()), named, cell="test/", width=600, height=300)
