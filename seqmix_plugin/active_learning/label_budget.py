"""The sizes of the rounds and the label budget, checked before any work is done."""

from typing import Collection, List, Mapping, Optional, Sequence, Union

import numpy as np

from seqmix_plugin.active_learning.pool import Pool
from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.stopping import StoppingCriterion
from seqmix_plugin.stopping.stopping_criterion import Rounds


def label_budget(
    seed_size: int, num_rounds: int, query_size: Union[int, List[int]], pool_size: int, num_given: int = 0
) -> List[int]:
    """
    How many sentences to label in each round, the seed set's first; `query_size` is K, or that of each round, and
    `num_given` sentences are labelled before. A `ConfigurationError` for sizes that are not positive, a list of query
    sizes that is not one a round, or more labels than the pool has.
    """
    if not isinstance(num_rounds, int) or num_rounds < 0:
        raise ConfigurationError(f"trainer.num_rounds is {num_rounds}; expected 0 or more")
    sizes = list(query_size) if isinstance(query_size, (list, tuple)) else [query_size] * num_rounds
    if len(sizes) != num_rounds:
        raise ConfigurationError(f"trainer.query_size has {len(sizes)} numbers for {num_rounds} rounds")
    for name, size in [("seed_size", seed_size)] + [("query_size", size) for size in sizes]:
        least = 0 if name == "seed_size" and num_given > 0 else 1
        if not isinstance(size, int) or size < least:
            raise ConfigurationError(f"trainer.{name} is {size}; expected {least} or more sentences")
    needed = seed_size + sum(sizes)
    if needed > pool_size:
        raise ConfigurationError(
            f"trainer: {seed_size} seed sentences and {num_rounds} rounds of queries need {needed} labels, but the "
            f"pool has {pool_size} sentences; lower num_rounds or query_size, or raise trainer.pool.size"
        )
    return [seed_size, *sizes]


def check_stopping(stopping: Optional[StoppingCriterion], splits: Collection[str], pool: Pool) -> None:
    """
    Raises a `ConfigurationError` when a criterion needs a split that is not measured, or lets nothing be labelled: the
    budget is spent, or is below every sentence.
    """
    if stopping is None:
        return
    missing = [split for split in stopping.needed_splits if split not in splits]
    if missing:
        key = {"dev": "validation_data_path", "test": "test_data_path"}[missing[0]]
        raise ConfigurationError(f"trainer.stopping needs F1 on {missing[0]}, but there is no {key}")
    left = stopping.left(pool.counts())
    for unit, number in left.items():
        if number < 0:
            raise ConfigurationError(
                f"trainer.stopping: seed_data_path has {-number} {unit} more than the label budget; raise the budget"
            )
    if "tokens" in left and not pool.labelled and len(pool.fitting(left["tokens"])) == 0:
        raise ConfigurationError(
            f"trainer.stopping: the label budget is {left['tokens']} tokens, and every sentence of the pool is longer; "
            f"raise the budget"
        )


def num_within(lengths: Sequence[int], left: Mapping[str, int]) -> int:
    """
    How many sentences of a query, of these lengths, may be labelled, taken in order up to the first that does not fit
    in `left`, which `StoppingCriterion.left` gives.
    """
    num_sentences = min(len(lengths), max(0, left.get("sentences", len(lengths))))
    if "tokens" not in left:
        return num_sentences
    return min(num_sentences, int(np.searchsorted(np.cumsum(lengths), left["tokens"], side="right")))


def stop_reason(stopping: Optional[StoppingCriterion], rounds: Rounds, pool: Pool, was_cut: bool) -> Optional[str]:
    """
    Why the run ends after a round, in words, if it does. `was_cut` says whether the round's query was cut to the label
    budget, and all that remained of it was labelled.
    """
    if stopping is None:
        return None
    reason = stopping.reason(rounds)
    tokens = stopping.left(rounds[-1]["annotated"]).get("tokens")
    if reason is None and tokens is not None and (was_cut or len(pool.fitting(tokens)) == 0 < len(pool.unlabelled)):
        return f"{tokens:,} tokens are left of the label budget, too few for the next sentence"
    return reason
