"""The most typical sentence of each cluster."""

import numpy as np

from seqmix_plugin.functional import in_turns, kmeans, neighbour_distance
from seqmix_plugin.parameter_checks import at_least
from seqmix_plugin.query_policies.candidates import Candidates
from seqmix_plugin.query_policies.query_policy import QueryPolicy
from seqmix_plugin.query_policies.vector_policy import VectorPolicy


@QueryPolicy.register("typical")
class TypicalPolicy(VectorPolicy):
    """
    TypiClust (Hacohen et al. 2022), made for small budgets and the seed set: clusters candidates and labelled sentences
    by k-means, with as many clusters as sentences are labelled and expected to be queried, and takes the most typical
    sentence of each cluster in which none is labelled, of larger clusters first. The most typical one has the smallest
    mean distance from its nearest neighbours in the cluster.

    Where more are asked for, the clusters have further turns, each as soon as the others have as many sentences that
    are labelled or taken. A sentence's vector is the mean of the vectors from which the model predicts its words' tags,
    scaled to unit length.

    Registered as a `QueryPolicy` with name "typical".

    # Parameters

    neighbours : `int`, optional (default = `20`)
        Number of nearest neighbours, at least 1.
    max_clusters : `int`, optional (default = `500`)
        Largest number of clusters, at least 1.

    # Raises

    `ConfigurationError`
        When a number is below 1.
    """

    needs_labelled_vectors = True

    def __init__(self, neighbours: int = 20, max_clusters: int = 500) -> None:
        self.neighbours = at_least("query_policy.neighbours", neighbours, 1)
        self.max_clusters = at_least("query_policy.max_clusters", max_clusters, 1)

    def order(self, candidates: Candidates, size: int, rng: np.random.Generator) -> np.ndarray:
        vectors, labelled = candidates.vectors, candidates.labelled_vectors
        assert vectors is not None
        everything = vectors if labelled is None else np.concatenate((vectors, labelled))
        wanted = max(1, candidates.expected) + len(everything) - len(vectors)
        number = min(wanted, self.max_clusters, len(everything))
        found, _ = kmeans(everything, number, rng)
        clusters, taken = found[: len(vectors)], np.bincount(found[len(vectors) :], minlength=number)
        costs = neighbour_distance(vectors, clusters, rng, self.neighbours)
        return in_turns(clusters, costs, candidates.ties, taken)[:size]
