"""The learning curves of a comparison as the figure of a paper."""

from typing import Any, Dict, List, Mapping, Sequence, Tuple

from seqmix_plugin.charts.paper_figure import ACL_COLUMN, paper_figure
from seqmix_plugin.reporting.axis import annotated
from seqmix_plugin.reporting.comparison import Comparison, deviation
from seqmix_plugin.reporting.latex import NO_NAMES
from seqmix_plugin.reporting.run_groups import Group, last_rounds

HOUR = 3600


def figure(
    comparison: Comparison, split: str, names: Mapping[str, str] = NO_NAMES, width: float = ACL_COLUMN
) -> Dict[str, Any]:
    """
    Learning curves for print.

    # Parameters

    comparison : `Comparison`
        The methods.
    split : `str`
        Where they were measured.
    names : `Mapping[str, str]`, optional (default = `{}`)
        Other names for some of the methods.
    width : `float`, optional (default = `3.03`)
        Of the figure, in inches.

    # Returns

    `Dict[str, Any]`
        A specification of Vega-Lite.
    """
    called = {group.name: names.get(group.name, group.name) for group in comparison.groups}
    counts = {group.name: group.budgets(comparison.against) for group in comparison.curves}
    unit, title, tick_format = _unit(comparison.against, max(max(row) for row in counts.values()))
    means = [
        {"method": called[group.name], "x": counts[group.name][k] / unit, "y": mean, "deviation": spread}
        for group in comparison.curves
        for k, mean, spread in _at_rounds(group, split)
    ]
    levels = [(group, _at_rounds(group, split)[-1]) for group in comparison.references]
    references = [{"method": called[group.name], "y": mean} for group, (_, mean, _) in levels]
    ticks = [budget / unit for budget in _ticks(list(counts.values()), comparison.common is None)]
    titles = (title, f"F1 on {split}")
    return paper_figure(list(called.values()), means, references, ticks, titles, width, tick_format)


def _ticks(counts: Sequence[List[float]], shared: bool) -> List[float]:
    """The budgets of all methods where they share them, otherwise those of the method with the most annotations."""
    return sorted({budget for row in counts for budget in row} if shared else set(max(counts, key=max)))


def _unit(measure: str, most: float) -> Tuple[float, str, str]:
    """By what budgets are divided, the title of their axis, and the format of its labels."""
    if measure != "seconds":
        return 1, annotated(measure), ",.0f"
    return (HOUR, "hours of annotation", ",.1f") if most >= 2 * HOUR else (60, "minutes of annotation", ",.0f")


def _at_rounds(group: Group, split: str) -> List[Tuple[int, float, float]]:
    """The rounds of a method that count, with the mean over its seeds and their deviation."""
    scores = group.f1(split)
    assert scores is not None  # a split of the comparison
    mean, spread = scores.mean(axis=0).tolist(), deviation(scores).tolist()
    return [(k, mean[k], spread[k]) for k in last_rounds(group.budgets())]
