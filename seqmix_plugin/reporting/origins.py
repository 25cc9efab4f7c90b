"""Where the numbers come from: what the methods' configurations do not share, and what they ran on."""

import json
from typing import Any, Dict, List, Sequence

from seqmix_plugin.reporting.grouping import Group
from seqmix_plugin.reporting.wording import NOTHING
from seqmix_plugin.run.reader import Run

ENVIRONMENT = ("revision", "host", "device", "cpus", "threads")


def flattened(configuration: Dict[str, Any], prefix: str = "") -> Dict[str, Any]:
    """Dotted keys, as overrides have them; lists stay whole."""
    flat: Dict[str, Any] = {}
    for key, value in configuration.items():
        if isinstance(value, dict) and value:
            flat.update(flattened(value, f"{prefix}{key}."))
        else:
            flat[f"{prefix}{key}"] = value
    return flat


def differing_keys(groups: Sequence[Group]) -> List[List[str]]:
    """A row for each key in which the configurations differ: its name, and its value in each group that has one."""
    flat = [flattened(group.runs[0].configuration) for group in groups]
    known = [configuration for configuration in flat if configuration]
    keys = sorted({key for configuration in known for key in configuration})
    return [
        [key, *(_shown(configuration, key) for configuration in flat)]
        for key in keys
        if len({_shown(configuration, key) for configuration in known}) > 1
    ]


def _shown(configuration: Dict[str, Any], key: str) -> str:
    if not configuration:
        return "not kept"
    if key not in configuration:
        return NOTHING
    value = configuration[key]
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def origins(groups: Sequence[Group]) -> List[List[str]]:
    """A row for each fact about the runs, with the distinct values of each group's runs."""
    facts = [
        ("seeds", lambda run: str(run.seed)),
        ("data seeds", lambda run: str(run.data_seed)),
        ("rounds after round 0", lambda run: str(run.num_rounds)),
        ("versions", _versions),
        *((name, lambda run, name=name: _environment(run, name)) for name in ENVIRONMENT),
        ("runs", lambda run: str(run.path)),
    ]
    return [[name, *(_distinct(fact, group) for group in groups)] for name, fact in facts]


def _distinct(fact: Any, group: Group) -> str:
    values = [value for value in dict.fromkeys(fact(run) for run in group.runs) if value]
    return ("; " if any("," in value for value in values) else ", ").join(values) or NOTHING


def _environment(run: Run, name: str) -> str:
    value = run.environment.get(name) if isinstance(run.environment, dict) else None
    return "" if value is None else str(value)


def _versions(run: Run) -> str:
    versions = run.environment.get("versions") if isinstance(run.environment, dict) else None
    known = versions.items() if isinstance(versions, dict) else ()
    return ", ".join(f"{package} {version}" for package, version in known if version is not None)
