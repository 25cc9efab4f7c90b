"""A sentence as rows of styled text: words above, labels below, so that colour is not needed to read it."""

from itertools import groupby
from typing import Dict, List, Optional, Sequence, Tuple

from seqmix_plugin.annotator.characters import columns, fitted, visible
from seqmix_plugin.annotator.layout import UNCERTAIN, Line, Piece, label_text, lay_out
from seqmix_plugin.annotator.ledger import View
from seqmix_plugin.formats import Question, Span

Row = List[Tuple[str, str]]
"""Styles and texts from left to right."""


class SentenceView:
    """
    # Parameters

    question : `Question`
        The sentence.
    spans : `Tuple[Span, ...]`
        Its labels.
    view : `View`
        Cursor and selection.
    labels : `Sequence[str]`
        The entity types; their order gives their colours.
    width : `int`
        Columns of the terminal.
    """

    def __init__(
        self, question: Question, spans: Tuple[Span, ...], view: View, labels: Sequence[str], width: int
    ) -> None:
        words = [visible(word) for word in question.sentence.tokens]
        shown = [span._replace(label=visible(span.label)) for span in spans]
        self.lines = lay_out(words, shown, width)
        self._first_pieces: Dict[int, Piece] = {}
        self._last_pieces: Dict[int, Piece] = {}
        for piece in (piece for line in self.lines for piece in line):
            self._first_pieces.setdefault(piece.word, piece)
            self._last_pieces[piece.word] = piece
        self._at: Dict[int, Span] = {word: span for span in spans for word in range(span.start, span.end)}
        self._labels = list(labels)
        self._cursor = view.cursor
        self._first = view.cursor if view.anchor is None else min(view.anchor, view.cursor)
        self._last = view.cursor if view.anchor is None else max(view.anchor, view.cursor)

    def words(self, line: Line) -> Row:
        """The row of words, the selection between `>` and `<`."""
        row: Row = []
        before: Optional[Piece] = None
        for piece in line:
            row.append((self._between(before, piece), self._mark(before, piece)))
            row.append((self._style(piece.word), piece.text))
            row.append((self._span_style(piece.word), " " * (piece.width - columns(piece.text))))
            before = piece
        row.append(("", self._mark(before, None)))
        return row

    def labels(self, line: Line) -> Row:
        """The row below, in which each span is as long as its words; dots stand where it goes on elsewhere."""
        row: Row = []
        column = 0
        for span, group in groupby(line, lambda piece: self._at.get(piece.word)):
            pieces = list(group)
            if span is not None:
                start, end = pieces[0].column, pieces[-1].column + pieces[-1].width
                row.append(("", " " * (start - column)))
                row.append((self._label_style(span), self._text(span, pieces, end - start)))
                column = end
        return row

    def _text(self, span: Span, pieces: List[Piece], width: int) -> str:
        before = ".." if pieces[0] is not self._first_pieces[span.start] else ""
        after = ".." if pieces[-1] is not self._last_pieces[span.end - 1] else ""
        text = label_text(span._replace(label=visible(span.label)))
        return fitted(fitted(before + text, width - len(after), "-") + after, width)

    def _mark(self, before: Optional[Piece], after: Optional[Piece]) -> str:
        if after is not None and after.word == self._first and (before is None or before.word != after.word):
            return ">"
        if before is not None and before.word == self._last and (after is None or after.word != before.word):
            return "<"
        return " "

    def _between(self, before: Optional[Piece], after: Piece) -> str:
        if before is None or self._mark(before, after) != " ":
            return ""
        return self._span_style(after.word) if self._at.get(after.word) is self._at.get(before.word) else ""

    def _style(self, word: int) -> str:
        style = self._span_style(word)
        if word == self._cursor:
            return f"{style} class:cursor"
        return f"{style} class:selected" if self._first <= word <= self._last else style

    def _span_style(self, word: int) -> str:
        span = self._at.get(word)
        return "" if span is None else type_style(self._labels, span.label)

    def _label_style(self, span: Span) -> str:
        doubt = " class:uncertain" if span.score is not None and span.score < UNCERTAIN else ""
        return type_style(self._labels, span.label) + doubt


NUM_COLOURS = 8


def type_style(labels: Sequence[str], label: str) -> str:
    """The style of an entity type; the ninth looks like the first."""
    return f"class:type{list(labels).index(label) % NUM_COLOURS}"
