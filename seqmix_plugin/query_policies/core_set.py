"""Core-set selection."""

import numpy as np

from seqmix_plugin.functional import k_center_greedy
from seqmix_plugin.query_policies.candidates import Candidates
from seqmix_plugin.query_policies.query_policy import QueryPolicy
from seqmix_plugin.query_policies.vector_policy import VectorPolicy


@QueryPolicy.register("core_set")
class CoreSetPolicy(VectorPolicy):
    """
    Takes, one by one, the sentence whose vector is farthest from those of all sentences that are labelled or taken: the
    greedy solution of the k-centre problem (Sener and Savarese 2018). Where nothing is labelled, as in the query of
    most seed sets, the first sentence is the one nearest to the mean of the candidates.

    A sentence's vector is the mean of the vectors from which the model predicts its words' tags, scaled to unit length;
    the labelled sentences are given to the model again in each round.

    Registered as a `QueryPolicy` with name "core_set".
    """

    needs_labelled_vectors = True

    def order(self, candidates: Candidates, size: int, rng: np.random.Generator) -> np.ndarray:
        assert candidates.vectors is not None
        return k_center_greedy(candidates.vectors, size, candidates.labelled_vectors)
