"""Points of a run at which it can be killed: whatever touches a file in its folder, and every step of a model."""

import builtins
import io
import os
import signal
import sys
from pathlib import Path
from typing import Any, List, Optional

from torch.nn.modules.module import register_module_forward_hook
from torch.optim.optimizer import register_optimizer_step_post_hook

from seqmix_plugin.models import SequenceTagger

STOCK = ("out.log", "config.json", "meta.json", "metrics.json", ".lock")
"""Files of a run's folder that AllenNLP itself writes; what it writes before the plugin does, is not counted."""
CHANGES = {"open": 0, "os.rename": 1, "os.remove": 0, "os.mkdir": 0, "os.rmdir": 0, "os.truncate": 0}
"""Events that Python tells of, and which of their arguments is the path."""
DIRECTORIES = {"os.rename": 3, "os.remove": 1, "os.mkdir": 2, "os.rmdir": 1}
"""Which of their arguments is the descriptor of the folder that the path is in, or -1."""


class Points:
    """
    Counts the points of the process that it is made in, and kills the process with SIGKILL at one of them: in the
    middle of a write when that is what the point is.

    # Parameters

    folder : `Path`
        The run's.
    kill_at : `int`, optional (default = `None`)
        The number of the point; `None` only counts.
    """

    def __init__(self, folder: Path, kill_at: Optional[int] = None) -> None:
        self.names: List[str] = []
        """What each is, with the last round that has begun."""
        self._round = -1
        self._folder = str(folder.resolve())
        self._kill_at = kill_at
        self._open = builtins.open
        sys.addaudithook(self._audit)
        builtins.open = io.open = self._opened  # type: ignore[assignment]
        register_optimizer_step_post_hook(lambda *arguments: self.reached("optimizer step"))
        register_module_forward_hook(self._forward)

    def write(self) -> None:
        """Keeps the names beside the folder."""
        Path(f"{self._folder}.points").write_text("\n".join(self.names), encoding="utf-8")

    def reached(self, name: str, half_done: Any = None) -> None:
        """A point; `half_done` is called before the process is killed."""
        while os.path.exists(f"{self._folder}/state/round_{self._round + 1}.json"):
            self._round += 1
        self.names.append(f"round {self._round}: {name}" if self._round >= 0 else name)
        if len(self.names) - 1 == self._kill_at:
            if half_done is not None:
                half_done()
            os.kill(os.getpid(), signal.SIGKILL)

    def _counts(self, path: Any) -> Optional[str]:
        """The name inside the folder of what counts."""
        if isinstance(path, int) or not isinstance(path, (str, bytes, os.PathLike)):
            return None
        full = os.path.abspath(os.fsdecode(path))
        if not full.startswith(self._folder + os.sep):
            return None
        name = full[len(self._folder) + 1 :]
        if not self.names and not name.startswith("state"):
            return None
        return None if name.endswith(STOCK[0]) else name

    def _audit(self, event: str, arguments: Any) -> None:
        if event not in CHANGES:
            return
        if event == "open" and not (isinstance(arguments[1], str) and set(arguments[1]) & set("wax+")):
            return
        path, directory = arguments[CHANGES[event]], arguments[DIRECTORIES[event]] if event in DIRECTORIES else -1
        if directory >= 0 and isinstance(path, (str, bytes)):
            path = os.path.join(os.readlink(f"/proc/self/fd/{directory}"), os.fsdecode(path))
        name = self._counts(path)
        if name is not None:
            self.reached(f"{event} {name}")

    def _forward(self, module: Any, *arguments: Any) -> None:
        if isinstance(module, SequenceTagger) and not module.training:
            self.reached("scoring")

    def _opened(self, file: Any, mode: str = "r", *arguments: Any, **keywords: Any) -> Any:
        opened = self._open(file, mode, *arguments, **keywords)
        name = self._counts(file) if set(mode) & set("wax+") else None
        return opened if name is None else _Watched(opened, name, self)


class _Watched:
    """A file whose writes are points."""

    def __init__(self, file: Any, name: str, points: Points) -> None:
        self._file = file
        self._name = name
        self._points = points

    def write(self, data: Any) -> int:
        def half_done() -> None:
            self._file.write(data[: len(data) // 2])
            self._file.flush()

        self._points.reached(f"write {self._name}", half_done)
        return self._file.write(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def __enter__(self) -> "_Watched":
        self._file.__enter__()
        return self

    def __exit__(self, *error: Any) -> Any:
        return self._file.__exit__(*error)

    def __iter__(self) -> Any:
        return iter(self._file)
