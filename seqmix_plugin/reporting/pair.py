"""The difference between two methods, and whether it is more than luck."""

from dataclasses import dataclass
from typing import Any, Dict, List, Optional, Sequence, Tuple

import numpy as np

from seqmix_plugin.reporting.grouping import Group, matched_runs
from seqmix_plugin.reporting.statistics import (
    SIGNIFICANCE,
    bootstrap_interval,
    holm,
    last_at,
    seeds_needed,
    sign_flip_test,
    wilcoxon_over_budgets,
)
from seqmix_plugin.run.reader import Run


@dataclass(frozen=True)
class Pair:
    """
    The difference between two methods on one split, `first` minus `second`, in F1 points. Runs are paired by seed and
    slice; a run's value is its mean over the budgets that both methods have measured.

    # Parameters

    first, second : `str`
        Names of the groups.
    units : `List[Tuple[int, int]]`
        Seed and slice of each pair of runs.
    difference : `float`
        Mean over the pairs; `nan` without any.
    interval : `Tuple[float, float]`, optional
        Its 95 % bootstrap interval.
    p : `float`, optional
        Of the sign-flip test.
    adjusted_p : `float`, optional
        After Holm's correction over the pairs that are shown.
    wilcoxon_p : `float`, optional
        Of the paper's test, over budgets.
    at_budgets : `Dict[int, float]`
        The mean difference at each shared budget.
    same : `List[int]`
        Budgets at which both have labelled the same sentences and generated nothing: what differs there is owed to
        neither.
    finished : `bool`
        Whether both have run to their ends.
    needed : `int`
        The fewest seeds with which any pair of those shown could pass.
    """

    first: str
    second: str
    units: List[Tuple[int, int]]
    difference: float
    interval: Optional[Tuple[float, float]]
    p: Optional[float]
    adjusted_p: Optional[float]
    wilcoxon_p: Optional[float]
    at_budgets: Dict[int, float]
    same: List[int]
    finished: bool
    needed: int

    @property
    def num_seeds(self) -> int:
        """How many pairs of runs there are."""
        return len(self.units)

    @property
    def significant(self) -> bool:
        """Whether the difference is more than luck, and final."""
        return self.finished and self.adjusted_p is not None and self.adjusted_p <= SIGNIFICANCE

    @property
    def shortage(self) -> Optional[str]:
        """How many seeds there are and would have to be, in words; `None` when there are enough."""
        if self.num_seeds >= self.needed:
            return None
        return f"{self.needed} seeds are needed, there {'is' if self.num_seeds == 1 else 'are'} {self.num_seeds}"

    @property
    def verdict(self) -> str:
        """In words."""
        if self.num_seeds == 0:
            return "not paired: no seed in common"
        if not self.at_budgets:
            return "not paired: no budget in common"
        if not self.finished:
            return "not final: runs go on"
        leader, other = (self.first, self.second) if self.difference > 0 else (self.second, self.first)
        if self.significant:
            return f"{leader} is better than {other}"
        return f"cannot be told from luck: {self.shortage}" if self.shortage else "not told from luck"


def compared_pairs(pairs: Sequence[Tuple[Group, Group]], split: str) -> List[Pair]:
    """The differences of pairs that are shown together."""
    rows = [_pair(first, second, split) for first, second in pairs]
    needed = seeds_needed(len(rows)) if rows else 0
    adjusted = holm([row["p"] for row in rows])
    return [Pair(**row, adjusted_p=p, needed=needed) for row, p in zip(rows, adjusted, strict=True)]


def _pair(first: Group, second: Group, split: str) -> Dict[str, Any]:
    """A pair but for what depends on the other pairs."""
    matched = matched_runs(first, second)
    shared = sorted(set.intersection(*(set(run.budgets) for pair in matched for run in pair))) if matched else []
    rows = [[_at(one, split, budget) - _at(other, split, budget) for budget in shared] for one, other in matched]
    differences = [float(np.mean(row)) for row in rows] if shared else []
    at_budgets = dict(zip(shared, np.mean(rows, axis=0).tolist(), strict=True)) if shared else {}
    return {
        "first": first.name,
        "second": second.name,
        "units": [run.unit for run, _ in matched],
        "difference": float(np.mean(differences)) if differences else float("nan"),
        "interval": bootstrap_interval(differences),
        "p": sign_flip_test(differences),
        "wilcoxon_p": wilcoxon_over_budgets(list(at_budgets.values())),
        "at_budgets": at_budgets,
        "same": [budget for budget in shared if all(_same_sentences(*pair, budget) for pair in matched)],
        "finished": first.finished and second.finished,
    }


def _at(run: Run, split: str, budget: int) -> float:
    value = run.f1(split)[last_at(run.budgets, budget)]
    assert value is not None  # of `splits`
    return value


def _same_sentences(one: Run, other: Run, budget: int) -> bool:
    """Whether both have labelled the same sentences up to a budget, and generated none."""
    labelled = []
    for run in (one, other):
        last = last_at(run.budgets, budget)
        if run.rounds[last]["synthetic_in_training"]:
            return False
        labelled.append(run.labelled(last))
    return labelled[0] == labelled[1]
