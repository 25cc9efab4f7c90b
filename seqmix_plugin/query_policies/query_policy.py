"""The abstract query policy: it checks and selects; a subclass only scores."""

import logging
from abc import abstractmethod
from typing import Callable, Iterable, List, NamedTuple, Optional, Sequence, Tuple

import numpy as np
import torch
from allennlp.common import Registrable

from seqmix_plugin.distributed import from_primary, summed
from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.sentence import TaggedSentence

logger = logging.getLogger(__name__)


class ScoredBatch(NamedTuple):
    """
    Predictions for some sentences of the pool, by one model, by each member of a committee, or by several dropout
    samples of a model. The first model is the one that is evaluated and saved.

    # Parameters

    positions : `np.ndarray`
        Indices of the sentences in the pool. Shape: `(batch_size,)`
    probabilities : `torch.Tensor`
        Tag probabilities. Shape: `(num_models, batch_size, num_tokens, num_tags)`
    votes : `torch.LongTensor`
        Tag that each model predicts for each word. Shape: `(num_models, batch_size, num_tokens)`
    mask : `torch.BoolTensor`
        True for real words. Shape: `(batch_size, num_tokens)`
    path_log_probability : `torch.Tensor`, optional (default = `None`)
        ln P(y* | x) of each model's most probable tag sequence, given by sequence models (CRF).
        Shape: `(num_models, batch_size)`
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
        Index of the sentence in the pool.
    score : `float`, optional
        Informativeness γ(x), higher for more informative sentences; `None` when the policy does not score.
    """

    position: int
    score: Optional[float]


PoolScores = Tuple[np.ndarray, np.ndarray]
"""γ(x) of each sentence, which is recorded, and the value by which it is ranked. Shapes: `(pool_size,)`"""
Predict = Callable[[Sequence[TaggedSentence]], Iterable[ScoredBatch]]


class QueryPolicy(Registrable):
    """
    Query policy ψ(U, K, γ(·)) of the paper's Algorithm 1, which selects the K most informative sentences of the
    unlabelled pool. A subclass implements the score γ and states how many models or dropout samples it needs.
    """

    committee_size: int = 1
    """Number of models to train in each round."""
    num_samples: int = 0
    """Number of predictions with dropout; 0 predicts once without dropout."""
    _warned: bool = False

    def select(
        self, unlabelled: Sequence[TaggedSentence], size: int, predict: Predict, rng: np.random.Generator
    ) -> List[Query]:
        """
        Selects the sentences to annotate.

        # Parameters

        unlabelled : `Sequence[TaggedSentence]`
            The unlabelled pool U.
        size : `int`
            Number K of sentences to select.
        predict : `Predict`
            Predicts sentences in batches of any order; not called by policies that need no model.
        rng : `np.random.Generator`
            Random generator that breaks ties and draws random samples.

        # Returns

        `List[Query]`
            K selected sentences, the most informative first.

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
        if size < len(unlabelled) and ranks.min() == ranks.max() and not self._warned:
            self._warned = True
            number, score = len(unlabelled), scores[0] + 0  # no −0
            logger.warning(f"all {number} sentences have the query score {score:g}: the query is random")
        order = np.lexsort((tie_breaker, -ranks))[:size]
        queries = [Query(int(position), float(scores[position])) for position in order]
        return from_primary(lambda: queries)

    def score_pool(self, unlabelled: Sequence[TaggedSentence], predict: Predict) -> Optional[PoolScores]:
        """
        Scores and ranks of all sentences; no other prediction is kept. In a distributed run `predict` gives each
        process its share of the pool, and every process gets all scores.

        # Returns

        `PoolScores`, optional
            `None` for a policy that does not score.
        """
        positions: List[np.ndarray] = []
        scores: List[torch.Tensor] = []
        for batch in predict(unlabelled):
            positions.append(batch.positions)
            score = self.score(batch)
            # Both stay on their device: nothing waits for them.
            scores.append(torch.stack((score.double(), self.rank(batch, score).double())))
        shared = np.zeros((3, len(unlabelled)))
        if scores:
            here = np.concatenate(positions)
            shared[:2, here] = torch.cat(scores, dim=1).cpu().numpy()
            shared[2, here] += 1
        *total, seen = summed(shared)
        all_scores, ranks = np.where(seen == 1, total, np.nan)
        return all_scores, ranks

    @abstractmethod
    def score(self, batch: ScoredBatch) -> torch.Tensor:
        """
        The informativeness γ(x) of a batch of sentences.

        # Returns

        `torch.Tensor`
            Higher for more informative sentences. Shape: `(batch_size,)`
        """

    def rank(self, batch: ScoredBatch, score: torch.Tensor) -> torch.Tensor:
        """
        Values by which a batch of sentences is ranked: γ itself, unless rounding makes different values of γ equal and
        a function that increases with γ distinguishes them.

        # Returns

        `torch.Tensor`
            Shape: `(batch_size,)`
        """
        return score
