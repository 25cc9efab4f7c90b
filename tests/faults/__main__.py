"""
`make faults`: kills runs at many points and damages their files, resumes them, and compares them with runs that
never stopped.

`python -m tests.faults --points 40` kills so many times in each kind of run.
"""

import argparse
import multiprocessing
import os
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, Callable, Dict, List

import pytest
import torch
from rich.console import Console
from rich.progress import track
from rich.table import Table

from tests.conftest import make_tiny_encoder
from tests.faults.damage import ANSWERS, DAMAGES, FINE, Try, attempt, tries
from tests.faults.drill import points_of, train
from tests.faults.kills import (
    TINY,
    WORKERS,
    Kill,
    kill_extend,
    kill_training,
    kill_worker,
    later,
    named,
    points_of_extend,
    points_on_two,
)
from tests.faults.targets import COMMITTEE, EVERYTHING, SEQMIX, TARGETS, configuration

RUNS: Dict[str, Dict[str, Any]] = {
    "SeqMix, language model": SEQMIX,
    "committee, checkpoints": COMMITTEE,
    "CRF, fresh models, all weights": {
        "model.head": {"type": "crf"},
        "trainer.reuse_model": False,
        "trainer.keep_round_weights": "all",
        "trainer.augmenter.embedding_table": {"type": "contextual"},
        "trainer.scoring": {"max_candidates": 15},
    },
}
DISTRIBUTED = 10
"""One point of so many in the others: such a run is slow to start."""


def spread_out(work: Callable[[Any], Any], tasks: List[Any], jobs: int, what: str) -> List[Any]:
    """The results for all tasks, several at a time, each in forks of this process."""
    with ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("fork")) as pool:
        return list(track(pool.map(work, tasks), description=what, total=len(tasks)))


def killed_runs(folder: Path, encoder: str, points: int, jobs: int) -> Dict[str, List[Kill]]:
    """Kills of `train`, by what is killed."""
    found = {}
    for number, (name, overrides) in enumerate(RUNS.items()):
        config = configuration(folder / f"{number}.json", encoder, overrides)
        run = folder / f"run{number}"
        run.mkdir()
        chosen = named(points_of(config, run / "whole"), points)
        found[name] = spread_out(partial(_kill, kill_training, config, run / "whole", run), chosen, jobs, name)
    return found


def killed_extends(folder: Path, encoder: str, points: int, jobs: int) -> Dict[str, List[Kill]]:
    """Kills of `extend`."""
    run = folder / "extend"
    run.mkdir()
    for rounds in (1, 2):
        config = configuration(run / f"{rounds}.json", encoder, {**EVERYTHING, "trainer.num_rounds": rounds})
        assert train(config, run / f"of_{rounds}").code == 0
    chosen = named(points_of_extend(run / "of_1", 2, run / "counted"), points)
    kill = partial(_kill, kill_extend, run / "of_1", 2, run / "of_2", run)
    return {"extend": spread_out(kill, chosen, jobs, "extend")}


def killed_workers(folder: Path, encoder: str, points: int) -> Dict[str, List[Kill]]:
    """Kills of one of two workers, in rounds after round 0."""
    config = configuration(folder / "two.json", encoder, TINY, **WORKERS)
    run, found = folder / "two", {}
    run.mkdir()
    for victim, name in enumerate(("the primary worker", "the other worker")):
        chosen = later(points_on_two(config, run / f"whole{victim}", victim), max(1, points // DISTRIBUTED))
        kill = partial(_kill, kill_worker, config, run / "whole0", victim, run)
        found[name] = [kill((number, f"{victim}, {point}")) for number, point in track(chosen, description=name)]
    return found


def _kill(kill: Callable[..., Kill], *arguments: Any) -> Kill:
    """The last two arguments are the folder of the runs and the point."""
    *others, folder, point = arguments
    return kill(*others, folder / f"killed_{kill.__name__}_{point[0]}_{point[1][:1]}", point)


def damaged(folder: Path, encoder: str, jobs: int) -> List[Try]:
    """Every damage to every file."""
    folder.mkdir()
    found = []
    for make, files in TARGETS.items():
        target = make(encoder, folder)
        tasks = [task for beginning in files for task in tries(target, beginning)]
        found += spread_out(_attempt, tasks, jobs, target.name)
    return found


def _attempt(task: Any) -> Try:
    return attempt(*task)


def show_kills(kills: Dict[str, List[Kill]]) -> bool:
    """A row for each kind of run; whether all are fine."""
    table = Table("run", "points", "killed", "recovered", "identical", title="kills")
    for name, some in kills.items():
        numbers = [len(some), sum(k.killed for k in some), sum(k.recovered for k in some), sum(k.fine for k in some)]
        table.add_row(name, *map(str, numbers))
    Console().print(table)
    wrong = [(name, kill) for name, some in kills.items() for kill in some if not kill.fine]
    for name, kill in wrong:
        print(f"{name}, killed at {kill.point}: {kill.differing or kill.output[-2000:]}")
    return not wrong


def show_damage(found: List[Try]) -> bool:
    """A row for each file, and below what is said of those that are not fine; whether all are."""
    table = Table("run", "file", *DAMAGES, title="damage")
    rows: Dict[Any, Dict[str, str]] = {}
    for one in found:
        rows.setdefault((one.target, one.file), {})[one.damage] = one.verdict
    for (target, file), verdicts in rows.items():
        table.add_row(target, file, *(verdicts.get(damage, "") for damage in DAMAGES))
    Console(width=200).print(table)
    for one in (one for one in found if one.verdict not in FINE):
        print(f"{one.verdict}: {one.target}, {one.file}, {one.damage}: {one.reason}")
    numbers = {verdict: sum(one.verdict == verdict for one in found) for verdict in sorted({o.verdict for o in found})}
    print(f"{len(found)} damages: " + ", ".join(f"{number} {verdict}" for verdict, number in numbers.items()))
    print(f"({ANSWERS}: answers that people's tools write, which have no digest)")
    return all(one.verdict in FINE for one in found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=40, help="kills of each kind of run")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="runs at a time")
    parser.add_argument("--only", choices=("kills", "damage"), help="one half of it")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    fine = []
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        encoder = make_tiny_encoder(folder / "encoder")
        if arguments.only != "damage":
            kills = killed_runs(folder, encoder, arguments.points, arguments.jobs)
            kills.update(killed_extends(folder, encoder, arguments.points, arguments.jobs))
            kills.update(killed_workers(folder, encoder, arguments.points))
            fine.append(show_kills(kills))
            tests = ["-q", str(Path(__file__).with_name("faults_test.py")), "-k", "full_disk or lost_worker"]
            fine.append(pytest.main(tests) == 0)
        if arguments.only != "kills":
            fine.append(show_damage(damaged(folder / "damage", encoder, arguments.jobs)))
    sys.exit(0 if all(fine) else 1)


if __name__ == "__main__":
    main()
