import pytest
from hypothesis import given, settings

from seqmix_plugin.formats.offsets import CODE_POINTS, UTF16, Marked, Ruler, Stretch, find_unit, squeezed
from seqmix_plugin.sentence import TaggedSentence
from tests.formats.conftest import Question, questions

SENTENCE = TaggedSentence("a", ("🐱", "is", "Tom"), spaces=("  ", " ", "\n"))


def test_scales() -> None:
    points, units = Ruler(SENTENCE), Ruler(SENTENCE, UTF16)
    assert (points.length, units.length) == (10, 11)
    assert (points.characters(1, 3), units.characters(1, 3)) == ((3, 9), (4, 10))
    assert points.text(3, 9) == units.text(4, 10) == "is Tom"


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (3, 5, Stretch(1, 2, True)),
        (3, 9, Stretch(1, 3, True)),
        (1, 6, Stretch(1, 2, True)),  # white space at both ends
        (0, 10, Stretch(0, 3, True)),
        (4, 5, Stretch(1, 2, False)),
        (3, 7, Stretch(1, 3, False)),
        (1, 3, None),  # white space
        (3, 3, None),
        (5, 3, None),
        (-1, 3, None),
        (3, 11, None),
    ],
)
def test_words_of_a_mark(start: int, end: int, expected: object) -> None:
    assert Ruler(SENTENCE).words(start, end) == expected


@given(asked=questions())
@settings(max_examples=25, deadline=None)
def test_utf16_is_what_python_encodes(asked: list) -> None:
    question: Question
    for question in asked:
        encoded = question.sentence.raw_text.encode("utf-16-le")
        ruler = Ruler(question.sentence, UTF16)
        assert 2 * ruler.length == len(encoded)
        for place, word in enumerate(question.sentence.tokens):
            start, end = ruler.characters(place, place + 1)
            assert encoded[2 * start : 2 * end].decode("utf-16-le") == word == ruler.text(start, end)
            assert ruler.words(start, end) == Stretch(place, place + 1, True)


def test_half_of_a_surrogate_pair_cuts_the_word() -> None:
    assert Ruler(SENTENCE, UTF16).words(1, 6) == Stretch(0, 2, False)


def test_the_unit_in_which_marks_make_sense() -> None:
    both = (CODE_POINTS, UTF16)
    assert find_unit(SENTENCE, [Marked(3, 5, "X"), Marked(6, 9, "X")], both) == CODE_POINTS
    assert find_unit(SENTENCE, [Marked(4, 6, "X"), Marked(7, 10, "X")], both) == UTF16
    assert find_unit(SENTENCE, [Marked(4, 6, "X", "is")], both) == UTF16
    assert find_unit(SENTENCE, [Marked(4, 6, "X", "s ")], both) == CODE_POINTS, "the text decides, where there is one"
    assert find_unit(SENTENCE, [Marked(4, 5, "X")], both) == CODE_POINTS, "no unit makes sense of it: the first"
    assert find_unit(SENTENCE, [], both) == CODE_POINTS
    assert find_unit(TaggedSentence("b", ("Tom",)), [Marked(1, 2, "X")], both[::-1]) == UTF16


def test_texts_are_compared_as_browsers_show_them() -> None:
    assert squeezed("a  b\t\nc ") == squeezed("a b\\nc") == "a b c"
