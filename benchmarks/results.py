"""Measurement of rows, and their storage as JSON."""

import json
from pathlib import Path
from typing import Any, Dict, Iterable, List, Optional

import torch

from benchmarks.measure import Pair, Target, interleaved, speed_interval
from benchmarks.profile import profile
from benchmarks.row import Entry, Skipped, Value
from seqmix_plugin.run.provenance import environment

FOLDER = Path(__file__).parent / "results"
KEPT = ("versions", "revision", "device", "cpus", "threads")
"""Of the environment; no name of a host."""


class DifferentResultError(Exception):
    """The plugin and the reference compute different results, so their times cannot be compared."""


def measured(entry: Entry, num_pairs: int, device: torch.device, until: Optional[float] = None) -> Dict[str, Any]:
    """
    An entry as plain data, timed if it is to be; there are fewer pairs, but two at least, when `until` of
    `time.monotonic` comes before the last.

    # Raises

    `DifferentResultError`
        When the reference gives other numbers than ours.
    """
    if isinstance(entry, Skipped):
        return {"label": entry.label, "skipped": entry.note}
    if isinstance(entry, Value):
        return {**vars(entry)}
    pairs, ours, reference = interleaved(
        entry.ours, entry.reference, num_pairs, device, clock=entry.clock, prepare=entry.prepare, until=until
    )
    record: Dict[str, Any] = {
        "label": entry.label,
        "reference": entry.reference_label,
        "target": None if entry.target is None else entry.target._asdict(),
        "sizes": {"ours": entry.ours_size, "reference": entry.reference_size},
        "pairs": [[round(pair.ours, 9), round(pair.reference, 9)] for pair in pairs],
        "note": entry.note,
    }
    if entry.operations:
        record["operations"] = entry.operations
    if entry.difference is not None:
        record["difference"] = difference = float(entry.difference(ours, reference))
        if not difference <= entry.tolerance:
            raise DifferentResultError(
                f"{entry.label}: ours and the reference ({entry.reference_label}) differ by {difference:g}; expected "
                f"{entry.tolerance:g} at most"
            )
    if entry.profiled and entry.target is not None and not entry.target.met(speed_interval(seconds_a_unit(record))):
        if entry.prepare is not None:
            entry.prepare()
        record["profile"] = profile(entry.ours)
    return record


def seconds_a_unit(record: Dict[str, Any]) -> List[Pair]:
    """The pairs of a row, a sentence."""
    sizes = record["sizes"]
    return [Pair(ours / sizes["ours"], reference / sizes["reference"]) for ours, reference in record["pairs"]]


def target_of(record: Dict[str, Any]) -> Target:
    """The target of a row that has one."""
    return Target(**record["target"])


def conditions(device: torch.device, data: str) -> Dict[str, Any]:
    """Machine, data and versions of a stage's rows."""
    found = environment(device)
    kept = {**{name: found[name] for name in KEPT}, "data": data}
    return kept if device.type == "cuda" else {**kept, "device": processor() or found["device"]}


def processor() -> Optional[str]:
    """The name of the CPU, if the system provides it."""
    path = Path("/proc/cpuinfo")
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), None)


def merge(path: Path, stage: str, conditions: Dict[str, Any], rows: Iterable[Dict[str, Any]]) -> None:
    """Replaces the rows of one stage in a file and leaves the others."""
    stages = read(path)
    stages[stage] = {"conditions": conditions, "rows": list(rows)}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_one_row_a_line(stages), encoding="utf-8")


def _one_row_a_line(stages: Dict[str, Any]) -> str:
    """JSON with one row per line, so that a diff shows which rows were measured again."""
    blocks = []
    for stage, found in stages.items():
        rows = ",\n  ".join(json.dumps(row, ensure_ascii=False) for row in found["rows"])
        conditions = json.dumps(found["conditions"], ensure_ascii=False)
        blocks.append(f' {json.dumps(stage)}: {{"conditions": {conditions}, "rows": [\n  {rows}\n ]}}')
    return "{\n" + ",\n".join(blocks) + "\n}\n"


def read(path: Path) -> Dict[str, Any]:
    """The stages in a file; empty if it does not exist."""
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
