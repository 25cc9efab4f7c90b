"""Scoring a pool by two processes of a distributed run."""

import multiprocessing
from multiprocessing.connection import Connection
from typing import Any, Dict, Iterator, List

import torch
import torch.distributed as dist
from allennlp.common.util import find_open_port

from benchmarks.data import Corpus
from benchmarks.measure import at_least
from benchmarks.row import Entry, Row, Skipped
from benchmarks.setting import Setting
from benchmarks.stages.scoring import our_scores, typical

NUM_SENTENCES = 640


def rows(setting: Setting) -> Iterator[Entry]:
    """Two processes compared with one, with one thread each."""
    size = setting.size(NUM_SENTENCES, 20)
    name, folder = next(iter(setting.encoders.items()))
    label = f"scoring {size:,} sentences by 2 processes of one thread each, {name}"
    cores = multiprocessing.cpu_count()
    if setting.device.type == "cuda" or cores < 2:
        yield Skipped(label, f"measured on CPUs with 2 cores or more; this is {setting.device.type} with {cores} cores")
        return
    task = {"encoder": folder, "corpus": setting.corpus._asdict(), "size": size}
    groups = alone, both, *apart = [
        Workers(1, task, setting),
        Workers(2, task, setting),
        *(Workers(1, {**task, "half": half}, setting) for half in (0, 1)),
    ]
    try:
        yield Row(
            label=label,
            reference_label="one process of one thread",
            target=at_least(1.7),
            ours=both.score,
            reference=alone.score,
            ours_size=size,
            reference_size=size,
            difference=lambda ours, reference: max(abs(ours[0] - reference[0]), abs(ours[1] - reference[0])),
            profiled=False,
            note=f"on a CPU with {cores} cores; each of the two has all scores in the end; the next row is what two "
            "processes reach that exchange nothing",
        )
        yield Row(
            label=f"the same by 2 processes that know nothing of each other, half of the sentences each, {name}",
            reference_label="one process of one thread",
            target=None,
            ours=lambda: scored_at_once(apart),
            reference=alone.score,
            ours_size=size,
            reference_size=size,
        )
    finally:
        for group in groups:
            group.stop()


def scored_at_once(groups: List["Workers"]) -> None:
    """Starts several groups at the same time."""
    for group in groups:
        group.start()
    for group in groups:
        group.wait()


class Workers:
    """
    Processes that wait to be told to score.

    # Parameters

    count : `int`
        How many; two or more form a group.
    task : `Dict[str, Any]`
        Encoder, corpus and how many of its sentences; `half`, if only every second of them.
    setting : `Setting`
        For an empty folder each.
    """

    def __init__(self, count: int, task: Dict[str, Any], setting: Setting) -> None:
        context = multiprocessing.get_context("spawn")
        port = find_open_port()
        self._pipes: List[Connection] = []
        for rank in range(count):
            here, there = context.Pipe()
            folder = str(setting.new_folder())
            context.Process(
                target=work, args=(rank, count, port, {**task, "folder": folder}, there), daemon=True
            ).start()
            self._pipes.append(here)

    def start(self) -> None:
        """Starts scoring in all processes."""
        for pipe in self._pipes:
            pipe.send(True)

    def wait(self) -> List[float]:
        """Waits for all processes; returns the sum of all scores from each."""
        return [pipe.recv() for pipe in self._pipes]

    def score(self) -> List[float]:
        """Scores in all processes and waits."""
        self.start()
        return self.wait()

    def stop(self) -> None:
        """Ends the processes."""
        for pipe in self._pipes:
            pipe.send(False)


def work(rank: int, count: int, port: int, task: Dict[str, Any], pipe: Connection) -> None:
    """The work of each process."""
    from pathlib import Path

    torch.set_num_threads(1)
    if count > 1:
        dist.init_process_group("gloo", init_method=f"tcp://127.0.0.1:{port}", world_size=count, rank=rank)
    setting = Setting(torch.device("cpu"), Corpus(**task["corpus"]), Path(task["folder"]), {}, {})
    built = setting.build(task["encoder"])
    sentences = typical(built, task["size"])
    if "half" in task:
        sentences = sentences[task["half"] :: 2]
    while pipe.recv():
        pipe.send(float(our_scores(built, sentences, setting.device).sum()))
