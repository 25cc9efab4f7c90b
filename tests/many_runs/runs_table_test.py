"""The table of runs on a terminal."""

import io
import json
from pathlib import Path
from typing import Any, Callable, Dict, List, Optional

import pytest
from rich.console import Console

from seqmix_plugin.many_runs.back_end import BackEnd
from seqmix_plugin.many_runs.outcome import FAILED, FINISHED, Outcome
from seqmix_plugin.many_runs.planned_run import PlannedRun
from seqmix_plugin.many_runs.runs_table import RunsTable, reached
from seqmix_plugin.run.layout import ROUNDS


class Nodes(BackEnd):
    """Runs on these machines, of which nothing becomes."""

    def __init__(self, nodes: Dict[PlannedRun, Optional[str]]) -> None:
        self.running = list(nodes)
        self._nodes = nodes

    def has_room(self) -> bool:
        return False

    def start(self, run: PlannedRun, show: Callable[[str], None]) -> Optional[Outcome]:
        raise NotImplementedError

    def ended(self, show: Callable[[str], None]) -> List[Outcome]:
        return []

    def end(self) -> None:
        pass

    def node(self, run: PlannedRun) -> Optional[str]:
        return self._nodes[run]


def written(folder: Path, *scores: Dict[str, Any]) -> Path:
    folder.mkdir(parents=True)
    rows = [json.dumps({"scores": {split: {"f1": f1} for split, f1 in row.items()}}) for row in scores]
    (folder / ROUNDS).write_text("".join(f"{row}\n" for row in rows), encoding="utf-8")
    return folder


def test_each_run_has_a_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = [PlannedRun(seed, tmp_path / f"{seed}", {"trainer": {"num_rounds": 4}}, [], "nte") for seed in range(1, 5)]
    written(runs[1].folder, {"dev": 0.25}, {"dev": 0.5, "test": 0.75})
    out = io.StringIO()
    monkeypatch.setattr("rich.get_console", lambda: Console(file=out, force_terminal=True, width=100))
    table = RunsTable(runs)
    outcomes = [
        Outcome(1, FAILED, runs[0].log, "no file", 3.0, name="nte", node="b\x1b"),
        Outcome(4, FINISHED, runs[3].log, seconds=7.4, name="nte", node="b"),
    ]
    with table.live():
        table.show("nte, seed 1: \x1b[2J")
        table.update(Nodes({runs[1]: "a", runs[2]: None}), outcomes)
    plain = Console(file=io.StringIO(), width=100)
    plain.print(table.table())
    rows = [line.split() for line in plain.file.getvalue().splitlines()]  # type: ignore[attr-defined]
    assert rows == [
        ["configuration", "seed", "state", "round", "F1", "seconds", "node"],
        ["nte", "2", "running", "2/5", "75.00", "0", "a"],
        ["nte", "1", "failed", "3", "b\\x1b"],
        ["nte", "3", "waiting"],
        ["nte", "4", "finished", "7", "b"],
    ]
    assert "\x1b[2J" not in out.getvalue()
    assert "\\x1b[2J" in out.getvalue()


def test_without_names_and_nodes_there_are_no_columns_for_them(tmp_path: Path) -> None:
    table = RunsTable([PlannedRun(1, tmp_path / "1", {"trainer": {"num_rounds": 0}}, [])]).table()
    assert [column.header for column in table.columns] == ["seed", "state", "round", "F1", "seconds"]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], ("0/3", "")),
        ([{}], ("1/3", "")),
        ([{"dev": 0.125}], ("1/3", "12.50")),
        ([{"dev": 0.5}, {"dev": 0.25, "test": 1.0}], ("2/3", "100.00")),
    ],
)
def test_what_a_run_has_reached(rows: List[Dict[str, Any]], expected: Any, tmp_path: Path) -> None:
    assert reached(written(tmp_path / "run", *rows) / ROUNDS, 3) == expected
