"""The rows of the report's charts and of its details of the runs, as plain data."""

import json
from itertools import combinations
from typing import Any, Callable, Dict, List, Sequence, Tuple

import numpy as np

from seqmix_plugin.charts.learning_curves import ANNOTATED, MEASURES
from seqmix_plugin.reporting.comparison import Comparison, deviation
from seqmix_plugin.reporting.formatting import NOTHING
from seqmix_plugin.reporting.run_groups import Group, annotations, matched_runs
from seqmix_plugin.run.reader import FUNNEL, Run, flattened

Row = Dict[str, Any]
ENVIRONMENT = ("revision", "host", "device", "cpus", "threads")


def cells(comparison: Comparison) -> Dict[str, Tuple[str, str]]:
    """The splits and entity types, the empty type for all, whose F1 can be shown, by the names that charts use."""
    return {f"{split}/{kind}": (split, kind) for split in comparison.splits for kind in ("", *comparison.kinds)}


def mean_rows(comparison: Comparison) -> List[Row]:
    """A row per method and round, as `learning_curves` expects them."""
    rows = []
    for group in comparison.groups:
        of_group = [_round(group, k) for k in range(group.num_budgets)]
        for name, cell in cells(comparison).items():
            scores = group.f1(*cell)
            if scores is not None:
                for row, mean, spread in zip(of_group, scores.mean(axis=0), deviation(scores), strict=True):
                    row |= {name: round(float(mean), 2), f"± {name}": round(float(spread), 2)}
        rows += of_group
    return rows


def _round(group: Group, k: int) -> Row:
    records = [run.rounds[k]["augmentation"] for run in group.runs]
    wanted, accepted = (sum(record.get(name, 0) for record in records) for name in ("wanted", "accepted"))
    budgets = {measure: round(group.budgets(measure)[k], 1) for measure in MEASURES}
    generated = {"accepted": f"{accepted} of {wanted}" if wanted else "none", "short": 2 * accepted < wanted}
    return {"method": group.name, "round": k, "seeds": len(group.runs), **budgets, **generated}


def run_rows(comparison: Comparison) -> List[Row]:
    """A row per run and round of the methods with rounds: annotations, and the F1 of each cell."""
    rows = []
    for group in comparison.curves:
        for run in group.runs:
            scores = {name: run.f1(*cell) for name, cell in cells(comparison).items()}
            for k, record in enumerate(run.rounds[: group.num_budgets]):
                f1 = {name: value[k] for name, value in scores.items()}
                rounded = {name: round(value, 2) for name, value in f1.items() if value is not None}
                cost = annotations(record["annotated"], "seconds", group.cost)
                counts = {**record["annotated"], "seconds": round(cost, 1)}
                rows.append({"method": group.name, "round": k, **counts, **rounded})
    return rows


def pair_rows(comparison: Comparison) -> List[Row]:
    """A row per split and pair of methods, with the difference and its interval."""
    rows = []
    for split, pairs in comparison.pairs.items():
        for pair in pairs:
            low, high = pair.interval or (None, None)
            values = {"difference": pair.difference, "low": low, "high": high, "seeds": len(pair.units)}
            names = {"split": split, "method": pair.first, "other": pair.second, "verdict": pair.verdict}
            rows.append({**names, **values, "significant": pair.significant})
    return [row for row in rows if row["difference"] == row["difference"]]  # nan without a shared seed and budget


def overlap_rows(groups: Sequence[Group]) -> List[Row]:
    """
    A row per pair of methods and round after the seed set, means over the seeds that both have: how many percent of
    the round's queries of the first the second has made in the same round, and of all that the first has labelled so
    far, how many percent the second has labelled too.
    """
    rows = []
    for first, second in combinations(groups, 2):
        matched = matched_runs(first, second)
        for k in range(1, min(first.num_budgets, second.num_budgets) if matched else 0):
            queries = [_percent(*(set(run.rounds[k]["queried"]) for run in pair)) for pair in matched]
            labelled = [_percent(*(run.labelled(k) for run in pair)) for pair in matched]
            shares = {"% of queries": float(np.mean(queries)), "% of all labelled": float(np.mean(labelled))}
            rows.append({"method": first.name, "other": second.name, "round": k, **shares})
    return rows


def _percent(one: Any, other: Any) -> float:
    return 100 * len(one & other) / max(len(one), 1)


def density_rows(groups: Sequence[Group]) -> List[Row]:
    """A row per method and round: entity density and sentence length of what was labelled, over all seeds."""
    rows = []
    for group in groups:
        before = np.zeros(len(ANNOTATED))
        for k in range(group.num_budgets):
            total = np.sum([[run.rounds[k]["annotated"][name] for name in ANNOTATED] for run in group.runs], axis=0)
            sentences, tokens, entities = np.maximum(total - before, 0)
            density = float(100 * entities / max(tokens, 1)), float(tokens / max(sentences, 1))
            names = ("entities in 100 tokens", "tokens per sentence")
            rows.append({"method": group.name, "round": k, **dict(zip(names, density, strict=True))})
            before = total
    return rows


def funnel_rows(groups: Sequence[Group]) -> List[Row]:
    """
    A row per method, round and stage of `FUNNEL`: how many sentences came so far, the mean over the seeds. Methods that
    generate nothing have no rows.
    """
    return [
        {"method": group.name, "round": k, "stage": stage, "sentences": float(np.mean(counts))}
        for group in groups
        for k in range(group.num_budgets)
        for stage in FUNNEL
        for counts in [[run.rounds[k]["augmentation"].get(stage) for run in group.runs]]
        if all(isinstance(count, int) for count in counts)
    ]


def reached_curves(comparison: Comparison) -> Dict[str, Dict[str, Row]]:
    """For each cell and method the mean curve on the seeds that all have: `mean` F1, and each measure's budgets."""
    return {
        name: {
            summary.group.name: {
                "mean": [round(f1, 6) for f1 in summary.curve],
                **{measure: [summary.group.budgets(measure)[k] for k in summary.rounds] for measure in MEASURES},
            }
            for summary in comparison.same_seeds.summaries(*cell)
        }
        for name, cell in cells(comparison).items()
    }


def differing_keys(groups: Sequence[Group]) -> List[List[str]]:
    """A row per key in which the configurations differ: its name, and its value for each group that has one."""
    flat = [flattened(group.runs[0].configuration) for group in groups]
    rows = [[key, *(_value(one, key) for one in flat)] for key in sorted({key for one in flat for key in one})]
    return [row for row in rows if len({value for value, one in zip(row[1:], flat, strict=True) if one}) > 1]


def _value(configuration: Dict[str, Any], key: str) -> str:
    if key not in configuration:
        return NOTHING if configuration else "not kept"
    value = configuration[key]
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def run_details(groups: Sequence[Group]) -> List[List[str]]:
    """A row per fact about the runs, with the distinct values of each group's runs."""
    facts: List[Tuple[str, Callable[[Run], Any]]] = [
        ("seeds", lambda run: run.seed),
        ("data seeds", lambda run: run.data_seed),
        ("rounds after round 0", lambda run: run.num_rounds),
        ("versions", _versions),
        *((name, lambda run, name=name: run.environment.get(name)) for name in ENVIRONMENT),  # type: ignore[misc]
        ("runs", lambda run: run.path),
    ]
    return [[name, *(_distinct(fact, group) for group in groups)] for name, fact in facts]


def _distinct(fact: Callable[[Run], Any], group: Group) -> str:
    known = [fact(run) for run in group.runs]
    values = list(dict.fromkeys(str(value) for value in known if value not in (None, "")))
    return ("; " if any("," in value for value in values) else ", ").join(values) or NOTHING


def _versions(run: Run) -> str:
    versions = run.environment.get("versions")
    known = versions.items() if isinstance(versions, dict) else ()
    return ", ".join(f"{package} {version}" for package, version in known if version is not None)
