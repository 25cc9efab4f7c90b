"""The paper's comparison, in which every method trains for the same number of steps."""

from pathlib import Path
from typing import Any, Dict, List

import numpy as np

from scripts.results.figures import Charts, charts, shown
from scripts.results.records import SOURCES, Corpus, comparisons, environment, papers_numbers, place, progress
from scripts.results.wording import of_corpus, seqmix_gains, verdicts
from seqmix_plugin.reporting.comparison import Comparison
from seqmix_plugin.reporting.formatting import NOTHING, signed, with_deviation
from seqmix_plugin.reporting.table import Table

NAME = "equal_steps"
QUESTIONS = (
    ("nte_sub", "nte", "Does SeqMix help?"),
    ("nte_sub", "nte_duplicate", "Does SeqMix help more than repeating sentences does?"),
    ("nte_duplicate", "nte", "Does repeating sentences help?"),
    ("nte", "random", "Does token entropy find better sentences than chance?"),
)
PAIRS = [(first, second) for first, second, _ in QUESTIONS]
INTRODUCTION = """\
The paper's rounds, in which **every method trains for the same number of optimizer steps in each round**, whatever
it adds to the labelled sentences: `training_configs/equal_steps/`. MiniLM has a language model that is fitted to the
corpus as discriminator; multilingual E5 (cased, 12 layers) has SmolLM2 with the paper's range of perplexities. All
train in [bfloat16](performance.md#bfloat16) and [sorted by length](performance.md#buckets) within 16 batches. The four
pairs that are tested were named beforehand.
"""


def found_in(results: Path) -> Dict[Corpus, Comparison]:
    """The comparisons of the experiment."""
    return comparisons(results, NAME, PAIRS)


def section(results: Path) -> str:
    """All of the experiment: an overview with the encoders side by side, then each corpus with each."""
    found, paper = found_in(results), papers_numbers(results)
    parts = ["## The paper's comparison at equal steps\n", INTRODUCTION, progress(results, NAME)]
    if found:
        parts += [f"### Overview at equal steps\n\n{overview(found, paper).markdown()}", _over_corpora(found)]
        parts += [environment(found)]
    for corpus, one in found.items():
        parts += [
            f"### {corpus.title}\n",
            shown(NAME, corpus, one),
            of_corpus(one, QUESTIONS, paper.get(corpus.name, {})),
        ]
    return "\n".join(filter(None, parts))


def pictures(results: Path) -> Charts:
    """The curves."""
    return charts(NAME, found_in(results))


def overview(found: Dict[Corpus, Comparison], paper: Any) -> Table:
    """The means over the budgets, and what SeqMix gains, for each corpus and encoder."""
    columns = [(corpus, split) for corpus, one in found.items() for split in reversed(one.splits)]
    methods = sorted({group.name for one in found.values() for group in one.groups}, key=lambda m: (place(m), m))
    rows = [[m, *(_mean(found[corpus], m, split) for corpus, split in columns)] for m in methods]
    for other in ("nte", "nte_duplicate"):
        gains = [seqmix_gains(found[corpus], split).get(other) for corpus, split in columns]
        cells = [NOTHING if gain is None else f"{signed(gain.difference)} ({len(gain.units)})" for gain in gains]
        rows.append([f"nte_sub − {other} (seeds)", *cells])
    rows.append(["the paper: nte_sub − nte", *(papers_gain(paper, corpus, split) for corpus, split in columns)])
    return Table("", ["mean F1 over the rounds", *(f"{corpus.title}, {split}" for corpus, split in columns)], rows)


def _mean(found: Comparison, method: str, split: str) -> str:
    rows = [row for row in found.summaries(split) if row.group.name == method]
    return with_deviation(*rows[0].mean_over_budgets, len(rows[0].group.runs)) if rows else NOTHING


def papers_gain(paper: Any, corpus: Corpus, split: str) -> str:
    """The difference that the paper reports, which is of dev only."""
    scores = paper.get(corpus.name)
    return signed(np.subtract(scores["nte_sub"], scores["nte"]).mean()) if scores and split == "dev" else NOTHING


def _over_corpora(found: Dict[Corpus, Comparison]) -> str:
    """One verdict a pair over the corpora of each encoder, where two have it."""
    parts: List[str] = []
    for source in SOURCES:
        of_source = {corpus.title: one for corpus, one in found.items() if corpus.source == source}
        parts += [f"#### {SOURCES[source]}: {table.title}\n\n{table.markdown()}" for table in verdicts(of_source)]
    return "\n".join(parts)
