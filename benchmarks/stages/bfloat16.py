"""Training with matrices multiplied in bfloat16: time, and what becomes of F1."""

from dataclasses import replace
from typing import Iterator

from benchmarks import training_f1
from benchmarks.precision import has_bfloat16_units
from benchmarks.row import Entry, Row, Skipped
from benchmarks.setting import Built, Setting
from seqmix_plugin.active_learning.settings import TrainingSettings
from seqmix_plugin.allennlp_gaps import transient_bars


def rows(setting: Setting) -> Iterator[Entry]:
    """`training.dtype: bfloat16` compared with float32."""
    for name, folder in setting.encoders.items():
        yield from of_time(setting, name, folder)
    yield training_f1.difference("bfloat16", "in bfloat16")


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


def train(setting: Setting, built: Built, dtype: str, size: int) -> None:
    """One training of a round on the first sentences."""
    learner = replace(built.learner, settings=TrainingSettings(dtype=dtype))
    with transient_bars():
        learner.train(0, built.sentences[:size], setting.new_folder())
