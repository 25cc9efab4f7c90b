"""A bar of all rounds of all runs."""

from contextlib import nullcontext
from typing import ContextManager, Sequence

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from seqmix_plugin.errors import printable
from seqmix_plugin.many_runs.back_end import BackEnd
from seqmix_plugin.many_runs.display import Display
from seqmix_plugin.many_runs.outcome import Outcome
from seqmix_plugin.many_runs.planned_run import PlannedRun
from seqmix_plugin.run.layout import ROUNDS


class RoundsBar(Display):
    """
    # Parameters

    runs : `Sequence[PlannedRun]`
        All runs.
    total_rounds : `int`
        The number of rounds of all runs together.
    """

    def __init__(self, runs: Sequence[PlannedRun], total_rounds: int) -> None:
        self._runs = runs
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("rounds"))
        self._progress = Progress(*columns, TimeElapsedColumn(), transient=True)
        self._bar = self._progress.add_task("", total=total_rounds)

    def live(self) -> ContextManager:
        return self._progress if self._progress.console.is_terminal else nullcontext()  # which leaves no empty line

    def show(self, line: str) -> None:
        self._progress.console.print(printable(line), markup=False, highlight=False, soft_wrap=True)

    def update(self, back_end: BackEnd, outcomes: Sequence[Outcome]) -> None:
        seeds = f"seeds {', '.join(str(run.seed) for run in back_end.running)}" if back_end.running else ""
        self._progress.update(self._bar, completed=self._count_rounds(), description=seeds)

    def _count_rounds(self) -> int:
        files = (run.folder / ROUNDS for run in self._runs)
        return sum(file.read_bytes().count(b"\n") for file in files if file.is_file())
