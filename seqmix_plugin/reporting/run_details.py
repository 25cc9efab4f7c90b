"""Where the numbers come from: configuration keys in which the methods differ, and facts about their runs."""

import json
from typing import Any, Callable, Dict, List, Sequence, Tuple

from seqmix_plugin.reporting.formatting import NOTHING
from seqmix_plugin.reporting.run_groups import Group
from seqmix_plugin.run.reader import Run, flattened

ENVIRONMENT = ("revision", "host", "device", "cpus", "threads")


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
