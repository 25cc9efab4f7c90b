"""Scoring a pool by normalized token entropy."""

from pathlib import Path
from typing import Any, Callable, Iterator, List, Sequence

import numpy as np
import torch

from benchmarks.bare import BareTagger, Encoded, encode, score_by_length, score_one_by_one
from benchmarks.measure import at_least, at_most, interleaved
from benchmarks.precision import TOLERANCE, precisions
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
FLOP_SHARE = 0.7
"""The share of the FLOP/s of plain products of the same shapes that scoring should reach on a CPU."""


def rows(setting: Setting) -> Iterator[Entry]:
    """Each encoder compared with the bare loop and with one sentence at a time."""
    for name, folder in setting.encoders.items():
        yield from rows_of(setting, name, folder)


def rows_of(setting: Setting, name: str, folder: str) -> Iterator[Entry]:
    """The rows of an encoder."""
    on_gpu = setting.device.type == "cuda"
    size, alone = (2048, 60) if on_gpu else SIZES.get(name, (2000, 100))
    built = setting.build(folder, trainer__trainer__num_epochs=1)
    sentences = typical(built, setting.size(size, 12))
    sample = drawn(range(len(sentences)), setting.size(alone, 3))
    bare, encoded = floor(built, sentences)
    some = [encoded[position] for position in sample]
    for said in precisions(setting.device):
        label = f"scoring {len(sentences):,} sentences of a pool of {len(built.sentences):,}, {name}{said}"
        yield Row(
            label=label,
            reference_label="bare loop, same batches",
            target=at_most(1.2 if on_gpu else 1.1),
            ours=lambda: our_scores(built, list(sentences), setting.device),
            reference=lambda: score_by_length(bare, encoded, setting.device),
            ours_size=len(sentences),
            reference_size=len(sentences),
            difference=lambda ours, reference: float(np.abs(ours - reference.numpy()).max()),
            tolerance=TOLERANCE[said],
        )
        yield Row(
            label=label,
            reference_label="one at a time, padded to 128",
            target=at_least(30 if on_gpu else 5),
            ours=lambda: our_scores(built, list(sentences), setting.device),
            reference=lambda: score_one_by_one(bare, some, setting.device),
            ours_size=len(sentences),
            reference_size=len(some),
            difference=lambda ours, reference: float(np.abs(ours[sample] - reference.numpy()).max()),
            tolerance=TOLERANCE[said],
            note=f"the reference scores {len(some)} of the sentences",
        )
    if on_gpu:
        yield Row(
            label=f"scoring {len(sentences):,} sentences of a pool of {len(built.sentences):,} in bfloat16, {name}",
            reference_label="bare loop in bfloat16, same batches",
            target=at_most(1.2),
            ours=lambda: our_scores(built, list(sentences), setting.device, torch.bfloat16),
            reference=lambda: in_half(lambda: score_by_length(bare, encoded, setting.device), setting.device),
            ours_size=len(sentences),
            reference_size=len(sentences),
        )
    yield from against_products(setting, name, built, sentences)
    yield from in_bfloat16(setting, name, built, sentences, bare, encoded, some)


def against_products(setting: Setting, name: str, built: Built, sentences: Sequence[TaggedSentence]) -> Iterator[Entry]:
    """The FLOP/s of scoring, compared with those of plain matrix products of the same shapes without padding."""
    assert built.model.encoder is not None
    layers = linear_layers(built.model.encoder)
    encoded = built.experiment.reader.encode(sentences)
    assert encoded is not None
    lengths = -np.sort(-encoded.lengths)
    rows = [int(lengths[start : start + BATCH].sum()) for start in range(0, len(lengths), BATCH)]
    operations = num_operations(layers, sum(rows))
    label = f"scoring {len(sentences):,} sentences of a pool of {len(built.sentences):,}, {name}"
    against = "the products of its linear layers alone, no padding"

    def ours() -> np.ndarray:
        return our_scores(built, list(sentences), setting.device)

    def products() -> None:
        multiplied(layers, rows, setting.device)

    yield Row(
        label=label,
        reference_label=against,
        target=None if setting.device.type == "cuda" else at_most(1 / FLOP_SHARE),
        ours=ours,
        reference=products,
        ours_size=len(sentences),
        reference_size=len(sentences),
        note=f"{operations / len(sentences) / 1e9:.3g} GFLOP a sentence",
    )
    pairs = interleaved(ours, products, 3, setting.device)[0]
    seconds = {"scoring": min(pair.ours for pair in pairs), "products": min(pair.reference for pair in pairs)}
    speeds = {f"{what} (GFLOP/s)": operations / taken / 1e9 for what, taken in seconds.items()}
    yield Value(
        f"FLOP/s of {label}, as a share of {against}", seconds["products"] / seconds["scoring"], "share", parts=speeds
    )


def in_half(work: Callable[[], Any], device: torch.device) -> Any:
    """What work returns that multiplies matrices in bfloat16."""
    with torch.autocast(device.type, torch.bfloat16):
        return work()


def in_bfloat16(
    setting: Setting,
    name: str,
    built: Built,
    sentences: Sequence[TaggedSentence],
    bare: BareTagger,
    encoded: Sequence[Encoded],
    some: Sequence[Encoded],
) -> Iterator[Entry]:
    """`scoring.dtype: bfloat16` compared with one sentence at a time in float32, and the overlap of their top K."""
    label = f"scoring {len(sentences):,} sentences of a pool of {len(built.sentences):,} in bfloat16, {name}"
    on_gpu = setting.device.type == "cuda"
    if not on_gpu and not has_bfloat16_units():
        yield Skipped(label, "this CPU has no bfloat16 units (avx512_bf16 or amx_bf16)")
        return
    yield Row(
        label=label,
        reference_label="one at a time in float32, padded to 128",
        target=None if on_gpu else at_least(12),
        ours=lambda: our_scores(built, list(sentences), setting.device, torch.bfloat16),
        reference=lambda: score_one_by_one(bare, some, setting.device),
        ours_size=len(sentences),
        reference_size=len(some),
        note=f"the reference scores {len(some)} of the sentences",
    )
    yield Row(
        label=label,
        reference_label="bare loop in float32, same batches",
        target=None if on_gpu else at_least(3),
        ours=lambda: our_scores(built, list(sentences), setting.device, torch.bfloat16),
        reference=lambda: score_by_length(bare, encoded, setting.device),
        ours_size=len(sentences),
        reference_size=len(sentences),
    )
    # An untrained head scores all sentences nearly alike.
    trained_on = setting.size(TRAINED_ON, 8)
    built.learner.train(0, built.sentences[:trained_on], setting.new_folder())
    best = [
        set(np.argsort(-our_scores(built, sentences, setting.device, dtype), kind="stable")[:TOP].tolist())
        for dtype in (torch.float32, torch.bfloat16)
    ]
    shared = len(best[0] & best[1]) / min(TOP, len(sentences))
    said = f"overlap of the top {TOP} in bfloat16 and float32, {name} after an epoch on {trained_on} sentences"
    yield Value(said, shared, "share")


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


def has_bfloat16_units() -> bool:
    """Whether the CPU multiplies bfloat16 natively."""
    path = Path("/proc/cpuinfo")
    flags = path.read_text(encoding="utf-8").split() if path.exists() else []
    return "avx512_bf16" in flags or "amx_bf16" in flags
