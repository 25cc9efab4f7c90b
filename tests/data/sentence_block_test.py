"""Sentences as arrays are the sentences."""

import tempfile
from pathlib import Path
from typing import List

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqmix_plugin.data import ArrowSentences, SentenceBlock, SentenceView, arrow_sentences, blocks_of, ids_and_lengths
from seqmix_plugin.data.sentence_block import FACTOR, hashes_of_groups
from seqmix_plugin.sentence import TaggedSentence

PAIRS = st.lists(st.tuples(st.sampled_from(["", "a", "b", "ü"]), st.sampled_from(["O", "B-X", "I-X"])), max_size=4)


@st.composite
def sentences(draw: st.DrawFn) -> TaggedSentence:
    pairs = draw(PAIRS)
    tags = tuple(tag for _, tag in pairs) if draw(st.booleans()) else None
    return TaggedSentence(draw(st.sampled_from(["0", "x"])), tuple(word for word, _ in pairs), tags)


@settings(deadline=None)
@given(st.lists(sentences(), max_size=9), st.integers(1, 4))
def test_of_a_list_and_of_a_table(corpus: List[TaggedSentence], rows: int) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(arrow_sentences, "BATCH_ROWS", rows)
        table = ArrowSentences.write(Path(folder) / "corpus.arrow", corpus)
        for source in (corpus, table):
            blocks = list(blocks_of(source))
            assert [sentence for block in blocks for sentence in block.sentences()] == corpus
            hashes = [pair for block in blocks for pair in zip(block.word_hashes(), block.tag_hashes(), strict=True)]
            for one, (words, tags) in zip(corpus, hashes, strict=True):
                for other, (more, others) in zip(corpus, hashes, strict=True):
                    assert (one.tokens == other.tokens) == (words == more)
                    assert (one.tags == other.tags) == (tags == others)
        places = np.arange(len(corpus))[::-2]
        view = SentenceView(table, places)
        for some, expected in ((corpus, corpus), (table, corpus), (view, [corpus[place] for place in places])):
            ids, lengths = ids_and_lengths(some)
            assert ids == [one.id for one in expected]
            assert lengths.tolist() == [len(one) for one in expected]


def test_hashes_by_hand() -> None:
    """The groups (5, -1), () and (5), modulo 2⁶⁴: f·(5 + f) + f²·(-1 + f) + 3, 1 and f·(5 + f) + 2."""
    f = int(FACTOR)
    found = hashes_of_groups(np.array([5, -1, 5]), np.array([2, 0, 1])).view(np.uint64).tolist()
    expected = [f * (5 + f) + f**2 * (f - 1) + 3, 1, f * (5 + f) + 2]
    assert found == [value % 2**64 for value in expected]


def test_equal_words_are_the_same_object() -> None:
    words = "".join(["Os", "lo"]), "".join(["Os", "lo"])
    block = SentenceBlock.of([TaggedSentence(word, (word,), ("O",)) for word in words])
    first, second = block.sentences()
    assert first.tokens[0] is second.tokens[0]
    assert first.tags is second.tags
