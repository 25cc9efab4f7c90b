"""The gain that the paper reports on the seed set, taken apart: a second training, and the generated sentences."""

from pathlib import Path
from typing import Any, List, Optional

from scripts.results.figures import Charts
from scripts.results.one_training import differences, reached, significant
from scripts.results.records import Corpus, comparisons, environment, papers_numbers, progress
from scripts.results.wording import bullets
from seqmix_plugin.reporting.comparison import Comparison
from seqmix_plugin.reporting.formatting import counted, decimal, signed

NAME = "seed_gain"
BASELINE, SECOND, PAPERS = "once_none", "twice_none", "twice_sub"
PAIRS = [(PAPERS, BASELINE), (SECOND, BASELINE), (PAPERS, SECOND), ("once_sub", BASELINE)]
INTRODUCTION = """\
The paper's curves of SeqMix start far above its baseline, on the seed set alone. Its public code trains the model on
the seed set, then **trains the same model again** with the augmented seed set, and reports the second; the baseline
is trained once. Here both are trained once and twice, on the paper's schedule of 10 epochs in batches of 32, with
MiniLM, and with no further round (`training_configs/seed_gain/`). `once_none` is the paper's baseline, `twice_sub`
is what its code does for SeqMix, and `twice_none` the control: trained twice, without a generated sentence.
"""


def section(results: Path) -> str:
    """All of the experiment."""
    found, paper = comparisons(results, NAME, PAIRS), papers_numbers(results)
    parts = ["## The paper's seed gain\n", INTRODUCTION, progress(results, NAME)]
    if found:
        parts.append(environment(found))
    for corpus, one in found.items():
        parts += [
            f"### {corpus.title}, the seed set alone\n",
            reached(one).markdown(),
            *differences(one, "on the seed set"),
        ]
        told = [text for text in (gain(one, split) for split in reversed(one.splits)) if text is not None]
        parts.append(bullets([*told, *reported(paper, corpus)]))
    return "\n".join(filter(None, parts))


def pictures(results: Path) -> Charts:
    """There are no curves."""
    return {}


def gain(found: Comparison, split: str) -> Optional[str]:
    """
    How much of the gain of the paper's code is the second training, on the seeds of all three, so that parts add up;
    `None` where runs are missing. A share is told only of a gain that is statistically significant.
    """
    groups = [group for group in found.groups if group.name in (BASELINE, SECOND, PAPERS)]
    same = Comparison(groups, named=PAIRS[:3], planned=len(PAIRS)).same_seeds if len(groups) == 3 else None
    if same is None or not same.units:
        return None
    total, second, rest = same.pairs[split]
    text = (
        f"**On {split}** training as the paper's code does gains {signed(total.difference)}: the second training alone "
        f"{signed(second.difference)}, the generated sentences {signed(rest.difference)} beyond it "
        f"({counted(len(same.units), 'seed')}; {significant(total, second, rest)})"
    )
    if total.significant and total.difference > 0 and 0 <= second.difference <= total.difference:
        text += f"; {decimal(100 * second.difference / total.difference, 0)} % of the gain is the second training"
    return text + "."


def reported(paper: Any, corpus: Corpus) -> List[str]:
    """What the paper reports at its first budget."""
    scores = paper.get(corpus.name)
    if not scores:
        return []
    before, after = scores["nte"][0], scores["nte_sub"][0]
    where, budget = scores["where"], scores["budgets"][0]
    return [f"The paper, at {budget} sentences: {before:.2f} → {after:.2f}, {signed(after - before)} ({where})."]
