"""The query of a round: which sentences of the pool are labelled next."""

from dataclasses import dataclass
from functools import partial
from typing import Dict, List, Mapping, Optional, Sequence, Tuple

import numpy as np
import torch

from seqmix_plugin.active_learning.experiment import Experiment
from seqmix_plugin.active_learning.pool import Pool
from seqmix_plugin.active_learning.round_budget import RoundBudget
from seqmix_plugin.active_learning.settings import ScoringSettings
from seqmix_plugin.data import SentenceView
from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.models import SequenceTagger
from seqmix_plugin.query_policies import QueryContext, QueryPolicy
from seqmix_plugin.randomness import derive_seed, generator, reseed_globals
from seqmix_plugin.run.query_scores import QueryScores


@dataclass(frozen=True)
class Selection:
    """The sentences that a round has selected."""

    names: List[str]
    scores: List[Optional[float]]
    is_cut: bool
    """Whether the label budget of the run, not the size of the round, has ended the query."""
    mean_words: Dict[str, float]
    """Of the `queried` sentences and of all `candidates`."""
    of_all: Optional[QueryScores]
    """The scores of all candidates, where the query policy needs those of earlier rounds."""


@dataclass(frozen=True)
class Querying:
    """Selects the sentences of each round: the seed set by a policy of its own, which has no trained model to ask."""

    query_policy: QueryPolicy  # γ
    seed_policy: QueryPolicy
    scoring: ScoringSettings
    experiment: Experiment
    seed: int
    device: torch.device

    def __post_init__(self) -> None:
        if self.seed_policy.committee_size > 1:
            raise ConfigurationError(
                "trainer.seed_policy asks a committee, and before round 0 there is none; expected a policy of one model"
            )

    def check(self, sizes: Sequence[Mapping[str, int]], pool: Pool, first: int = 0) -> None:
        """
        Raises a `ConfigurationError` when a round would score fewer sentences than it queries; `sizes` are those of the
        rounds from the `first` on. A random seed set is drawn from the whole pool.
        """
        asked = [size for k, size in enumerate(sizes, first) if k > 0 or self.seed_policy.asks_models]
        self.scoring.check([size for size in asked if any(size.values())], pool)

    @property
    def num_earlier(self) -> int:
        """Number of rounds before the one of a query whose scores it needs."""
        return self.query_policy.num_earlier

    def select(
        self,
        k: int,
        pool: Pool,
        budget: RoundBudget,
        models: Sequence[SequenceTagger],
        earlier: Sequence[QueryScores] = (),
    ) -> Selection:
        """
        Selects sentences of the pool, as many as the round's budget and the run's label budget leave room for.
        `earlier` has the scores of earlier rounds, the oldest first.
        """
        policy = self.query_policy if k > 0 else self.seed_policy
        candidates = budget.candidates(pool)
        limit = self.scoring.max_candidates
        if limit is not None and (k > 0 or policy.asks_models):
            candidates = candidates.sampled(limit, generator(self.seed, k, "candidates"))
        reseed_globals(self.seed, k, "query")
        predict = partial(
            self.experiment.predict,
            models[: policy.committee_size],
            device=self.device,
            num_samples=policy.num_samples,
            dtype=self.scoring.dtype,
            seed=derive_seed(self.seed, k, "samples"),
            with_vectors=policy.needs_vectors,
        )
        lengths = pool.lengths(candidates)
        most = budget.most(lengths)
        kept_scores: List[np.ndarray] = []
        context = QueryContext(
            labelled=pool.labelled,
            tags=self.experiment.tags,
            lengths=lengths,
            expected=budget.expected(lengths, most),
            earlier=np.array([found.at(candidates.positions) for found in earlier]) if earlier else None,
            keep_scores=kept_scores.append,
        )
        queries = policy.select(candidates, most, predict, generator(self.seed, k, "query"), context)
        chosen = SentenceView(candidates, np.array([query.position for query in queries], int))
        kept, is_cut = budget.cut(pool.lengths(chosen), k)
        names, scores = [sentence.id for sentence in chosen[:kept]], [query.score for query in queries[:kept]]
        of_all = QueryScores(candidates.positions, kept_scores[0]) if k > 0 and self.num_earlier > 0 else None
        return Selection(names, scores, is_cut, _mean_words(pool.lengths(chosen)[:kept], lengths), of_all)


def _mean_words(queried: np.ndarray, candidates: np.ndarray) -> Dict[str, float]:
    pairs: Tuple[Tuple[str, np.ndarray], ...] = (("queried", queried), ("candidates", candidates))
    return {name: round(float(lengths.mean()), 2) for name, lengths in pairs if len(lengths) > 0}
