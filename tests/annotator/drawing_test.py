import time
from pathlib import Path
from typing import Callable, List, Optional, Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seqmix_plugin.annotator import AnnotationSession, AnswerFile, Keyboard
from seqmix_plugin.annotator.drawing import CURSOR, StyledRow, draw, line_rows
from seqmix_plugin.annotator.layout import columns, fitted, label_text, lay_out, visible, word_beside
from seqmix_plugin.formats import Question, Span
from seqmix_plugin.sentence import TaggedSentence
from tests.formats.conftest import ANNA, LABELS, questions
from tests.strange_text import HUGE, WORDS

LONG = Question(
    TaggedSentence("long", ("Mr", "Smith", "of", "the", "United", "Nations") * 30),
    0.5,
    tuple(Span(start, start + 2, "ORG", 0.4) for start in range(4, 180, 6)),
)


def keyboard_of(
    asked: Sequence[Question],
    labels: Sequence[str] = LABELS,
    path: Optional[Path] = None,
    clock: Callable[[], float] = time.monotonic,
) -> Keyboard:
    return Keyboard(AnnotationSession(asked), labels, AnswerFile(path or Path("nowhere"), asked, labels), clock)


def plain(rows: Sequence[StyledRow]) -> str:
    """Without styles."""
    return "\n".join("".join(text for _, text in row).rstrip() for row in rows)


def seen(asked: Sequence[Question], width: int = 80, height: int = 24) -> List[str]:
    return plain(draw(keyboard_of(asked), width, height)).split("\n")


def test_a_screen() -> None:
    assert seen([ANNA]) == [
        "sentence 1 of 1  0 answered, 0 skipped, 0 rejected",
        "not answered  round 2  query score 0.25  id 7",
        "",
        ">Anna<Berg sings in Oslo     .",
        " PER 90%--          LOC? 50%",
        "",
        "1 PER  2 LOC  3 ORG",
        "Enter accept, next  ? all keys  q save, quit  s skip  x reject  u undo",
    ]


def test_selection_status_and_message() -> None:
    shown = keyboard_of([ANNA, ANNA])
    for key in (" ", " "):
        shown.press(key)
    assert plain(draw(shown, 60, 20)).split("\n")[3] == ">Anna Berg<sings in Oslo     ."
    for key in ("3", "~"):
        shown.press(key)
    rows = plain(draw(shown, 60, 20)).split("\n")
    assert rows[0] == "sentence 1 of 2  0 answered, 0 skipped, 0 rejected"
    assert rows[1].startswith("not answered (labels changed)  round 2")
    assert rows[4] == " ORG------          LOC? 50%"
    assert rows[-1] == "unknown key ~ (? shows all)"


@pytest.mark.parametrize("size", [(40, 10), (20, 5), (12, 3), (5, 2), (1, 1)])
def test_the_cursors_words_are_on_the_smallest_screen(size: tuple) -> None:
    shown = keyboard_of([LONG])
    for word in (0, 90, 179):
        shown.session.move_to(word)
        rows = draw(shown, *size)
        [row] = [row for row in rows if (CURSOR, "") in row]
        _, found = row[row.index((CURSOR, "")) + 1]
        assert LONG.sentence.tokens[word].startswith(found.rstrip("…"))
        assert len(rows) <= size[1]


def test_a_long_sentence_scrolls_and_says_so() -> None:
    shown = keyboard_of([LONG])
    shown.session.move_to(1 << 40)
    rows = plain(draw(shown, 40, 12)).split("\n")
    assert rows[1].startswith("line 30 of 30  not answered")
    assert any(">Nations<" in row for row in rows)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(questions(), st.integers(0, 60), st.integers(0, 30), st.lists(st.sampled_from("?/lnpsv 1u"), max_size=6))
def test_no_screen_is_higher_than_the_terminal_or_commands_it(
    tmp_path: Path, asked: List[Question], width: int, height: int, keys: List[str]
) -> None:
    shown = keyboard_of(asked, path=tmp_path / "answers")
    shown.size = (width, height)
    for key in keys:
        shown.press(key)
    rows = draw(shown, width, height)
    assert len(rows) <= height
    for row in rows:
        text = "".join(text for _, text in row)
        assert all(character.isprintable() or character in "\u200c\u200d" for character in text)


@given(st.lists(st.sampled_from([*WORDS, *HUGE]) | st.text(min_size=1), min_size=1, max_size=8), st.integers(4, 40))
def test_every_word_stands_where_the_layout_says(words: List[str], width: int) -> None:
    spans = (Span(0, (len(words) + 1) // 2, "PER"), Span((len(words) + 1) // 2, len(words), "ORGANIZATION", 0.3))
    asked = Question(TaggedSentence("0", tuple(words)), None, spans[: 1 + (len(words) > 1)])
    shown = keyboard_of([asked], ["PER", "ORGANIZATION"])
    texts: List[str] = []
    for line in lay_out(asked, asked.predicted, width):
        row, below = ("".join(text for _, text in part) for part in line_rows(shown, line))
        assert columns(row) <= width
        assert columns(below) <= columns(row)
        column = 0
        for cell in line:
            column += 1
            assert cell.column == column
            column += cell.width
            texts.append(cell.text)
    for text, word in zip(texts, map(visible, words), strict=True):
        assert text == (word if columns(word) <= width - 2 else fitted(word, width - 3) + "…")


def test_labels_stand_below_their_words_also_when_these_are_wide() -> None:
    asked = Question(
        TaggedSentence("0", ("東京", "の", "山田太郎", "e\u0301te\u0301", "x")),
        None,
        (Span(0, 1, "LOC"), Span(2, 3, "PER"), Span(3, 4, "MISC", 0.99)),
    )
    rows = plain(draw(keyboard_of([asked], ["LOC", "PER", "MISC"]), 80, 24)).split("\n")
    assert rows[3] == ">東京<の 山田太郎 e\u0301te\u0301      x"
    assert rows[4] == " LOC-    PER----- MISC 99%"
    assert [columns(rows[3][: rows[3].index(word)]) for word in ("山", "e")] == [
        rows[4].index(n) for n in ("PER", "MI")
    ]


def test_a_span_that_goes_on_in_another_line_says_so() -> None:
    asked = Question(TaggedSentence("0", ("abcd",) * 5), None, (Span(0, 5, "ORG", 0.5),))
    rows = plain(draw(keyboard_of([asked]), 16, 24)).split("\n")
    assert rows[3:7] == [">abcd<abcd abcd", " ORG? 50%----..", " abcd abcd", " ..ORG? 50"]


@pytest.mark.parametrize(
    ("word", "shown"),
    [
        ("Oslo", "Oslo"),
        ("\x1b[31m", "\\x1b[31m"),
        ("\u202eOslo", "\\u202eOslo"),
        ("a\u00a0b", "a\\xa0b"),
        ("\u200b", "\\u200b"),
        ("\u200d", "\\u200d"),
        (" ", "\\u0020"),
        ("\u0301", "\u25cc\u0301"),
        ("می\u200cشود", "می\u200cشود"),
        ("क\u094d\u200dष", "क\u094d\u200dष"),
        ("👩\u200d👧", "👩👧"),
        ("❤\ufe0f", "❤"),
        ("\ufe0f", "\\ufe0f"),
    ],
)
def test_a_word_can_be_seen_and_cannot_command(word: str, shown: str) -> None:
    assert visible(word) == shown


@given(st.text(), st.integers(0, 9))
def test_text_is_cut_and_filled_to_the_column(text: str, width: int) -> None:
    found = fitted(text, width, "-")
    assert columns(found) == width
    assert text.startswith((found.rstrip("-"), found))


def test_scores_are_percent_and_low_ones_are_marked() -> None:
    spans = (Span(0, 1, "PER"), Span(0, 1, "PER", 0.8), Span(0, 1, "PER", 0.796))
    assert [label_text(span) for span in spans] == ["PER", "PER 80%", "PER? 80%"]


def test_up_and_down_go_to_the_nearest_word() -> None:
    lines = lay_out(Question(TaggedSentence("0", ("aa", "bb", "cc", "dd", "x" * 30, "ee"))), [], 10)
    assert [word_beside(lines, 1, step) for step in (-1, 1)] == [1, 3]
    assert [word_beside(lines, 4, step) for step in (-1, 1)] == [3, 5]
    assert word_beside(lines, 5, 1) == 5


def test_every_label_is_in_the_legend() -> None:
    names = [f"TYPE{number}" for number in range(60)]
    rows = plain(draw(keyboard_of([ANNA], ["PER", "LOC", *names]), 80, 40))
    assert "1 PER" in rows
    assert "/ 14 more" in rows
    few = plain(draw(keyboard_of([ANNA], ["PER", "LOC", *names]), 80, 9)).split("\n")
    assert any("Anna" in row for row in few)
    assert any(row.startswith("1 PER  2 LOC") for row in few)
    assert few[-1].startswith("Enter accept, next")
