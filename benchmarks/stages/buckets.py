"""Training in larger buckets of length: the padding that is left, time, and what becomes of F1."""

from typing import Callable, Iterator

import torch

from benchmarks import training_f1
from benchmarks.precision import has_bfloat16_units
from benchmarks.row import Entry, Row, Value
from benchmarks.setting import Built, Setting
from benchmarks.stages.bfloat16 import train
from seqmix_plugin.data import EncodedSentences, InMemoryLoader

TODAY, LARGER = 4, 16
"""Batches in a bucket: the loader's default, and what is measured against it."""
PADDING_OF = 700
"""Sentences whose padding is counted."""


def rows(setting: Setting) -> Iterator[Entry]:
    """Padding, an epoch by the first encoder on one and on two threads, and F1."""
    name, folder = next(iter(setting.encoders.items()))
    encoded = first_sentences(setting, folder)
    for size in (16, 32):
        for per_bucket in (1, TODAY, LARGER):
            label = f"padding in an epoch of {len(encoded)} sentences, batch {size}, buckets of {per_bucket}"
            yield Value(label, padding(encoded, size, per_bucket), "share")
    yield from of_time(setting, name, folder)
    yield training_f1.difference("buckets", f"in buckets of {LARGER}")
    yield training_f1.difference("buckets and bfloat16", f"in buckets of {LARGER}, in bfloat16,")


def first_sentences(setting: Setting, encoder: str) -> EncodedSentences:
    """The first sentences of the corpus, as word pieces."""
    built = setting.build(encoder)
    encoded = built.experiment.reader.encode(built.sentences[:PADDING_OF])
    assert encoded is not None
    return encoded


def padding(encoded: EncodedSentences, batch_size: int, per_bucket: int) -> float:
    """The share of padding among the word pieces of an epoch's batches."""
    loader = InMemoryLoader(batch_size, batches_per_bucket=per_bucket, encoded=encoded, shuffle=True)
    batches = [encoded.lengths[positions] for positions, _ in loader.positioned_batches()]
    return 1 - float(encoded.lengths.sum()) / sum(int(batch.max()) * len(batch) for batch in batches)


def of_time(setting: Setting, name: str, folder: str) -> Iterator[Entry]:
    """An epoch in larger buckets against one in today's, and in bfloat16 against today's float32."""
    size = setting.size(256, 8)
    today, larger = (build(setting, folder, per_bucket) for per_bucket in (TODAY, LARGER))
    half = setting.device.type == "cuda" or has_bfloat16_units()
    for threads in (1, 2) if setting.device.type == "cpu" else (torch.get_num_threads(),):
        for dtype, said in [("float32", ""), ("bfloat16", ", in bfloat16")][: 1 + half]:
            yield Row(
                label=f"an epoch of {size} sentences, batch 16, dropout on, buckets of {LARGER}{said}, {name}, "
                f"{threads} threads",
                reference_label=f"buckets of {TODAY} in float32",
                target=None,
                ours=epoch(setting, larger, dtype, size, threads),
                reference=epoch(setting, today, "float32", size, threads),
                ours_size=size,
                reference_size=size,
            )


def build(setting: Setting, encoder: str, per_bucket: int) -> Built:
    """The package with a size of buckets."""
    return setting.build(
        encoder,
        data_loader__batch_size=16,
        data_loader__batches_per_bucket=per_bucket,
        trainer__trainer__num_epochs=1,
    )


def epoch(setting: Setting, built: Built, dtype: str, size: int, threads: int) -> Callable[[], None]:
    """An epoch on a number of threads."""

    def work() -> None:
        before = torch.get_num_threads()
        torch.set_num_threads(threads)
        try:
            train(setting, built, dtype, size)
        finally:
            torch.set_num_threads(before)

    return work
