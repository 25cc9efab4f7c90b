"""One sentence of each cluster."""

import numpy as np

from seqmix_plugin.functional import in_turns, kmeans
from seqmix_plugin.query_policies.candidates import Candidates
from seqmix_plugin.query_policies.query_policy import QueryPolicy
from seqmix_plugin.query_policies.vector_policy import VectorPolicy


@QueryPolicy.register("kmeans")
class KmeansPolicy(VectorPolicy):
    """
    Clusters the candidates by k-means, with as many clusters as sentences are expected to be queried, and takes the
    sentence nearest to each centre, of larger clusters first: BERT-KM of Yuan et al. (2020). Where more are asked for,
    the second nearest of each follow, and so on.

    A sentence's vector is the mean of the vectors from which the model predicts its words' tags, scaled to unit length.
    It does not depend on the output layer, so that the policy can also choose the seed set with the pretrained encoder.

    Registered as a `QueryPolicy` with name "kmeans".
    """

    def order(self, candidates: Candidates, size: int, rng: np.random.Generator) -> np.ndarray:
        assert candidates.vectors is not None
        number = min(max(1, candidates.expected), len(candidates))
        clusters, distances = kmeans(candidates.vectors, number, rng)
        return in_turns(clusters, distances, candidates.ties)[:size]
