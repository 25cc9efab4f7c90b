"""The augmenters that mix nothing."""

from collections import Counter
from dataclasses import replace
from typing import List

import pytest

from seqmix_plugin.augmenters import AugmentationContext, DuplicateAugmenter, NoAugmenter, SeqMixAugmenter
from seqmix_plugin.augmenters.pairing import SubSequencePairing
from seqmix_plugin.data import ConllColumnsReader, WordPieceIndexer
from seqmix_plugin.io.json_text import of_lines, to_lines
from seqmix_plugin.run.sentence_rows import sentence_of, synthetic_row
from seqmix_plugin.sentence import TaggedSentence


def test_none_makes_nothing(context: AugmentationContext, corpus: List[TaggedSentence]) -> None:
    assert NoAugmenter().augment(corpus[:10], context).generated == []


@pytest.mark.parametrize(("rate", "most"), [(0.2, 1), (1.0, 1), (2.5, 3)])
def test_duplicate_repeats_evenly(
    context: AugmentationContext, corpus: List[TaggedSentence], rate: float, most: int
) -> None:
    result = DuplicateAugmenter(rate).augment(corpus[:10], context)
    counts = Counter(sentence.tokens for sentence in result.accepted)
    assert counts.total() == int(rate * 10)
    assert max(counts.values()) == most
    originals = {(sentence.tokens, sentence.tags) for sentence in corpus[:10]}
    assert {(sentence.tokens, sentence.tags) for sentence in result.accepted} <= originals
    assert len({sentence.id for sentence in result.accepted}) == counts.total()


def test_a_copy_keeps_the_white_space_between_words(context: AugmentationContext, corpus: List[TaggedSentence]) -> None:
    parents = [replace(sentence, spaces=("\t",) * len(sentence)) for sentence in corpus[:2]]
    result = DuplicateAugmenter(1.0).augment(parents, context)
    assert {child.raw_text for child in result.accepted} == {parent.raw_text for parent in parents}
    written = of_lines(to_lines(synthetic_row(1, child) for child in result.generated))
    assert [sentence_of(row) for row in written] == [
        replace(child, tag_distributions=tuple(child.distributions() or ())) for child in result.accepted
    ]


def test_with_a_pairing_the_frames_of_seqmix_are_repeated(
    context: AugmentationContext, corpus: List[TaggedSentence]
) -> None:
    pairing = SubSequencePairing(window=3, min_density=0.6)
    children = SeqMixAugmenter(pairing=pairing, rate=0.3).augment(corpus[:40], context).generated
    result = DuplicateAugmenter(0.3, pairing).augment(corpus[:40], context)
    frames = [child.parents[0].sentence_id for child in children]
    assert [copy.parents[0].sentence_id for copy in result.generated] == frames[:12]
    by_id = {sentence.id: sentence for sentence in corpus[:40]}
    assert [copy.sentence.tags for copy in result.generated] == [by_id[name].tags for name in frames[:12]]
    assert all(copy.sentence.tag_distributions is None for copy in result.generated)


def test_a_pairing_without_pairs_repeats_less_and_says_so(
    context: AugmentationContext, corpus: List[TaggedSentence], caplog: pytest.LogCaptureFixture
) -> None:
    augmenter = DuplicateAugmenter(1.0, SubSequencePairing(window=200, min_density=1.0))
    result = augmenter.augment(corpus[:10], context)
    assert (result.generated, result.statistics["wanted"]) == ([], 10)
    assert "duplicate: 0 of 10 wanted sentences were repeated; there are no more pairs" in caplog.text


def test_windows_are_paired_within_the_words_that_are_kept(
    context: AugmentationContext, word_pieces: WordPieceIndexer
) -> None:
    """Entities stand only past `max_length`: nothing is left to be paired."""
    context = replace(context, reader=ConllColumnsReader({"tokens": word_pieces}, max_length=12))
    words = ("in",) * 20 + ("Anna", "Berg", "Oslo")
    tags = ("O",) * 20 + ("B-PER", "I-PER", "B-LOC")
    late = [TaggedSentence(f"late{n}", words, tags) for n in range(4)]
    pairing = SubSequencePairing(window=3, min_density=1.0)
    assert list(pairing.pairs(late, context.generator("pairs")))
    assert list(pairing.of_round(late, context)) == []
    dense = [TaggedSentence(f"early{n}", words[-3:] + words, tags[-3:] + tags) for n in range(4)]
    pairs = list(pairing.of_round(dense, context))
    assert pairs
    assert {(pair.first_start, pair.second_start) for pair in pairs} == {(0, 0)}
