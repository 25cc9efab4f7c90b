"""The abstract query policy: it checks and collects; a subclass scores, and may choose in another way than by score."""

import logging
from abc import abstractmethod
from dataclasses import replace
from typing import List, NamedTuple, Optional, Sequence

import numpy as np
import torch
from allennlp.common import Registrable

from seqmix_plugin.distributed import from_primary, summed
from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.query_policies.candidates import Candidates, Predict, QueryContext, ScoredBatch
from seqmix_plugin.query_policies.vector_table import VectorTable
from seqmix_plugin.sentence import SentenceSource, TaggedSentence

logger = logging.getLogger(__name__)


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


class PoolScores(NamedTuple):
    """
    What was computed for all sentences of a pool.

    # Parameters

    scores : `np.ndarray`
        γ(x) of each sentence, which is recorded. Shape: `(pool_size,)`
    ranks : `np.ndarray`
        The value by which each is ranked. Shape: `(pool_size,)`
    vectors : `np.ndarray`, optional (default = `None`)
        The vector of each, for a policy that needs vectors, in single precision. Shape: `(pool_size, dimension)`
    """

    scores: np.ndarray
    ranks: np.ndarray
    vectors: Optional[np.ndarray] = None


class QueryPolicy(Registrable):
    """
    Query policy ψ(U, K, γ(·)) of the paper's Algorithm 1, which selects the K most informative sentences of the
    unlabelled pool. A subclass implements the score γ and states which predictions it needs. One that does not simply
    take the sentences of the highest scores also implements `order`.
    """

    committee_size: int = 1
    """Number of models to train in each round."""
    num_samples: int = 0
    """Number of predictions with dropout; 0 predicts once without dropout."""
    has_scores: bool = True
    """Whether the policy scores sentences; without scores and vectors no model is asked."""
    needs_vectors: bool = False
    """Whether batches have `word_vectors`, and candidates `vectors`."""
    needs_labelled_vectors: bool = False
    """Whether candidates have `labelled_vectors`, too."""
    num_earlier: int = 0
    """Number of earlier rounds of whose scores candidates have those that are known."""
    makes_ranks: bool = False
    """Whether it chooses by ranks that it makes of the scores, so that one around it cannot change them."""
    _warned: bool = False

    @property
    def asks_models(self) -> bool:
        """Whether a query predicts the candidates."""
        return self.has_scores or self.needs_vectors

    def select(
        self,
        unlabelled: Sequence[TaggedSentence],
        size: int,
        predict: Predict,
        rng: np.random.Generator,
        context: QueryContext = QueryContext(),
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
        context : `QueryContext`, optional (default = `QueryContext()`)
            What else is known about the query.

        # Returns

        `List[Query]`
            K selected sentences, the most informative first.

        # Raises

        `ConfigurationError`
            When the pool has fewer than K sentences, or a score or vector is not a number.
        """
        if size > len(unlabelled):
            raise ConfigurationError(f"pool exhausted: {len(unlabelled)} sentences left, {size} requested")
        ties = rng.permutation(len(unlabelled))
        lengths = context.lengths
        if lengths is None:
            lengths = np.array([len(sentence) for sentence in unlabelled], dtype=int)
        self.prepare(replace(context, lengths=lengths))
        scores, ranks, vectors = self.score_pool(unlabelled, predict)
        finite = np.isfinite(scores) & np.isfinite(ranks)
        if vectors is not None:
            finite &= np.isfinite(vectors.sum(1))
        if not finite.all():
            culprit, what = unlabelled[int(np.flatnonzero(~finite)[0])], "score" if self.has_scores else "vector"
            raise ConfigurationError(f"the query {what} of sentence {culprit.id!r} is not a number: training diverged")
        if self.has_scores and size < len(unlabelled) and ranks.min() == ranks.max() and not self._warned:
            self._warned = True
            number, score = len(unlabelled), scores[0] + 0  # no −0
            logger.warning(f"all {number} sentences have the query score {score:g}: the query is random")
        covered = None
        if self.needs_labelled_vectors and len(context.labelled) > 0:
            covered = self.vectors_of(context.labelled, predict)
        expected = size if context.expected is None else context.expected
        if context.keep_scores is not None:
            context.keep_scores(scores)
        given = context.labelled, covered, context.earlier
        candidates = Candidates(unlabelled, lengths, scores, ranks, ties, expected, vectors, *given)

        def queries() -> List[Query]:
            order = self.order(candidates, size, rng)
            return [Query(int(place), float(scores[place]) if self.has_scores else None) for place in order]

        return from_primary(queries)

    def prepare(self, context: QueryContext) -> None:
        """Is called before a query scores its first batch, for scores that depend on labels or lengths of the pool."""

    def score_pool(self, unlabelled: SentenceSource, predict: Predict) -> PoolScores:
        """
        Scores, ranks and vectors of all sentences; no other prediction is kept. In a distributed run `predict` gives
        each process its share of the pool, and every process gets everything. Scores and ranks are 0 for a policy that
        asks no model.
        """
        shared = np.zeros((3, len(unlabelled)))
        if not self.asks_models:
            return PoolScores(shared[0], shared[1])
        positions: List[np.ndarray] = []
        scores: List[torch.Tensor] = []
        vectors = VectorTable(len(unlabelled))
        for batch in predict(unlabelled):
            positions.append(batch.positions)
            score = self.score(batch)
            # Both stay on their device: nothing waits for them.
            scores.append(torch.stack((score.double(), self.rank(batch, score).double())))
            if self.needs_vectors:
                vectors.add(batch.positions, self.vectors(batch))
        here = np.concatenate(positions) if positions else np.zeros(0, dtype=int)
        if scores:
            shared[:2, here] = torch.cat(scores, dim=1).cpu().numpy()
            shared[2, here] += 1
        *total, seen = summed(shared)
        all_scores, ranks = np.where(seen == 1, total, np.nan)
        return PoolScores(all_scores, ranks, vectors.of_all() if self.needs_vectors else None)

    def vectors_of(self, sentences: SentenceSource, predict: Predict) -> np.ndarray:
        """The vectors of sentences that are not scored, such as labelled ones. Shape: `(num_sentences, dimension)`"""
        vectors = VectorTable(len(sentences))
        for batch in predict(sentences):
            vectors.add(batch.positions, self.vectors(batch))
        return vectors.of_all()

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

    def vectors(self, batch: ScoredBatch) -> torch.Tensor:
        """
        A vector of each sentence, for a policy that states `needs_vectors`: by default the mean of its words' vectors.

        # Returns

        `torch.Tensor`
            Shape: `(batch_size, dimension)`
        """
        assert batch.word_vectors is not None
        mask = batch.mask.unsqueeze(-1)  # Shape: (batch_size, num_tokens, 1)
        return batch.word_vectors.masked_fill(~mask, 0.0).sum(1) / mask.sum(1).clamp(min=1)

    def order(self, candidates: Candidates, size: int, rng: np.random.Generator) -> np.ndarray:
        """
        The places of the sentences to query among the candidates: by default those of the highest ranks. It is called
        in the primary process alone. A query in tokens takes only the first of them, so that any beginning of the order
        should be a good query.

        # Parameters

        candidates : `Candidates`
            The unlabelled sentences with their scores.
        size : `int`
            How many of them to choose, at most as many as there are.
        rng : `np.random.Generator`
            Random generator.

        # Returns

        `np.ndarray`
            Distinct places, the first to be taken first. Shape: `(size,)`
        """
        return np.lexsort((candidates.ties, -candidates.ranks))[:size]
