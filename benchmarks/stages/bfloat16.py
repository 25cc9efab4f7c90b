"""Training with matrices multiplied in bfloat16: time, and what becomes of F1."""

import statistics
from dataclasses import replace
from typing import Iterator

from benchmarks.row import Entry, Row, Skipped, Value
from benchmarks.setting import Built, Setting
from benchmarks.stages.scoring import has_bfloat16_units
from seqmix_plugin.active_learning.settings import TrainingSettings
from seqmix_plugin.allennlp_gaps import transient_bars

SEEDS = 4
TRAINED_ON, JUDGED_ON = 200, 800
"""Sentences from the beginning and from the end of the corpus."""


def rows(setting: Setting) -> Iterator[Entry]:
    """`training.dtype: bfloat16` compared with float32."""
    for name, folder in setting.encoders.items():
        yield from of_time(setting, name, folder)
    name, folder = next(iter(setting.encoders.items()))  # the one with pretrained weights
    if setting.device.type == "cuda" or has_bfloat16_units():
        yield from of_f1(setting, name, folder)


def of_time(setting: Setting, name: str, folder: str) -> Iterator[Entry]:
    """An epoch in both types."""
    size = setting.size(192 if name == "MiniLM" else 32, 8)
    label = f"an epoch of {size} sentences, batch 16, dropout on, in bfloat16, {name}"
    if setting.device.type != "cuda" and not has_bfloat16_units():
        yield Skipped(label, "this CPU has no bfloat16 units (avx512_bf16 or amx_bf16)")
        return
    built = setting.build(folder, data_loader__batch_size=16, trainer__trainer__num_epochs=1)
    yield Row(
        label=label,
        reference_label="the same in float32",
        target=None,
        ours=lambda: train(setting, built, "bfloat16", size),
        reference=lambda: train(setting, built, "float32", size),
        ours_size=size,
        reference_size=size,
    )


def of_f1(setting: Setting, name: str, folder: str) -> Iterator[Entry]:
    """F1 in both types, with the same seeds."""
    epochs = setting.size(10, 1)
    built = setting.build(
        folder, data_loader__batch_size=16, data_loader__batches_per_epoch=20, trainer__trainer__num_epochs=epochs
    )
    scores = {
        dtype: [f1(setting, built, dtype, seed) for seed in range(1, setting.size(SEEDS, 1) + 1)]
        for dtype in ("float32", "bfloat16")
    }
    differences = [half - full for half, full in zip(scores["bfloat16"], scores["float32"], strict=True)]
    yield Value(
        f"F1 in bfloat16 minus that in float32, mean of {len(differences)} seeds, {name} after {20 * epochs} steps on "
        f"{TRAINED_ON} sentences",
        100 * statistics.mean(differences),
        "points",
        parts={f"seed {seed} (points)": 100 * each for seed, each in enumerate(differences, 1)},
        note=f"F1 in float32 {100 * statistics.mean(scores['float32']):.1f}",
    )


def train(setting: Setting, built: Built, dtype: str, size: int) -> None:
    """One training of a round on the first sentences."""
    learner = replace(built.learner, settings=TrainingSettings(dtype=dtype))
    with transient_bars():
        learner.train(0, built.sentences[:size], setting.new_folder())


def f1(setting: Setting, built: Built, dtype: str, seed: int) -> float:
    """The F1 of a model that is trained from the pretrained weights."""
    model = built.experiment.new_model(seed, 0)
    learner = replace(built.learner, model=model, seed=seed, settings=TrainingSettings(dtype=dtype))
    with transient_bars():
        learner.train(0, built.sentences[:TRAINED_ON], setting.new_folder())
        return built.experiment.f1_on(model, built.sentences[-JUDGED_ON:], setting.device)
