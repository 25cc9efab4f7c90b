"""The axis along which methods are compared: what annotations are counted in, and the budgets that are compared."""

from typing import Dict, List, Optional, Sequence

import numpy as np

from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.reporting.run_groups import Group, annotations
from seqmix_plugin.run.reader import Run


def annotated(measure: str) -> str:
    """What is counted, in words."""
    return "seconds of annotation" if measure == "seconds" else f"annotated {measure}"


def common_budgets(groups: Sequence[Group], measure: str) -> Optional[List[float]]:
    """
    Budgets in the range that all runs of these methods cover, as many as they have rounds and at equal distances. At
    equal sentences methods have used different numbers of tokens, so that their curves are compared between rounds; in
    sentences this is so where their queries were counted in tokens.

    # Parameters

    groups : `Sequence[Group]`
        Methods with rounds.
    measure : `str`
        In which annotations are counted.

    # Returns

    `Optional[List[float]]`
        `None` for sentences, so that those which methods have in common are compared; unless all runs have nothing but
        their seed set in common, or in queries that were counted in tokens at most half of their rounds.

    # Raises

    `ConfigurationError`
        When there is no such range, other than of sentences.
    """
    counts = [group.counts(measure) for group in groups]
    start, end = max(one[:, 0].max() for one in counts), min(one[:, -1].min() for one in counts)
    if measure == "sentences":
        budgets = [set(row) for one in counts for row in one.tolist()]
        in_all, fewest = len(set.intersection(*budgets)), min(map(len, budgets))
        by_chance = in_all == 1 or (2 * in_all <= fewest and any(map(_is_uneven, counts)))
        if in_all == 0 or fewest == 1 or not by_chance or start >= end:
            return None
    if start >= end:
        raise ConfigurationError(
            f"--against is {measure!r}, but the runs have no range of {annotated(measure)} in common; "
            "compare them against sentences, or fewer of them"
        )
    return [float(budget) for budget in np.round(np.linspace(start, end, min(one.shape[1] for one in counts)))]


def _is_uneven(counts: np.ndarray) -> bool:
    """Whether rounds differ in their numbers of sentences, but for the last one, as where tokens were counted."""
    sizes = np.diff(counts, axis=1)[:, :-1]
    return bool(sizes.size and (sizes != sizes[0, 0]).any())


def interpolated(counts: np.ndarray, scores: np.ndarray, budgets: Sequence[float]) -> np.ndarray:
    """
    The scores of runs at these budgets, with straight lines between rounds; of several rounds with the same annotations
    the last counts. Shapes: counts and scores (num_runs, num_rounds); result (num_runs, num_budgets)
    """
    curves = [dict(zip(row, f1, strict=True)) for row, f1 in zip(counts.tolist(), scores.tolist(), strict=True)]
    return np.array([np.interp(budgets, list(curve), list(curve.values())) for curve in curves])


def curve(group: Group, run: Run, split: str, measure: str, budgets: Optional[Sequence[float]]) -> Dict[int, float]:
    """F1 of a run of a method at its own budgets, or at these."""
    f1 = run.f1(split)
    if budgets is None:
        return dict(zip(run.budgets, f1, strict=True))  # type: ignore[arg-type]
    counts = np.array([annotations(row["annotated"], measure, group.cost) for row in run.rounds])
    [scores] = interpolated(counts[None], np.array([f1], dtype=float), budgets)
    return {round(budget): float(score) for budget, score in zip(budgets, scores, strict=True)}
