"""Which word of a sentence stands where, in lines of a given width."""

from typing import List, NamedTuple, Sequence

from seqmix_plugin.annotator.characters import chunks, columns
from seqmix_plugin.formats import Span

UNCERTAIN = 0.8
"""A span of the model with a lower score is marked."""


class Piece(NamedTuple):
    """
    A word, or a part of one that is wider than a line.

    # Parameters

    word : `int`
        Its position in the sentence.
    text : `str`
        What is shown.
    column : `int`
        Where it begins.
    width : `int`
        How many columns it has, those included that its span's label needs.
    """

    word: int
    text: str
    column: int
    width: int


Line = List[Piece]


def label_text(span: Span) -> str:
    """A span's label, what the model gives for it, and a question mark if that is little."""
    if span.score is None:
        return span.label
    doubt = "?" if span.score < UNCERTAIN else ""
    return f"{span.label}{doubt} {100 * span.score:.0f}%"


def lay_out(words: Sequence[str], spans: Sequence[Span], width: int) -> List[Line]:
    """
    Breaks a sentence into lines. In front of each word and after the last is a column for marks; a span is as wide as
    its label, and stands on one line if it fits.

    # Parameters

    words : `Sequence[str]`
        As they are shown.
    spans : `Sequence[Span]`
        In order, not overlapping.
    width : `int`
        Columns of the terminal.
    """
    room = max(width - 2, 2)
    starts = {span.start: span for span in spans}
    more = {span.end - 1: _more(words, span) for span in spans}
    lines: List[Line] = [[]]
    column = 1
    for number, word in enumerate(words):
        whole = 0
        if number in starts:
            span = starts[number]
            whole = _wide(words, span) + more[span.end - 1]
        parts = chunks(word, room)
        for part in parts:
            need = columns(part)
            if lines[-1] and (column + need > room + 1 or whole <= room < column + whole - 1):
                lines.append([])
                column = 1
            if part is parts[-1]:
                need += max(min(more.get(number, 0), room + 1 - column - need), 0)
            lines[-1].append(Piece(number, part, column, need))
            column += need + 1
            whole = 0
    return lines


def line_of(lines: Sequence[Line], word: int) -> int:
    """The first line that a word stands on."""
    return next(number for number, line in enumerate(lines) if any(piece.word == word for piece in line))


def word_beside(lines: Sequence[Line], word: int, step: int) -> int:
    """The word that stands above another (`step` is -1) or below it (1); the word itself at the border."""
    here = line_of(lines, word)
    column = next(piece.column for piece in lines[here] if piece.word == word)
    while 0 <= here + step < len(lines):
        here += step
        nearest = min(lines[here], key=lambda piece: abs(piece.column - column))
        if nearest.word != word:
            return nearest.word
    return word


def _wide(words: Sequence[str], span: Span) -> int:
    return sum(columns(word) + 1 for word in words[span.start : span.end]) - 1


def _more(words: Sequence[str], span: Span) -> int:
    """How many columns its label needs beyond its words."""
    return max(columns(label_text(span)) - _wide(words, span), 0)
