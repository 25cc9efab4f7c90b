"""Kills of `seqmix extend`, and of one process of a distributed run."""

import json
import shutil
import sys
from functools import partial
from pathlib import Path
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Tuple

import torch.multiprocessing as mp

from seqmix_plugin.run.layout import CONFIG, STATE
from tests.faults.drill import Ended, command, differences, extend, passed, spread, train, was_killed
from tests.faults.points import Points

WORKERS = {"distributed": {"cuda_devices": [-1, -1]}}
"""Two processes on the CPU, which talk over gloo."""
TINY: Dict[str, Any] = {
    "trainer.augmenter": {"type": "none"},
    "trainer.num_rounds": 1,
    "trainer.pool.size": 20,
    "trainer.trainer.num_epochs": 1,
}
"""For runs of which several are made."""
Named = List[Tuple[int, str]]
"""Points with their numbers."""


class Kill(NamedTuple):
    """
    What came of a kill.

    # Parameters

    point : `str`
        Its name.
    killed : `bool`
        Whether the process was.
    recovered : `bool`
        Whether the run then came to its end.
    differing : `List[str]`
        In what it differs from the run that never stopped.
    output : `str`
        Of the last command.
    """

    point: str
    killed: bool
    recovered: bool
    differing: List[str]
    output: str

    @property
    def fine(self) -> bool:
        return self.killed and self.recovered and not self.differing


def kill_training(config: Path, whole: Path, folder: Path, point: Tuple[int, str]) -> Kill:
    """`train`, then `train --recover`."""
    killed = was_killed(train(config, folder, kill_at=point[0]))
    return _compared(whole, folder, point, killed, train(config, folder, recover=True))


def kill_extend(finished: Path, num_rounds: int, whole: Path, folder: Path, point: Tuple[int, str]) -> Kill:
    """
    `extend`, then either the same command, or first `train --recover` with the configuration that is there. Where
    AllenNLP's own `config.json` is torn, the copy in `state/` is put in its place, as the README says.
    """
    shutil.copytree(finished, folder)
    killed = was_killed(extend(folder, num_rounds, kill_at=point[0]))
    if not _is_json(folder / CONFIG):
        refused = extend(folder, num_rounds)
        assert refused.code == 1, refused.output
        assert f"{CONFIG}: cannot be read" in refused.output, refused.output
        assert "Traceback" not in refused.output, refused.output
        shutil.copyfile(folder / STATE / CONFIG, folder / CONFIG)
    if point[0] % 2:
        shutil.copyfile(folder / CONFIG, folder.with_suffix(".json"))
        ended = train(folder.with_suffix(".json"), folder, recover=True)
        if ended.code != 0:
            return _compared(whole, folder, point, killed, ended)
    return _compared(whole, folder, point, killed, extend(folder, num_rounds))


def points_of_extend(finished: Path, num_rounds: int, folder: Path) -> List[str]:
    """Those of a run's copy that is extended, which is then the one to compare with in nothing but its points."""
    shutil.copytree(finished, folder)
    ended = extend(folder, num_rounds, kill_at=sys.maxsize)
    assert ended.code == 0, ended.output
    return passed(folder)


def train_on_two(
    config: Path, folder: Path, recover: bool = False, victim: int = 0, kill_at: Optional[int] = None
) -> Ended:
    """`allennlp train` of a distributed run, whose processes are forked, so that they need not import everything."""
    arguments = ["train", str(config), "--include-package", "seqmix_plugin", "-s", str(folder)]
    before = partial(setattr, mp, "spawn", partial(_spawn, folder, victim, kill_at))
    return command(arguments + (["--recover"] if recover else []), folder, before=before)


def _spawn(
    folder: Path, victim: int, kill_at: Optional[int], work: Callable[..., Any], args: Tuple[Any, ...], nprocs: int
) -> None:
    """In the place of torch's own, which starts new Pythons."""

    def worker(rank: int, *arguments: Any) -> None:
        points = Points(folder, kill_at) if rank == victim and kill_at is not None else None
        work(rank, *arguments)
        if points is not None:
            points.write()

    mp.start_processes(worker, args, nprocs, start_method="fork")


def points_on_two(config: Path, folder: Path, victim: int) -> List[str]:
    """Those of one of the processes."""
    ended = train_on_two(config, folder, victim=victim, kill_at=sys.maxsize)
    assert ended.code == 0, ended.output
    return passed(folder)


def kill_worker(config: Path, whole: Path, victim: int, folder: Path, point: Tuple[int, str]) -> Kill:
    """Kills the primary process, 0, or the other one, 1, then `train --recover` with both."""
    ended = train_on_two(config, folder, victim=victim, kill_at=point[0])
    killed = ended.code == 1 and "SIGKILL" in ended.output
    return _compared(whole, folder, point, killed, train_on_two(config, folder, recover=True))


def later(names: List[str], number: int) -> Named:
    """So many points of rounds after round 0, at equal distances."""
    first = next(place for place, name in enumerate(names) if name.startswith("round 1"))
    return [(first + place, names[first + place]) for place in spread(names[first:], number)]


def named(names: List[str], number: int) -> Named:
    """So many of all points, at equal distances."""
    return [(place, names[place]) for place in spread(names, number)]


def _compared(whole: Path, folder: Path, point: Tuple[int, str], killed: bool, ended: Ended) -> Kill:
    found = differences(whole, folder) if ended.code == 0 else []
    if ended.code == 0 and json.loads((whole / CONFIG).read_text()) != json.loads((folder / CONFIG).read_text()):
        found.append(CONFIG)
    return Kill(point[1], killed, ended.code == 0, found, ended.output)


def _is_json(path: Path) -> bool:
    try:
        return isinstance(json.loads(path.read_text(encoding="utf-8")), dict)
    except ValueError:
        return False
