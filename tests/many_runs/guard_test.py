"""A guarded command ends with the processes that are watched, together with all that it started."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Iterator, List, NamedTuple

import pytest

from seqmix_plugin.many_runs import guard
from seqmix_plugin.many_runs.guard import began_at, descendants

FAMILY = """
import os, subprocess, sys, time
child = subprocess.Popen(["sleep", "600"])
away = subprocess.Popen(["setsid", "sleep", "600"])
if os.fork() == 0:
    os.setsid()
    orphan = os.fork()
    if orphan:
        os._exit(0)
    time.sleep(600)
os.wait()
print("ready", flush=True)
time.sleep(600)
"""
"""A process with a child, one in a session of its own, and a grandchild whose parent has ended."""


class Guarded(NamedTuple):
    """A guard, the process that it was told to watch, and a command's output."""

    process: "subprocess.Popen[bytes]"
    watched: "subprocess.Popen[bytes]"

    def family(self) -> List[int]:
        """The watcher and the processes of the command, once all five are there."""
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == b"ready\n"
        found = descendants(self.process.pid)
        assert len(found) == 5
        return found


def start(*command: str) -> Guarded:
    watched = subprocess.Popen(["sleep", "600"])
    arguments = [sys.executable, "-IS", guard.__file__, str(watched.pid), *command]
    process = subprocess.Popen(
        arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
    )
    return Guarded(process, watched)


def end(guarded: Guarded) -> None:
    for process in guarded:
        process.kill()
        process.wait()
    assert guarded.process.stdin is not None
    assert guarded.process.stdout is not None
    guarded.process.stdin.close()
    guarded.process.stdout.close()


@pytest.fixture
def family() -> Iterator[Guarded]:
    guarded = start(sys.executable, "-IS", "-c", FAMILY)
    yield guarded
    end(guarded)


def wait_for_end(processes: List[int]) -> None:
    deadline = time.monotonic() + 60
    while any(began_at(process) is not None for process in processes):
        assert time.monotonic() < deadline, "processes are left"
        time.sleep(0.02)


def test_all_end_when_the_pipe_is_closed(family: Guarded) -> None:
    processes = family.family()
    assert family.process.stdin is not None
    family.process.stdin.close()
    assert family.process.wait(60) == 1
    wait_for_end(processes)


def test_all_end_with_the_other_process(family: Guarded) -> None:
    """Also where nobody has waited for it yet."""
    processes = family.family()
    family.watched.kill()
    assert family.process.wait(60) == 1
    wait_for_end(processes)


def test_all_end_after_the_first_process_was_killed(family: Guarded) -> None:
    """As Ray does with the children of a process that it ends; the pipe is closed after that."""
    processes = family.family()
    os.killpg(family.process.pid, signal.SIGKILL)
    family.process.wait()
    time.sleep(0.5)
    assert all(began_at(process) is not None for process in processes), "they wait for the pipe"
    assert family.process.stdin is not None
    family.process.stdin.close()
    wait_for_end(processes)


def test_the_command_is_killed_with_its_watcher(family: Guarded) -> None:
    watcher, command, *others = family.family()
    os.kill(watcher, signal.SIGKILL)
    assert family.process.wait(60) == -signal.SIGKILL
    wait_for_end([command])
    for process in others:
        os.kill(process, signal.SIGKILL)


@pytest.mark.parametrize(
    ("command", "code", "printed"),
    [
        (["sh", "-c", "read line || echo none; exit 3"], 3, b"none\n"),
        (["sh", "-c", "kill -SEGV $$"], -signal.SIGSEGV, b""),
        (["sh", "-c", "sleep 600 & echo left"], 0, b"left\n"),
        (["/no/such/command"], 127, b"error: /no/such/command cannot be started (No such file or directory)\n"),
    ],
)
def test_it_ends_as_the_command_ends(command: List[str], code: int, printed: bytes) -> None:
    """The command has no input, and what it leaves behind is ended: its output would stay open otherwise."""
    guarded = start(*command)
    assert guarded.process.stdout is not None
    assert guarded.process.stdout.read() == printed
    assert guarded.process.wait(60) == code
    end(guarded)


def test_a_process_that_has_ended_before(tmp_path: Path) -> None:
    ended = subprocess.Popen(["true"])
    ended.wait()
    arguments = [sys.executable, "-IS", guard.__file__, str(ended.pid), "sleep", "600"]
    assert subprocess.run(arguments, stdin=subprocess.PIPE, timeout=60).returncode == 1
