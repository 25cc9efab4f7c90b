"""Query by committee."""

import torch

from seqmix_plugin.functional import consensus_divergence, vote_entropy
from seqmix_plugin.parameter_checks import at_least
from seqmix_plugin.query_policies.candidates import ScoredBatch
from seqmix_plugin.query_policies.query_policy import QueryPolicy


class _CommitteePolicy(QueryPolicy):
    def __init__(self, committee_size: int = 3) -> None:
        self.committee_size = at_least("query_policy.committee_size", committee_size, 2)


@QueryPolicy.register("consensus_kl")
class ConsensusKlPolicy(_CommitteePolicy):
    """
    γ(x) = 1/T Σₜ 1/C Σ_c KL(P_c(yₜ) ‖ P̄(yₜ)): the mean divergence of each of C models from their consensus P̄
    (McCallum and Nigam 1998).

    Registered as a `QueryPolicy` with name "consensus_kl".

    # Parameters

    committee_size : `int`, optional (default = `3`)
        Number C of models in the committee, at least 2. They differ in the initialization of their heads, their dropout
        and the order of their data; the first is the model that is evaluated and saved.

    # Raises

    `ConfigurationError`
        When `committee_size` is below 2.
    """

    def score(self, batch: ScoredBatch) -> torch.Tensor:
        return consensus_divergence(batch.probabilities, batch.mask)


@QueryPolicy.register("vote_entropy")
class VoteEntropyPolicy(_CommitteePolicy):
    """
    γ(x) = −1/T Σₜ Σₘ Vₘ(yₜ)/C ln(Vₘ(yₜ)/C), the paper's equation 4, where Vₘ(yₜ) of the C models give word t the tag m.

    Registered as a `QueryPolicy` with name "vote_entropy".

    # Parameters

    committee_size : `int`, optional (default = `3`)
        Number C of models in the committee, at least 2. They differ in the initialization of their heads, their dropout
        and the order of their data; the first is the model that is evaluated and saved.

    # Raises

    `ConfigurationError`
        When `committee_size` is below 2.
    """

    def score(self, batch: ScoredBatch) -> torch.Tensor:
        return vote_entropy(batch.votes, batch.mask, batch.probabilities.size(-1))
