"""How models are trained, how the pool is scored and what labels cost: blocks of the trainer's configuration."""

import math
from typing import Mapping, Optional, Sequence

import torch
from allennlp.common import FromParams

from seqmix_plugin.active_learning.pool import Pool
from seqmix_plugin.annotation_cost import AnnotationCost
from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.parameter_checks import at_least, not_negative

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16}


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
        self.max_candidates = max_candidates
        self.dtype = _dtype("scoring", dtype)

    def check(self, sizes: Sequence[Mapping[str, int]], pool: Pool) -> None:
        """
        Raises a `ConfigurationError` when a round would score fewer sentences than it queries, by the `sizes` of all
        queries: numbers of sentences, or of tokens, of which the sentences are as long as the pool's on average.
        """
        mean = float(pool.lengths(pool.sentences).mean()) if sizes else 1.0
        most = max((size.get("sentences") or math.ceil(size["tokens"] / mean) for size in sizes), default=1)
        if self.max_candidates is not None and self.max_candidates < most:
            raise ConfigurationError(
                f"trainer.scoring.max_candidates is {self.max_candidates}; expected at least the {most} sentences of a "
                f"query"
            )


class AnnotationCostSettings(FromParams):
    """
    Seconds of an annotator's time. A sentence costs `seconds_per_sentence`, and the other two for each of its tokens
    and entities.

    The defaults are those that Haertel et al. (ACL 2008) fitted to the times of the user study of Ringger et al. (LREC
    2008), in which annotators corrected proposed part-of-speech tags of English sentences; an entity counts as one of
    their corrected tags. Measure your own annotators where the cost decides something.

    # Parameters

    seconds_per_sentence : `float`, optional (default = `12.57`)
        Seconds that each sentence takes whatever is in it, at least 0.
    seconds_per_token : `float`, optional (default = `3.795`)
        Seconds for each token, which has to be read, at least 0.
    seconds_per_entity : `float`, optional (default = `5.387`)
        Seconds for each entity, which has to be marked, at least 0.

    # Raises

    `ConfigurationError`
        When a value is negative or all are 0.
    """

    def __init__(
        self,
        seconds_per_sentence: float = AnnotationCost.seconds_per_sentence,
        seconds_per_token: float = AnnotationCost.seconds_per_token,
        seconds_per_entity: float = AnnotationCost.seconds_per_entity,
    ) -> None:
        self.cost = AnnotationCost(
            not_negative("trainer.annotation_cost.seconds_per_sentence", seconds_per_sentence),
            not_negative("trainer.annotation_cost.seconds_per_token", seconds_per_token),
            not_negative("trainer.annotation_cost.seconds_per_entity", seconds_per_entity),
        )
        if self.cost == AnnotationCost(0, 0, 0):
            raise ConfigurationError("trainer.annotation_cost is 0 for all; expected a number above 0 for one at least")


class TrainingSettings(FromParams):
    """
    How a round's model is trained, beside what the inner trainer's own keys say.

    # Parameters

    dtype : `str`, optional (default = `"float32"`)
        `"float32"` or `"bfloat16"`, the type in which matrices are multiplied in training; weights, losses and the
        optimizer stay in float32. The latter pays on processors with units for it, and the model is not quite the same.
    retries : `int`, optional (default = `0`)
        How often a round is trained again, each time from the next seed, when its model has collapsed: its F1 on up to
        50 of the labelled sentences with entities, on which it was trained, is below 0.1. By default a collapse is
        recorded only. The same rule holds for all members of a committee.
    seed_trainings : `int`, optional (default = `1`)
        How often round 0 trains its model. With 2 the model is trained on the seed set L alone, and then goes on with a
        new optimizer and schedule on the seed set and what was generated from it, L ∪ L*, as the paper's public code
        does where it augments; each further one trains on L alone once more before.

    # Raises

    `ConfigurationError`
        For an unknown `dtype`, negative `retries`, or `seed_trainings` below 1.
    """

    def __init__(self, dtype: str = "float32", retries: int = 0, seed_trainings: int = 1) -> None:
        self.dtype = _dtype("training", dtype)
        self.retries = at_least("trainer.training.retries", retries, 0)
        self.seed_trainings = at_least("trainer.training.seed_trainings", seed_trainings, 1)


def _dtype(block: str, name: str) -> torch.dtype:
    if name not in DTYPES:
        raise ConfigurationError(f"trainer.{block}.dtype is {name!r}; expected one of {', '.join(DTYPES)}")
    return DTYPES[name]
