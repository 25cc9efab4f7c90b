"""How methods compare: what each reached at each budget, and the differences between them."""

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations
from typing import Dict, List, Optional, Sequence, Tuple

import numpy as np

from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.reporting.axis import common_budgets, interpolated
from seqmix_plugin.reporting.formatting import Needed, seed_names
from seqmix_plugin.reporting.paired import PairedComparison, compared_pairs
from seqmix_plugin.reporting.run_groups import Group, last_rounds
from seqmix_plugin.reporting.saved_labels import Saving, first_reached, saving


@dataclass(frozen=True)
class Summary:
    """What one method reached on one split. Scores are F1 in points."""

    group: Group
    rounds: List[int]
    """The rounds that count: of several with the same budget the last."""
    counts: List[float]
    """Annotations after each of these rounds, the mean over the seeds."""
    curve: List[float]
    """The mean over the seeds after each of these rounds."""
    budgets: List[float]
    """What is compared: the counts, or budgets in the range that all methods cover."""
    mean: List[float]
    """Over the seeds, at each budget."""
    deviation: List[float]
    """Of the sample of seeds, at each budget; 0 for one seed."""
    mean_over_budgets: Tuple[float, float]
    """Mean and deviation, over the seeds, of the mean over the budgets."""
    area: float
    """Under the mean curve, as a mean height."""

    def needed(self, target: float) -> Needed:
        """Annotations at which the mean curve reaches an F1, and those of its first round."""
        return labels_to_reach(self.counts, self.curve, target), self.counts[0]


@dataclass(frozen=True)
class Comparison:
    """
    Groups that work on the same data, side by side.

    # Parameters

    groups : `Sequence[Group]`
        The methods, curves and single reference points alike.
    baseline : `str`, optional (default = `None`)
        Compare with this method only; by default each with each. Fewer pairs need fewer seeds.
    named : `Sequence[Tuple[str, str]]`, optional (default = `()`)
        Compare these pairs of methods only, each with its own baseline as the second.
    against : `str`, optional (default = `"sentences"`)
        What annotations are counted in: `sentences`, `tokens`, `entities` or `seconds`, which they cost. Curves are
        compared at the budgets of their rounds where all have these sentences, otherwise in the range that all cover.
    planned : `int`, optional (default = `0`)
        The number of pairs that were named beforehand, where not all of them have runs yet: p is corrected for all.

    # Raises

    `ConfigurationError`
        When no group has the baseline's name, or that of a named pair, or the runs cover no range in common.
    """

    groups: Sequence[Group]
    baseline: Optional[str] = None
    named: Sequence[Tuple[str, str]] = ()
    against: str = "sentences"
    planned: int = 0

    def __post_init__(self) -> None:
        names = [group.name for group in self.curves]
        given = [("baseline", self.baseline), *(("pairs", name) for pair in self.named for name in pair)]
        for option, name in given:
            if name is not None and name not in names:
                verb = "is" if option == "baseline" else "has"
                raise ConfigurationError(f"--{option} {verb} {name!r}; expected one of {', '.join(names)}")
        self.common  # noqa: B018 - raises where there are none

    @property
    def curves(self) -> List[Group]:
        """The methods with rounds; all groups when none has any."""
        return [group for group in self.groups if not group.is_reference] or list(self.groups)

    @cached_property
    def common(self) -> Optional[List[float]]:
        """The budgets at which the methods with rounds are compared; `None` for those of their rounds."""
        return common_budgets(self.curves, self.against)

    @property
    def references(self) -> List[Group]:
        """Methods with a single budget, such as training on everything, beside those with rounds."""
        curves = self.curves
        return [group for group in self.groups if group not in curves]

    @property
    def units(self) -> List[Tuple[int, int]]:
        """Seed and slice of the runs that all methods with rounds have, sorted."""
        return sorted(set.intersection(*({run.unit for run in group.runs} for group in self.curves)))

    @property
    def same_seeds(self) -> "Comparison":
        """The methods with those of their runs that all of them have; as it is where they have none in common."""
        curves, units = self.curves, self.units
        if not units or all(len(group.runs) == len(units) for group in curves):
            return self
        same = {group.name: replace(group, runs=tuple(r for r in group.runs if r.unit in units)) for group in curves}
        return replace(self, groups=[same.get(group.name, group) for group in self.groups])

    @property
    def which_seeds(self) -> str:
        """Names the seeds that are compared, where the methods have different ones; otherwise empty."""
        if all(len(group.runs) == len(self.units) for group in self.curves):
            return ""
        if not self.units:
            return "The methods have no seed in common: leader and needed labels are of different seeds."
        which = "seed" if len(self.units) == 1 else "seeds"
        return f"Leader and needed labels are of the {which} that all methods have: {seed_names(self.units)}."

    @property
    def splits(self) -> List[str]:
        """Those that every group has measured."""
        return [split for split in ("test", "dev") if all(group.f1(split) is not None for group in self.groups)]

    @property
    def measured(self) -> bool:
        """Whether any run has F1 of any split."""
        return any(run.measured for group in self.groups for run in group.runs)

    @property
    def uneven(self) -> bool:
        """Whether the methods with rounds have different budgets."""
        return self.common is None and len({tuple(group.budgets()) for group in self.curves}) > 1

    @property
    def kinds(self) -> List[str]:
        """Entity types that were scored."""
        rows = [scores for group in self.groups for scores in group.runs[0].rounds[0]["scores"].values()]
        return sorted({name.rsplit("/", 1)[0] for scores in rows for name in scores if name.endswith("/f1")})

    def summaries(self, split: str, kind: str = "") -> List[Summary]:
        """What each group reached on a split; groups that have not measured it are left out."""
        scored = ((group, group.f1(split, kind)) for group in self.groups)
        curves = self.curves
        return [
            _summary(group, scores, self.against, self.common if group in curves else None)
            for group, scores in scored
            if scores is not None
        ]

    def target(self, split: str, kind: str = "") -> float:
        """The highest whole F1 that every method's mean curve reaches."""
        same = self.same_seeds
        reached = [max(summary.curve) for summary in same.summaries(split, kind) if summary.group in same.curves]
        return float(np.floor(min(reached, default=0.0)))

    @cached_property
    def pairs(self) -> Dict[str, List[PairedComparison]]:
        """For each split the named pairs, or all methods against the baseline, or each against those before it."""
        by_name = {group.name: group for group in self.curves}
        names = self.named or [(later, earlier) for earlier, later in combinations(by_name, 2)]
        if self.baseline is not None:
            names = [(name, self.baseline) for name in by_name if name != self.baseline]
        pairs = [(by_name[first], by_name[second]) for first, second in names]
        return {split: compared_pairs(pairs, split, self.against, self.common, self.planned) for split in self.splits}

    def savings(self, split: str, measure: Optional[str] = None) -> List[Saving]:
        """What the first method of each pair saves against the second, where that can be told."""
        by_name = {group.name: group for group in self.curves}
        found = (saving(by_name[p.first], by_name[p.second], split, measure or self.against) for p in self.pairs[split])
        return [one for one in found if one is not None]


def _summary(group: Group, scores: np.ndarray, against: str, common: Optional[List[float]]) -> Summary:
    rounds, every = last_rounds(group.budgets()), group.budgets(against)
    counts, curve = [every[k] for k in rounds], scores[:, rounds].mean(axis=0).tolist()
    budgets = counts if common is None else common
    scores = scores[:, rounds] if common is None else interpolated(group.counts(against), scores, common)
    over_budgets = scores.mean(axis=1, keepdims=True)  # Shape: (num_runs, 1)
    mean, means = scores.mean(axis=0).tolist(), (float(over_budgets.mean()), float(deviation(over_budgets)[0]))
    spread, area = deviation(scores).tolist(), area_under_curve(budgets, mean)
    return Summary(group, rounds, counts, curve, budgets, mean, spread, means, area)


def deviation(scores: np.ndarray) -> np.ndarray:
    """Of a sample of runs, in each round; 0 for one run. Shape: (num_budgets,)"""
    return scores.std(axis=0, ddof=1) if len(scores) > 1 else np.zeros(scores.shape[1])


def area_under_curve(budgets: Sequence[float], scores: Sequence[float]) -> float:
    """
    The mean height of a learning curve by the trapezoidal rule, so that it has the unit of the scores; their mean where
    all rounds have one budget, as when a query found nothing to label.
    """
    if budgets[-1] == budgets[0]:
        return float(np.mean(scores))
    return float(np.trapezoid(scores, budgets) / (budgets[-1] - budgets[0]))


def labels_to_reach(budgets: Sequence[float], scores: Sequence[float], target: float) -> Optional[float]:
    """
    Where a learning curve first reaches `target`, with straight lines between budgets; its first budget when it starts
    above; `None` when it never does.
    """
    needed, place = first_reached(np.array([budgets]), np.array([scores]), np.array([target]))
    return float(needed[0]) if place[0] >= 0 else None
