"""The augmenters that mix nothing."""

from collections import Counter
from dataclasses import replace
from typing import List

import pytest

from seqmix_plugin.active_learning.rows import of_lines, sentence_of, synthetic_row, to_lines
from seqmix_plugin.augmenters import DuplicateAugmenter, NoAugmenter, Workbench
from seqmix_plugin.sentence import TaggedSentence


def test_none_makes_nothing(workbench: Workbench, corpus: List[TaggedSentence]) -> None:
    assert NoAugmenter().augment(corpus[:10], workbench).generated == []


@pytest.mark.parametrize(("rate", "most"), [(0.2, 1), (1.0, 1), (2.5, 3)])
def test_duplicate_repeats_evenly(workbench: Workbench, corpus: List[TaggedSentence], rate: float, most: int) -> None:
    result = DuplicateAugmenter(rate).augment(corpus[:10], workbench)
    counts = Counter(sentence.tokens for sentence in result.accepted)
    assert counts.total() == int(rate * 10)
    assert max(counts.values()) == most
    originals = {(sentence.tokens, sentence.tags) for sentence in corpus[:10]}
    assert {(sentence.tokens, sentence.tags) for sentence in result.accepted} <= originals
    assert len({sentence.id for sentence in result.accepted}) == counts.total()


def test_a_copy_keeps_the_white_space_between_words(workbench: Workbench, corpus: List[TaggedSentence]) -> None:
    parents = [replace(sentence, spaces=("\t",) * len(sentence)) for sentence in corpus[:2]]
    result = DuplicateAugmenter(1.0).augment(parents, workbench)
    assert {child.raw_text for child in result.accepted} == {parent.raw_text for parent in parents}
    written = of_lines(to_lines(synthetic_row(1, child) for child in result.generated))
    assert [sentence_of(row) for row in written] == [
        replace(child, tag_distributions=tuple(child.distributions() or ())) for child in result.accepted
    ]
