"""SeqMix without a discriminator."""

from dataclasses import replace
from typing import Iterator, List, Sequence, Tuple

import numpy as np
import torch
from allennlp.common import Params

from benchmarks.measure import at_least
from benchmarks.row import Entry, Row
from benchmarks.setting import Built, Setting
from seqmix_plugin.augmenters import AugmentationContext
from seqmix_plugin.augmenters.augmenter import Augmenter
from seqmix_plugin.augmenters.embedding_tables import SubSequence, WordTable
from seqmix_plugin.sentence import TaggedSentence
from seqmix_plugin.synthetic import Augmentation, SyntheticSentence

LABELLED = 700
WANTED = 1000
PAIRS = 10
"""Of the reference; each makes two sentences."""
TABLES = {"all": "the tokenizer's whole words", "attested": "the words of the slice"}


def rows(setting: Setting) -> Iterator[Entry]:
    """Each encoder and table against one search a word, and its search alone against simpler ones."""
    for name, folder in setting.encoders.items():
        built = setting.build(folder)
        for words in TABLES:
            yield from rows_of(setting, name, built, words)


def rows_of(setting: Setting, name: str, built: Built, words: str) -> Iterator[Row]:
    """The rows of a table."""
    on_gpu = setting.device.type == "cuda"  # lent for minutes, and the reference computes on the CPU
    wanted, num_pairs = setting.size(WANTED, 8), setting.size(2 if on_gpu else PAIRS, 2)
    labelled = built.sentences[:LABELLED]
    augmenter, bench = prepared(setting, built, labelled, words, wanted)
    table = augmenter.embedding_table.build(bench, labelled)  # type: ignore[attr-defined]
    generated = augmenter.augment(labelled, bench).generated[::2]
    first = generated[:num_pairs]
    said = f"table of {TABLES[words]} ({len(table.words):,} × {table.vectors.size(1)}), {name}"
    yield Row(
        label=f"{wanted:,} sentences by SeqMix, {said}",
        reference_label="one search of the table a word, as the paper's code",
        target=at_least(100),
        ours=lambda: augmenter.augment(labelled, bench),
        reference=lambda: one_by_one(first, labelled, table),
        ours_size=wanted,
        reference_size=2 * len(first),
        difference=differing,
        tolerance=0.02,
        note=f"the reference mixes {len(first)} pairs, 2 sentences each, and builds no table",
    )
    yield from searches(generated, labelled, table, said)


def searches(
    children: Sequence[SyntheticSentence], labelled: Sequence[TaggedSentence], table: WordTable, said: str
) -> Iterator[Row]:
    """The nearest words of all pairs' windows, against a product of every mixed vector, and of distinct words alone."""
    by_id = {sentence.id: sentence for sentence in labelled}
    first, second = (
        [SubSequence(by_id[window.sentence_id], window.start, window.end) for window in side]
        for side in zip(*(child.parents for child in children), strict=True)
    )
    weights = [float(child.lam) for child, window in zip(children, first, strict=True) for _ in window.words]  # type: ignore
    words = list(dict.fromkeys(word for window in first + second for word in window.words))
    label = f"the nearest words of {len(weights):,} mixed words with {len(words):,} distinct parents, {said}"
    whole = replace(table, embed_words=None)
    embed = table.embed_words
    assert embed is not None
    for against, reference, differing_rows in (
        ("one product of all mixed vectors", lambda: whole.nearest(first, second, weights, []), unequal),
        ("the product of the distinct words alone", lambda: embed(words) @ table.vectors.T, None),
    ):
        yield Row(
            label=label,
            reference_label=against,
            target=None,
            ours=lambda: table.nearest(first, second, weights, []),
            reference=reference,
            ours_size=len(children),
            reference_size=len(children),
            difference=differing_rows,
            tolerance=0.02,
        )


def unequal(ours: torch.Tensor, reference: torch.Tensor) -> float:
    """The share of places with different words."""
    return float((ours != reference).float().mean())


def prepared(
    setting: Setting, built: Built, labelled: Sequence[TaggedSentence], words: str, wanted: int
) -> Tuple[Augmenter, AugmentationContext]:
    """The augmenter of the shipped configurations with its context."""
    block = {
        "type": "seqmix",
        "rate": wanted / len(labelled),
        "pairing": {"type": "sub_sequence", "window": 5, "min_density": 0.6},
        "embedding_table": {"type": "vocabulary", "words": words},
        "discriminator": {"type": "accept_all"},
    }
    if setting.quick:  # a few sentences give few words
        block["pairing"] = {"type": "sub_sequence", "window": 3, "min_density": 0.3}
    bench = AugmentationContext(
        model=built.model,
        reader=built.experiment.reader,
        readable=labelled,
        outside=[],
        folder=setting.new_folder(),
        seed=built.seed,
        round_number=1,
    )
    return Augmenter.from_params(Params(block)), bench


def one_by_one(
    children: Sequence[SyntheticSentence], labelled: Sequence[TaggedSentence], table: WordTable
) -> List[Tuple[str, ...]]:
    """
    The words of each pair's window, mixed again with the pair's λ: for each pair, for each word, the squared distances
    to the whole table, by numpy.
    """
    vectors = table.vectors.cpu().numpy()
    by_id = {sentence.id: sentence for sentence in labelled}
    result = []
    for child in children:
        first, second = (SubSequence(by_id[window.sentence_id], window.start, window.end) for window in child.parents)
        words = []
        for position in range(len(first.words)):
            one, other = (
                SubSequence(side.sentence, side.start + position, side.start + position + 1) for side in (first, second)
            )
            mixed = child.lam * table.embed([one])[0] + (1 - child.lam) * table.embed([other])[0]  # type: ignore
            distances = np.square(mixed.cpu().numpy() - vectors).sum(axis=1)
            for row in table.rows([*one.words, *other.words]).tolist():
                if row >= 0:
                    distances[row] = np.inf
            words.append(table.words[int(distances.argmin())])
        result.append(tuple(words))
    return result


def differing(ours: Augmentation, reference: List[Tuple[str, ...]]) -> float:
    """The share of words for which the two implementations differ."""
    children = ours.generated[::2][: len(reference)]
    chosen = [child.sentence.tokens[slice(*child.parents[0][1:])] for child in children]
    pairs = [pair for one, other in zip(chosen, reference, strict=True) for pair in zip(one, other, strict=True)]
    return sum(one != other for one, other in pairs) / len(pairs)
