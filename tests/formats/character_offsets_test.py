import pytest
from hypothesis import given, settings

from seqmix_plugin.formats.character_offsets import UTF16, CharacterOffsets, WordRange
from seqmix_plugin.sentence import TaggedSentence
from tests.formats.conftest import Question, questions

SENTENCE = TaggedSentence("a", ("🐱", "is", "Tom"), spaces=("  ", " ", "\n"))


def test_scales() -> None:
    points, units = CharacterOffsets(SENTENCE), CharacterOffsets(SENTENCE, UTF16)
    assert (points.length, units.length) == (10, 11)
    assert (points.of_words(1, 3), units.of_words(1, 3)) == ((3, 9), (4, 10))
    assert points.text(3, 9) == units.text(4, 10) == "is Tom"


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (3, 5, WordRange(1, 2, True)),
        (3, 9, WordRange(1, 3, True)),
        (1, 6, WordRange(1, 2, True)),  # white space at both ends
        (0, 10, WordRange(0, 3, True)),
        (4, 5, WordRange(1, 2, False)),
        (3, 7, WordRange(1, 3, False)),
        (1, 3, None),  # white space
        (3, 3, None),
        (5, 3, None),
        (-1, 3, None),
        (3, 11, None),
    ],
)
def test_words_of_a_mark(start: int, end: int, expected: object) -> None:
    assert CharacterOffsets(SENTENCE).words(start, end) == expected


@given(asked=questions())
@settings(max_examples=25, deadline=None)
def test_utf16_is_what_python_encodes(asked: list) -> None:
    question: Question
    for question in asked:
        encoded = question.sentence.raw_text.encode("utf-16-le")
        offsets = CharacterOffsets(question.sentence, UTF16)
        assert 2 * offsets.length == len(encoded)
        for place, word in enumerate(question.sentence.tokens):
            start, end = offsets.of_words(place, place + 1)
            assert encoded[2 * start : 2 * end].decode("utf-16-le") == word == offsets.text(start, end)
            assert offsets.words(start, end) == WordRange(place, place + 1, True)


def test_half_of_a_surrogate_pair_cuts_the_word() -> None:
    assert CharacterOffsets(SENTENCE, UTF16).words(1, 6) == WordRange(0, 2, False)
