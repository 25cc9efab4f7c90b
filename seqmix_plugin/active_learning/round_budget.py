"""How much a round may query: its own size, and what the label budget of the run leaves."""

import logging
import math
from dataclasses import dataclass, replace
from typing import Dict, Mapping, Optional, Tuple

import numpy as np

from seqmix_plugin.active_learning.pool import Pool
from seqmix_plugin.annotation_cost import AnnotationCost, annotation_seconds
from seqmix_plugin.data import SentenceView
from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.stopping import StoppingCriterion
from seqmix_plugin.stopping.stopping_criterion import Rounds

logger = logging.getLogger(__name__)

Limits = Mapping[str, float]
"""Numbers of `sentences`, `tokens` or `seconds` that may be queried."""


@dataclass(frozen=True)
class RoundBudget:
    """
    The limits of a query. A sentence's entities, and so its seconds, are not known before it is labelled: it is
    expected to have as many entities a token as what is labelled so far.
    """

    own: Limits  # of the round: K sentences, or a number of tokens
    left: Limits  # what the stopping criterion leaves
    seconds_per_sentence: float
    seconds_per_token: float  # with those of the entities that are expected

    @property
    def limits(self) -> Dict[str, float]:
        """The smaller of both limits, for each unit."""
        units = {**self.own, **self.left}
        return {unit: min(self.own.get(unit, math.inf), self.left.get(unit, math.inf)) for unit in units}

    def fits(self, lengths: np.ndarray) -> np.ndarray:
        """Whether each sentence, alone, is within the limits. Shapes: `(num_sentences,)`"""
        amounts = self._amounts(lengths)
        within = [amounts[unit] <= limit for unit, limit in self.limits.items() if unit != "sentences"]
        return np.logical_and.reduce(within) if within else np.ones(len(lengths), dtype=bool)

    def candidates(self, pool: Pool) -> SentenceView:
        """The unlabelled sentences of a pool that are within the limits."""
        unlabelled = pool.unlabelled
        return SentenceView(unlabelled, np.flatnonzero(self.fits(pool.lengths(unlabelled))))

    def most(self, lengths: np.ndarray) -> int:
        """
        How many sentences of these lengths a query can have at most, in whatever order they are taken; a
        `ConfigurationError` when there is none for a query in tokens.
        """
        if "tokens" in self.own and len(lengths) == 0:
            raise ConfigurationError(
                f"pool exhausted: no sentence left within the {self.own['tokens']:,} tokens requested"
            )
        if set(self.limits) == {"sentences"}:  # more than there are is an error of the query policy
            return max(0, int(self.limits["sentences"]))
        return self._num_within(np.sort(lengths), self.limits)

    def expected(self, lengths: np.ndarray, most: int) -> int:
        """How many of the `most` sentences fit if they are as long as sentences of these lengths on average."""
        if most == 0 or len(lengths) == 0:
            return most
        return max(1, self._num_within(np.full(most, lengths.mean()), self.limits))

    def cut(self, lengths: np.ndarray, k: int) -> Tuple[int, bool]:
        """
        How many sentences of these lengths are queried, in this order, up to the first that does not fit, and whether
        they end at what is left of the run's label budget, before the round's own size; says so for round `k`.
        """
        kept = self._num_within(lengths, self.limits)
        [(unit, size)] = self.own.items()
        if unit == "sentences":
            is_cut = kept < size
        else:
            is_cut = self.left.get(unit, math.inf) < size or kept < self._num_within(lengths, self.own)
        if is_cut:
            logger.info(
                f"round {k}: {self._amounts(lengths[:kept])[unit].sum():,} instead of {size:,} {unit} are queried, to "
                f"stay within the label budget of trainer.stopping"
            )
        return kept, is_cut

    def _amounts(self, lengths: np.ndarray) -> Dict[str, np.ndarray]:
        seconds = self.seconds_per_sentence + self.seconds_per_token * lengths
        return {"sentences": np.ones(len(lengths), dtype=int), "tokens": lengths, "seconds": seconds}

    def _num_within(self, lengths: np.ndarray, limits: Limits) -> int:
        sums = {unit: np.cumsum(amounts) for unit, amounts in self._amounts(lengths).items()}
        numbers = [int(np.searchsorted(sums[unit], limit, side="right")) for unit, limit in limits.items()]
        return min([len(lengths), *numbers])


def round_budget(own: Limits, stopping: Optional[StoppingCriterion], pool: Pool, cost: AnnotationCost) -> RoundBudget:
    """The budget of a round of its own size, as the pool is now."""
    counts = pool.counts()
    left = {} if stopping is None else stopping.left({**counts, "seconds": annotation_seconds(counts, cost)})
    entities_per_token = counts["entities"] / max(counts["tokens"], 1)
    per_token = cost.seconds_per_token + entities_per_token * cost.seconds_per_entity
    return RoundBudget(dict(own), left, cost.seconds_per_sentence, per_token)


def stop_reason(
    stopping: Optional[StoppingCriterion], rounds: Rounds, pool: Pool, following: RoundBudget, was_cut: bool
) -> Optional[str]:
    """
    Why the run ends after a round, in words, if it does. `following` is the budget of the next round, and `was_cut`
    says whether the round's query was cut to the label budget, and all that remained of it was labelled.
    """
    reason = None if stopping is None else stopping.reason(rounds)
    if reason is not None:
        return reason
    scarce = {unit: number for unit, number in following.left.items() if unit != "sentences"}
    num_left, of_run = len(pool.unlabelled), replace(following, own={})
    if scarce and (was_cut or num_left > len(of_run.candidates(pool)) == 0):
        numbers = " and ".join(f"{number:,.0f} {unit}" for unit, number in scarce.items())
        return f"{numbers} are left of the label budget, too few for the next sentence"
    return nothing_fits(pool, following)


def nothing_fits(pool: Pool, following: RoundBudget) -> Optional[str]:
    """Why there cannot be a next round, in words, where it queries in tokens and no sentence of the pool is within."""
    if "tokens" not in following.own or len(following.candidates(pool)) > 0:
        return None
    return f"no sentence that is left in the pool is within the {following.own['tokens']:,} tokens of the next query"
