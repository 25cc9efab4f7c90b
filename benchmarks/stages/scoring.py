"""Scoring a pool by normalized token entropy."""

from dataclasses import replace
from functools import partial
from typing import Any, Callable, Iterator, List, NamedTuple, Optional, Sequence

import numpy as np
import torch

from benchmarks.bare import BareTagger, Encoded, encode, score_by_length, score_one_by_one
from benchmarks.measure import Target, at_least, at_most
from benchmarks.precision import TOLERANCE, has_bfloat16_units, in_half, precisions
from benchmarks.products import linear_layers, multiplied, num_operations
from benchmarks.row import Entry, Row, Skipped, Value
from benchmarks.setting import Built, Setting
from seqmix_plugin.query_policies import QueryPolicy
from seqmix_plugin.sentence import SentenceSource, TaggedSentence

SIZES = {"MiniLM": (1920, 100), "bert-base shape": (192, 20)}
"""Sentences on a CPU: of the pool, and of the reference that takes them one at a time."""
TOP = 100
BATCH = 64
"""Sentences that are scored together."""
TRAINED_ON = 200
IN_BFLOAT16 = " in bfloat16"
FLOP_SHARE = 0.7
"""The share of the FLOP/s of plain products of the same shapes that scoring should reach on a CPU."""


class Job(NamedTuple):
    """
    What the rows of an encoder have in common.

    # Parameters

    setting : `Setting`
        Of the benchmark.
    name : `str`
        Of the encoder.
    built : `Built`
        The plugin's part.
    sentences : `Sequence[TaggedSentence]`
        To score.
    bare : `BareTagger`
        The bare model with the same weights.
    encoded : `Sequence[Encoded]`
        The sentences as numbers.
    sample : `List[int]`
        Positions of those that are scored one at a time.
    """

    setting: Setting
    name: str
    built: Built
    sentences: Sequence[TaggedSentence]
    bare: BareTagger
    encoded: Sequence[Encoded]
    sample: List[int]

    @property
    def on_gpu(self) -> bool:
        """Whether it runs on a GPU."""
        return self.setting.device.type == "cuda"

    @property
    def some(self) -> List[Encoded]:
        """The sentences of the sample as numbers."""
        return [self.encoded[position] for position in self.sample]

    def label(self, said: str = "") -> str:
        """What is scored, and in which precision."""
        pool = f"a pool of {len(self.built.sentences):,}"
        return f"scoring {len(self.sentences):,} sentences of {pool}{said}, {self.name}"

    def ours(self, dtype: torch.dtype = torch.float32) -> np.ndarray:
        """The plugin's scores of sentences that it encodes again."""
        return our_scores(self.built, list(self.sentences), self.setting.device, dtype)

    def by_length(self) -> torch.Tensor:
        """The bare loop."""
        return score_by_length(self.bare, self.encoded, self.setting.device)

    def one_by_one(self) -> torch.Tensor:
        """The slow reference."""
        return score_one_by_one(self.bare, self.some, self.setting.device)

    def row(
        self,
        label: str,
        against: str,
        reference: Callable[[], Any],
        target: Optional[Target],
        size: int,
        dtype: torch.dtype = torch.float32,
    ) -> Row:
        """The plugin's scoring of all sentences, against a reference that takes `size` of them."""
        return Row(
            label=label,
            reference_label=against,
            target=target,
            ours=lambda: self.ours(dtype),
            reference=reference,
            ours_size=len(self.sentences),
            reference_size=size,
            note="" if size == len(self.sentences) else f"the reference scores {size} of the sentences",
        )


def rows(setting: Setting) -> Iterator[Entry]:
    """Each encoder compared with the bare loop, with plain products and with one sentence at a time."""
    for name, folder in setting.encoders.items():
        job = job_of(setting, name, folder)
        for said in precisions(setting.device):
            yield from in_float32(job, said)
        yield against_products(job)
        if job.on_gpu or has_bfloat16_units():
            yield from in_bfloat16(job)
        else:
            yield Skipped(job.label(IN_BFLOAT16), "this CPU has no bfloat16 units (avx512_bf16 or amx_bf16)")


def job_of(setting: Setting, name: str, folder: str) -> Job:
    """The sentences and both models of an encoder."""
    size, alone = (2048, 60) if setting.device.type == "cuda" else SIZES.get(name, (2000, 100))
    built = setting.build(folder, trainer__trainer__num_epochs=1)
    sentences = typical(built, setting.size(size, 12))
    bare, encoded = floor(built, sentences)
    return Job(setting, name, built, sentences, bare, encoded, drawn(range(len(sentences)), setting.size(alone, 3)))


def in_float32(job: Job, said: str) -> Iterator[Row]:
    """Compared with both references, which give the same scores; `said` is the precision of the products on a GPU."""
    label, everything = job.label() + said, list(range(len(job.sentences)))
    for against, reference, target, places in (
        ("bare loop, same batches", job.by_length, at_most(1.2 if job.on_gpu else 1.1), everything),
        ("one at a time, padded to 128", job.one_by_one, at_least(30 if job.on_gpu else 5), job.sample),
    ):
        yield replace(
            job.row(label, against, reference, target, len(places)),
            difference=partial(apart, places),
            tolerance=TOLERANCE[said],
        )


def apart(places: List[int], ours: np.ndarray, reference: torch.Tensor) -> float:
    """The largest difference of the scores of the sentences that the reference takes."""
    return float(np.abs(ours[places] - reference.numpy()).max())


def against_products(job: Job) -> Row:
    """Compared with plain matrix products of the shapes of its linear layers, without padding."""
    assert job.built.model.encoder is not None
    layers = linear_layers(job.built.model.encoder)
    encoded = job.built.experiment.reader.encode(job.sentences)
    assert encoded is not None
    lengths = -np.sort(-encoded.lengths)
    pieces = [int(lengths[start : start + BATCH].sum()) for start in range(0, len(lengths), BATCH)]
    row = job.row(
        job.label(),
        "the products of its linear layers alone, no padding",
        lambda: multiplied(layers, pieces, job.setting.device),
        None if job.on_gpu else at_most(1 / FLOP_SHARE),
        len(job.sentences),
    )
    return replace(row, operations=num_operations(layers, sum(pieces)))


def in_bfloat16(job: Job) -> Iterator[Entry]:
    """`scoring.dtype: bfloat16` compared with both references, and the overlap of its top K with float32's."""
    label, size = job.label(IN_BFLOAT16), len(job.sentences)
    twelve, three = (None, None) if job.on_gpu else (at_least(12), at_least(3))
    alone = "one at a time in float32, padded to 128"
    yield job.row(label, alone, job.one_by_one, twelve, len(job.sample), torch.bfloat16)
    yield job.row(label, "bare loop in float32, same batches", job.by_length, three, size, torch.bfloat16)
    if job.on_gpu:
        bare = partial(in_half, job.by_length, job.setting.device)
        yield job.row(label, "bare loop in bfloat16, same batches", bare, at_most(1.2), size, torch.bfloat16)
    yield overlap(job)


def overlap(job: Job) -> Value:
    """How many of the best are the best in bfloat16 as well; an untrained head would score all nearly alike."""
    built, device = job.built, job.setting.device
    trained_on = job.setting.size(TRAINED_ON, 8)
    built.learner.train(0, built.sentences[:trained_on], job.setting.new_folder())
    best = [
        set(np.argsort(-our_scores(built, job.sentences, device, dtype), kind="stable")[:TOP].tolist())
        for dtype in (torch.float32, torch.bfloat16)
    ]
    said = f"overlap of the top {TOP} in bfloat16 and float32, {job.name} after an epoch on {trained_on} sentences"
    return Value(said, len(best[0] & best[1]) / min(TOP, len(job.sentences)), "share")


def our_scores(
    built: Built, sentences: SentenceSource, device: torch.device, dtype: torch.dtype = torch.float32
) -> np.ndarray:
    """The plugin's scores of sentences, which are encoded first if the source is new."""
    policy = QueryPolicy.by_name("normalized_token_entropy")()
    models = [built.model]
    found = policy.score_pool(sentences, lambda pool: built.experiment.predict(models, pool, device, dtype=dtype))
    assert found is not None
    return found[0]


def floor(built: Built, sentences: Sequence[TaggedSentence]) -> Any:
    """The bare model, with the package's weights, and the sentences as numbers."""
    model, pieces = built.model, built.experiment.reader.word_pieces
    assert model.encoder is not None
    assert pieces is not None
    bare = BareTagger(model.encoder, model.tag_projection, model.dropout.p)
    labels = {label: number for number, label in enumerate(model.head.labels)}
    return bare, encode(sentences, pieces.tokenizer, labels)


def typical(built: Built, size: int) -> List[TaggedSentence]:
    """Sentences that are batched as those of the whole pool are."""
    encoded = built.experiment.reader.encode(built.sentences)
    assert encoded is not None
    return [built.sentences[position] for position in whole_batches(encoded.lengths, size, BATCH)]


def whole_batches(lengths: np.ndarray, size: int, batch_size: int) -> List[int]:
    """
    Positions of whole batches of sentences of like length, spread evenly over all: in a sample of single sentences more
    would be padded than in all of them.
    """
    order = np.argsort(-lengths, kind="stable")
    batches = [order[start : start + batch_size] for start in range(0, len(order), batch_size)]
    number = min(-(-size // batch_size), len(batches))
    places = [len(batches) * (2 * place + 1) // (2 * number) for place in range(number)]
    return sorted(np.concatenate([batches[place] for place in places])[:size].tolist())


def drawn(things: Sequence[Any], size: int) -> Any:
    """A seeded sample in its order."""
    chosen = np.random.default_rng(0).choice(len(things), min(size, len(things)), replace=False)
    return [things[position] for position in sorted(chosen.tolist())]
