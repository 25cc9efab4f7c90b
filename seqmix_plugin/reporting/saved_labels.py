"""The annotations that a method saves at the same F1."""

import functools
import math
from dataclasses import dataclass, replace
from typing import List, NamedTuple, Optional, Tuple

import numpy as np

from seqmix_plugin.reporting.run_groups import Group, last_rounds, matched_runs
from seqmix_plugin.reporting.statistics import resampled

EXACT, LESS, AT_LEAST = 0, -1, 1


class Saved(NamedTuple):
    """A saving in percent of the other method's annotations, or, where a curve does not say it, a bound on it."""

    percent: float
    bound: int
    """`EXACT`; `LESS` than this, where the F1 is not reached; `AT_LEAST` this, where the first budget is enough."""


@dataclass(frozen=True)
class Saving:
    """
    How many annotations a method needs for the F1 with which another, its baseline, ends, on the seeds of both.
    Annotations are counted with the seed set, where the mean curve of each first reaches this F1.
    """

    first: str
    """The method."""
    second: str
    """The baseline."""
    measure: str
    """In which annotations are counted: `sentences`, `tokens`, `entities` or `seconds`."""
    f1: float
    """Of the baseline's mean curve at its last budget, in points."""
    needed: float
    """What the method needs; its last budget where it does not reach the F1."""
    others: float
    """What the baseline needs."""
    places: Tuple[int, int]
    """The position of the budget with which each of the two reaches the F1: 0 where it may need less than its first
    budget, −1 where it does not reach the F1."""
    saved: Saved
    """1 − needed / others, in percent."""
    interval: Optional[Tuple[Saved, Saved]]
    """95 % bootstrap interval over paired seeds; `None` for one seed."""
    never: float
    """The share of resamples in which the method does not reach the F1; of one seed whether it does not."""


def saving(first: Group, second: Group, split: str, measure: str = "sentences") -> Optional[Saving]:
    """
    The saving of a method against another.

    # Parameters

    first : `Group`
        The method.
    second : `Group`
        The baseline.
    split : `str`
        `dev` or `test`.
    measure : `str`, optional (default = `"sentences"`)
        In which annotations are counted.

    # Returns

    `Optional[Saving]`
        `None` where the methods have no seed in common, no curve, or have not measured the split.

    References: Efron and Tibshirani, An Introduction to the Bootstrap, 1993.
    """
    matched = matched_runs(first, second)
    if not matched:
        return None
    groups = [replace(group, runs=tuple(pair[side] for pair in matched)) for side, group in enumerate((first, second))]
    scores = [group.f1(split) for group in groups]
    if any(score is None for score in scores):
        return None
    rounds = [last_rounds(group.budgets()) for group in groups]
    if min(map(len, rounds)) < 2:
        return None
    curves = [
        np.stack([group.counts(measure)[:, kept], score[:, kept]])  # type: ignore[index]
        for group, score, kept in zip(groups, scores, rounds, strict=True)
    ]  # Shape: (2, num_seeds, num_budgets)
    num_seeds = len(matched)
    own, other, f1, percent, bound, places = _savings(curves, np.ones((1, num_seeds)) / num_seeds)
    interval, never = None, float(places[0, 0] < 0)
    if num_seeds > 1:
        *_, percents, bounds, resampled_places = _savings(curves, _resampled_weights(num_seeds))
        interval, never = _interval(percents, bounds), float(np.mean(resampled_places[0] < 0))
    result, numbers = Saved(float(percent[0]), int(bound[0])), (float(f1[0]), float(own[0]), float(other[0]))
    reached = int(places[0, 0]), int(places[1, 0])
    return Saving(first.name, second.name, measure, *numbers, reached, result, interval, never)


@functools.lru_cache
def _resampled_weights(num_seeds: int) -> np.ndarray:
    """The share of each seed in the mean of each resample. Shape: (num_draws, num_seeds)"""
    drawn = resampled(num_seeds, np.random.default_rng(0))
    return (drawn[:, :, None] == np.arange(num_seeds)).mean(axis=1)


def _savings(curves: List[np.ndarray], weights: np.ndarray) -> Tuple[np.ndarray, ...]:
    """
    For each draw of seeds what both methods need, the F1, the saving in percent, its bound, and where both reach it.
    Shapes: weights (num_draws, num_seeds); results (num_draws,), of the last (2, num_draws)
    """
    # Rounded, so that means that are equal on paper are equal. Shape: (2, num_draws, num_budgets)
    means = [np.round(weights @ curve, 6) for curve in curves]
    target = means[1][1, :, -1]
    own, own_place = first_reached(means[0][0], means[0][1], target)
    other, other_place = first_reached(means[1][0], means[1][1], target)
    never = own_place < 0
    own = np.where(never, means[0][0, :, -1], own)
    percent, bound = 100 * (1 - own / other), np.full(len(own), EXACT)
    bound[own_place == 0] = AT_LEAST
    bound[never | (other_place == 0)] = LESS
    percent[(own_place == 0) & (other_place == 0)] = 100.0  # either may need next to nothing
    return own, other, target, percent, bound, np.stack([own_place, other_place])


def first_reached(budgets: np.ndarray, scores: np.ndarray, target: np.ndarray) -> Tuple[np.ndarray, np.ndarray]:
    """
    Where learning curves first reach an F1, with straight lines between budgets: the first budget where a curve starts
    above, `nan` where it never does; and the position of the budget at its end, −1 where it never does.
    Shapes: budgets and scores (num_curves, num_budgets); target and results (num_curves,)
    """
    above = scores >= target[:, None]
    place = above.argmax(axis=1)
    rows, before = np.arange(len(place)), np.maximum(place - 1, 0)
    low, high = scores[rows, before], scores[rows, place]
    rise = np.where(place > 0, high - low, 1.0)
    share = np.where(place > 0, (target - low) / rise, 0.0)
    reached = budgets[rows, before] + share * (budgets[rows, place] - budgets[rows, before])
    ever = above.any(axis=1)
    return np.where(ever, reached, np.nan), np.where(ever, place, -1)


def _interval(percent: np.ndarray, bound: np.ndarray, confidence: float = 0.95) -> Tuple[Saved, Saved]:
    """
    The percentile interval, whose ends are resamples. Bounds count as savings; an end that would be lower, or higher,
    if they were as far from it as they can be is a bound itself.
    """
    outside = (1 - confidence) / 2
    low, high = max(0, math.ceil(outside * len(percent)) - 1), math.ceil((1 - outside) * len(percent)) - 1
    lowest = np.sort(np.where(bound == LESS, -np.inf, percent))
    highest = np.sort(np.where(bound == AT_LEAST, np.inf, percent))
    ends = []
    for place, first in ((low, LESS), (high, AT_LEAST)):
        end = np.sort(percent)[place]
        possible = [(LESS, lowest[place] < end), (AT_LEAST, highest[place] > end), (EXACT, True)]
        possible.sort(key=lambda one: one[0] != first)
        ends.append(Saved(float(end), next(kind for kind, holds in possible if holds)))
    return ends[0], ends[1]
