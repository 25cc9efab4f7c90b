"""`python -m benchmarks` measures stages, prints a table and stores JSON; `--report` writes the page."""

import argparse
import logging
import os
import sys
import tempfile
from pathlib import Path
from typing import List, Optional

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

import torch

from benchmarks import report, results
from benchmarks.data import ROOT, find_corpus
from benchmarks.measure import FEWEST_PAIRS
from benchmarks.setting import MINILM, Setting, shapes
from benchmarks.stages import STAGES


def main(arguments: Optional[List[str]] = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--stage", nargs="+", choices=list(STAGES), default=list(STAGES), help="stages to measure; default: all"
    )
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--pairs", type=int, default=FEWEST_PAIRS, help="interleaved pairs a row; 9 or more to pass")
    parser.add_argument("--quick", action="store_true", help="smallest sizes, for a trial; nothing is stored")
    data = Path(os.environ.get("BENCHMARK_DATA", ROOT.parent / "shared" / "data"))
    parser.add_argument("--data", type=Path, default=data, help="folder that contains conll03")
    parser.add_argument("--report", action="store_true", help="only write docs/performance.md")
    options = parser.parse_args(arguments)
    if options.report:
        (ROOT / "docs" / "performance.md").write_text(report.page(results.FOLDER), encoding="utf-8")
        return
    if options.device == "cuda" and not torch.cuda.is_available():
        sys.exit("error: --device is cuda; this machine has no GPU that torch can use")
    if not MINILM.is_dir():
        sys.exit(f"error: {MINILM.relative_to(ROOT)} is missing; `make models` puts it there")
    if options.pairs < 2:
        sys.exit(f"error: --pairs is {options.pairs}; an interval needs 2 or more")
    for name in ("seqmix_plugin", "allennlp"):
        logging.getLogger(name).setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory() as folder:
        measure(options, Path(folder))


def measure(options: argparse.Namespace, folder: Path) -> None:
    """Measures the stages in turn and stores each when it is done."""
    device = torch.device(options.device)
    corpus = find_corpus(options.data, folder, options.quick)
    setting = Setting(device, corpus, folder, **shapes(device, folder, options.quick), quick=options.quick)
    for stage in options.stage:
        rows = [results.measured(entry, options.pairs, device) for entry in STAGES[stage](setting)]
        report.show(stage, rows)
        if not options.quick:
            path = results.FOLDER / f"{device.type}.json"
            results.merge(path, stage, results.conditions(device, corpus.name), rows)


if __name__ == "__main__":
    main()
