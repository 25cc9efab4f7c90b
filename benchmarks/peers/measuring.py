"""Runs the drivers, and keeps what they measured run by run."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Dict, List, NamedTuple, Sequence, Tuple

from benchmarks.data import ROOT, Corpus
from benchmarks.peers.job import f1, parts, settings, write_files
from benchmarks.peers.peer import HEADS, OURS, PEERS, driver_of, python_of
from benchmarks.results import FOLDER, read
from seqmix_plugin.io.atomic import write_text
from seqmix_plugin.sentence import TaggedSentence

FILE = FOLDER / "peers.json"
OFFLINE = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_DATASETS_OFFLINE")
THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


class Run(NamedTuple):
    """
    # Parameters

    package : `str`
        A peer, or `OURS`.
    head : `str`
        Of our tagger.
    repeat : `int`
        From 1; also the seed.
    """

    package: str
    head: str
    repeat: int


def plan(repeats: int, peers: Sequence[str]) -> List[Run]:
    """All runs: in each repetition ours once a head, then the peers of that head; every other one is backwards."""
    pairs: List[Tuple[str, str]] = []
    for head in HEADS:
        names = [name for name in peers if PEERS[name].head == head]
        pairs += [(name, head) for name in ([OURS, *names] if names else [])]
    numbers = range(1, repeats + 1)
    return [Run(name, head, n) for n in numbers for name, head in (pairs if n % 2 else pairs[::-1])]


def measure(
    corpus: Corpus, encoder: Path, conditions: Dict[str, Any], epochs: int, runs: Sequence[Run], path: Path
) -> None:
    """
    Does the runs that the file lacks, and stores each when it has ended.

    # Parameters

    corpus : `Corpus`
        Whose training and dev files are used.
    encoder : `Path`
        The folder of the encoder.
    conditions : `Dict[str, Any]`
        Machine, data and versions.
    epochs : `int`
        Of training.
    runs : `Sequence[Run]`
        All runs.
    path : `Path`
        The file.
    """
    found = read(path)
    if found and found["epochs"] != epochs:
        sys.exit(f"error: --epochs is {epochs}; {path.name} has runs of {found['epochs']}: resume them or remove it")
    found = {"conditions": conditions, "epochs": epochs, "runs": found.get("runs", [])}
    done = {Run(run["package"], run["head"], run["repeat"]) for run in found["runs"]}
    waiting = [run for run in runs if run not in done]
    with tempfile.TemporaryDirectory() as folder:
        sentences = parts(corpus)
        files = write_files(sentences, Path(folder))
        for run in waiting:
            scratch = Path(folder) / f"{run.package}-{run.head}-{run.repeat}"
            job = settings(files, encoder, run.head, epochs, run.repeat, scratch / "output")
            result = drive(run, job, scratch)
            found["runs"].append({**run._asdict(), **summary(result, sentences["dev"])})
            path.parent.mkdir(parents=True, exist_ok=True)
            write_text(path, one_run_a_line(found))
            print(f"{run.package}, {HEADS[run.head]}, {run.repeat}: {shown(found['runs'][-1])}", flush=True)


def drive(run: Run, job: Dict[str, Any], scratch: Path) -> Dict[str, Any]:
    """
    Does the job by a package in a process of its own, with one thread, offline and in a folder of its own.

    # Raises

    `RuntimeError`
        With the end of its output when it fails.
    """
    scratch.mkdir()
    if run.package != OURS:
        (scratch / "output").mkdir()
    (scratch / "job.json").write_text(json.dumps(job), encoding="utf-8")
    command = [str(python_of(run.package)), str(driver_of(run.package)), "job.json", "result.json"]
    environment = {**os.environ, **dict.fromkeys(OFFLINE, "1"), **dict.fromkeys(THREADS, "1")}
    environment["TOKENIZERS_PARALLELISM"] = "false"
    environment["FLAIR_CACHE_ROOT"] = str(scratch)
    if run.package == OURS:
        environment["PYTHONPATH"] = str(ROOT)
    else:
        environment.pop("PYTHONPATH", None)
    ended = subprocess.run(
        command, cwd=scratch, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    if ended.returncode:
        raise RuntimeError(f"{run.package}: {ended.stdout.decode(errors='replace')[-2000:]}")
    return json.loads((scratch / "result.json").read_text(encoding="utf-8"))


def summary(result: Dict[str, Any], dev: Sequence[TaggedSentence]) -> Dict[str, Any]:
    """What is kept of a result: the tags only as their F1."""
    kept = {name: round(result[name], 2) for name in ("training", "query")}
    score = round(f1(dev, result["tags"]), 4)
    return {**kept, "f1": score, "queried": sorted(result["queried"]), "versions": result["versions"]}


def shown(run: Dict[str, Any]) -> str:
    """A run in a line."""
    return f"training {run['training']:.1f} s of CPU, query {run['query']:.1f} s, F1 {100 * run['f1']:.1f}"


def one_run_a_line(found: Dict[str, Any]) -> str:
    """JSON with one run a line, so that a diff shows which were measured again."""
    runs = ",\n  ".join(json.dumps(run) for run in found["runs"])
    conditions = json.dumps(found["conditions"], ensure_ascii=False)
    return f'{{"conditions": {conditions},\n "epochs": {found["epochs"]},\n "runs": [\n  {runs}\n ]}}\n'
