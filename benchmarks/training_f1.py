"""`python -m benchmarks.training_f1` measures the F1 of taggers trained in several ways, seed by seed, and resumes."""

import argparse
import json
import os
import statistics
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any, Dict, NamedTuple, Union

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

import torch

from benchmarks import results
from benchmarks.data import add_data_option, find_corpus
from benchmarks.measure import mean_interval
from benchmarks.row import Skipped, Value
from benchmarks.setting import Setting, shapes
from seqmix_plugin.active_learning.settings import TrainingSettings
from seqmix_plugin.allennlp_gaps import transient_bars
from seqmix_plugin.io.atomic import write_text

FILE = results.FOLDER / "seeds" / "training_f1.json"
SEEDS = 8
TRAINED_ON, JUDGED_ON = 200, 800
"""Sentences from the beginning and from the end of the corpus."""
EPOCHS, EPOCH_STEPS = 10, 20


class Way(NamedTuple):
    """
    How a tagger is trained.

    # Parameters

    batches_per_bucket : `int`
        Of the data loader.
    dtype : `str`
        Of `trainer.training`.
    """

    batches_per_bucket: int
    dtype: str


WAYS = {
    "today": Way(4, "float32"),
    "buckets": Way(16, "float32"),
    "buckets and bfloat16": Way(16, "bfloat16"),
    "bfloat16": Way(4, "bfloat16"),
}
"""The first is what the shipped configurations do."""


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.training_f1", description=__doc__)
    parser.add_argument("--seeds", type=int, default=SEEDS, help=f"seeds to train with; default: {SEEDS}")
    add_data_option(parser)
    options = parser.parse_args()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        device, corpus = torch.device("cpu"), find_corpus(options.data, Path(folder), False)
        measure(Setting(device, corpus, Path(folder), **shapes(device, Path(folder), False)), FILE, options.seeds)


def measure(setting: Setting, path: Path, num_seeds: int) -> None:
    """Trains with each seed in each way that the file lacks, by the first encoder, and stores each score at once."""
    encoder = next(iter(setting.encoders.values()))
    for seed in range(1, num_seeds + 1):
        for name, way in WAYS.items():
            scores = read(path)
            if str(seed) in scores.get(name, {}):
                continue
            scores.setdefault(name, {})[str(seed)] = f1(setting, encoder, way, seed)
            stored = {"conditions": results.conditions(setting.device, setting.corpus.name), "f1": scores}
            path.parent.mkdir(parents=True, exist_ok=True)
            write_text(path, json.dumps(stored, indent=1) + "\n")


def f1(setting: Setting, encoder: str, way: Way, seed: int) -> float:
    """The F1 of a tagger that is trained from the pretrained weights."""
    built = setting.build(
        encoder,
        data_loader__batch_size=16,
        data_loader__batches_per_bucket=way.batches_per_bucket,
        data_loader__batches_per_epoch=setting.size(EPOCH_STEPS, 2),
        trainer__trainer__num_epochs=setting.size(EPOCHS, 1),
    )
    model, settings = built.experiment.new_model(seed, 0), TrainingSettings(dtype=way.dtype)
    with transient_bars():
        learner = replace(built.learner, model=model, seed=seed, settings=settings)
        learner.train(0, built.sentences[:TRAINED_ON], setting.new_folder())
        return built.experiment.f1_on(model, built.sentences[-JUDGED_ON:], setting.device)


def read(path: Path) -> Dict[str, Dict[str, float]]:
    """The scores in a file by way and seed; empty if it does not exist."""
    stored: Dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return stored.get("f1", {})


def difference(way: str, said: str, path: Path = FILE) -> Union[Value, Skipped]:
    """
    The row of a way: its F1 minus today's with the same seeds, their mean and its 95 % interval by Student's t.

    # Parameters

    way : `str`
        One of `WAYS`.
    said : `str`
        The way in the words of the table.
    path : `Path`, optional (default = `FILE`)
        The measured scores.
    """
    scores = read(path)
    first, others = scores.get("today", {}), scores.get(way, {})
    points = {seed: 100 * (others[seed] - first[seed]) for seed in first if seed in others}
    label = f"F1 {said} minus today's, MiniLM after {EPOCHS * EPOCH_STEPS} steps of 16 on {TRAINED_ON} sentences"
    if len(points) < 2:
        return Skipped(label, "`python -m benchmarks.training_f1` measures it, a minute or two a training")
    mean, low, high = mean_interval(list(points.values()))
    return Value(
        label,
        mean,
        "points",
        parts={f"seed {seed}": each for seed, each in points.items()},
        note=f"mean of {len(points)} seeds, 95 % interval [{low:.2f}, {high:.2f}]; today's F1 is "
        f"{100 * statistics.mean(first[seed] for seed in points):.1f}",
    )


if __name__ == "__main__":
    main()
