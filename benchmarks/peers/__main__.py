"""`python -m benchmarks.peers` measures other packages on the same job as ours, and resumes."""

import argparse
import os
import sys
import tempfile
from pathlib import Path
from typing import List, Optional

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

import torch

from benchmarks.data import ROOT, add_data_option, find_corpus
from benchmarks.peers.measuring import FILE, measure, plan
from benchmarks.peers.peer import PEERS, make_environment
from benchmarks.results import conditions
from benchmarks.setting import MINILM

EPOCHS = 5
REPEATS = 3


def main(arguments: Optional[List[str]] = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers", description=__doc__)
    parser.add_argument("--peers", nargs="+", choices=list(PEERS), default=list(PEERS), help="default: all")
    parser.add_argument("--repeats", type=int, default=REPEATS, help=f"runs of each package; default: {REPEATS}")
    parser.add_argument("--epochs", type=int, default=EPOCHS, help=f"of training; default: {EPOCHS}")
    add_data_option(parser)
    parser.add_argument("--output", type=Path, default=FILE, help="the file that keeps the runs")
    options = parser.parse_args(arguments)
    for name in ("repeats", "epochs"):
        if getattr(options, name) < 1:
            sys.exit(f"error: --{name} is {getattr(options, name)}; expected 1 or more")
    if not MINILM.is_dir():
        sys.exit(f"error: {MINILM.relative_to(ROOT)} is missing; `make models` puts it there")
    torch.set_num_threads(1)
    for name in options.peers:
        make_environment(name)
    with tempfile.TemporaryDirectory() as folder:
        corpus = find_corpus(options.data, Path(folder), quick=False)
        now = conditions(torch.device("cpu"), corpus.name)
        measure(corpus, MINILM, now, options.epochs, plan(options.repeats, options.peers), options.output)


if __name__ == "__main__":
    main()
