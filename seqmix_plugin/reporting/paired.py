"""The difference between two methods, and whether it is statistically significant."""

from dataclasses import dataclass, replace
from typing import Dict, List, Optional, Sequence, Tuple

import numpy as np

from seqmix_plugin.reporting.axis import curve
from seqmix_plugin.reporting.formatting import p_value
from seqmix_plugin.reporting.run_groups import Group, matched_runs
from seqmix_plugin.reporting.statistics import (
    SIGNIFICANCE,
    bootstrap_interval,
    holm,
    seeds_needed,
    sign_flip_test,
    wilcoxon_over_budgets,
)
from seqmix_plugin.run.reader import Run


@dataclass(frozen=True)
class PairedComparison:
    """
    The difference between two methods on one split, `first` minus `second`, in F1 points. Runs are paired by seed and
    slice; a run's value is its mean over the budgets that both methods have measured.
    """

    first: str
    second: str
    units: List[Tuple[int, int]]
    """Seed and slice of each pair of runs."""
    differences: List[float]
    """One a pair of runs; none where the methods have no budget in common."""
    difference: float
    """Mean over the pairs; `nan` without any."""
    interval: Optional[Tuple[float, float]]
    """95 % bootstrap interval of the difference."""
    p: Optional[float]
    """Of the sign-flip test."""
    wilcoxon_p: Optional[float]
    """Of the paper's test, over budgets."""
    at_budgets: Dict[int, float]
    """The mean difference at each shared budget."""
    same: List[int]
    """Budgets at which both have labelled the same sentences and generated none."""
    finished: bool
    """Whether the runs of both are finished."""
    adjusted_p: Optional[float] = None
    """After Holm's correction over the family."""
    family: int = 1
    """The number of pairs that are tested: those that are shown, or as many as were planned."""
    needed: int = 0
    """The fewest seeds with which one of the family can be significant."""

    @property
    def significant(self) -> bool:
        """Whether the difference is statistically significant, and final."""
        return is_significant(self.finished, self.adjusted_p)

    @property
    def verdict(self) -> str:
        """What the test says, to follow 'The difference is'."""
        if not self.at_budgets:
            return f"not tested: no {'budget' if self.units else 'seed'} in common"
        return verdict_of(self.finished, self.adjusted_p, len(self.units), self.needed)

    def gain_of(self, name: str) -> "PairedComparison":
        """The same comparison with `name` as the first of the two methods."""
        if name == self.first:
            return self
        return replace(
            self,
            first=self.second,
            second=self.first,
            differences=[-difference for difference in self.differences],
            difference=-self.difference,
            interval=None if self.interval is None else (-self.interval[1], -self.interval[0]),
            at_budgets={budget: -difference for budget, difference in self.at_budgets.items()},
        )


def is_significant(finished: bool, adjusted_p: Optional[float]) -> bool:
    """Whether a difference is statistically significant, and final."""
    return finished and adjusted_p is not None and adjusted_p <= SIGNIFICANCE


def verdict_of(finished: bool, adjusted_p: Optional[float], number: int, needed: int, what: str = "seeds") -> str:
    """What the test of a difference says, with that many seeds, or pairs of runs."""
    if not finished:
        return "not final: there are unfinished runs"
    if number < needed:
        there = f"there {'is' if number == 1 else 'are'} {number}"
        return f"not statistically significant: {needed} {what} are needed, {there}"
    is_not = "" if is_significant(finished, adjusted_p) else "not "
    p = p_value(adjusted_p)
    return f"{is_not}statistically significant (p {p if p.startswith('<') else f'= {p}'}, Holm)"


def compared_pairs(
    pairs: Sequence[Tuple[Group, Group]],
    split: str,
    measure: str = "sentences",
    budgets: Optional[List[float]] = None,
    planned: int = 0,
) -> List[PairedComparison]:
    """
    The differences of pairs of methods that are shown together, at their own budgets or at these; p is corrected for
    all of them, or for as many as were planned.
    """
    compared = [_compared(first, second, split, measure, budgets) for first, second in pairs]
    family = max(len(compared), planned)
    needed = seeds_needed(family) if compared else 0
    adjusted = holm([pair.p for pair in compared], planned)
    return [
        replace(pair, adjusted_p=p, family=family, needed=needed) for pair, p in zip(compared, adjusted, strict=True)
    ]


def _compared(
    first: Group, second: Group, split: str, measure: str, budgets: Optional[List[float]]
) -> PairedComparison:
    """A comparison without what depends on the other pairs."""
    matched = matched_runs(first, second)
    # Of several rounds with one budget the last counts.
    curves = [
        [curve(group, run, split, measure, budgets) for group, run in zip((first, second), pair, strict=True)]
        for pair in matched
    ]
    shared = sorted(set.intersection(*(set(curve) for pair in curves for curve in pair))) if matched else []
    of_rounds = shared if budgets is None else []
    rows = [[one[budget] - other[budget] for budget in shared] for one, other in curves]
    differences = [float(np.mean(row)) for row in rows] if shared else []
    at_budgets = dict(zip(shared, np.mean(rows, axis=0).tolist(), strict=True)) if shared else {}
    return PairedComparison(
        first=first.name,
        second=second.name,
        units=[run.unit for run, _ in matched],
        differences=differences,
        difference=float(np.mean(differences)) if differences else float("nan"),
        interval=bootstrap_interval(differences),
        p=sign_flip_test(differences),
        wilcoxon_p=wilcoxon_over_budgets(list(at_budgets.values())),
        at_budgets=at_budgets,
        same=[budget for budget in of_rounds if all(_same_sentences(*pair, budget) for pair in matched)],
        finished=first.finished and second.finished,
    )


def _same_sentences(one: Run, other: Run, budget: int) -> bool:
    """Whether both have labelled the same sentences up to a budget, and generated none."""
    last = [max(k for k, labelled in enumerate(run.budgets) if labelled == budget) for run in (one, other)]
    generated = one.rounds[last[0]]["synthetic_in_training"] or other.rounds[last[1]]["synthetic_in_training"]
    return not generated and one.labelled(last[0]) == other.labelled(last[1])
