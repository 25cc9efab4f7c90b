"""
Many clients at once, deliveries that come twice and out of order, and a service that is killed meanwhile: none is lost,
none is there twice.

`LOAD=10000 KILLS=5 pytest tests/service/load_test.py -s` sends so many annotations and prints figures.
"""

import os
import random
import signal
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Dict, List

from seqmix_plugin.formats import LabelStudioFormat, Question, ReadSettings
from seqmix_plugin.formats.round_answers import read_answers
from seqmix_plugin.run.layout import RoundFiles
from seqmix_plugin.sentence import TaggedSentence
from tests.service.conftest import LABELS, deleted, log_rows, make_run, region, said
from tests.service.serving import deliver, serve

NUM_ANNOTATIONS = int(os.environ.get("LOAD", 400))
NUM_KILLS = int(os.environ.get("KILLS", 1))
CLIENTS = 50


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def test_nothing_is_lost_and_nothing_twice(tmp_path: Path) -> None:
    generator = random.Random(7)
    questions = [
        Question(TaggedSentence(f"s{number}", ("Anna", "Berg", "sings", "in", "Oslo", f"{number}")), round=number % 2)
        for number in range(NUM_ANNOTATIONS)
    ]
    run = make_run(tmp_path / "run", questions[0::2], 0)
    make_run(run, questions[1::2], 1)
    payloads: List[Dict[str, Any]] = []
    final: Dict[str, str] = {}
    for number, question in enumerate(questions):
        versions = [(0, 4, "PER", "B-PER O O O O O"), (0, 9, "ORG", "B-ORG I-ORG O O O O")][: 1 + (number % 3 == 0)]
        for second, (start, end, label, tags) in enumerate(versions):
            made = said(question, region(question, start, end, label), number=number, seconds=second)
            payloads += [made] * (2 if generator.random() < 0.2 else 1)
            final[question.sentence.id] = tags
        if number % 50 == 49:
            payloads.append(deleted(number))
            del final[question.sentence.id]
    generator.shuffle(payloads)
    port, done, kills = free_port(), threading.Event(), []

    def keep_killing() -> None:
        """Each process is killed somewhere in the middle, and another one takes its place."""
        serving = serve(run, tmp_path / "0.log", port=port)
        for number in range(1, NUM_KILLS + 1):
            wanted = number * len(payloads) // (NUM_KILLS + 1)
            while sum(len(log_rows_bytes(run, k)) for k in (0, 1)) < wanted * 0.8 and not done.is_set():
                time.sleep(0.01)
            kills.append(serving.end(signal.SIGKILL))
            serving = serve(run, tmp_path / f"{number}.log", port=port)
        done.wait()
        kills.append(serving.end())

    with ThreadPoolExecutor() as pool:
        killer = pool.submit(keep_killing)
        seconds: List[float] = []
        began = time.perf_counter()
        wrong = deliver(port, payloads, CLIENTS, seconds, given_up=killer.done)
        took = time.perf_counter() - began
        done.set()
        killer.result()
    assert wrong == []
    assert kills == [-signal.SIGKILL] * NUM_KILLS + [0]
    found: Dict[str, str] = {}
    for k in (0, 1):
        rows = log_rows(run, k)
        assert len({(row["annotation"], row.get("time")) for row in rows}) == len(rows)
        read = read_answers(RoundFiles.of(run, k), LabelStudioFormat(), questions[k::2], LABELS, ReadSettings())
        assert (read.problems, read.warnings, read.rejected) == ([], [], [])
        assert len({answer.sentence_id for answer in read.answers}) == len(read.answers)
        found.update((answer.sentence_id, " ".join(answer.tags or ())) for answer in read.answers)
    assert found == final
    seconds.sort()
    print(
        f"\n{len(payloads):,} deliveries of {NUM_ANNOTATIONS:,} annotations by {CLIENTS} clients, {NUM_KILLS} kills: "
        f"{took:.1f} s, {len(payloads) / took:.0f} a second; median {1000 * seconds[len(seconds) // 2]:.0f} ms, "
        f"99 of 100 under {1000 * seconds[int(0.99 * len(seconds))]:.0f} ms"
    )


def log_rows_bytes(run: Path, k: int) -> List[bytes]:
    """The lines that are there, whole or not."""
    path = RoundFiles.of(run, k).own("service")
    return path.read_bytes().split(b"\n") if path.exists() else []
