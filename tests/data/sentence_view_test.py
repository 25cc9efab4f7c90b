"""A view shows the sentences of its source at its positions."""

from pathlib import Path
from typing import Iterator, List

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqmix_plugin.data import ArrowSentences, SentenceView
from seqmix_plugin.sentence import TaggedSentence

CORPUS = [TaggedSentence(str(n), ("Oslo", "sings"), ("B-LOC", "O")) for n in range(40)]


@given(st.lists(st.integers(0, 39), max_size=40), st.booleans(), st.booleans())
def test_a_view_is_its_part_of_the_source(places: List[int], ascending: bool, hide: bool) -> None:
    places = sorted(set(places)) if ascending else places
    expected = [CORPUS[place].without_labels() if hide else CORPUS[place] for place in places]
    view = SentenceView(CORPUS, np.array(places, dtype=np.int64), hide)
    assert len(view) == len(expected)
    assert list(view) == expected
    assert [view[position] for position in range(len(view))] == expected
    assert [view[position - len(view)] for position in range(len(view))] == expected
    assert list(view[1:-1:2]) == expected[1:-1:2]


def test_there_is_nothing_beyond_the_end() -> None:
    with pytest.raises(IndexError, match="out of bounds"):
        SentenceView(CORPUS, np.arange(3))[3]


@pytest.mark.parametrize("hide", [(False, False), (True, False), (False, True)])
def test_a_view_of_a_view_is_a_view_of_the_source(hide: "tuple[bool, bool]") -> None:
    inner = SentenceView(CORPUS, np.array([30, 20, 10]), hide[0])
    outer = SentenceView(inner, np.array([2, 0]), hide[1])
    assert outer.source is CORPUS
    assert outer.positions.tolist() == [10, 30]
    assert [(s.id, s.tags is None) for s in outer] == [("10", any(hide)), ("30", any(hide))]


class Counted(List[TaggedSentence]):
    """Counts how it is asked."""

    passes = single = 0

    def __iter__(self) -> Iterator[TaggedSentence]:
        self.passes += 1
        return super().__iter__()

    def __getitem__(self, index):  # type: ignore[no-untyped-def]
        self.single += 1
        return super().__getitem__(index)


@pytest.mark.parametrize(
    ("places", "passes", "single"),
    [(range(10, 40), 1, 0), (range(39, 9, -1), 0, 30), ([0, 0, *range(20)], 0, 22), ([7, 9], 0, 2)],
)
def test_many_ascending_positions_are_one_pass_over_the_source(places: List[int], passes: int, single: int) -> None:
    source = Counted(CORPUS)
    assert [int(s.id) for s in SentenceView(source, np.array(places))] == list(places)
    assert (source.passes, source.single) == (passes, single)


def test_a_view_of_a_table(tmp_path: Path) -> None:
    table = ArrowSentences.write(tmp_path / "corpus.arrow", CORPUS)
    for places in ([3, 5], [5, 3], list(range(1, 40))):
        assert list(SentenceView(table, np.array(places))) == [CORPUS[place] for place in places]
