"""How methods compare: what each reached at each budget, and which differences are more than luck."""

from dataclasses import dataclass
from itertools import combinations
from typing import Any, Dict, List, Optional, Sequence, Tuple

import numpy as np
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.reporting.grouping import Group
from seqmix_plugin.reporting.run import Run
from seqmix_plugin.reporting.statistics import (
    SIGNIFICANCE,
    area_under_curve,
    bootstrap_interval,
    holm,
    labels_to_reach,
    seeds_needed,
    sign_flip_test,
    wilcoxon_over_budgets,
)

SPLITS = ("test", "dev")


@dataclass(frozen=True)
class Summary:
    """
    What one method reached on one split. Scores are F1 in points; a `None` stands for what was not measured.

    # Parameters

    group : `Group`
        The method.
    budgets : `List[float]`
        Annotated sentences in each round.
    mean, deviation : `List[float]`
        Over the seeds, at each budget; the deviation is that of a sample, 0 for one seed.
    mean_over_budgets : `Tuple[float, float]`
        Mean and deviation, over the seeds, of the mean over the budgets.
    area : `float`
        Under the mean curve, as a mean height.
    """

    group: Group
    budgets: List[float]
    mean: List[float]
    deviation: List[float]
    mean_over_budgets: Tuple[float, float]
    area: float

    def labels_to_reach(self, target: float) -> Optional[float]:
        """Annotated sentences at which the mean curve reaches an F1."""
        return labels_to_reach(self.budgets, self.mean, target)


@dataclass(frozen=True)
class Pair:
    """
    The difference between two methods on one split, `first` minus `second`, in F1 points. Runs are paired by seed and
    slice; a run's value is its mean over the budgets that both methods have measured.

    # Parameters

    first, second : `str`
        Names of the groups.
    num_seeds : `int`
        Pairs of runs.
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
    tied : `List[int]`
        Budgets at which both have trained on the same sentences and nothing else.
    needed : `int`
        The fewest seeds with which any pair of those shown could pass.
    """

    first: str
    second: str
    num_seeds: int
    difference: float
    interval: Optional[Tuple[float, float]]
    p: Optional[float]
    adjusted_p: Optional[float]
    wilcoxon_p: Optional[float]
    at_budgets: Dict[int, float]
    tied: List[int]
    needed: int

    @property
    def significant(self) -> bool:
        """Whether the difference is more than luck."""
        return self.adjusted_p is not None and self.adjusted_p <= SIGNIFICANCE

    @property
    def verdict(self) -> str:
        """In words."""
        if self.num_seeds == 0:
            return "not paired: no seed in common"
        if not self.at_budgets:
            return "not paired: no budget in common"
        leader, other = (self.first, self.second) if self.difference > 0 else (self.second, self.first)
        if self.significant:
            return f"{leader} is better than {other}"
        if self.num_seeds < self.needed:
            return f"cannot be told from luck: {self.needed} seeds are needed, there {_are(self.num_seeds)}"
        return "not told from luck"


@dataclass(frozen=True)
class Comparison:
    """
    Groups that work on the same data, side by side.

    # Parameters

    groups : `Sequence[Group]`
        The methods, curves and single reference points alike.
    baseline : `str`, optional (default = `None`)
        Compare with this method only; by default each with each. Fewer pairs need fewer seeds.

    # Raises

    `ConfigurationError`
        When no group has the baseline's name.
    """

    groups: Sequence[Group]
    baseline: Optional[str] = None

    def __post_init__(self) -> None:
        names = [group.name for group in self.curves]
        if self.baseline is not None and self.baseline not in names:
            raise ConfigurationError(f"--baseline is {self.baseline!r}; expected one of {', '.join(names)}")

    @property
    def curves(self) -> List[Group]:
        """The methods with rounds; all groups when none has any."""
        return [group for group in self.groups if not group.is_reference] or list(self.groups)

    @property
    def references(self) -> List[Group]:
        """Methods with a single budget, such as training on everything, beside those with rounds."""
        curves = self.curves
        return [group for group in self.groups if group not in curves]

    @property
    def splits(self) -> List[str]:
        """Those that every group has measured."""
        return [split for split in SPLITS if all(group.f1(split) is not None for group in self.groups)]

    @property
    def kinds(self) -> List[str]:
        """Entity types that were scored."""
        rows = [scores for group in self.groups for scores in group.runs[0].rounds[0]["scores"].values()]
        return sorted({name.rsplit("/", 1)[0] for scores in rows for name in scores if name.endswith("/f1")})

    def summaries(self, split: str, kind: str = "") -> List[Summary]:
        """What each group reached on a split; groups that have not measured it are left out."""
        scored = ((group, group.f1(split, kind)) for group in self.groups)
        return [_summary(group, scores) for group, scores in scored if scores is not None]

    def target(self, split: str) -> float:
        """The highest whole F1 that every method's mean curve reaches: where the labels that they need can differ."""
        reached = [max(summary.mean) for summary in self.summaries(split) if summary.group in self.curves]
        return float(np.floor(min(reached)))

    def pairs(self, split: str) -> List[Pair]:
        """Each method against those before it, or all against the baseline."""
        names = [(later, earlier) for earlier, later in combinations(self.curves, 2)]
        if self.baseline is not None:
            one = next(group for group in self.curves if group.name == self.baseline)
            names = [(group, one) for group in self.curves if group is not one]
        rows = [_pair(first, second, split) for first, second in names]
        needed = seeds_needed(len(rows)) if rows else 0
        adjusted = holm([row["p"] for row in rows])
        return [Pair(**row, adjusted_p=p, needed=needed) for row, p in zip(rows, adjusted, strict=True)]


def _summary(group: Group, scores: np.ndarray) -> Summary:
    deviations = _deviation(scores)
    over_budgets = scores.mean(axis=1, keepdims=True)  # Shape: (num_runs, 1)
    mean = scores.mean(axis=0).tolist()
    budgets = group.budgets()
    return Summary(
        group,
        budgets,
        mean,
        deviations.tolist(),
        (float(over_budgets.mean()), float(_deviation(over_budgets)[0])),
        area_under_curve(budgets, mean),
    )


def _deviation(scores: np.ndarray) -> np.ndarray:
    return scores.std(axis=0, ddof=1) if len(scores) > 1 else np.zeros(scores.shape[1])


def _pair(first: Group, second: Group, split: str) -> Dict[str, Any]:
    """A pair but for what depends on the other pairs."""
    partners = {run.unit: run for run in second.runs}
    matched = [(run, partners[run.unit]) for run in first.runs if run.unit in partners]
    shared = sorted(set.intersection(*(set(run.budgets) for pair in matched for run in pair))) if matched else []
    rows = [[_at(one, split, budget) - _at(other, split, budget) for budget in shared] for one, other in matched]
    differences = [float(np.mean(row)) for row in rows] if shared else []
    at_budgets = dict(zip(shared, np.mean(rows, axis=0).tolist(), strict=True)) if shared else {}
    return {
        "first": first.name,
        "second": second.name,
        "num_seeds": len(matched),
        "difference": float(np.mean(differences)) if differences else float("nan"),
        "interval": bootstrap_interval(differences),
        "p": sign_flip_test(differences),
        "wilcoxon_p": wilcoxon_over_budgets(list(at_budgets.values())),
        "at_budgets": at_budgets,
        "tied": [budget for budget in shared if all(_same_sentences(*pair, budget) for pair in matched)],
    }


def _at(run: Run, split: str, budget: int) -> float:
    value = run.f1(split)[run.budgets.index(budget)]
    assert value is not None  # of `splits`
    return value


def _same_sentences(one: Run, other: Run, budget: int) -> bool:
    """Whether both have trained on the same labelled sentences at a budget, and nothing else."""
    labelled = []
    for run in (one, other):
        last = run.budgets.index(budget)
        if run.rounds[last]["synthetic_in_training"]:
            return False
        labelled.append({name for row in run.rounds[: last + 1] for name in row["queried"]})
    return labelled[0] == labelled[1]


def _are(number: int) -> str:
    return "is 1" if number == 1 else f"are {number}"
