"""`python -m benchmarks` measures stages, prints a table and stores JSON; `--report` writes the page."""

import argparse
import logging
import os
import sys
import tempfile
import time
import traceback
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Dict, Iterator, List, Optional

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

import torch

from benchmarks import report, results
from benchmarks.data import ROOT, add_data_option, find_corpus
from benchmarks.limits import GRACE, ON_A_GPU, interrupted_after
from benchmarks.measure import FEWEST_PAIRS
from benchmarks.setting import MINILM, Setting, shapes
from benchmarks.stages import STAGES


def main(arguments: Optional[List[str]] = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--stage",
        nargs="+",
        choices=list(STAGES),
        help="stages to measure; default: all, on a GPU those that use it: " + ", ".join(ON_A_GPU),
    )
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--pairs", type=int, default=FEWEST_PAIRS, help="interleaved pairs a row; 9 or more to pass")
    parser.add_argument("--quick", action="store_true", help="smallest sizes, for a trial; nothing is stored")
    add_data_option(parser)
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
    with errors_only(), tempfile.TemporaryDirectory() as folder:
        measure(options, Path(folder))


@contextmanager
def errors_only() -> Iterator[None]:
    """The loggers of the plugin and of AllenNLP report errors alone, and afterwards what they did before."""
    loggers = [logging.getLogger(name) for name in ("seqmix_plugin", "allennlp")]
    levels = [logger.level for logger in loggers]
    try:
        for logger in loggers:
            logger.setLevel(logging.ERROR)
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


def measure(options: argparse.Namespace, folder: Path) -> None:
    """
    Measures the stages in turn and stores each row when it is measured. A stage that fails, or is over its time on a
    GPU, keeps its rows and does not stop the others; the exit status is then 1.
    """
    device = torch.device(options.device)
    corpus = find_corpus(options.data, folder, options.quick)
    setting = Setting(device, corpus, folder, **shapes(device, folder, options.quick), quick=options.quick)
    limits: Dict[str, float] = dict(ON_A_GPU) if device.type == "cuda" else {}
    path = None if options.quick else results.FOLDER / f"{device.type}.json"
    failed = []
    for stage in options.stage or list(limits or STAGES):
        rows: List[Dict[str, Any]] = []
        try:
            measure_stage(stage, setting, options.pairs, limits.get(stage), rows, path)
        except Exception:
            traceback.print_exc()
            failed.append(stage)
        report.show(stage, rows)
    if failed:
        sys.exit(f"error: not measured to their end: {', '.join(failed)}")


def measure_stage(
    stage: str, setting: Setting, pairs: int, limit: Optional[float], rows: List[Dict[str, Any]], path: Optional[Path]
) -> None:
    """Adds the rows of a stage one by one, and stores them in the file at `path`; its last pairs end at the limit."""
    until = None if limit is None else time.monotonic() + limit
    conditions = results.conditions(setting.device, setting.corpus.name)
    with interrupted_after(None if limit is None else limit + GRACE):
        for entry in STAGES[stage](setting):
            rows.append(results.measured(entry, pairs, setting.device, until))
            if path is not None:
                results.merge(path, stage, conditions, rows)


if __name__ == "__main__":
    main()
