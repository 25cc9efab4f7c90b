"""The difference between two methods over several corpora."""

from dataclasses import dataclass, replace
from typing import Dict, List, Mapping, Optional, Tuple

import numpy as np

from seqmix_plugin.reporting.comparison import Comparison
from seqmix_plugin.reporting.paired import PairedComparison, is_significant, verdict_of
from seqmix_plugin.reporting.statistics import (
    holm,
    seeds_needed,
    stratified_bootstrap_interval,
    stratified_sign_flip_test,
)


@dataclass(frozen=True)
class StratifiedComparison:
    """
    The difference between two methods on one split over several corpora, `first` minus `second`, in F1 points: the mean
    over the corpora of the mean over the seeds of each.
    """

    first: str
    second: str
    corpora: Dict[str, PairedComparison]
    """The comparison on each corpus, in the direction of this one."""
    difference: float
    interval: Optional[Tuple[float, float]]
    """95 % bootstrap interval, seeds resampled within each corpus."""
    p: Optional[float]
    """Of the sign-flip test within corpora."""
    finished: bool
    """Whether the runs of both are finished on all corpora."""
    adjusted_p: Optional[float] = None
    """After Holm's correction over the pairs that are shown."""
    needed: int = 0
    """The fewest pairs of runs, over all corpora, with which one of the pairs that are shown can be significant."""

    @property
    def num_units(self) -> int:
        """The number of pairs of runs over all corpora."""
        return sum(len(pair.units) for pair in self.corpora.values())

    @property
    def significant(self) -> bool:
        """Whether the difference is statistically significant, and final."""
        return is_significant(self.finished, self.adjusted_p)

    @property
    def verdict(self) -> str:
        """What the test says, to follow 'The difference is'."""
        return verdict_of(self.finished, self.adjusted_p, self.num_units, self.needed, "pairs of runs")


def over_corpora(comparisons: Mapping[str, Comparison], split: str) -> List[StratifiedComparison]:
    """
    One comparison for each pair of methods that two corpora at least have measured.

    # Parameters

    comparisons : `Mapping[str, Comparison]`
        By the name of the corpus. A method has the same name in all of them.
    split : `str`
        `dev` or `test`; corpora without it are left out.

    # Returns

    `List[StratifiedComparison]`
        p is corrected over all of them.
    """
    found: Dict[Tuple[str, str], Dict[str, PairedComparison]] = {}
    for corpus, comparison in comparisons.items():
        for pair in comparison.pairs.get(split, []):
            if pair.differences:
                names = (pair.first, pair.second)
                key = names if names in found or names[::-1] not in found else names[::-1]
                found.setdefault(key, {})[corpus] = pair.gain_of(key[0])
    compared = [_compared(*names, corpora) for names, corpora in found.items() if len(corpora) > 1]
    needed = seeds_needed(len(compared)) if compared else 0
    adjusted = holm([pair.p for pair in compared])
    return [replace(pair, adjusted_p=p, needed=needed) for pair, p in zip(compared, adjusted, strict=True)]


def _compared(first: str, second: str, corpora: Dict[str, PairedComparison]) -> StratifiedComparison:
    strata = [pair.differences for pair in corpora.values()]
    return StratifiedComparison(
        first=first,
        second=second,
        corpora=corpora,
        difference=float(np.mean([pair.difference for pair in corpora.values()])),
        interval=stratified_bootstrap_interval(strata),
        p=stratified_sign_flip_test(strata),
        finished=all(pair.finished for pair in corpora.values()),
    )
