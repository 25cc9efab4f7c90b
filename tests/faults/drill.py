"""Runs that are killed at many points, resumed, and compared with the run that never stopped."""

import faulthandler
import itertools
import json
import os
import signal
import sys
import threading
import time
import traceback
from pathlib import Path
from typing import Any, Callable, Dict, List, NamedTuple, NoReturn, Optional, Sequence

import torch
from allennlp.commands import main
from tqdm import tqdm

from tests.faults.points import Points

COMPARED = ("annotated.jsonl", "synthetic.jsonl", "vocabulary/labels.txt")
SECONDS = 300
"""After so many a process is killed that has not come to its end."""


class Ended(NamedTuple):
    """How a process ended: its exit code, negative for a signal, and what it printed."""

    code: int
    output: str


def in_process(work: Callable[[], None], log: Path) -> Ended:
    """Does something in a process of its own and waits for its end."""
    return wait(start(work, log), log)


def wait(process: int, log: Path) -> Ended:
    """Waits for the end of a process that writes to a log."""
    _, status = os.waitpid(process, 0)
    return Ended(os.waitstatus_to_exitcode(status), log.read_text(encoding="utf-8", errors="replace"))


def wait_for(file: Path, processes: Sequence[int], log: Path) -> None:
    """Waits until processes that have been started have written a file; an error if one of them ends before."""
    while not file.exists():
        ended = [os.waitid(os.P_PID, process, os.WEXITED | os.WNOHANG | os.WNOWAIT) for process in processes]
        assert not any(ended), f"ended without {file}: {log.read_text(encoding='utf-8', errors='replace')}"
        time.sleep(0.02)


def start(work: Callable[[], None], log: Path) -> int:
    """Begins to do something in a process of its own, forked from this one, which has imported everything."""
    sys.stdout.flush()
    sys.stderr.flush()
    process = os.fork()
    if process == 0:

        def logged() -> None:
            output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(output, 1)
            os.dup2(output, 2)
            sys.stdout, sys.stderr = open(1, "w", closefd=False), open(2, "w", closefd=False)  # noqa: SIM115
            work()

        run_in_fork(logged)
    return process


def run_in_fork(work: Callable[[], None]) -> NoReturn:
    """Does something in a fork, and ends it as Python ends a program."""
    code = 1
    try:
        torch.set_num_threads(1)  # threads do not live on in a fork
        tqdm.set_lock(threading.RLock())  # a killed fork would keep the lock that it shares with all others
        work()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException as error:
        sys.excepthook(type(error), error, error.__traceback__)
    finally:
        try:
            _flush()
        finally:  # whatever is left of a terminal that was closed
            os._exit(code)


def _flush() -> None:
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except BaseException:
        traceback.print_exc()


def command(
    arguments: Sequence[str],
    folder: Path,
    kill_at: Optional[int] = None,
    before: Callable[[], None] = lambda: None,
) -> Ended:
    """
    A command of `allennlp`, in a process of its own; `before` is called in it first.

    # Parameters

    arguments : `Sequence[str]`
        Of the command line.
    folder : `Path`
        The run's; what is printed goes to `<folder>.log` and the points, when it ends, to `<folder>.points`.
    kill_at : `int`, optional (default = `None`)
        The point to kill it at; `None` counts none.
    before : `Callable[[], None]`, optional
        Called in the process.
    """

    def work() -> None:
        signal.alarm(SECONDS)
        faulthandler.dump_traceback_later(SECONDS - 10, file=2)  # the log says where it hangs
        before()
        points = Points(folder, kill_at) if kill_at is not None else None
        sys.argv = ["allennlp", *arguments]
        main(prog="allennlp")
        if points is not None:
            points.write()

    return in_process(work, folder.with_suffix(".log"))


def train(
    config: Path,
    folder: Path,
    recover: bool = False,
    kill_at: Optional[int] = None,
    before: Callable[[], None] = lambda: None,
) -> Ended:
    """`allennlp train`."""
    arguments = ["train", str(config), "--include-package", "seqmix_plugin", "-s", str(folder)]
    return command(arguments + (["--recover"] if recover else []), folder, kill_at, before)


def extend(folder: Path, num_rounds: int, kill_at: Optional[int] = None) -> Ended:
    """`seqmix extend`."""
    return command(["extend", str(folder), "--num-rounds", str(num_rounds)], folder, kill_at)


def points_of(config: Path, folder: Path) -> List[str]:
    """Runs to the end and gives the points that were passed."""
    ended = train(config, folder, kill_at=sys.maxsize)
    assert ended.code == 0, ended.output
    return passed(folder)


def passed(folder: Path) -> List[str]:
    """The points that a command passed which counted them and came to its end."""
    return folder.with_suffix(".points").read_text(encoding="utf-8").split("\n")


def spread(names: Sequence[str], number: int) -> List[int]:
    """Numbers of points at equal distances, where many of one kind in a row count as one: the one in their middle."""
    middles, position = [], 0
    for _, group in itertools.groupby(names):
        length = len(list(group))
        middles.append(position + length // 2)
        position += length
    number = min(number, len(middles))
    return [middles[int((place + 0.5) * len(middles) / number)] for place in range(number)]


def differences(one: Path, other: Path) -> List[str]:
    """In what two runs differ, but for seconds."""
    found = [name for name in COMPARED if (one / name).read_bytes() != (other / name).read_bytes()]
    found += [name for name in ("rounds.jsonl", "metrics.json") if _timeless(one / name) != _timeless(other / name)]
    weights = [torch.load(folder / "best.th", weights_only=True) for folder in (one, other)]
    if weights[0].keys() != weights[1].keys() or not all(torch.equal(weights[0][n], weights[1][n]) for n in weights[0]):
        found.append("best.th")
    files = [sorted(str(p.relative_to(folder)) for p in folder.rglob("*")) for folder in (one, other)]
    if files[0] != files[1]:
        found.append(f"files {sorted(set(files[0]) ^ set(files[1]))}")
    return found


def was_killed(ended: Ended) -> bool:
    return ended.code == -signal.SIGKILL


def _timeless(path: Path) -> List[Dict[str, Any]]:
    rows = [json.loads(line) for line in _lines(path)]
    for row in rows:
        for key in [key for key in row if "seconds" in key and key != "annotation_seconds"]:
            del row[key]
    return rows


def _lines(path: Path) -> List[str]:
    text = path.read_text(encoding="utf-8")
    return [text] if path.suffix == ".json" else text.splitlines()
