"""What all drivers share: the job, seconds of CPU and the result. It needs nothing but Python."""

import json
import os
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any, Callable, Dict, List, Sequence, Tuple


def cpu_seconds() -> float:
    """User and system seconds of this process and of the children that it has waited for."""
    return sum(os.times()[:4])


def timed(work: Callable[[], Any]) -> Tuple[float, Any]:
    """The CPU seconds of a call, and what it returns."""
    start = cpu_seconds()
    found = work()
    return cpu_seconds() - start, found


def read_job() -> Dict[str, Any]:
    """The job that the command line names."""
    return json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))


def read_sentences(path: str) -> List[Tuple[List[str], List[str]]]:
    """The words and the tags of each sentence of a file with two columns."""
    blocks = Path(path).read_text(encoding="utf-8").strip().split("\n\n")
    rows = [[line.split(" ") for line in block.splitlines()] for block in blocks]
    return [([word for word, _ in sentence], [tag for _, tag in sentence]) for sentence in rows]


def write_result(
    training: float, query: float, queried: Sequence[int], tags: Sequence[Sequence[str]], packages: Sequence[str]
) -> None:
    """
    Writes the result to the file that the command line names.

    # Parameters

    training, query : `float`
        CPU seconds.
    queried : `Sequence[int]`
        Positions of the queried sentences in the pool.
    tags : `Sequence[Sequence[str]]`
        Predicted for the sentences of the dev file.
    packages : `Sequence[str]`
        Whose versions are kept.
    """
    versions = {"python": ".".join(map(str, sys.version_info[:3])), **{name: version(name) for name in packages}}
    found = {"training": training, "query": query, "queried": list(map(int, queried)), "tags": tags}
    Path(sys.argv[2]).write_text(json.dumps({**found, "versions": versions}), encoding="utf-8")
