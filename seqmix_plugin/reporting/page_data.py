"""The numbers behind the report's charts and tables, as plain rows."""

from itertools import pairwise
from typing import Any, Dict, List, Optional, Sequence, Tuple

import numpy as np

from seqmix_plugin.reporting.comparison import Comparison, Summary, deviation
from seqmix_plugin.reporting.generated import short_of_children, wanted_and_accepted
from seqmix_plugin.reporting.grouping import Group
from seqmix_plugin.reporting.pair import Pair
from seqmix_plugin.reporting.statistics import labels_to_reach

MEASURES = ("sentences", "tokens", "entities")
STAGES = ("query", "annotate", "augment", "committee", "train", "measure")

Cell = Tuple[str, str]
"""A split and an entity type, the empty one for all types."""


def cells(comparison: Comparison) -> List[Cell]:
    """All that can be chosen."""
    return [(split, kind) for split in comparison.splits for kind in ("", *comparison.kinds)]


def cell_name(split: str, kind: str) -> str:
    """What charts and scripts call a cell."""
    return f"{split}/{kind}"


def mean_rows(comparison: Comparison, groups: Sequence[Group]) -> List[Dict[str, Any]]:
    """
    A row for each method and round: what was annotated, the mean F1 of each cell under the cell's name, and its
    deviation under `± ` and that name.
    """
    by_round = {group.name: [_round(group, k) for k in range(group.num_budgets)] for group in groups}
    for split, kind in cells(comparison):
        name = cell_name(split, kind)
        for group in groups:
            scores = group.f1(split, kind)
            if scores is not None:
                of_rounds = zip(by_round[group.name], scores.mean(axis=0), deviation(scores), strict=True)
                for row, mean, spread in of_rounds:
                    row.update({name: round(float(mean), 2), f"± {name}": round(float(spread), 2)})
    return [row for rows in by_round.values() for row in rows]


def _round(group: Group, k: int) -> Dict[str, Any]:
    wanted, accepted = wanted_and_accepted(group, k)
    return {
        "group": group.name,
        "round": k,
        "runs": len(group.runs),
        **{measure: round(group.budgets(measure)[k], 1) for measure in MEASURES},
        "generated": f"{accepted} of {wanted}" if wanted else "none",
        "short": short_of_children(group)[k],
    }


def line_rows(means: Sequence[Dict[str, Any]]) -> List[Dict[str, Any]]:
    """
    The rows of curves in pieces that are drawn in one style: `short` pieces lead into rounds in which too little was
    accepted. Where a piece ends, the next begins with the same row.
    """
    rows: List[Dict[str, Any]] = []
    piece = 0
    for before, row in pairwise(means):
        if row["round"] == 0:  # another method
            continue
        if before["round"] == 0 or row["short"] != rows[-1]["short"]:
            piece += 1
            rows.append({**before, "piece": piece, "short": row["short"]})
        rows.append({**row, "piece": piece})
    return rows


def run_rows(comparison: Comparison, groups: Sequence[Group]) -> List[Dict[str, Any]]:
    """A row for each run and round: what was annotated, and the F1 of each cell under the cell's name."""
    rows = []
    for group in groups:
        for run in group.runs:
            scores = {cell_name(*cell): run.f1(*cell) for cell in cells(comparison)}
            for k in range(group.num_budgets):
                here = {name: values[k] for name, values in scores.items()}
                known = {name: round(value, 2) for name, value in here.items() if value is not None}
                annotated = {measure: run.rounds[k]["annotated"][measure] for measure in MEASURES}
                rows.append({"group": group.name, "seed": run.seed, "round": k, **annotated, **known})
    return rows


def targets(comparison: Comparison) -> Dict[str, float]:
    """For each cell the highest whole F1 that the mean curves of all methods reach."""
    return {cell_name(*cell): comparison.target(*cell) for cell in cells(comparison)}


def labels_needed(comparison: Comparison, target: Optional[float]) -> Dict[str, Dict[str, Dict[str, Any]]]:
    """
    For each cell, measure and method: `values`, what must be annotated for `first` points of F1 and each whole point
    above it that the mean curve reaches, and what must be for the chosen `target`; `start` is its first budget,
    which is more than enough for less.
    """
    needed: Dict[str, Dict[str, Dict[str, Any]]] = {}
    for split, kind in cells(comparison):
        summaries = comparison.same_seeds.summaries(split, kind)
        needed[cell_name(split, kind)] = {
            measure: {summary.group.name: _needed(summary, measure, target) for summary in summaries}
            for measure in MEASURES
        }
    return needed


def _needed(summary: Summary, measure: str, target: Optional[float]) -> Dict[str, Any]:
    counts = summary.group.budgets(measure)
    budgets = [counts[k] for k in summary.rounds]
    first, last = int(np.floor(summary.mean[0])), int(np.floor(max(summary.mean)))
    reached = [labels_to_reach(budgets, summary.mean, point) for point in range(first, last + 1)]
    chosen = None if target is None else labels_to_reach(budgets, summary.mean, target)
    start = _rounded(budgets[0])
    return {
        "first": first,
        "start": start,
        "values": [_rounded(value) for value in reached],
        "chosen": _rounded(chosen),
    }


def _rounded(value: Optional[float]) -> Optional[float]:
    return None if value is None else round(value, 1)


def seconds_a_stage(groups: Sequence[Group]) -> List[Dict[str, Any]]:
    """For each method the seconds of each stage over all rounds, the mean over the seeds, and their `total`."""
    rows = []
    for group in groups:
        row = {stage: float(np.mean([_spent(group, run, stage) for run in group.runs])) for stage in STAGES}
        rows.append({"group": group.name, **row, "total": sum(row.values())})
    return rows


def _spent(group: Group, run: Any, stage: str) -> float:
    return sum(record["seconds"].get(stage, 0.0) for record in run.rounds[: group.num_budgets])


def pair_rows(pairs: Sequence[Pair], split: str) -> List[Dict[str, Any]]:
    """What the forest plot shows: pairs of runs with their differences."""
    return [
        {
            "split": split,
            "first": pair.first,
            "second": pair.second,
            "difference": round(pair.difference, 3),
            "low": None if pair.interval is None else round(pair.interval[0], 3),
            "high": None if pair.interval is None else round(pair.interval[1], 3),
            "seeds": pair.num_seeds,
            "verdict": pair.verdict,
            "clear": pair.significant,
        }
        for pair in pairs
        if pair.at_budgets
    ]


def table(rows: Sequence[Dict[str, Any]], down: Sequence[str], across: str) -> Dict[Tuple[Any, ...], Dict[Any, Any]]:
    """The rows as a table: by their values of `down`, and in it by that of `across`."""
    found: Dict[Tuple[Any, ...], Dict[Any, Any]] = {}
    for row in rows:
        found.setdefault(tuple(row[name] for name in down), {})[row[across]] = row
    return found
