"""Runs of the same configuration form a group."""

import os
import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple

import numpy as np

from seqmix_plugin.annotation_cost import AnnotationCost, annotation_seconds
from seqmix_plugin.errors import ConfigurationError, first_line, printable
from seqmix_plugin.run.layout import CONFIG, ROUNDS
from seqmix_plugin.run.names import OF_A_SEED
from seqmix_plugin.run.reader import DATA_KEYS, Run, read_run
from seqmix_plugin.run.run_record import read_record

DEPTH = 3
"""How far below a given folder runs are looked for: `runs/<config>/<seed>`."""


@dataclass(frozen=True)
class Group:
    """The runs of one configuration, sorted by seed, under the name that tables and charts give them."""

    name: str
    runs: Tuple[Run, ...]
    cost: AnnotationCost = field(default_factory=AnnotationCost)
    """With which annotations are counted in seconds."""

    @property
    def num_budgets(self) -> int:
        """How many rounds all its runs have completed."""
        return min(len(run.rounds) for run in self.runs)

    @property
    def finished(self) -> bool:
        """Whether all its runs are finished."""
        return all(run.finished for run in self.runs)

    @property
    def is_reference(self) -> bool:
        """Whether it has a single budget, as training on everything has: a level line, not a curve."""
        return all(run.num_rounds == 0 for run in self.runs)

    def counts(self, measure: str = "sentences") -> np.ndarray:
        """Annotations after each round, in seconds those that they cost. Shape: (num_runs, num_budgets)"""
        rows = [[row["annotated"] for row in run.rounds[: self.num_budgets]] for run in self.runs]
        return np.array([[annotations(counts, measure, self.cost) for counts in row] for row in rows], dtype=float)

    def budgets(self, measure: str = "sentences") -> List[float]:
        """Annotations after each round, the mean over the seeds."""
        return [float(mean) for mean in self.counts(measure).mean(axis=0)]

    def f1(self, split: str, kind: str = "") -> Optional[np.ndarray]:
        """F1 in points, or `None` when a run has not measured it. Shape: (num_runs, num_budgets)"""
        rows = [run.f1(split, kind)[: self.num_budgets] for run in self.runs]
        if any(value is None for row in rows for value in row):
            return None
        return np.array(rows, dtype=float)


def annotations(counts: Mapping[str, float], measure: str, cost: AnnotationCost) -> float:
    """The annotations of a round's record in one measure."""
    return annotation_seconds(counts, cost) if measure == "seconds" else counts[measure]


def last_rounds(budgets: Sequence[float]) -> List[int]:
    """The rounds that count: of several with the same budget the last."""
    return list({budget: k for k, budget in enumerate(budgets)}.values())


def matched_runs(first: Group, second: Group) -> List[Tuple[Run, Run]]:
    """The runs of two methods that have the same seed and slice."""
    partners = {run.unit: run for run in second.runs}
    return [(run, partners[run.unit]) for run in first.runs if run.unit in partners]


def find_runs(paths: Sequence[str]) -> Tuple[List[Run], List[str]]:
    """
    The runs in these places, and a line on each place that was skipped, with the reason. A place is the folder of a
    run, a record, or a folder that holds such folders or records.
    """
    runs: List[Run] = []
    skipped: List[str] = []
    places: Dict[Path, Path] = {}
    for path in paths:
        found = _candidates(Path(path), DEPTH)
        if not found:
            reason = f"no {ROUNDS} in it or below it" if os.path.isdir(path) else "no such folder"
            skipped.append(f"{path}: {reason}; expected the folder of a run")
        places.update({place.resolve(): place for place in found})
    for place in places.values():
        try:
            if place.is_file():
                runs.append(read_record(place))
            elif (place / ROUNDS).exists() and (run := read_run(place)).rounds:
                runs.append(run)
            else:
                skipped.append(f"{place}: no round yet")
        except ConfigurationError as error:
            skipped.append(first_line(error))
    return runs, skipped


def _candidates(path: Path, depth: int) -> List[Path]:
    """Folders that look like runs, and records; none in a folder that cannot be read."""
    try:
        if path.is_file():
            return [path] if path.suffix == ".json" else []
        if (path / ROUNDS).exists() or (path / CONFIG).exists():
            return [path]
        if depth == 0 or not path.is_dir():
            return []
        inside = sorted(path.iterdir(), key=_natural)
    except OSError:  # no access, or too long for a name
        return []
    inside = [child for child in inside if child.is_dir() or re.fullmatch(r"\d+\.json", child.name)]
    return [candidate for child in inside for candidate in _candidates(child, depth - 1)]


def _natural(path: Path) -> List[Any]:
    """Sorts 2 before 10."""
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.split(r"(\d+)", path.name) if part]


def group_runs(runs: Sequence[Run]) -> Tuple[List[Group], List[str]]:
    """
    Groups in the order in which their first runs are given, and a line on what is left out: a repeated seed, an
    unfinished run beside finished ones of its configuration, rounds that not all finished runs of a group have. Equal
    names of groups get the configuration's hash. A `ConfigurationError` when there are no runs or they work on
    different data.
    """
    if not runs:
        raise ConfigurationError("there is no run to compare; give folders that `seqmix train` or `repeat` has filled")
    other = next((run for run in runs if run.data_hash != runs[0].data_hash), None)
    if other is not None:
        raise ConfigurationError(
            f"{runs[0].path} and {other.path} do not work on the same data ({DATA_KEYS}); "
            "compare the runs of one corpus at a time"
        )
    by_configuration: Dict[str, Dict[Tuple[int, int], Run]] = {}
    skipped = []
    for run in runs:
        units = by_configuration.setdefault(run.configuration_hash, {})
        if run.unit in units:
            skipped.append(f"{run.path}: configuration and seed are those of {units[run.unit].path}")
        units.setdefault(run.unit, run)
    members = []
    for units in by_configuration.values():
        every = sorted(units.values(), key=lambda run: run.unit)
        members.append([run for run in every if run.finished] or every)
        for run in every:
            if run not in members[-1]:
                progress = f"{len(run.rounds)} of {run.num_rounds + 1} rounds"
                skipped.append(f"{run.path}: {progress}; left out until it is finished")
    names = [_name([run.path for run in group]) for group in members]
    groups = []
    for name, group in zip(names, members, strict=True):
        unique = name if names.count(name) == 1 else f"{name} ({group[0].configuration_hash[:6]})"
        groups.append(Group(unique, tuple(group)))
        shortest = min(group, key=lambda run: len(run.rounds))
        if shortest.finished and any(len(run.rounds) > len(shortest.rounds) for run in group):
            skipped.append(f"{unique}: its rounds from {len(shortest.rounds)} on, which {shortest.path} does not have")
    return groups, skipped


def with_cost(groups: Sequence[Group], cost: Optional[AnnotationCost] = None) -> List[Group]:
    """
    The groups with annotations counted in seconds at this cost; by default at that which all runs were configured with,
    or where they differ at the default one.
    """
    costs = {run.annotation_cost for group in groups for run in group.runs}
    cost = cost or (costs.pop() if len(costs) == 1 else AnnotationCost())
    return [replace(group, cost=cost) for group in groups]


def _name(paths: Sequence[Path]) -> str:
    """`nte` for `nte/1` and `nte/seed2`, for `nte_1` and `nte_seed2`, and for `nte`; `alpha_2` for `alpha_2/1`."""
    stems = [path.resolve().with_suffix("") if path.is_file() else path.resolve() for path in paths]
    of_parents = all(OF_A_SEED.fullmatch(stem.name) for stem in stems)
    names = [stem.parent.name if of_parents else stem.name for stem in stems]
    if len(names) > 1 and not of_parents:
        names = [re.sub(rf"[-_.]{OF_A_SEED.pattern}$", "", name) or name for name in names]
    return printable(os.fsencode(names[0]).decode("utf-8", errors="replace"))
