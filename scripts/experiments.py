"""
Runs what is missing of an experiment: the configurations of a folder of `training_configs/`, once per seed.

    python -m scripts.experiments large_pool --data FOLDER --corpora conll --methods random nte --seeds 1-8

The order is that of the seeds: all configurations with the first seed, then all with the second, so that whatever is
there at any time compares all methods. Each run is a `seqmix repeat` of one seed, which writes its record to
`results/EXPERIMENT/CONFIGURATION/SEED.json` when it has finished. Ctrl-C and SIGTERM end the runs in progress; the same
command resumes them. This file imports nothing of the repository.
"""

import argparse
import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Dict, List, NamedTuple, Sequence, Tuple

ROOT = Path(__file__).resolve().parent.parent
POLL = 0.5
"""Seconds between two checks of the processes."""
STOPPED = 130
"""The exit status after a signal."""
SOURCES = ("minilm", "offline")
CORPORA = ("webpage", "conll", "events", "quickstart")
PAPERS = ("random", "nte", "nte_duplicate", "nte_sub", "mnlp", "lc", "bald", "qbc")
STRATIFIED = ("mnlp", "nte", "lc", "random", "margin", "entity_weighted", "itf", "mnlp_kmeans")
METHODS = (*PAPERS, *(f"{policy}_stratified" for policy in STRATIFIED))
"""The order within a seed; other methods follow by name."""
FILES = {
    "webpage": [f"webpage/{split}.conll" for split in ("train", "dev", "test")],
    "conll": [f"conll03/eng.{split}" for split in ("train", "testa", "testb")],
    "events": [f"events_geneva33/{split}.conll" for split in ("train", "dev", "test")],
    "quickstart": [f"quickstart/{split}.conll" for split in ("train", "dev", "test")],
}
"""The training, dev and test file of each corpus in the folder of the data."""
KEYS = ("sources", "corpora", "methods")
"""What the name of a configuration consists of."""
DIGESTS = ROOT / "results" / "data.json"
DATA = ("train_data_path", "validation_data_path", "test_data_path")


class Job(NamedTuple):
    """A configuration with one seed."""

    configuration: Path
    seed: int
    record: Path

    def __str__(self) -> str:
        return f"{self.record.parent.parent.name}, {self.configuration.stem}, seed {self.seed}"


def named(stem: str) -> Dict[str, str]:
    """Source, corpus and method of a configuration by its name, such as `minilm_conll_nte_sub` or `conll_nte`."""
    found = re.fullmatch(rf"(?:({'|'.join(SOURCES)})_)?({'|'.join(CORPORA)})_(.+)", stem)
    if found is None:
        raise SystemExit(f"error: {stem}.jsonnet: expected a name such as minilm_conll_nte or conll_nte")
    return dict(zip(KEYS, found.groups(""), strict=True))


def place_of(method: str) -> Tuple[int, str]:
    """Where a method stands in the order of the runs."""
    return (METHODS.index(method) if method in METHODS else len(METHODS)), method


def configurations(folder: Path, wanted: Dict[str, Sequence[str]]) -> List[Path]:
    """The configurations of an experiment that have the wanted sources, corpora and methods, in their order."""
    paths = {path: named(path.stem) for path in sorted(folder.glob("*.jsonnet"))}
    for key, values in wanted.items():
        known = sorted({names[key] for names in paths.values()})
        for value in values:
            if value not in known:
                raise SystemExit(f"error: --{key} is {value!r}; expected some of {', '.join(known)}")
        paths = {path: names for path, names in paths.items() if not values or names[key] in values}

    def place(path: Path) -> Any:
        names = paths[path]
        return names["sources"], CORPORA.index(names["corpora"]), place_of(names["methods"])

    return sorted(paths, key=place)


def jobs(paths: Sequence[Path], seeds: Sequence[int], records: Path) -> List[Job]:
    """All runs of an experiment, seed by seed."""
    return [Job(path, seed, records / path.stem / f"{seed}.json") for seed in seeds for path in paths]


def parsed_seeds(text: str) -> List[int]:
    """The numbers of a list such as `1,2,5-8`."""
    parts = [re.fullmatch(r"(\d+)(?:-(\d+))?", part.strip()) for part in text.split(",")]
    ranges = [range(int(part[1]), int(part[2] or part[1]) + 1) for part in parts if part]
    seeds = [seed for numbers in ranges for seed in numbers]
    if not all(parts) or not all(ranges) or len(set(seeds)) < len(seeds):
        raise SystemExit(f"error: --seeds is {text!r}; expected distinct numbers such as 1,2,3 or 1-8")
    return seeds


def check_data(corpora: Sequence[str], data: Path, digests: Path) -> None:
    """Ends the program unless the files of these corpora are there, with the content of those of earlier records."""
    known = json.loads(digests.read_text(encoding="utf-8"))
    for file in (file for corpus in corpora for file in FILES[corpus]):
        if not (data / file).is_file():
            raise SystemExit(f"error: {data / file} is missing; expected a folder with {file} (--data)")
        found = hashlib.sha256((data / file).read_bytes()).hexdigest()
        if known.get(file, found) != found:
            raise SystemExit(f"error: {data / file} differs from the file of the records; {digests} has its SHA-256")


def prepare(work: Path, data: Path) -> None:
    """
    The folder in which all runs work. It has links to the data and the models, so that a configuration, and hence the
    hashes of a record, does not depend on where these are.
    """
    work.mkdir(parents=True, exist_ok=True)
    for name, target in (("data", data.resolve()), ("models", ROOT / "models")):
        link = work / name
        if link.is_symlink():
            link.unlink()
        link.symlink_to(target)


def start(job: Job, work: Path) -> "subprocess.Popen[bytes]":
    """The process of a run."""
    paths = [f"data/{file}" for file in FILES[named(job.configuration.stem)["corpora"]]]
    folder = Path(job.record.parent.parent.name) / job.configuration.stem
    command = [sys.executable, "-m", "seqmix_plugin", "repeat", str(job.configuration), "--seeds", str(job.seed)]
    command += ["-s", str(folder), "--records", str(job.record.parent.parent)]
    command += ["-o", json.dumps(dict(zip(DATA, paths, strict=True)))]
    environment = {"OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1", **os.environ}
    environment["PYTHONPATH"] = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    log(job, work).parent.mkdir(parents=True, exist_ok=True)
    with open(log(job, work), "wb") as file:
        return subprocess.Popen(
            command, cwd=work, env=environment, stdin=subprocess.DEVNULL, stdout=file, start_new_session=True
        )


def log(job: Job, work: Path) -> Path:
    """The file to which a run's `seqmix repeat` prints."""
    return work / job.record.parent.parent.name / f"{job.configuration.stem}_{job.seed}.log"


def commit(job: Job) -> None:
    """Commits the record of a run; a failure is told, and the next start commits it."""
    git = ["git", "-C", str(job.record.parent)]
    for arguments in (["add", "--", job.record.name], ["commit", "-q", "-m", f"Record: {job}", "--", job.record.name]):
        done = subprocess.run([*git, *arguments], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            print(f"{job}: not committed: {(done.stderr or done.stdout).strip().splitlines()[-1:]}", flush=True)
            return


def is_committed(job: Job) -> bool:
    """Whether git has the record as it is."""
    status = ["git", "-C", str(job.record.parent), "status", "--porcelain", "--", job.record.name]
    return not subprocess.run(status, capture_output=True, text=True, check=False).stdout.strip()


def run(waiting: Sequence[Job], work: Path, workers: int, commits: bool) -> int:
    """Runs the jobs in their order, a few at a time. Returns 0, 1 when one failed, or 130 when it was stopped."""
    rest, running = list(waiting), {}  # type: List[Job], Dict[Job, Any]
    failed: List[Job] = []
    stops: List[int] = []
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:  # as under nohup
            signal.signal(number, lambda got, _: stops.append(got))
    while (rest or running) and not stops:
        while rest and len(running) < workers:
            job = rest.pop(0)
            print(f"{time.strftime('%H:%M:%S')} {job} ({len(waiting) - len(rest)} of {len(waiting)})", flush=True)
            running[job] = start(job, work)
        time.sleep(POLL)
        for job in [job for job, process in running.items() if process.poll() is not None]:
            running.pop(job)
            told = log(job, work).read_text(encoding="utf-8").splitlines()
            for line in told:
                if line.startswith("seed "):  # not that one seed is too few for a test
                    print(line, flush=True)
            if not job.record.exists():
                failed.append(job)
            elif commits:
                commit(job)
    for process in running.values():
        process.terminate()  # it ends its own processes, and leaves what can be resumed
    for process in running.values():
        process.wait()
    for job in failed:
        print(f"failed: {job}; {log(job, work)} says why", flush=True)
    if stops:
        print("stopped; the same command resumes it", flush=True)
    return STOPPED if stops else int(bool(failed))


def finish(title: str, every: Sequence[Job], given: argparse.Namespace) -> int:
    """Runs, or lists, what is missing of these runs; see `run` for what is returned."""
    missing = [job for job in every if not job.record.exists()]
    print(f"{title}: {len(every) - len(missing)} of {len(every)} runs are there", flush=True)
    if given.list:
        print("".join(f"{job}\n" for job in missing), end="")
        return 0
    check_data(sorted({named(job.configuration.stem)["corpora"] for job in every}), given.data, DIGESTS)
    prepare(given.runs, given.data)
    for job in every if given.commit else []:
        if job not in missing and not is_committed(job):
            commit(job)
    return run(missing, given.runs, given.workers, given.commit)


def add_options(options: argparse.ArgumentParser) -> None:
    """The options of all commands that run experiments."""
    for key in KEYS:
        options.add_argument(f"--{key}", nargs="+", default=[], help=f"only the configurations of these {key}")
    options.add_argument("--data", type=Path, default=ROOT / "data", help="has conll03/, webpage/, events_geneva33/")
    options.add_argument("--workers", type=int, default=1, help="runs at a time, of one thread each")
    options.add_argument("--runs", type=Path, default=ROOT / "runs" / "experiments", help="the folder of the runs")
    options.add_argument("--results", type=Path, default=ROOT / "results", help="the folder of the records")
    options.add_argument("--commit", action="store_true", help="commit each record by git as its run finishes")
    options.add_argument("--list", action="store_true", help="show what is missing, and end")


def checked(given: argparse.Namespace) -> argparse.Namespace:
    """The options; ends the program where one cannot be."""
    if given.workers < 1:
        raise SystemExit(f"error: --workers is {given.workers}; expected 1 or more")
    return given


def main(arguments: Sequence[str]) -> int:
    """Runs what is missing; see `run` for what is returned."""
    folders = {path.parent.name for path in (ROOT / "training_configs").glob("*/*.jsonnet")} - {"paper", "grids"}
    options = argparse.ArgumentParser(prog="python -m scripts.experiments", description=__doc__.split("\n\n")[0])
    options.add_argument("name", choices=sorted(folders), help="the experiment")
    options.add_argument("--seeds", default="1-8", help="such as 1,2,3 or 1-8 (default)")
    add_options(options)
    given = checked(options.parse_args(arguments))
    paths = configurations(ROOT / "training_configs" / given.name, {key: getattr(given, key) for key in KEYS})
    return finish(given.name, jobs(paths, parsed_seeds(given.seeds), given.results.resolve() / given.name), given)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
