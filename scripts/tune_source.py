"""
Tries learning rates and numbers of steps for the encoder of a source, and keeps the F1 of each: on dev, after training
on the seed set of CoNLL-2003, 200 random sentences, in batches of 16. What has been tried is not tried again.

    python -m scripts.tune_source offline --data FOLDER --lr 5e-5 1e-4 2e-4 --steps 300 600 --seeds 1 2
"""

import argparse
import itertools
import json
import os
import tempfile
from pathlib import Path
from statistics import fmean
from typing import Any, Dict, List, Sequence

import torch
from _jsonnet import evaluate_snippet
from allennlp.commands.train import train_model
from allennlp.common import Params

from seqmix_plugin.io.atomic import write_text
from seqmix_plugin.reporting.formatting import NOTHING, counted, decimal
from seqmix_plugin.run.provenance import environment

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "benchmarks" / "results"
PAGE = ROOT / "docs" / "models.md"
TRIED = ("lr", "steps", "seed", "dev_sentences", "dtype")
"""What a trial is known by; the rest is what it gave."""


def configuration(source: str, trial: Dict[str, Any]) -> Dict[str, Any]:
    """The seed set's training of the paper's experiment, on a source with another learning rate."""
    changed = f"(import 'lib/sources.libsonnet')['{source}'] + {{ lr: {trial['lr']} }}"
    call = f"'conll', 'random', source={changed}, batch_size=16, steps={trial['steps']}"
    code = f"(import 'lib/paper.libsonnet')({call})"
    config = json.loads(evaluate_snippet(str(ROOT / "training_configs" / "tuned.jsonnet"), code))
    config |= dict.fromkeys(("seed", "random_seed", "numpy_seed", "pytorch_seed"), trial["seed"])
    config["trainer"] |= {"num_rounds": 0, "query_size": [], "training": {"dtype": trial["dtype"]}}
    return config


def dev_subset(path: Path, size: int, target: Path) -> None:
    """Writes as many sentences, from all parts of the file."""
    blocks = [block for block in path.read_text(encoding="utf-8").strip().split("\n\n") if "-DOCSTART-" not in block]
    chosen = [blocks[number * len(blocks) // size] for number in range(size)]
    target.write_text("\n\n".join(chosen) + "\n", encoding="utf-8")


def measured(source: str, trial: Dict[str, Any], data: Path) -> Dict[str, Any]:
    """Trains and returns F1 and seconds."""
    config = configuration(source, trial)
    with tempfile.TemporaryDirectory() as folder:
        dev = Path(folder) / "dev.conll"
        dev_subset(data / "eng.testa", trial["dev_sentences"], dev)
        config |= {"train_data_path": str(data / "eng.train"), "validation_data_path": str(dev), "test_data_path": None}
        train_model(Params(config), str(Path(folder) / "run"), include_package=["seqmix_plugin"])
        [record] = (Path(folder) / "run" / "rounds.jsonl").read_text(encoding="utf-8").splitlines()
    row = json.loads(record)
    return {"f1": round(row["scores"]["dev"]["f1"], 4), "seconds": round(row["seconds"]["train"])}


def table(trials: Sequence[Dict[str, Any]]) -> str:
    """The mean F1 of each learning rate and number of steps, as Markdown."""
    rates, numbers = sorted({(t["lr"], t["dtype"]) for t in trials}), sorted({trial["steps"] for trial in trials})
    heads = "".join(f" {number} steps |" for number in numbers)
    lines = [f"| learning rate |{heads}", "|---|" + "---|" * len(numbers)]
    for rate, dtype in rates:
        cells, wanted = [], {"lr": rate, "dtype": dtype}
        for number in numbers:
            found = [100 * t["f1"] for t in trials if {**wanted, "steps": number}.items() <= t.items()]
            cells.append(f"{decimal(fmean(found))} ({counted(len(found), 'seed')})" if found else NOTHING)
        kind = "" if dtype == "float32" else f" in {dtype}"
        lines.append(f"| {rate:g}{kind} | " + " | ".join(cells) + " |")
    sizes = " or ".join(map(str, sorted({trial["dev_sentences"] for trial in trials})))
    return "\n".join((f"F1 on {sizes} sentences of dev, after training on 200 sentences in batches of 16:", "", *lines))


def with_table(page: str, source: str, trials: Sequence[Dict[str, Any]]) -> str:
    """The page with the trials of a source between its marks; a page without them as it is."""
    before, mark, rest = page.partition(f"<!-- tuning: {source} -->\n")
    return f"{before}{mark}{table(trials)}\n{rest[rest.index('<!-- end -->') :]}" if mark else page


def main() -> None:
    """Tries what has not been tried, and keeps each trial as soon as it has ended."""
    parser = argparse.ArgumentParser(description="Try learning rates and numbers of steps for a source.")
    parser.add_argument("source", help="of training_configs/lib/sources.libsonnet, such as offline")
    parser.add_argument("--data", type=Path, required=True, help="the folder of eng.train and eng.testa")
    parser.add_argument("--lr", type=float, nargs="+", required=True)
    parser.add_argument("--steps", type=int, nargs="+", required=True)
    parser.add_argument("--seeds", type=int, nargs="+", required=True)
    parser.add_argument("--dev-sentences", type=int, default=800, help="default: %(default)s")
    parser.add_argument("--dtype", choices=("float32", "bfloat16"), default="float32", help="default: %(default)s")
    args = parser.parse_args()
    path = RESULTS / f"{args.source}_tuning.json"
    trials: List[Dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["trials"] if path.exists() else []
    os.chdir(ROOT)
    for seed, steps, lr in itertools.product(args.seeds, args.steps, args.lr):
        trial = dict(zip(TRIED, (lr, steps, seed, args.dev_sentences, args.dtype), strict=True))
        if not any(trial.items() <= done.items() for done in trials):
            trials.append({**trial, **measured(args.source, trial, args.data.resolve())})
            found = environment(torch.device("cpu"))
            kept = {key: found[key] for key in ("versions", "revision", "cpus", "threads")}
            write_text(path, json.dumps({"environment": kept, "trials": trials}, indent=1) + "\n")
    write_text(PAGE, with_table(PAGE.read_text(encoding="utf-8"), args.source, trials))


if __name__ == "__main__":
    main()
