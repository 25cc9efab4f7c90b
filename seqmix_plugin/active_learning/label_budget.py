"""The sizes of the rounds and the label budget, checked before any work is done."""

from typing import Any, Collection, Dict, List, Mapping, Optional, Union

import numpy as np

from seqmix_plugin.active_learning.pool import Pool
from seqmix_plugin.active_learning.round_budget import round_budget
from seqmix_plugin.annotation_cost import AnnotationCost
from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.stopping import StoppingCriterion


def label_budget(
    seed_size: int,
    num_rounds: int,
    query_size: Union[int, List[int], None],
    query_tokens: Union[int, List[int], None],
    pool: Pool,
) -> List[Dict[str, int]]:
    """
    How much to label in each round, the seed set first: a number of `sentences`, K or that of the round, or a number of
    `tokens`. A `ConfigurationError` unless exactly one of `query_size` and `query_tokens` is given, for sizes that are
    not positive, a list of sizes that is not one a round, or more labels than the pool has.
    """
    if not isinstance(num_rounds, int) or num_rounds < 0:
        raise ConfigurationError(f"trainer.num_rounds is {num_rounds}; expected 0 or more")
    if (query_size is None) == (query_tokens is None):
        given = "neither" if query_size is None else "both"
        raise ConfigurationError(f"trainer takes exactly one of 'query_size' and 'query_tokens'; given: {given}")
    name, unit = ("query_size", "sentences") if query_tokens is None else ("query_tokens", "tokens")
    value: Any = query_size if query_tokens is None else query_tokens
    sizes = list(value) if isinstance(value, (list, tuple)) else [value] * num_rounds
    if len(sizes) != num_rounds:
        raise ConfigurationError(f"trainer.{name} has {len(sizes)} numbers for {num_rounds} rounds")
    _check_size("seed_size", "sentences", seed_size, 0 if pool.labelled else 1)
    for size in sizes:
        _check_size(name, unit, size, 1)
    _check_pool(seed_size, {unit: sizes}, pool)
    return [{"sentences": seed_size}, *({unit: size} for size in sizes)]


def _check_size(name: str, unit: str, size: Any, least: int) -> None:
    if not isinstance(size, int) or size < least:
        raise ConfigurationError(f"trainer.{name} is {size}; expected {least} or more {unit}")


def _check_pool(seed_size: int, sizes: Mapping[str, List[int]], pool: Pool) -> None:
    """Raises a `ConfigurationError` where the pool has too few sentences, or tokens beside the shortest seed set."""
    lengths = np.sort(pool.lengths(pool.sentences))
    [(unit, numbers)] = sizes.items()
    needed = seed_size + (sum(numbers) if unit == "sentences" else 0)
    if needed > len(lengths):
        raise ConfigurationError(
            f"trainer: {seed_size} seed sentences and {len(numbers)} rounds of queries need {needed} labels, but the "
            f"pool has {len(lengths)} sentences; lower num_rounds or query_size, or raise trainer.pool.size"
        )
    tokens, rest = (numbers if unit == "tokens" else []), int(lengths[seed_size:].sum())
    if sum(tokens) > rest:
        raise ConfigurationError(
            f"trainer: {len(tokens)} rounds of queries need {sum(tokens)} tokens, but beside {seed_size} seed "
            f"sentences the pool has at most {rest}; lower num_rounds or query_tokens, or raise trainer.pool.size"
        )
    if tokens and min(tokens) < lengths[0]:
        raise ConfigurationError(
            f"trainer.query_tokens is {min(tokens)}; expected at least the {lengths[0]} of the pool's shortest sentence"
        )


def check_stopping(
    stopping: Optional[StoppingCriterion], splits: Collection[str], pool: Pool, cost: AnnotationCost = AnnotationCost()
) -> None:
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
    budget = round_budget({}, stopping, pool, cost)
    for unit, number in budget.left.items():
        if number < 0:
            raise ConfigurationError(
                f"trainer.stopping: seed_data_path has {-number:.0f} {unit} more than the label budget; raise the "
                f"budget"
            )
    scarce = [f"{number:g} {unit}" for unit, number in budget.left.items() if unit != "sentences"]
    if scarce and not pool.labelled and len(budget.candidates(pool)) == 0:
        raise ConfigurationError(
            f"trainer.stopping: the label budget is {' and '.join(scarce)}, and every sentence of the pool exceeds it; "
            f"raise the budget"
        )
