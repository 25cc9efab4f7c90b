"""What was queried: how much two methods agree, and how many entities they found."""

from itertools import combinations
from typing import Any, Dict, List, Sequence, Set

import numpy as np

from seqmix_plugin.reporting.grouping import Group, matched_runs
from seqmix_plugin.run.reader import Run


def overlaps(groups: Sequence[Group]) -> List[Dict[str, Any]]:
    """
    For each two methods and each round after the seed set, the mean over the seeds that both have: `queried`, the share
    of this round's queries of the first that the second has queried in the same round, and `labelled`, the share of all
    that the first has labelled so far that the second has labelled too.
    """
    rows = []
    for first, second in combinations(groups, 2):
        matched = matched_runs(first, second)
        for k in range(1, min(first.num_budgets, second.num_budgets) if matched else 0):
            queried = [_share(*(set(run.rounds[k]["queried"]) for run in pair)) for pair in matched]
            labelled = [_share(*(run.labelled(k) for run in pair)) for pair in matched]
            names = {"first": first.name, "second": second.name, "round": k}
            rows.append({**names, "queried": float(np.mean(queried)), "labelled": float(np.mean(labelled))})
    return rows


def densities(groups: Sequence[Group]) -> List[Dict[str, Any]]:
    """Entities among 100 tokens, and tokens a sentence, of what each method labelled in each round, over all seeds."""
    rows = []
    for group in groups:
        for k in range(group.num_budgets):
            new = {name: sum(_new(run, k, name) for run in group.runs) for name in ("sentences", "tokens", "entities")}
            rows.append(
                {
                    "group": group.name,
                    "round": k,
                    "entities": 100 * new["entities"] / max(new["tokens"], 1),
                    "length": new["tokens"] / max(new["sentences"], 1),
                }
            )
    return rows


def _new(run: Run, k: int, name: str) -> int:
    before = run.rounds[k - 1]["annotated"][name] if k > 0 else 0
    count: int = run.rounds[k]["annotated"][name] - before
    return count


def _share(one: Set[str], other: Set[str]) -> float:
    return len(one & other) / max(len(one), 1)
