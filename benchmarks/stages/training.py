"""One epoch of the inner trainer."""

import copy
from typing import Any, Callable, Iterator, List, NamedTuple, Sequence

import torch

from benchmarks.bare import BareTagger, Encoded, encode, train_epoch
from benchmarks.measure import at_least, at_most
from benchmarks.precision import precisions
from benchmarks.row import Entry, Row
from benchmarks.setting import Built, Setting
from seqmix_plugin.allennlp_gaps import transient_bars
from seqmix_plugin.data import InMemoryLoader
from seqmix_plugin.randomness import derive_seed
from seqmix_plugin.sentence import TaggedSentence

SIZES = {"MiniLM": (384, 96), "bert-base shape": (64, 32)}
"""Sentences of an epoch on a CPU, and of the epoch that is padded to 128."""
NO_DROPOUT = {
    "model__dropout": 0.0,
    "model__text_field_embedder__token_embedders__tokens__transformer_kwargs": {
        "hidden_dropout_prob": 0.0,
        "attention_probs_dropout_prob": 0.0,
    },
}


class Epochs(NamedTuple):
    """
    An epoch in three ways.

    # Parameters

    built : `Built`
        The package.
    bare : `BareTagger`
        A copy of its model.
    ours, by_length, to_128 : `Callable[[], None]`
        By the package; bare, in the same batches; bare, in the same batches padded to 128 word pieces.
    half : `Callable[[], None]`
        As `by_length`, with matrices multiplied in bfloat16.
    """

    built: Built
    bare: BareTagger
    ours: Callable[[], None]
    by_length: Callable[[], None]
    to_128: Callable[[], None]
    half: Callable[[], None]


def rows(setting: Setting) -> Iterator[Entry]:
    """Each encoder compared with the bare loop and with padding to 128."""
    for name, folder in setting.encoders.items():
        yield from rows_of(setting, name, folder)


def rows_of(setting: Setting, name: str, folder: str) -> Iterator[Entry]:
    """The rows of an encoder."""
    on_gpu = setting.device.type == "cuda"
    size, padded_size = (700, 160) if on_gpu else SIZES.get(name, (700, 700))
    size, padded_size = setting.size(size, 8), setting.size(padded_size, 4)
    run = epochs(setting, folder, size, padded_size)
    for said in precisions(setting.device):
        label = f"an epoch of {size} sentences, batch 32, dropout on, {name}{said}"
        yield Row(
            label=label,
            reference_label="bare loop, same batches",
            target=at_most(1.3 if on_gpu else 1.15),
            ours=run.ours,
            reference=run.by_length,
            ours_size=size,
            reference_size=size,
        )
        if said == ", tf32":
            continue
        yield Row(
            label=label,
            reference_label="bare loop, same batches padded to 128",
            target=None if on_gpu else at_least(3.5),
            ours=run.ours,
            reference=run.to_128,
            ours_size=size,
            reference_size=padded_size,
            note=f"the reference trains on {padded_size} sentences",
        )
    if on_gpu:
        yield in_half(setting, name, folder, size)


def in_half(setting: Setting, name: str, folder: str, size: int) -> Row:
    """An epoch of both with matrices multiplied in bfloat16."""
    run = epochs(setting, folder, size, size, trainer__training__dtype="bfloat16")
    return Row(
        label=f"an epoch of {size} sentences, batch 32, dropout on, {name}, in bfloat16",
        reference_label="bare loop in bfloat16, same batches",
        target=at_most(1.3),
        ours=run.ours,
        reference=run.half,
        ours_size=size,
        reference_size=size,
    )


def epochs(setting: Setting, encoder: str, size: int, padded_size: int, **changes: Any) -> Epochs:
    """An epoch over the first sentences of the corpus, and one over fewer that is padded to 128."""
    built = setting.build(encoder, trainer__trainer__num_epochs=1, **changes)
    # Consecutive sentences have the same mix of lengths as the corpus.
    sentences = built.sentences[:size]
    model = built.model
    assert model.encoder is not None
    bare = BareTagger(copy.deepcopy(model.encoder), copy.deepcopy(model.tag_projection), model.dropout.p)
    batches, fewer = same_batches(built, sentences), same_batches(built, sentences[:padded_size])

    def ours() -> None:
        with transient_bars():
            built.learner.train(0, sentences, setting.new_folder())

    lr = built.lr
    return Epochs(
        built,
        bare,
        ours,
        lambda: train_epoch(bare, batches, setting.device, lr),
        lambda: train_epoch(bare, fewer, setting.device, lr, 128),
        lambda: train_epoch(bare, batches, setting.device, lr, dtype=torch.bfloat16),
    )


def same_batches(built: Built, sentences: Sequence[TaggedSentence]) -> List[List[Encoded]]:
    """The batches of the package's first epoch, for the bare loop."""
    pieces = built.experiment.reader.word_pieces
    assert pieces is not None
    labels = {label: number for number, label in enumerate(built.model.head.labels)}
    rows = encode(sentences, pieces.tokenizer, labels)
    loader = built.experiment.training_loader(sentences, derive_seed(built.seed, 0, "order"))
    assert isinstance(loader, InMemoryLoader)
    return [[rows[position] for position in positions] for positions, _ in loader.positioned_batches()]
