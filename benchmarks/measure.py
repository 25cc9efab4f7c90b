"""Alternating timings of two implementations, and the ratio of their seconds with its interval."""

import math
import time
from typing import Any, Callable, List, NamedTuple, Optional, Sequence, Tuple

import torch

FEWEST_PAIRS = 9
LEVEL = 0.95


class Pair(NamedTuple):
    """
    Seconds of one interleaved pair.

    # Parameters

    ours : `float`
        Of the package.
    reference : `float`
        Of what it is measured against.
    """

    ours: float
    reference: float


class Interval(NamedTuple):
    """
    # Parameters

    mean : `float`
        The mean: of speeds the geometric one.
    low, high : `float`
        The ends of its 95 % interval.
    """

    mean: float
    low: float
    high: float


class Target(NamedTuple):
    """
    What is asked of a stage, always as a speed relative to the reference: at most 1.1 times its seconds is a speed of
    at least 1 / 1.1.

    # Parameters

    kind : `str`
        `"at_most"` times the reference's seconds, or `"at_least"` times as fast.
    factor : `float`
        How many times.
    """

    kind: str
    factor: float

    @property
    def speed(self) -> float:
        """The lowest ratio of the reference's seconds to the plugin's that meets the target."""
        return 1 / self.factor if self.kind == "at_most" else self.factor

    @property
    def sign(self) -> str:
        """How the target is written."""
        return "≤" if self.kind == "at_most" else "≥"

    def shown(self, speeds: Interval) -> Interval:
        """The interval in the words of the target: of times its seconds, or of times as fast."""
        if self.kind == "at_least":
            return speeds
        return Interval(1 / speeds.mean, 1 / speeds.high, 1 / speeds.low)

    def met(self, speeds: Interval) -> bool:
        """Whether the lower end of the speed's interval is enough."""
        return speeds.low >= self.speed


def at_most(factor: float) -> Target:
    """At most so many times the reference's seconds."""
    return Target("at_most", factor)


def at_least(factor: float) -> Target:
    """At least so many times as fast as the reference."""
    return Target("at_least", factor)


def speed_interval(pairs: Sequence[Pair]) -> Interval:
    """
    How many times as fast ours is: the geometric mean of reference seconds / our seconds over the pairs, and its
    interval by Student's t on the logarithms of the ratios.

    # Parameters

    pairs : `Sequence[Pair]`
        At least one; with fewer than two the interval is everything.
    """
    return Interval(*map(math.exp, mean_interval([math.log(pair.reference / pair.ours) for pair in pairs])))


def mean_interval(values: Sequence[float]) -> Interval:
    """The arithmetic mean of values and its interval by Student's t; with fewer than two the interval is everything."""
    from scipy import stats

    mean = sum(values) / len(values)
    if len(values) < 2:
        return Interval(mean, -math.inf, math.inf)
    variance = sum((value - mean) ** 2 for value in values) / (len(values) - 1)
    half = float(stats.t.ppf((1 + LEVEL) / 2, len(values) - 1)) * math.sqrt(variance / len(values))
    return Interval(mean, mean - half, mean + half)


def interleaved(
    ours: Callable[[], Any],
    reference: Callable[[], Any],
    num_pairs: int,
    device: torch.device,
    clock: Callable[[], float] = time.perf_counter,
    prepare: Optional[Callable[[], Any]] = None,
    until: Optional[float] = None,
) -> Tuple[List[Pair], Any, Any]:
    """
    Runs each once to warm up, then pairs of both; who goes first alternates.

    # Parameters

    ours, reference : `Callable[[], Any]`
        What to time.
    num_pairs : `int`
        How many pairs.
    device : `torch.device`
        The clock is read when a GPU has done what it was given.
    clock : `Callable[[], float]`, optional (default = `time.perf_counter`)
        Seconds.
    prepare : `Callable[[], Any]`, optional (default = `None`)
        Called before each time ours runs, and not timed.
    until : `float`, optional (default = `None`)
        The time of `time.monotonic` after which no pair begins, but for the first two.

    # Returns

    `Tuple[List[Pair], Any, Any]`
        The pairs, and what the two returned while they warmed up.
    """

    def seconds(work: Callable[[], Any]) -> float:
        if work is ours and prepare is not None:
            prepare()
        synchronize(device)
        start = clock()
        work()
        synchronize(device)
        return clock() - start

    if prepare is not None:
        prepare()
    warm = ours(), reference()
    pairs = []
    for number in range(num_pairs):
        if until is not None and number >= 2 and time.monotonic() > until:
            break
        if number % 2 == 0:
            one = seconds(ours)
            pairs.append(Pair(one, seconds(reference)))
        else:
            other = seconds(reference)
            pairs.append(Pair(seconds(ours), other))
    return pairs, *warm


def synchronize(device: torch.device) -> None:
    """Waits for a GPU."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
