"""Blocks of the trainer's keys: `trainer.pool` and `trainer.scoring`."""

from typing import Any, Optional, Sequence

import torch
from allennlp.common import FromParams
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.run.reader import MOVED_KEYS

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16}


def refuse_moved_keys(trainer: Any) -> None:
    """Raises a `ConfigurationError` when the block `trainer` has a key of version 0.1 that is now in another place."""
    for old, new in MOVED_KEYS.items():
        if isinstance(trainer, dict) and old in trainer:
            raise ConfigurationError(f"trainer.{old} has moved to trainer.{'.'.join(new)}")


class PoolSettings(FromParams):
    """
    The sentences of the training file that a run works with.

    # Parameters

    size : `int`, optional (default = `None`)
        How many sentences of the training file to work with, drawn at random; `None` for all.
    data_seed : `int`, optional (default = `0`)
        The seed with which they are drawn. They are the same for all values of the run's `seed`.
    """

    def __init__(self, size: Optional[int] = None, data_seed: int = 0) -> None:
        self.size = size
        self.data_seed = data_seed


class ScoringSettings(FromParams):
    """
    How the pool is scored for a query.

    # Parameters

    max_candidates : `int`, optional (default = `None`)
        How many sentences of the pool to score a round, drawn anew each time; `None` for all that are left.
    dtype : `str`, optional (default = `"float32"`)
        `"float32"` or `"bfloat16"`, the type in which matrices are multiplied when the pool is scored. The latter is
        several times faster on processors that support it, and the query is not quite the same. Dev and test are always
        scored in float32.

    # Raises

    `ConfigurationError`
        For an unknown `dtype`.
    """

    def __init__(self, max_candidates: Optional[int] = None, dtype: str = "float32") -> None:
        if dtype not in DTYPES:
            raise ConfigurationError(f"trainer.scoring.dtype is {dtype!r}; expected one of {', '.join(DTYPES)}")
        self.max_candidates = max_candidates
        self.dtype = DTYPES[dtype]

    def check(self, sizes: Sequence[int]) -> None:
        """Raises a `ConfigurationError` when a round would score fewer sentences than it queries, by all `sizes`."""
        most = max(sizes[1:], default=1)
        if self.max_candidates is not None and self.max_candidates < most:
            raise ConfigurationError(
                f"trainer.scoring.max_candidates is {self.max_candidates}; expected at least the {most} sentences of a "
                f"query"
            )
