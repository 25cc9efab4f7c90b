"""The number of words that the model tags as parts of entities."""

import torch

from seqmix_plugin.functional import over_words
from seqmix_plugin.parameter_checks import one_of
from seqmix_plugin.query_policies.candidates import QueryContext, ScoredBatch
from seqmix_plugin.query_policies.query_policy import QueryPolicy

AGGREGATES = ("sum", "mean")


@QueryPolicy.register("tag_count")
class TagCountPolicy(QueryPolicy):
    """
    γ(x) = Σₜ [ŷₜ ≠ O]: the number of words whose predicted tag ŷₜ is that of an entity, the "max tag count" of Esuli et
    al. (2010), one of the two best strategies in the comparison of Kohl et al. (2024, "Comparative Performance Analysis
    of Active Learning Strategies for the Entity Recognition Task"). Words are counted, not entities, and how certain
    the model is does not matter. With a sequence model (CRF) the tags are those of the most probable path.

    Sentences with the same number are taken in random order. A model that has not yet learned to find entities gives 0
    to all.

    Registered as a `QueryPolicy` with name "tag_count".

    # Parameters

    aggregate : `str`, optional (default = `"sum"`)
        `"sum"`, the number of words, which prefers long sentences; or `"mean"`, their share of the sentence.

    # Raises

    `ConfigurationError`
        For an unknown `aggregate`.
    """

    def __init__(self, aggregate: str = "sum") -> None:
        self.aggregate = one_of("query_policy.aggregate", aggregate, AGGREGATES)
        self._outside = -1  # until a query names the tags

    def prepare(self, context: QueryContext) -> None:
        self._outside = context.outside

    def score(self, batch: ScoredBatch) -> torch.Tensor:
        return over_words((batch.votes[0] != self._outside).float(), batch.mask, self.aggregate)
