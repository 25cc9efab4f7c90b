"""A run that is killed goes on as if it had not been: some points of many. `make faults` tries more."""

import copy
import json
import os
import resource
import shutil
import signal
import sys
import time
from pathlib import Path
from typing import Any, Dict, List

import pytest
import torch
from allennlp.commands import main
from allennlp.commands.train import _train_worker
from allennlp.common import Params
from allennlp.common.util import find_open_port

from tests.active_learning.conftest import small_config
from tests.active_learning.waiting_test import FILES, label_in_label_studio
from tests.errors_page import rows
from tests.faults.damage import FINE, Target, attempt, tries
from tests.faults.drill import differences, points_of, spread, start, train, wait, wait_for, was_killed
from tests.faults.kills import TINY, WORKERS, kill_extend, kill_worker, later, named, points_of_extend, points_on_two
from tests.faults.targets import COMMITTEE, SEQMIX, configuration, finished

POINTS = 4
FULL = "a file that cannot be written: a full disk, no permission"
CHECKPOINT = "a checkpoint of the inner trainer that cannot be written"


@pytest.fixture(autouse=True)
def one_thread() -> Any:
    """Forks have one."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def write(tmp_path: Path, tiny_encoder: str, overrides: Dict[str, Any]) -> Path:
    path = tmp_path / "config.json"
    path.write_text(json.dumps(small_config(tiny_encoder, **overrides)), encoding="utf-8")
    return path


def says(what: str, beginning: str, output: str) -> bool:
    """Whether a line of the output ends with that of a row of docs/errors.md; there may be a progress bar before."""
    row = next(row for row in rows("Resuming a run") if row.what == what)
    lines = [line[line.index(beginning) :] for line in output.splitlines() if beginning in line]
    return any(row.matches(line.split(": ", 1)[1]) for line in lines)


@pytest.mark.parametrize("overrides", [SEQMIX, COMMITTEE], ids=["seqmix", "committee"])
def test_a_killed_run_goes_on_to_the_same_end(tiny_encoder: str, tmp_path: Path, overrides: Dict[str, Any]) -> None:
    config = write(tmp_path, tiny_encoder, overrides)
    names = points_of(config, tmp_path / "whole")
    for point in spread(names, POINTS):
        folder = tmp_path / f"killed_{point}"
        ended = train(config, folder, kill_at=point)
        assert was_killed(ended), (names[point], ended.output)
        ended = train(config, folder, recover=True)
        assert ended.code == 0, (names[point], ended.output)
        assert differences(tmp_path / "whole", folder) == [], names[point]


def test_a_run_that_is_killed_again_and_again(tiny_encoder: str, tmp_path: Path) -> None:
    config = write(tmp_path, tiny_encoder, {"trainer.num_rounds": 1})
    names = points_of(config, tmp_path / "whole")
    folder = tmp_path / "killed"
    for fraction in (0.4, 0.2, 0.3):  # of what is left, some of which is over
        train(config, folder, recover=folder.exists(), kill_at=int(fraction * len(names)))
    assert train(config, folder, recover=True).code == 0
    assert differences(tmp_path / "whole", folder) == []


@pytest.mark.parametrize(
    ("place", "size", "overrides", "told"),
    [
        ("state/data.json.tmp", 60_000, {}, FULL),
        ("synthetic.jsonl", 20_000, {"trainer.augmenter.rate": 8}, FULL),
        ("round_0/metrics_epoch_0.json", 60_000, {"trainer.trainer.checkpointer": {}}, CHECKPOINT),
    ],
)
def test_a_full_disk_is_told_and_the_run_goes_on(
    tiny_encoder: str, tmp_path: Path, place: str, size: int, overrides: Dict[str, Any], told: str
) -> None:
    folder = tmp_path / "full"

    def full_at_the_place(event: str, arguments: Any) -> None:
        if event == "open" and str(arguments[0]) == str(folder / place):
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    config = write(tmp_path, tiny_encoder, {"trainer.num_rounds": 0, **overrides})
    ended = train(config, folder, before=lambda: sys.addaudithook(full_at_the_place))
    assert ended.code == 1
    assert says(told, f"error: {folder}/" if "file" in told else "error: ", ended.output)
    assert "Traceback" not in ended.output
    assert train(config, folder, recover=True).code == 0
    assert train(config, tmp_path / "whole").code == 0
    assert differences(tmp_path / "whole", folder) == []


def test_ctrl_c_is_a_line_and_the_run_goes_on(tiny_encoder: str, tmp_path: Path) -> None:
    config = write(tmp_path, tiny_encoder, {"trainer.trainer.num_epochs": 12})  # so that the signal comes in time
    folder = tmp_path / "died"

    def work() -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)  # which is ignored in a background job of a shell
        sys.argv = ["allennlp", "train", str(config), "-s", str(folder)]
        main(prog="allennlp")

    process = start(work, tmp_path / "log")
    wait_for(folder / "rounds.jsonl", [process], tmp_path / "log")
    os.kill(process, signal.SIGINT)
    ended = wait(process, tmp_path / "log")
    assert ended.code == 1
    assert says("Ctrl-C and SIGTERM", "warning: ", ended.output)
    assert "Traceback" not in ended.output
    assert train(config, folder, recover=True).code == 0
    assert train(config, tmp_path / "whole").code == 0
    assert differences(tmp_path / "whole", folder) == []


def test_a_killed_extend_goes_on_to_the_same_end(tiny_encoder: str, tmp_path: Path) -> None:
    """With the same command, and with `train --recover` before it."""
    for rounds in (1, 2):
        tiny = {**TINY, "trainer.num_rounds": rounds, "trainer.query_size": 4}
        config = configuration(tmp_path / f"{rounds}.json", tiny_encoder, tiny)
        assert train(config, tmp_path / f"of_{rounds}").code == 0
    names = points_of_extend(tmp_path / "of_1", 2, tmp_path / "counted")
    torn = [(number, name) for number, name in enumerate(names) if name.endswith("write config.json")][:1]
    for point in [*torn, *named(names, 1)]:
        kill = kill_extend(tmp_path / "of_1", 2, tmp_path / "of_2", tmp_path / f"killed_{point[0]}", point)
        assert kill.fine, kill


def test_a_worker_that_is_killed_in_a_later_round(tiny_encoder: str, tmp_path: Path) -> None:
    config = configuration(tmp_path / "config.json", tiny_encoder, TINY, **WORKERS)
    [point] = later(points_on_two(config, tmp_path / "whole", 1), 1)
    kill = kill_worker(config, tmp_path / "whole", 1, tmp_path / "killed", point)
    assert kill.fine, kill


@pytest.fixture(scope="module")
def damaged(tiny_encoder: str, tmp_path_factory: pytest.TempPathFactory) -> Target:
    return finished(tiny_encoder, tmp_path_factory.mktemp("damaged"), {})


@pytest.mark.parametrize(
    ("file", "damage"),
    [
        ("config.json", "middle digit"),
        ("best.th", "middle bit"),
        ("annotated.jsonl", "half"),
        ("state/round_1.json", "gone"),
        ("vocabulary/labels.txt", "empty"),
    ],
)
def test_a_damaged_file_is_told_healed_or_harmless(damaged: Target, file: str, damage: str) -> None:
    assert (damaged, file, damage) in tries(damaged, file)
    found = attempt(damaged, file, damage)
    assert found.verdict in FINE, found


@pytest.mark.parametrize("victim", [0, 1])
def test_a_lost_worker_ends_the_others_and_the_run_goes_on(tiny_encoder: str, tmp_path: Path, victim: int) -> None:
    config = small_config(tiny_encoder, **{"trainer.augmenter": {"type": "none"}})
    config.pop("include_in_archive")

    def workers(folder: Path) -> List[int]:
        """What AllenNLP starts for `distributed`."""
        folder.mkdir(exist_ok=True)
        (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
        port = find_open_port()

        def work(rank: int) -> None:
            place = {"primary_port": port, "world_size": 2, "distributed_device_ids": [-1, -1]}
            _train_worker(
                rank,
                Params(copy.deepcopy(config)),
                str(folder),
                ["seqmix_plugin"],
                distributed_params=Params({}),
                **place,  # type: ignore[arg-type]
            )

        return [start(lambda rank=rank: work(rank), tmp_path / f"{folder.name}{rank}.log") for rank in (0, 1)]

    def ended(folder: Path, processes: List[int]) -> List[Any]:
        return [wait(process, tmp_path / f"{folder.name}{rank}.log") for rank, process in enumerate(processes)]

    died, whole = tmp_path / "died", tmp_path / "whole"
    processes = workers(died)
    wait_for(died / "rounds.jsonl", processes, tmp_path / "died0.log")
    os.kill(processes[victim], signal.SIGKILL)
    killed = time.monotonic()
    ends = ended(died, processes)
    assert time.monotonic() - killed < 60
    assert was_killed(ends[victim])
    assert ends[1 - victim].code == 1
    assert says("a lost worker of a distributed run", "error: ", ends[1 - victim].output)
    assert "Traceback" not in ends[1 - victim].output.split("error: another process of this run has ended")[0]
    for folder in (died, whole):
        assert [end.code for end in ended(folder, workers(folder))] == [0, 0]
    assert differences(whole, died) == []


def test_a_run_that_is_killed_while_it_takes_labels_and_asks_again(tiny_encoder: str, tmp_path: Path) -> None:
    """From the answers to one round to the questions of the next."""
    config = write(tmp_path, tiny_encoder, {**FILES, "trainer.num_rounds": 1})
    waiting, whole = tmp_path / "waiting", tmp_path / "whole"
    ended = train(config, waiting)
    assert "round 0 waits for labels of 12 of 12 sentences" in ended.output, ended.output
    assert ended.code == 0
    label_in_label_studio(waiting, 0)
    shutil.copytree(waiting, whole)
    ended = train(config, whole, recover=True, kill_at=sys.maxsize)
    assert "round 1 waits for labels of 6 of 6 sentences" in ended.output, ended.output
    assert ended.code == 0
    names = whole.with_suffix(".points").read_text(encoding="utf-8").split("\n")
    asking = [number for number, name in enumerate(names) if "queries" in name]
    assert asking, names
    for point in [*spread(names, 2), asking[0], asking[-1]]:
        folder = tmp_path / f"killed_{point}"
        shutil.copytree(waiting, folder)
        assert was_killed(train(config, folder, recover=True, kill_at=point)), names[point]
        ended = train(config, folder, recover=True)
        assert ended.code == 0, (names[point], ended.output)
        assert differences(whole, folder) == [], names[point]
        for path in whole.glob("queries/**/*.json*"):
            assert (folder / path.relative_to(whole)).read_bytes() == path.read_bytes(), (names[point], path)
