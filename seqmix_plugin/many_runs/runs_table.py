"""A table of all runs."""

import json
import time
from contextlib import nullcontext
from pathlib import Path
from typing import ContextManager, Dict, List, NamedTuple, Optional, Sequence, Tuple

import rich
from rich.live import Live
from rich.table import Table

from seqmix_plugin.errors import printable
from seqmix_plugin.many_runs.back_end import BackEnd
from seqmix_plugin.many_runs.display import Display
from seqmix_plugin.many_runs.outcome import Outcome
from seqmix_plugin.many_runs.planned_run import PlannedRun
from seqmix_plugin.run.layout import ROUNDS
from seqmix_plugin.run.reader import DONE

INTERVAL = 2.0
"""Seconds between two looks at the runs' files, which may be on a slow file system."""
HEADS = ("seed", "state", "round", "F1", "seconds")
NUMBERS = {"seed", "round", "F1", "seconds"}
WAITING, RUNNING = "waiting", "running"


class Row(NamedTuple):
    """The state of a run: what is known of it, and its seconds until now."""

    state: str
    node: str = ""
    seconds: Optional[float] = None


class RunsTable(Display):
    """
    On a terminal, a row for each run: configuration and seed, state, rounds, newest F1, seconds, machine.

    # Parameters

    runs : `Sequence[PlannedRun]`
        All runs.
    """

    def __init__(self, runs: Sequence[PlannedRun]) -> None:
        self._runs = runs
        self._console = rich.get_console()
        self._live = Live(console=self._console, auto_refresh=False)
        self._rows = {run: Row(WAITING) for run in runs}
        self._began: Dict[PlannedRun, float] = {}
        self._reached: Dict[Path, Tuple[Tuple[int, int], str, str]] = {}
        self._shown, self._known = float("-inf"), -1

    def live(self) -> ContextManager:
        return self._live if self._console.is_terminal else nullcontext()

    def show(self, line: str) -> None:
        self._console.print(printable(line), markup=False, highlight=False, soft_wrap=True)

    def update(self, back_end: BackEnd, outcomes: Sequence[Outcome]) -> None:
        now = time.monotonic()
        if not self._console.is_terminal or (now < self._shown + INTERVAL and len(outcomes) == self._known):
            return
        self._shown, self._known = now, len(outcomes)
        for run in back_end.running:
            self._rows[run] = self._row(run, back_end.node(run), now)
        by_run = {(run.name, run.seed): run for run in self._runs}
        for one in outcomes:
            state = "done before" if one.state == DONE else one.state
            self._rows[by_run[one.name, one.seed]] = Row(state, one.node, one.seconds or None)
        self._live.update(self.table(), refresh=True)

    def _row(self, run: PlannedRun, node: Optional[str], now: float) -> Row:
        if node is None:
            return Row(WAITING)
        return Row(RUNNING, node, now - self._began.setdefault(run, now))

    def table(self) -> Table:
        """The runs that are executed come first, as a table that is higher than the terminal is cut at its end."""
        nodes = any(row.node for row in self._rows.values())
        names = any(run.name for run in self._runs)
        table = Table(box=None, header_style="bold")
        heads = [*(["configuration"] if names else []), *HEADS, *(["node"] if nodes else [])]
        for head in heads:
            table.add_column(head, justify="right" if head in NUMBERS else "left")
        for run in sorted(self._runs, key=lambda run: self._rows[run].state != RUNNING):
            row = self._rows[run]
            seconds = "" if row.seconds is None else f"{row.seconds:.0f}"
            cells = [*([run.name] if names else []), str(run.seed), row.state, *self._progress(run, row), seconds]
            table.add_row(*map(printable, [*cells, *([row.node] if nodes else [])]))
        return table

    def _progress(self, run: PlannedRun, row: Row) -> List[str]:
        """Completed rounds and newest F1, empty before there are any."""
        path = run.folder / ROUNDS
        try:
            found = path.stat()
            version = (found.st_mtime_ns, found.st_size)
            if row.state == WAITING:
                return ["", ""]
            if path not in self._reached or self._reached[path][0] != version:
                self._reached[path] = (version, *reached(path, run.num_rounds))
            return list(self._reached[path][1:])
        except (
            OSError,
            ValueError,
            KeyError,
            TypeError,
        ):  # not there yet, or not a run's file, which is said elsewhere
            return ["", ""]


def reached(path: Path, num_rounds: int) -> Tuple[str, str]:
    """How many of the rounds are in a file of rounds, and the F1 of the last on test, or else on dev."""
    lines = path.read_text(encoding="utf-8").splitlines()
    scores = json.loads(lines[-1])["scores"] if lines else {}
    measured = [scores[split]["f1"] for split in ("test", "dev") if split in scores]
    return f"{len(lines)}/{num_rounds}", f"{100 * measured[0]:.2f}" if measured else ""
