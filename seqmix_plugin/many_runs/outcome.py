"""The outcome of one of several runs."""

from dataclasses import dataclass
from pathlib import Path
from typing import Optional

from seqmix_plugin.run.layout import NOT_MEASURED
from seqmix_plugin.run.reader import DONE, Run

FINISHED, FAILED, BUSY = "finished", "failed", "busy"


@dataclass(frozen=True)
class Outcome:
    """
    The outcome for one seed: "finished", "done" when it was finished before, "failed", or "busy" when another process
    has locked it. Without a finished `run`, `reason` says why. `name` is the configuration's in a sweep, and `node` the
    machine's on a cluster.
    """

    seed: int
    state: str
    log: Path
    reason: str = ""
    seconds: float = 0.0
    run: Optional[Run] = None
    name: str = ""
    node: str = ""

    @property
    def line(self) -> str:
        """The line that the terminal shows."""
        who = label(self.name, self.seed)
        if self.run is None:
            return f"{who}: {self.state}: {self.reason} (see {self.log})"
        scores = self.run.rounds[-1]["scores"]
        parts = [f"{split} F1 {100 * scores[split]['f1']:.2f}" for split in scores] or [f"F1 {NOT_MEASURED}"]
        parts += [f"{self.seconds:.0f} s"] if self.state == FINISHED else []
        parts += [self.node] if self.node else []
        return " | ".join([f"{who}: {self.state}{' before' if self.state == DONE else ''}", *parts])


def label(name: str, seed: int) -> str:
    """A run as lines of the terminal name it."""
    return f"{name}, seed {seed}" if name else f"seed {seed}"
