"""A terminal without a screen: a program runs in it, keys are typed, what would be seen is read."""

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
from pathlib import Path
from typing import Any, Callable, Optional

import pyte
from allennlp.commands import main

from tests.faults.drill import run_in_fork

PATIENCE = 30
"""Seconds until something that does not come is missed."""


class PseudoTerminal:
    """
    `allennlp` in a terminal of its own, forked from this process, which has imported everything.

    # Parameters

    arguments : `Any`
        The command line.
    columns : `int`, optional (default = `80`)
        How wide the terminal is.
    rows : `int`, optional (default = `24`)
        How high it is.
    typed : `bytes`, optional (default = `b""`)
        What is typed before the program has begun.
    term : `str`, optional (default = `"xterm-256color"`)
        What kind of terminal it is.
    program : `Callable[[], Any]`, optional (default = `None`)
        What runs instead of `allennlp`.
    """

    def __init__(
        self,
        *arguments: Any,
        columns: int = 80,
        rows: int = 24,
        typed: bytes = b"",
        term: str = "xterm-256color",
        program: Optional[Callable[[], Any]] = None,
    ) -> None:
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.raw = b""
        ready, begin = os.pipe()
        self.process, self._terminal = pty.fork()
        if self.process == 0:
            os.read(ready, 1)
            run_in_fork(program or (lambda: _run([*map(str, arguments)], term)))
        self.before = termios.tcgetattr(self._terminal)
        self.resize(columns, rows)
        if typed:
            os.write(self._terminal, typed)
        os.write(begin, b".")
        os.close(begin)
        os.close(ready)

    def resize(self, columns: int, rows: int) -> None:
        """The window gets another size, of which the program is told."""
        fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.screen.resize(rows, columns)

    def type(self, keys: str, until: str) -> None:
        """Types, and waits until a text is on the screen and no more comes."""
        self.read()
        os.write(self._terminal, keys.encode("utf-8"))
        self.read(0.15)
        self.wait_for(until)

    def wait_for(self, text: str) -> None:
        """Reads until it is on the screen."""
        end = time.monotonic() + PATIENCE
        while text not in self.text() and time.monotonic() < end:
            if not self.read(0.2):
                break
        assert text in self.text(), f"{text!r} is not on the screen:\n{self.text()}"

    def read(self, seconds: float = 0.05) -> bool:
        """Reads what there is; whether there may be more."""
        while select.select([self._terminal], [], [], seconds)[0]:
            try:
                content = os.read(self._terminal, 1 << 16)
            except OSError:  # the program has ended
                return False
            self.raw += content
            self._stream.feed(content)
        return True

    def text(self) -> str:
        """What is on the screen."""
        return "\n".join(line.rstrip() for line in self.screen.display).strip("\n")

    def kill(self, number: int) -> None:
        os.kill(self.process, number)

    def close(self) -> None:
        """The window is closed."""
        os.close(self._terminal)

    def end(self) -> int:
        """Waits for the program's end and gives its exit code, negative for a signal."""
        end = time.monotonic() + PATIENCE
        while True:
            process, status = os.waitpid(self.process, os.WNOHANG)
            if process:
                return os.waitstatus_to_exitcode(status)
            if time.monotonic() > end:
                self.kill(signal.SIGKILL)
            self._drain()

    def after(self) -> Optional[list]:
        """How the terminal is set."""
        return termios.tcgetattr(self._terminal)

    def _drain(self) -> None:
        try:
            self.read(0.1)
        except (OSError, ValueError):  # closed
            time.sleep(0.1)


def _run(arguments: list, term: str) -> None:
    """In the fork."""
    sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w")  # noqa: SIM115
    os.environ["TERM"] = term
    os.environ.pop("NO_COLOR", None)
    sys.argv = ["allennlp", *arguments]
    main(prog="allennlp")


def answers_in(folder: Path) -> Path:
    """The file that is written in a round's folder when nobody says otherwise."""
    return folder / "answers" / "terminal.answers.jsonl"
