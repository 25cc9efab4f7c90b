"""What README shows of the results: a table of means with the differences that matter, and one learning curve."""

from typing import Any, Dict, List, Mapping

import numpy as np

from seqmix_plugin.charts.learning_curves import learning_curves
from seqmix_plugin.reporting.chart_data import mean_rows
from seqmix_plugin.reporting.comparison import Comparison
from seqmix_plugin.reporting.formatting import NOTHING, counted, signed, with_deviation

BEGIN, END = "<!-- written by `make results` -->\n\n", "\n<!-- end -->\n"
METHODS = {
    "random": "random sampling",
    "nte": "token entropy",
    "nte_duplicate": "token entropy, sentences repeated",
    "nte_sub": "token entropy, SeqMix",
}
CURVE = ("webpage", "test")
"""The corpus with the most seeds."""


def with_summary(readme: str, comparisons: Mapping[str, Comparison], names: Mapping[str, str], paper: Any) -> str:
    """README with its table of results made anew."""
    before, rest = readme.split(BEGIN)
    return before + BEGIN + summary(comparisons, names, paper) + END + rest.split(END)[1]


def summary(comparisons: Mapping[str, Comparison], names: Mapping[str, str], paper: Any) -> str:
    """A column per corpus and split, a row per method, the gains of SeqMix, and whether any is significant."""
    columns = [(corpus, split) for corpus, found in comparisons.items() for split in reversed(found.splits)]
    seeds = {corpus: counted(len(found.units), "seed") for corpus, found in comparisons.items()}
    rows = [["mean F1 over the rounds", *(f"{names[corpus]}, {split} ({seeds[corpus]})" for corpus, split in columns)]]
    rows.append(["---", *["--:" for _ in columns]])
    rows += [[text, *(mean(comparisons[c], method, split) for c, split in columns)] for method, text in METHODS.items()]
    for other in ("nte", "nte_duplicate"):
        cells = [signed(gains(comparisons[corpus], split)[other].difference) for corpus, split in columns]
        rows.append([f"**SeqMix − {METHODS[other]}**", *(f"**{cell}**" for cell in cells)])
    rows.append(["the paper: SeqMix − token entropy", *(papers_gain(paper, *column) for column in columns)])
    pairs = [pair for found in comparisons.values() for of_split in found.pairs.values() for pair in of_split]
    significant = sum(pair.significant for pair in pairs)
    sentence = f"{significant or 'None'} of the {len(pairs)} differences between methods is statistically significant"
    return "\n".join(f"| {' | '.join(row)} |" for row in rows) + f"\n\n{sentence}.\n"


def mean(found: Comparison, method: str, split: str) -> str:
    """The mean over the budgets with its deviation over the seeds."""
    [row] = [row for row in found.summaries(split) if row.group.name == method]
    return with_deviation(*row.mean_over_budgets, len(row.group.runs))


def gains(found: Comparison, split: str) -> Dict[str, Any]:
    """What SeqMix gains over each other method."""
    pairs = [pair.gain_of("nte_sub") for pair in found.pairs[split] if "nte_sub" in (pair.first, pair.second)]
    return {pair.second: pair for pair in pairs}


def papers_gain(paper: Any, corpus: str, split: str) -> str:
    """The difference that the paper reports, which is of dev only."""
    scores = paper.get(corpus)
    return signed(np.subtract(scores["nte_sub"], scores["nte"]).mean()) if scores and split == "dev" else NOTHING


def curve(comparisons: Mapping[str, Comparison]) -> Dict[str, Any]:
    """The chart of README."""
    corpus, split = CURVE
    rows: List[Dict[str, Any]] = [
        {**row, "method": METHODS[row["method"]]} for row in mean_rows(comparisons[corpus]) if row["method"] in METHODS
    ]
    return learning_curves(list(METHODS.values()), rows, cell=f"{split}/", width=600, height=300)
