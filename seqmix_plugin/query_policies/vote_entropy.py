"""Query by committee, by votes."""

import torch

from seqmix_plugin.functional import vote_entropy
from seqmix_plugin.query_policies.query_policy import QueryPolicy, ScoredBatch, check_opinions


@QueryPolicy.register("vote_entropy")
class VoteEntropyPolicy(QueryPolicy):
    """
    γ(x) = −1/T Σₜ Σₘ Vₘ(yₜ)/C ln(Vₘ(yₜ)/C), the paper's equation 4: Vₘ(yₜ) of C models tag word t as m.

    Registered as a `QueryPolicy` with name "vote_entropy".

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
        return vote_entropy(batch.votes, batch.mask, batch.probabilities.size(-1))
