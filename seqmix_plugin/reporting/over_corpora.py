"""The difference between two methods over several corpora."""

import re
from dataclasses import dataclass, replace
from itertools import combinations, takewhile
from typing import Dict, List, Mapping, Optional, Sequence, Set, Tuple

import numpy as np

from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.reporting.comparison import Comparison
from seqmix_plugin.reporting.paired import PairedComparison, is_significant, verdict_of
from seqmix_plugin.reporting.run_groups import Group, group_runs
from seqmix_plugin.reporting.statistics import (
    holm,
    seeds_needed,
    stratified_bootstrap_interval,
    stratified_sign_flip_test,
)
from seqmix_plugin.run.reader import Run


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
        p is corrected over all of them, or for as many pairs as were planned.
    """
    found: Dict[Tuple[str, str], Dict[str, PairedComparison]] = {}
    for corpus, comparison in comparisons.items():
        for pair in comparison.pairs.get(split, []):
            if pair.differences:
                names = (pair.first, pair.second)
                key = names if names in found or names[::-1] not in found else names[::-1]
                found.setdefault(key, {})[corpus] = pair.gain_of(key[0])
    compared = [_compared(*names, corpora) for names, corpora in found.items() if len(corpora) > 1]
    planned = max((comparison.planned for comparison in comparisons.values()), default=0)
    needed = seeds_needed(max(len(compared), planned)) if compared else 0
    adjusted = holm([pair.p for pair in compared], planned)
    return [replace(pair, adjusted_p=p, needed=needed) for pair, p in zip(compared, adjusted, strict=True)]


def by_corpus(runs: Sequence[Run]) -> Tuple[Dict[str, List[Group]], List[str]]:
    """
    The methods on each corpus, and a line on each run that is left out. Methods that have the same name on two corpora
    keep it, and the corpora have the names of the folders above; otherwise all names on a corpus begin with its name.

    # Raises

    `ConfigurationError`
        When the runs work on fewer than two corpora, or their names cannot be told.
    """
    by_data: Dict[str, List[Run]] = {}
    for run in runs:
        by_data.setdefault(run.data_hash, []).append(run)
    if not runs:
        group_runs(runs)  # raises
    if len(by_data) < 2:
        raise ConfigurationError("these runs work on the same data; expected runs on two corpora or more")
    grouped = [group_runs(of_data) for of_data in by_data.values()]
    names = [{group.name for group in groups} for groups, _ in grouped]
    same = any(one & other for one, other in combinations(names, 2))
    prefixes = [""] * len(names) if same else _prefixes(names)
    corpora: Dict[str, List[Group]] = {}
    for (groups, _), prefix in zip(grouped, prefixes, strict=True):
        corpus = _folder_above(groups[0]) if same else prefix.rstrip("-_.")
        if not corpus or corpus in corpora:
            raise ConfigurationError(
                f"the corpus of {groups[0].runs[0].path} cannot be told from its name; expected folders such as "
                "webpage_nte and conll_nte, or webpage/nte and conll/nte"
            )
        corpora[corpus] = [replace(group, name=group.name[len(prefix) :]) for group in groups]
    return corpora, [line for _, left_out in grouped for line in left_out]


def _prefixes(corpora: Sequence[Set[str]]) -> List[str]:
    """
    What the names of the methods on each corpus begin with, `webpage_` of `webpage_nte` and `webpage_nte_sub`: that
    which leaves the most names in common with other corpora, and of several the shortest.
    """
    rests = [{cut: {name[len(cut) :] for name in names} for cut in _common_parts(names)} for names in corpora]
    chosen = []
    for place, cuts in enumerate(rests):
        elsewhere = {name for other in rests[:place] + rests[place + 1 :] for left in other.values() for name in left}
        shared = {cut: len(left & elsewhere) for cut, left in cuts.items()}
        chosen.append(max(shared, key=shared.__getitem__, default=""))
    return chosen


def _common_parts(names: Set[str]) -> List[str]:
    """What all names begin with up to each separator, shortest first; never a whole name."""
    alike = takewhile(lambda letters: len(set(letters)) == 1, zip(*names, strict=False))
    start = "".join(letters[0] for letters in alike)
    return [start[: found.end()] for found in re.finditer("[-_.]", start) if start[: found.end()] not in names]


def _folder_above(group: Group) -> str:
    """The name of the folder that holds that of a method."""
    path = group.runs[0].path.resolve()
    return next((place.parent.name for place in (path, *path.parents) if place.name == group.name), "")


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
