"""Uncertainty that counts more for words that are likely to be parts of entities."""

import numpy as np
import torch

from seqmix_plugin.functional import length_density, over_words, probability_of_others, word_uncertainty
from seqmix_plugin.functional.word_uncertainty import AGGREGATES, MEASURES
from seqmix_plugin.parameter_checks import one_of
from seqmix_plugin.query_policies.candidates import QueryContext, ScoredBatch
from seqmix_plugin.query_policies.query_policy import QueryPolicy


@QueryPolicy.register("entity_weighted")
class EntityWeightedPolicy(QueryPolicy):
    """
    γ(x) = √d(T) Σₜ (1 − P(yₜ = O)) u(yₜ): the uncertainty u of each word, weighted by the probability that it is part
    of an entity, and normalized by the density d of the pool's sentence lengths at the sentence's own length T, so that
    very short and very long sentences are not preferred.

    The normalization is that of Şapcı et al. (2023, "Focusing on potential named entities during active label
    acquisition"), with the square root of their public code. They sum over the words that a clustering of the words'
    vectors tells to be likely entities; here the model's own probability weights all words.

    Registered as a `QueryPolicy` with name "entity_weighted".

    # Parameters

    uncertainty : `str`, optional (default = `"least_confidence"`)
        The uncertainty of a word: `"least_confidence"`, `"margin"` or `"entropy"`.
    aggregate : `str`, optional (default = `"density"`)
        How the values of the words become that of the sentence: `"density"`, their sum times √d(T), or `"mean"`,
        `"sum"` or `"max"`, without d.

    # Raises

    `ConfigurationError`
        For an unknown `uncertainty` or `aggregate`.
    """

    def __init__(self, uncertainty: str = "least_confidence", aggregate: str = "density") -> None:
        self.uncertainty = one_of("query_policy.uncertainty", uncertainty, MEASURES)
        self.aggregate = one_of("query_policy.aggregate", aggregate, ("density", *AGGREGATES))
        self._outside = -1  # until a query names the tags
        self._factors = np.ones(0)  # √d(T) of each unlabelled sentence, once it knows them. Shape: (num_unlabelled,)

    def prepare(self, context: QueryContext) -> None:
        self._outside = context.outside
        if self.aggregate == "density" and context.lengths is not None:
            self._factors = np.sqrt(length_density(context.lengths)[context.lengths])

    def score(self, batch: ScoredBatch) -> torch.Tensor:
        probabilities = batch.probabilities[0]
        values = word_uncertainty(probabilities, self.uncertainty)  # Shape: (batch_size, num_tokens)
        if self._outside >= 0:
            values = values * probability_of_others(probabilities, self._outside)
        if self.aggregate != "density":
            return over_words(values, batch.mask, self.aggregate)
        total = over_words(values, batch.mask, "sum")
        if not len(self._factors):
            return total
        return total * torch.from_numpy(self._factors[batch.positions]).to(values.device)  # whatever was cut of it
