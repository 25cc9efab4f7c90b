"""The measurements as tables, and `docs/performance.md`."""

from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence, TextIO, Tuple

from rich.box import SIMPLE
from rich.console import Console
from rich.markup import escape
from rich.table import Table as RichTable

from benchmarks.measure import FEWEST_PAIRS, speed_interval
from benchmarks.peers import page as peers
from benchmarks.results import read, seconds_a_unit, target_of
from benchmarks.wording import COST, INTRODUCTION, STAGES, UNITS
from seqmix_plugin.reporting.formatting import NOTHING
from seqmix_plugin.reporting.table import Table

DEVICES = {"cpu": "On a CPU", "cuda": "On a GPU"}
PEERS = "peers"
"""The file of the comparison with other packages."""


def columns(stage: str) -> Tuple[str, ...]:
    """The names of the columns."""
    return (
        "row",
        "against",
        "must reach",
        "reached [95 %]",
        UNITS.get(stage, "ms a sentence"),
        "reference's",
        "passes",
    )


def table(stage: str, rows: Sequence[Dict[str, Any]]) -> Table:
    """The rows of a stage."""
    return Table(stage, columns(stage), [cells(row) for row in rows])


def show(stage: str, rows: Sequence[Dict[str, Any]], file: Optional[TextIO] = None) -> None:
    """The rows of a stage on the terminal."""
    shown = RichTable(title=stage, box=SIMPLE, pad_edge=False, padding=(0, 1, 0, 0), title_justify="left")
    shown.add_column("row", overflow="fold")
    for name in columns(stage)[2:]:
        shown.add_column(escape(name), justify="right", overflow="fold")
    for row in rows:
        label, against, *others = cells(row)
        shown.add_row(*map(escape, [label if against == NOTHING else f"{label}, against {against}", *others]))
    Console(file=file).print(shown)


def passes(row: Dict[str, Any]) -> Optional[bool]:
    """Whether a row reached its target with enough pairs; `None` when nothing is asked or nothing was measured."""
    if "skipped" in row:
        return None
    if "value" in row:
        return None if row["limit"] is None else row["value"] <= row["limit"]
    if row["target"] is None:
        return None
    return len(row["pairs"]) >= FEWEST_PAIRS and target_of(row).met(speed_interval(seconds_a_unit(row)))


def cells(row: Dict[str, Any]) -> List[str]:
    """A line of the table."""
    if "skipped" in row:
        return [row["label"], NOTHING, NOTHING, "not measured", NOTHING, NOTHING, NOTHING]
    verdict = {True: "yes", False: "NO", None: NOTHING}[passes(row)]
    if "value" in row:
        limit = NOTHING if row["limit"] is None else f"≤ {amount(row['limit'], row['unit'])}"
        return [row["label"], NOTHING, limit, amount(row["value"], row["unit"]), NOTHING, NOTHING, verdict]
    pairs = seconds_a_unit(row)
    speeds = speed_interval(pairs)
    asked, shown = NOTHING, speeds
    if row["target"] is not None:
        target = target_of(row)
        asked = f"{target.sign} {target.factor:.3g} × {'its time' if target.kind == 'at_most' else 'as fast'}"
        shown = target.shown(speeds)
    ours, reference = (f"{1000 * sum(times) / len(pairs):.3g}" for times in zip(*pairs, strict=True))
    reached = f"{shown.mean:.3g} × [{shown.low:.3g}, {shown.high:.3g}]"
    return [row["label"], row["reference"], asked, reached, ours, reference, verdict]


def amount(value: float, unit: str) -> str:
    """A value with its unit; shares in per cent."""
    if unit == "share":
        return f"{100 * value:.1f} %"
    return f"{value:,.3g} {unit}" if value < 1000 else f"{value:,.0f} {unit}"


def page(folder: Path) -> str:
    """The text of `docs/performance.md`."""
    parts = [INTRODUCTION]
    for device, heading in DEVICES.items():
        stages = read(folder / f"{device}.json")
        parts.append(f"## {heading}\n")
        if not stages:
            parts.append("No measurements yet.\n")
        for stage in sorted(stages, key=list(STAGES).index):
            parts.append(section(stage, stages[stage]))
    if measured := read(folder / f"{PEERS}.json"):
        parts.append(peers.section(measured, ran_on(measured["conditions"])))
    parts.append(COST)
    return "\n".join(parts)


def section(stage: str, found: Dict[str, Any]) -> str:
    """A stage: conditions, table and notes."""
    rows = found["rows"]
    parts = [f"### {stage}\n\n{STAGES[stage]}\n\n{ran_on(found['conditions'])}\n", table(stage, rows).markdown()]
    notes = [line for row in rows for line in remarks(row)]
    if notes:
        parts.append("\n".join(notes) + "\n")
    return "\n".join(parts)


def ran_on(conditions: Dict[str, Any]) -> str:
    """Machine, data and versions in one line."""
    versions = "; ".join(f"{name} {version}" for name, version in conditions["versions"].items())
    return (
        f"{conditions['data']}; {conditions['device']}, {conditions['threads']} threads; revision "
        f"{conditions['revision']}; {versions}."
    )


def remarks(row: Dict[str, Any]) -> List[str]:
    """The notes on a row, as items of a list."""
    against = f", against {row['reference']}" if row.get("reference") else ""
    items = [row[key] for key in ("note", "skipped") if row.get(key)]
    if row.get("parts"):
        items.append(
            "; ".join(
                f"{name.removesuffix(' (s)')} {part:,.4g}{' s' if name.endswith(' (s)') else ''}"
                for name, part in row["parts"].items()
            )
        )
    if row.get("operations"):
        items.append(achieved(row))
    if row.get("difference") is not None:
        items.append(f"largest difference of the results {row['difference']:.1g}")
    if passes(row) is False and row.get("profile"):
        shares = ", ".join(f"`{place}` {share:.0%}" for place, share in row["profile"].items())
        items.append(f"falls short; by a profile its own time goes to {shares}")
    elif passes(row) is False:
        items.append("falls short")
    return [f"- *{row['label']}{against}*: {'; '.join(items)}."] if items else []


def achieved(row: Dict[str, Any]) -> str:
    """The floating-point operations a second of both, and the share of the reference's that is reached."""
    totals = [sum(times) / len(row["pairs"]) for times in zip(*row["pairs"], strict=True)]
    ours, reference = (f"{row['operations'] / total / 1e9:.3g}" for total in totals)
    operations, share = row["operations"] / row["sizes"]["ours"], speed_interval(seconds_a_unit(row))
    return (
        f"{operations / 1e9:.3g} GFLOP a sentence, at {ours} GFLOP/s, the reference at {reference}: "
        f"{100 * share.mean:.0f} % [{100 * share.low:.0f}, {100 * share.high:.0f}] of its speed"
    )
