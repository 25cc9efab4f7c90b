"""A table on disk holds what a list holds."""

import tempfile
from pathlib import Path
from typing import Any, Iterator, List

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqmix_plugin.data import arrow_sentences
from seqmix_plugin.data.arrow_sentences import ArrowSentences
from seqmix_plugin.sentence import TaggedSentence

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
TAG = st.sampled_from(["O", "B-PER", "I-PER", "B-ORT/größe", "B-人"])


@st.composite
def sentences(draw: st.DrawFn) -> TaggedSentence:
    tokens = tuple(draw(st.lists(TEXT, max_size=5)))
    size = {"min_size": len(tokens), "max_size": len(tokens)}
    tags = draw(st.none() | st.lists(TAG, **size))
    soft = draw(st.none() | st.lists(st.dictionaries(TAG, st.floats(0, 1), max_size=3), **size))
    spaces = draw(st.none() | st.lists(st.sampled_from(["", " ", "\t", "\u2028\n"]), **size))
    columns = (None if values is None else tuple(values) for values in (tags, soft, spaces))
    return TaggedSentence(draw(TEXT), tokens, *columns)


def numbered(size: int) -> List[TaggedSentence]:
    return [TaggedSentence(str(n), ("Oslo",) * (n % 3 + 1), (f"B-{n}",) * (n % 3 + 1)) for n in range(size)]


@settings(deadline=None)
@given(st.lists(sentences(), max_size=12), st.integers(1, 5))
def test_a_table_holds_what_a_list_holds(corpus: List[TaggedSentence], rows: int) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(arrow_sentences, "BATCH_ROWS", rows)
        table = ArrowSentences.write(Path(folder) / "corpus.arrow", iter(corpus))
        assert len(table) == len(corpus)
        assert list(table) == corpus
        assert [table[position] for position in range(len(table))] == corpus
        assert [table[position - len(table)] for position in range(len(table))] == corpus
        assert table[1:-1:2] == corpus[1:-1:2]
        assert list(ArrowSentences(table.path)) == corpus


def test_sentences_without_spaces_take_no_room_for_them(tmp_path: Path) -> None:
    bare = [TaggedSentence(str(n), ("Oslo",) * 50) for n in range(200)]
    spaced = [TaggedSentence(one.id, one.tokens, spaces=(" ",) * 49 + ("",)) for one in bare]
    sizes = [ArrowSentences.write(tmp_path / "one.arrow", some).path.stat().st_size for some in (bare, spaced)]
    assert (sizes[1] - sizes[0]) / (200 * 50) == pytest.approx(4, abs=0.1)  # bytes a word: a number


@pytest.mark.parametrize("position", [7, -8])
def test_there_is_nothing_beyond_the_ends(tmp_path: Path, position: int) -> None:
    table = ArrowSentences.write(tmp_path / "corpus.arrow", numbered(7))
    with pytest.raises(IndexError, match="out of range"):
        table[position]


def test_sentences_share_the_strings_of_their_tags(tmp_path: Path) -> None:
    table = ArrowSentences.write(
        tmp_path / "corpus.arrow", [TaggedSentence(str(n), ("a",), ("B-X",)) for n in range(3)]
    )
    assert len({id(sentence.tags[0]) for sentence in [*table, table[1]] if sentence.tags}) == 1


def test_no_more_than_a_batch_is_held_while_writing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrow_sentences, "BATCH_ROWS", 4)
    encode, taken, written = arrow_sentences._encoded, [], []

    def stream() -> Iterator[TaggedSentence]:
        for sentence in numbered(10):
            taken.append(sentence)
            yield sentence

    def encoded(chunk: List[TaggedSentence], *rest: Any) -> Any:
        assert len(taken) - len(written) == len(chunk) <= 4
        written.extend(chunk)
        return encode(chunk, *rest)

    monkeypatch.setattr(arrow_sentences, "_encoded", encoded)
    assert list(ArrowSentences.write(tmp_path / "corpus.arrow", stream())) == taken == written


def test_a_file_is_replaced_as_a_whole_or_not_at_all(tmp_path: Path) -> None:
    def interrupted() -> Iterator[TaggedSentence]:
        yield from numbered(3)
        raise KeyboardInterrupt

    path = tmp_path / "corpus.arrow"
    with pytest.raises(KeyboardInterrupt):
        ArrowSentences.write(path, interrupted())
    assert not list(tmp_path.iterdir())
    old = ArrowSentences.write(path, numbered(5))
    with pytest.raises(KeyboardInterrupt):
        ArrowSentences.write(path, interrupted())
    new = ArrowSentences.write(path, numbered(2))
    assert (list(old), list(new)) == (numbered(5), numbered(2)), "an open table stays as it was"
    assert [file.name for file in tmp_path.iterdir()] == ["corpus.arrow"]
