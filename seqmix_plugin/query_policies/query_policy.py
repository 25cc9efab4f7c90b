"""The abstract query policy: it checks and selects; a subclass only scores."""

import logging
from abc import abstractmethod
from typing import Callable, Iterable, List, NamedTuple, Optional, Sequence

import numpy as np
import torch
from allennlp.common import Registrable
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.distributed import from_primary, summed
from seqmix_plugin.sentence import TaggedSentence

logger = logging.getLogger(__name__)


class ScoredBatch(NamedTuple):
    """
    What is predicted for some sentences of the pool: by one model, by each member of a committee, or by samples of a
    model's dropout. All of them are opinions; the first is the round's model's.

    # Parameters

    positions : `np.ndarray`
        Where the sentences stand in the pool. Shape: `(batch_size,)`
    probabilities : `torch.Tensor`
        Tag probabilities. Shape: `(num_opinions, batch_size, num_tokens, num_tags)`
    votes : `torch.LongTensor`
        The tag that each opinion chooses for each word. Shape: `(num_opinions, batch_size, num_tokens)`
    mask : `torch.BoolTensor`
        True for real words. Shape: `(batch_size, num_tokens)`
    path_log_probability : `torch.Tensor`, optional (default = `None`)
        ln P(y* | x) of each opinion's most probable tag sequence, when the model is one of sequences (a CRF).
        Shape: `(num_opinions, batch_size)`
    """

    positions: np.ndarray
    probabilities: torch.Tensor
    votes: torch.Tensor
    mask: torch.Tensor
    path_log_probability: Optional[torch.Tensor] = None


class Query(NamedTuple):
    """
    One selected sentence.

    # Parameters

    position : `int`
        Where it stands in the pool.
    score : `float`, optional
        γ, its informativeness, the higher the more; `None` when the policy does not score.
    """

    position: int
    score: Optional[float]


class PoolScores(NamedTuple):
    """
    What a policy makes of the whole pool.

    # Parameters

    scores : `np.ndarray`
        γ, which is recorded. Shape: `(pool_size,)`
    ranks : `np.ndarray`
        What the sentences are ranked by. Shape: `(pool_size,)`
    """

    scores: np.ndarray
    ranks: np.ndarray


Predict = Callable[[Sequence[TaggedSentence]], Iterable[ScoredBatch]]


class QueryPolicy(Registrable):
    """
    ψ(U, K, γ(·)): selects the K most informative sentences of the unlabelled pool. A subclass gives γ and says what it
    needs; the trainer provides it.
    """

    committee_size: int = 1
    """How many models to train a round."""
    num_samples: int = 0
    """How many times to ask with dropout on; 0 asks once without dropout."""
    _said_random: bool = False

    def select(
        self, unlabelled: Sequence[TaggedSentence], size: int, predict: Predict, rng: np.random.Generator
    ) -> List[Query]:
        """
        # Parameters

        unlabelled : `Sequence[TaggedSentence]`
            The pool, without labels.
        size : `int`
            K.
        predict : `Predict`
            Gives the opinions on sentences, in batches of any order; not called by policies that need no model.
        rng : `np.random.Generator`
            Breaks ties, and draws for policies that draw.

        # Returns

        `List[Query]`
            K queries, the most informative first.

        # Raises

        `ConfigurationError`
            When the pool has fewer than K sentences, or a score is not a number.
        """
        if size > len(unlabelled):
            raise ConfigurationError(f"pool exhausted: {len(unlabelled)} sentences left, {size} requested")
        tie_breaker = rng.permutation(len(unlabelled))
        found = self.score_pool(unlabelled, predict)
        if found is None:
            return [Query(int(position), None) for position in tie_breaker[:size]]  # the same in all processes
        scores, ranks = found
        finite = np.isfinite(scores) & np.isfinite(ranks)
        if not finite.all():
            culprit = unlabelled[int(np.flatnonzero(~finite)[0])]
            raise ConfigurationError(f"the query score of sentence {culprit.id!r} is not a number: training diverged")
        if size < len(unlabelled) and ranks.min() == ranks.max() and not self._said_random:
            self._said_random = True  # in later rounds it is no news
            number, score = len(unlabelled), scores[0] + 0  # no −0
            logger.warning(f"all {number} sentences have the query score {score:g}: the query is random")
        order = np.lexsort((tie_breaker, -ranks))[:size]
        queries = [Query(int(position), float(scores[position])) for position in order]
        return from_primary(lambda: queries)

    def score_pool(self, unlabelled: Sequence[TaggedSentence], predict: Predict) -> Optional[PoolScores]:
        """
        Two numbers a sentence; nothing else of what is predicted is kept. In a distributed run `predict` gives each
        process its share, and all of them get all scores.

        # Returns

        `PoolScores`, optional
            `None` for a policy that does not score.
        """
        positions: List[np.ndarray] = []
        scores: List[torch.Tensor] = []
        for batch in predict(unlabelled):
            positions.append(batch.positions)
            score = self.score(batch)
            both = torch.stack((score.double(), self.rank(batch, score).double()))
            scores.append(both)  # stays on its device: nothing waits for it
        shared = np.zeros((3, len(unlabelled)))
        if scores:
            here = np.concatenate(positions)
            shared[:2, here] = torch.cat(scores, dim=1).cpu().numpy()
            shared[2, here] += 1
        *total, seen = summed(shared)
        return PoolScores(*np.where(seen == 1, total, np.nan))

    @abstractmethod
    def score(self, batch: ScoredBatch) -> torch.Tensor:
        """
        γ(x) of a batch of sentences.

        # Returns

        `torch.Tensor`
            The higher, the more informative. Shape: `(batch_size,)`
        """

    def rank(self, batch: ScoredBatch, score: torch.Tensor) -> torch.Tensor:
        """
        What a batch of sentences is ranked by: γ itself, unless its values come so close that rounding makes them equal
        where something that rises with γ still tells them apart.

        # Returns

        `torch.Tensor`
            Shape: `(batch_size,)`
        """
        return score


def check_opinions(key: str, value: int) -> int:
    """The number itself; raises a `ConfigurationError` when so few opinions cannot disagree."""
    if value < 2:
        raise ConfigurationError(f"query_policy.{key} is {value}; disagreement needs 2 or more")
    return value
