"""How long each method was trained, and whether its models have collapsed."""

from typing import Any, List, Optional, Sequence

import numpy as np

from seqmix_plugin.reporting.comparison import Comparison
from seqmix_plugin.reporting.formatting import NOTHING, counted, decimal
from seqmix_plugin.reporting.run_groups import Group
from seqmix_plugin.reporting.table import Table

NOT_RECORDED = "not recorded"


def training(groups: Sequence[Group]) -> Optional[Table]:
    """
    The steps of the optimizer in a round, and over all rounds and seeds the retries and the rounds whose model has
    collapsed; `None` where no run has recorded its steps, as in version 0.1.
    """
    if all(steps(group) is None for group in groups):
        return None
    rows = []
    for group in groups:
        records, known = _records(group), steps(group) is not None
        retries, collapsed = sum(row.get("retries", 0) for row in records), sum(_collapsed(row) for row in records)
        counts = [str(retries), f"{collapsed} of {len(records)}"] if known else [NOTHING, NOTHING]
        rows.append([group.name, _range(steps(group)), *counts])
    columns = ["method", "steps a round", "retries", "rounds with a collapsed model"]
    return Table("training", columns, rows, [[row[0]] for row in rows])


def steps(group: Group) -> Optional[List[float]]:
    """The steps in each round, the mean over the seeds, or `None` where a round has not recorded them."""
    records = [[row.get("steps") for row in run.rounds[: group.num_budgets]] for run in group.runs]
    if any(value is None for row in records for value in row):
        return None
    return [float(mean) for mean in np.mean(np.array(records, dtype=float), axis=0)]


def training_sentences(comparison: Comparison) -> List[str]:
    """What to know of the training before methods are compared: different steps, unknown ones, and collapsed models."""
    curves = comparison.curves
    known = [(group.name, found) for group in curves for found in [steps(group)] if found is not None]
    unknown = [group.name for group in curves if steps(group) is None]
    lines = []
    if known and unknown:
        lines.append(f"Training steps are not recorded of {', '.join(unknown)}.")
    elif unknown:
        lines.append("Training steps are not recorded.")
    shared = min((len(found) for _, found in known), default=0)
    if len({tuple(found[:shared]) for _, found in known}) > 1:
        told = ", ".join(f"{name} {_range(found)}" for name, found in known)
        lines.append(f"Methods differ in training steps a round: {told}; part of a difference may come from that.")
    for group in curves:
        records = _records(group)
        number = sum(map(_collapsed, records))
        if number:
            of = f"{number} of {counted(len(records), 'round')}"
            lines.append(f"{group.name}: {of} ended with a model that has collapsed (F1 near 0 on its own labels).")
    return lines


def _records(group: Group) -> List[Any]:
    return [row for run in group.runs for row in run.rounds[: group.num_budgets]]


def _collapsed(record: Any) -> bool:
    return bool(record.get("collapsed"))


def _range(found: Optional[Sequence[float]]) -> str:
    """`120`, or `30 to 70` where the rounds differ."""
    if found is None:
        return NOT_RECORDED
    ends = [decimal(end, 0) for end in (min(found), max(found))]
    return " to ".join(dict.fromkeys(ends))
