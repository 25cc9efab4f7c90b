"""
`make faults`: kills runs at many points, goes on with them, and compares them with runs that never stopped.

`python -m tests.faults --points 40` tries so many points of each kind of run.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any, Dict, List

import pytest
import torch
from rich.console import Console
from rich.progress import track
from rich.table import Table

from tests.active_learning.conftest import small_config
from tests.conftest import make_tiny_encoder
from tests.faults.drill import differences, points_of, spread, train, was_killed
from tests.faults.faults_test import COMMITTEE, SEQMIX

RUNS: Dict[str, Dict[str, Any]] = {
    "SeqMix, language model": SEQMIX,
    "committee, checkpoints": COMMITTEE,
    "CRF, fresh models, all weights": {
        "model.head": {"type": "crf"},
        "trainer.reuse_model": False,
        "trainer.keep_round_weights": "all",
        "trainer.augmenter.embedding_table": {"type": "contextual"},
        "trainer.max_candidates": 15,
    },
}


def drill(name: str, config: Path, folder: Path, number: int) -> List[int]:
    """Points tried, killed, recovered, identical; says what is not."""
    folder.mkdir()
    names = points_of(config, folder / "whole")
    counts = [0, 0, 0, 0]
    for point in track(spread(names, number), description=f"{name} ({len(names)} points)"):
        run = folder / str(point)
        killed = was_killed(train(config, run, kill_at=point))
        ended = train(config, run, recover=True)
        found = differences(folder / "whole", run) if ended.code == 0 else []
        for place, fine in enumerate((True, killed, ended.code == 0, ended.code == 0 and not found)):
            counts[place] += fine
        if ended.code != 0 or found:
            print(f"{name}, killed at {names[point]}: {found or ended.output[-2000:]}")
    return counts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=40, help="points of each kind of run")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    table = Table("run", "points", "killed", "recovered", "identical", title="fault drill")
    totals = [0, 0, 0, 0]
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        encoder = make_tiny_encoder(folder / "encoder")
        for number, (name, overrides) in enumerate(RUNS.items()):
            config = folder / f"{number}.json"
            config.write_text(json.dumps(small_config(encoder, **overrides)), encoding="utf-8")
            counts = drill(name, config, folder / f"run{number}", arguments.points)
            table.add_row(name, *map(str, counts))
            totals = [total + count for total, count in zip(totals, counts, strict=True)]
    table.add_row("all", *map(str, totals))
    Console().print(table)
    print(f"{totals[1]} points killed, {totals[2]} recovered, {totals[3]} identical: {totals[3] / totals[0]:.0%}")
    workers = pytest.main(["-q", str(Path(__file__).with_name("faults_test.py")), "-k", "full_disk or lost_worker"])
    sys.exit(0 if len(set(totals)) == 1 and workers == 0 else 1)


if __name__ == "__main__":
    main()
