"""The screen as rows of styled text: words above their labels, readable without colour in any size of terminal."""

from itertools import groupby
from typing import TYPE_CHECKING, List, NamedTuple, Sequence, Tuple

from seqmix_plugin.annotator.characters import columns, fitted, visible
from seqmix_plugin.annotator.commands import COMMANDS, matching
from seqmix_plugin.annotator.labelling import ANSWERED, OPEN, REJECTED, SKIPPED
from seqmix_plugin.formats import Question, Span

if TYPE_CHECKING:
    from seqmix_plugin.annotator.keyboard import Keyboard

UNCERTAIN = 0.8
"""A predicted span with a lower score is marked."""
NUM_COLOURS = 8
HINTS = "Enter accept, next  ? all keys  q save, quit  s skip  x reject  u undo"

CURSOR = "[SetCursorPosition]"
"""Style of the text at which prompt_toolkit places the terminal's cursor."""

Row = List[Tuple[str, str]]
"""Styles and texts from left to right; the terminal cuts what is too wide."""


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
    if span.score is None:
        return visible(span.label)
    return f"{visible(span.label)}{'?' if _is_uncertain(span) else ''} {100 * span.score:.0f}%"


def _is_uncertain(span: Span) -> bool:
    return span.score is not None and span.score < UNCERTAIN


def type_style(labels: Sequence[str], label: str) -> str:
    """The style of an entity type; the ninth looks like the first."""
    return f"class:type{list(labels).index(label) % NUM_COLOURS}"


def draw(keyboard: "Keyboard", width: int, height: int) -> List[Row]:
    """The rows of the screen from top to bottom, as many as fit."""
    question = keyboard.session.question
    if keyboard.shows_help:
        wide = max(len(keys) for keys, *_ in COMMANDS)
        return [[("bold", f"{keys:{wide}}"), ("", f"  {what}")] for keys, what, _ in COMMANDS[:height]]
    if question is None:
        return _summary(keyboard)[:height]
    lines = lay_out(question, keyboard.session.labelling.spans, width)
    y, _ = find_word(lines, keyboard.session.view.cursor)
    above: List[Tuple[int, Row]] = [(6, _progress(keyboard, width)), (4, _state(keyboard, question)), (0, [])]
    below: List[Tuple[int, Row]] = [(0, []), *_foot(keyboard, width)]
    if len(lines) > 1:
        above[1][1].insert(0, ("bold", f"line {y + 1} of {len(lines)}  "))
    wanted = min(2 * len(lines), max(2, 2 * height // 5))
    while len(above) + len(below) > max(height - wanted, 0):  # leave out what matters least
        least = min(reversed(above + below), key=lambda part: part[0])
        (above if least in above else below).remove(least)
    room = max((height - len(above) - len(below)) // 2, 1)
    top = min(max(y - room // 2, 0), max(len(lines) - room, 0))
    sentence = [row for line in lines[top : top + room] for row in line_rows(keyboard, line)]
    return [*(row for _, row in above), *sentence, *(row for _, row in below)][:height]


def line_rows(keyboard: "Keyboard", line: Line) -> Tuple[Row, Row]:
    """
    The words, with the selection between `>` and `<`, and below them the labels, as long as their spans, with dots
    where a span continues in another line.
    """
    _, cursor, anchor = keyboard.session.view
    first, last = sorted((cursor, cursor if anchor is None else anchor))
    words: Row = []
    labels: Row = []
    column = 0
    spans = keyboard.session.labelling.spans
    at = {word: span for span in spans for word in range(span.start, span.end)}
    for span, group in groupby(line, lambda cell: at.get(cell.word)):
        cells = list(group)
        style = "" if span is None else type_style(keyboard.labels, span.label)
        for cell in cells:
            mark = ">" if cell.word == first else "<" if cell.word == last + 1 and cell is not line[0] else " "
            emphasis = "cursor" if cell.word == cursor else "selected" if first <= cell.word <= last else ""
            words += [(style if mark == " " and cell is not cells[0] else "", mark)]
            words += [(CURSOR, "")] * (cell.word == cursor)
            words += [(f"{style} class:{emphasis}" if emphasis else style, cell.text)]
            words += [(style, " " * (cell.width - columns(cell.text)))]
        if span is not None:
            start, end = cells[0].column, cells[-1].column + cells[-1].width
            before = ".." if cells[0].word > span.start else ""
            after = ".." if cells[-1].word < span.end - 1 else ""
            text = fitted(before + label_text(span), end - start - len(after), "-") + after
            style += " class:uncertain" if _is_uncertain(span) else ""
            labels += [("", " " * (start - column)), (style, fitted(text, end - start))]
            column = end
    return [*words, ("", "<" if line[-1].word == last else " ")], labels


def _progress(keyboard: "Keyboard", width: int) -> Row:
    counts = keyboard.session.counts()
    number, total = keyboard.session.view.position + 1, len(keyboard.session.questions)
    bar = "#" * (20 * (counts[ANSWERED] + counts[REJECTED]) // total)
    told = ", ".join(f"{counts[status]} {status}" for status in (ANSWERED, SKIPPED, REJECTED))
    text = f"sentence {number} of {total}  [{bar:-<20}]  {told}"
    return [("bold", text if len(text) <= width else f"{number} of {total}  {told}")]


def _state(keyboard: "Keyboard", question: Question) -> Row:
    labelling = keyboard.session.labelling
    state = labelling.status if labelling.status != OPEN else "not answered"
    changed = " (labels changed)" if labelling.spans != question.predicted and labelling.status != ANSWERED else ""
    score = "" if question.query_score is None else f"  query score {question.query_score:.4g}"
    return [("bold", state + changed), ("", f"  round {question.round}{score}  id {visible(question.sentence.id)}")]


def _foot(keyboard: "Keyboard", width: int) -> List[Tuple[int, Row]]:
    """The legend, then a message or hints, each with its importance."""
    if keyboard.typed is not None:
        found = matching(keyboard.labels, keyboard.typed)
        shown = f">{visible(found[0])}<  " + "  ".join(map(visible, found[1:])) if found else "no such label"
        typed = visible(keyboard.typed) if keyboard.typed else ""
        return [(7, [("bold", f"label: {typed}_  "), ("", shown)]), (1, [("", "Enter take the first  Esc none")])]
    last = (7, [("class:message", visible(keyboard.message))]) if keyboard.message else (2, [("", HINTS)])
    return [*((3 if number == 0 else 1, row) for number, row in enumerate(_legend(keyboard, width))), last]


def _legend(keyboard: "Keyboard", width: int) -> List[Row]:
    items = [(key, visible(label), type_style(keyboard.labels, label)) for key, label in keyboard.keys.items()]
    more = len(keyboard.labels) - len(items)
    items += [("/", f"{more} more", "")] if more else []
    rows: List[Row] = [[]]
    used = 0
    for key, label, style in items:
        need = columns(label) + 4
        if rows[-1] and used + need - 2 > width:
            rows.append([])
            used = 0
        rows[-1] += [("bold", key), ("", " "), (style, label), ("", "  ")]
        used += need
    return rows


def _summary(keyboard: "Keyboard") -> List[Row]:
    counts, entities = keyboard.session.counts(), keyboard.session.entities()
    waiting = next((status for status in (OPEN, SKIPPED) if counts[status]), None)
    enter = f"Enter the {waiting} sentences" if waiting else "Enter save, quit"
    return [
        [("bold", f"{enter}  p back  u undo  q save, quit")],
        [("class:message", visible(keyboard.message))] if keyboard.message else [],
        [("bold", f"{len(keyboard.session.questions)} sentences")],
        *([("", f"{number:>7,} {status}")] for status, number in counts.items()),
        [("bold", f"{sum(entities.values()):,} entities in answered sentences")],
        *(
            [("", f"{number:>7,} "), (type_style(keyboard.labels, name), visible(name))]
            for name, number in entities.items()
        ),
    ]
