"""The abstract policy that chooses by the vectors of the sentences."""

import torch

from seqmix_plugin.query_policies.candidates import ScoredBatch
from seqmix_plugin.query_policies.query_policy import QueryPolicy


class VectorPolicy(QueryPolicy):
    """
    A policy without scores that chooses by a vector of each sentence: the mean of its words' vectors, of unit length,
    so that only its direction counts.
    """

    has_scores = False
    needs_vectors = True

    def score(self, batch: ScoredBatch) -> torch.Tensor:
        return torch.zeros(len(batch.mask), device=batch.mask.device)

    def vectors(self, batch: ScoredBatch) -> torch.Tensor:
        return torch.nn.functional.normalize(super().vectors(batch).float(), dim=-1)
