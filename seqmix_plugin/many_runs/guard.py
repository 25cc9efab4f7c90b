"""
`python guard.py PROCESS COMMAND ...`: runs a command, and ends it and all that it started when standard input is closed
or the process with this number ends.

Standard input is a pipe that only the process which waits for this one has open: it is closed when that process ends,
however it ends. The other process is that which ends the one that waits: on a node of Ray it is the raylet, whose
workers may outlive it. Nothing of the package is imported, so that the guard is small and starts at once. Linux only.

There are three processes. The first waits for the second and ends as the command has ended. The second watches; it is
in a session of its own, so that a kill of the first and of its group leaves it alive. All descendants of the command
become its children when their parents end, so that it finds every one of them in the table of processes. The third
becomes the command, and is killed by the kernel when the second is killed.
"""

import ctypes
import os
import select
import signal
import sys
import time
from contextlib import suppress
from typing import Dict, List, NoReturn, Optional

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
"""From `linux/prctl.h`."""
POLL = 0.2
"""Seconds between two looks at the command."""


def main(process: int, command: List[str]) -> NoReturn:
    """Runs a command under guard and ends as it does."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # where it is ignored, no exit code is kept
    watcher = os.fork()
    if watcher == 0:
        _watch(process, command)
    _, status = os.waitpid(watcher, 0)
    _end_with(status)


def _watch(process: int, command: List[str]) -> NoReturn:
    """Starts the command and waits for its end, or for that of one of the other two processes."""
    os.setsid()
    began = began_at(process)
    _prctl(PR_SET_CHILD_SUBREAPER, 1)
    watcher, child = os.getpid(), os.fork()
    if child == 0:
        _become(command, watcher)
    status: Optional[int] = None
    while status is None:
        readable, _, _ = select.select([0], [], [], POLL)
        if (readable and os.read(0, 1) == b"") or began is None or began_at(process) != began:
            _kill_descendants()
            os._exit(1)
        status = _reap().get(child)
    _kill_descendants()
    _end_with(status)


def _become(command: List[str], watcher: int) -> NoReturn:
    """Replaces this process by the command; the signal is bound to the watcher's one thread."""
    os.setsid()
    _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != watcher:  # it had ended before the line above
        os._exit(1)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    try:
        os.execvp(command[0], command)
    except OSError as error:
        print(f"error: {command[0]} cannot be started ({error.strerror})", file=sys.stderr, flush=True)
        os._exit(127)


def _kill_descendants() -> None:
    """Kills all descendants of this process, also those that are born meanwhile."""
    while processes := descendants(os.getpid()):
        for process in processes:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        _reap()
        time.sleep(0.01)


def descendants(ancestor: int) -> List[int]:
    """All processes that a process has started, and that those have, with the ended ones that nobody waited for."""
    children: Dict[int, List[int]] = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat", "rb") as file:
                parent = int(file.read().rpartition(b")")[2].split()[1])
        except OSError:  # it has just ended
            continue
        children.setdefault(parent, []).append(int(name))
    found = list(children.get(ancestor, []))
    for process in found:
        found += children.get(process, [])
    return found


def began_at(process: int) -> Optional[bytes]:
    """When a process began, which tells it from a later one of the same number; `None` when it has ended."""
    try:
        with open(f"/proc/{process}/stat", "rb") as file:
            fields = file.read().rpartition(b")")[2].split()
    except OSError:
        return None
    return None if fields[0] in (b"Z", b"X") else fields[19]


def _reap() -> Dict[int, int]:
    """The children that have ended, with their status."""
    ended: Dict[int, int] = {}
    with suppress(ChildProcessError):
        while (found := os.waitpid(-1, os.WNOHANG)) != (0, 0):
            ended[found[0]] = found[1]
    return ended


def _end_with(status: int) -> NoReturn:
    """Ends this process as another one has: with its exit code, or by the signal that ended it."""
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        if number != signal.SIGKILL:
            signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
        time.sleep(1)
    os._exit(os.waitstatus_to_exitcode(status))


def _prctl(option: int, value: int) -> None:
    if ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
