"""The stages, in the order of the table."""

from typing import Callable, Dict, Iterator

from benchmarks.row import Entry
from benchmarks.setting import Setting
from benchmarks.stages import (
    bfloat16,
    buckets,
    experiment,
    generation,
    perplexity,
    pool,
    ranks,
    reading,
    scoring,
    startup,
    training,
)

STAGES: Dict[str, Callable[[Setting], Iterator[Entry]]] = {
    "reading": reading.rows,
    "training": training.rows,
    "bfloat16": bfloat16.rows,
    "buckets": buckets.rows,
    "scoring": scoring.rows,
    "generation": generation.rows,
    "perplexity": perplexity.rows,
    "experiment": experiment.rows,
    "pool": pool.rows,
    "ranks": ranks.rows,
    "startup": startup.rows,
}
"""Each yields its rows; a row is measured before the next is built, so that only one model is in memory."""
