"""Query by committee, by probabilities."""

import torch

from seqmix_plugin.functional import consensus_divergence
from seqmix_plugin.query_policies.query_policy import QueryPolicy, ScoredBatch, check_opinions


@QueryPolicy.register("consensus_kl")
class ConsensusKlPolicy(QueryPolicy):
    """
    γ(x) = 1/T Σₜ 1/C Σ_c KL(P_c(yₜ) ‖ P̄(yₜ)): how far each of C models is from their mean (McCallum and Nigam 1998).

    Registered as a `QueryPolicy` with name "consensus_kl".

    # Parameters

    committee_size : `int`, optional (default = `3`)
        C, at least 2. The members differ in their heads, their dropout and the order of their data; the first is the
        round's model.

    # Raises

    `ConfigurationError`
        When there are fewer than 2.
    """

    def __init__(self, committee_size: int = 3) -> None:
        self.committee_size = check_opinions("committee_size", committee_size)

    def score(self, batch: ScoredBatch) -> torch.Tensor:
        return consensus_divergence(batch.probabilities, batch.mask)
