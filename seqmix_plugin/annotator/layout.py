"""Words and labels in columns of a terminal: visible, of a known width, no control sequences, broken into lines."""

import re
from itertools import accumulate
from typing import List, NamedTuple, Sequence, Tuple

from seqmix_plugin.errors import printable
from seqmix_plugin.formats import Question, Span

UNCERTAIN = 0.8
"""A predicted span with a lower score is marked."""
_JOINERS = "\u200c\u200d"
"""Zero width non-joiner and joiner: parts of words in Persian and Indic scripts, glue between emoji elsewhere."""
_HIDDEN = re.compile(rf"[{_JOINERS}](?![^\W\d_])|[\ufe00-\ufe0f]")
"""Joiners that no letter follows, and variation selectors: with them terminals draw characters of other widths."""


class Cell(NamedTuple):
    """
    A word on the screen, or as much of it as fits in a line.

    # Parameters

    word : `int`
        Its position in the sentence.
    text : `str`
        What is shown.
    column : `int`
        Where it begins.
    width : `int`
        Its columns, including those that the label of its span needs.
    """

    word: int
    text: str
    column: int
    width: int


Line = List[Cell]


def lay_out(question: Question, spans: Sequence[Span], width: int) -> List[Line]:
    """
    Breaks a sentence into lines. A column for marks is before each word and after the last one; a span is as wide as
    its label, and is not broken if it fits in a line.
    """
    room = max(width - 2, 2)
    texts = [visible(word) for word in question.sentence.tokens]
    texts = [text if columns(text) <= room else fitted(text, room - 1) + "…" for text in texts]
    wide = {span: sum(columns(text) + 1 for text in texts[span.start : span.end]) - 1 for span in spans}
    more = {span.end - 1: max(columns(label_text(span)) - wide[span], 0) for span in spans}
    whole = {span.start: wide[span] + more[span.end - 1] for span in spans}
    lines: List[Line] = [[]]
    column = 1
    for number, text in enumerate(texts):
        is_broken = whole.get(number, 0) <= room < column + whole.get(number, 0) - 1
        if lines[-1] and (is_broken or column + columns(text) > room + 1):
            lines.append([])
            column = 1
        need = min(columns(text) + more.get(number, 0), room + 1 - column)
        lines[-1].append(Cell(number, text, column, need))
        column += need + 1
    return lines


def find_word(lines: Sequence[Line], word: int) -> Tuple[int, int]:
    """The line and the column of a word."""
    return next((y, cell.column) for y, line in enumerate(lines) for cell in line if cell.word == word)


def word_beside(lines: Sequence[Line], word: int, step: int) -> int:
    """The word above another one (`step` is -1) or below it (1); the same word if there is no such line."""
    y, column = find_word(lines, word)
    if not 0 <= y + step < len(lines):
        return word
    return min(lines[y + step], key=lambda cell: abs(cell.column - column)).word


def label_text(span: Span) -> str:
    """A span's label and the model's score for it, with a question mark if that is low."""
    score = "" if span.score is None else f"{'?' if is_uncertain(span) else ''} {100 * span.score:.0f}%"
    return visible(span.label) + score


def is_uncertain(span: Span) -> bool:
    """Whether the model predicted a span with a low score."""
    return span.score is not None and span.score < UNCERTAIN


def visible(word: str) -> str:
    """A word as it is shown: never empty, and at least one column wide."""
    shown = "".join(character if character in _JOINERS else printable(character) for character in _HIDDEN.sub("", word))
    if not shown.strip():
        return "".join(f"\\u{ord(character):04x}" for character in word)
    return shown if columns(shown[0]) else "\u25cc" + shown  # a combining mark needs a character before it


def columns(text: str) -> int:
    """The number of terminal columns of a text."""
    from prompt_toolkit.utils import get_cwidth  # of an extra

    return get_cwidth(text)


def fitted(text: str, width: int, fill: str = " ") -> str:
    """Cut or filled up to exactly this width."""
    kept = text[: sum(end <= width for end in accumulate(map(columns, text)))]
    return kept + fill * (width - columns(kept))
