"""Batch active learning by diverse gradient embeddings."""

from typing import Optional

import numpy as np
import torch

from seqmix_plugin.functional import gradient_embedding, kmeans_plus_plus, random_projection
from seqmix_plugin.parameter_checks import at_least
from seqmix_plugin.query_policies.candidates import Candidates, ScoredBatch
from seqmix_plugin.query_policies.query_policy import QueryPolicy
from seqmix_plugin.query_policies.vector_policy import VectorPolicy


@QueryPolicy.register("badge")
class BadgePolicy(VectorPolicy):
    """
    BADGE (Ash et al. 2020) for a model that tags each word. A sentence's vector is the gradient by the weights of the
    output layer, averaged over words, which its own predictions would give as labels: long where the model is
    uncertain, and of another direction where it is uncertain of something else. Sentences are drawn by the seeding of
    k-means++, so that they are uncertain and different from each other; the first is that of the longest gradient.

    The gradients have as many numbers as the output layer has weights. A random projection, the same in all runs and
    rounds, reduces them and nearly keeps their distances. They are not scaled to unit length.

    Registered as a `QueryPolicy` with name "badge".

    # Parameters

    dimension : `int`, optional (default = `256`)
        Numbers of a sentence's vector after the projection; gradients that have no more numbers are not projected.

    # Raises

    `ConfigurationError`
        When `dimension` is below 1.
    """

    def __init__(self, dimension: int = 256) -> None:
        self.dimension = at_least("query_policy.dimension", dimension, 1)
        self._projection: Optional[torch.Tensor] = None  # Shape: (num_tags * hidden_dimension, dimension)

    def vectors(self, batch: ScoredBatch) -> torch.Tensor:
        assert batch.word_vectors is not None
        words = batch.word_vectors
        with torch.autocast(words.device.type, enabled=False):  # scoring in bfloat16 would round the products
            gradients = gradient_embedding(batch.probabilities[0].float(), batch.votes[0], words, batch.mask)
            size = gradients.size(-1)
            if size <= self.dimension:
                return gradients
            if self._projection is None or len(self._projection) != size or self._projection.device != words.device:
                self._projection = random_projection(size, self.dimension).to(words.device)
            return gradients @ self._projection

    def order(self, candidates: Candidates, size: int, rng: np.random.Generator) -> np.ndarray:
        vectors = candidates.vectors
        assert vectors is not None
        if size == 0:
            return np.empty(0, dtype=int)
        longest = int(np.einsum("ij,ij->i", vectors, vectors).argmax())
        return kmeans_plus_plus(vectors, size, rng, first=longest)
