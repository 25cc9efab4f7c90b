"""The screen as rows of styled text: words above their labels, readable without colour in any size of terminal."""

from itertools import groupby
from typing import List, Sequence, Tuple

from seqmix_plugin.annotator.answer_file import ANSWERED, OPEN, REJECTED, SKIPPED
from seqmix_plugin.annotator.keyboard import COMMANDS, Keyboard, matching
from seqmix_plugin.annotator.layout import Line, columns, find_word, fitted, is_uncertain, label_text, lay_out, visible
from seqmix_plugin.formats import Question

NUM_COLOURS = 8
HINTS = "Enter accept, next  ? all keys  q save, quit  s skip  x reject  u undo"

CURSOR = "[SetCursorPosition]"
"""Style of the text at which prompt_toolkit places the terminal's cursor."""

StyledRow = List[Tuple[str, str]]
"""Styles and texts from left to right; the terminal cuts what is too wide."""


def type_style(labels: Sequence[str], label: str) -> str:
    """The style of an entity type; the ninth looks like the first."""
    return f"class:type{list(labels).index(label) % NUM_COLOURS}"


def draw(keyboard: Keyboard, width: int, height: int) -> List[StyledRow]:
    """The rows of the screen from top to bottom, as many as fit."""
    question = keyboard.session.question
    if keyboard.shows_help:
        wide = max(len(keys) for keys, *_ in COMMANDS)
        return [[("bold", f"{keys:{wide}}"), ("", f"  {what}")] for keys, what, _ in COMMANDS[:height]]
    if question is None:
        return _summary(keyboard)[:height]
    lines = lay_out(question, keyboard.session.labelling.spans, width)
    y, _ = find_word(lines, keyboard.session.view.cursor)
    head = [_progress(keyboard), _state(keyboard, question), []]
    if len(lines) > 1:
        head[1].insert(0, ("bold", f"line {y + 1} of {len(lines)}  "))
    foot = [[], *_foot(keyboard, width, max(height // 5, 1))]
    if len(head) + len(foot) + 2 > height:  # a small terminal
        head, foot = [], foot[-1:]
    room = max((height - len(head) - len(foot)) // 2, 1)
    top = min(max(y - room // 2, 0), max(len(lines) - room, 0))
    sentence = [row for line in lines[top : top + room] for row in line_rows(keyboard, line)]
    return [*head, *sentence, *foot][:height]


def line_rows(keyboard: Keyboard, line: Line) -> Tuple[StyledRow, StyledRow]:
    """
    The words, with the selection between `>` and `<`, and below them the labels, as long as their spans, with dots
    where a span continues in another line.
    """
    _, cursor, anchor = keyboard.session.view
    first, last = sorted((cursor, cursor if anchor is None else anchor))
    words: StyledRow = []
    labels: StyledRow = []
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
            style += " class:uncertain" if is_uncertain(span) else ""
            labels += [("", " " * (start - column)), (style, fitted(text, end - start))]
            column = end
    return [*words, ("", "<" if line[-1].word == last else " ")], labels


def _progress(keyboard: Keyboard) -> StyledRow:
    counts = keyboard.session.counts()
    told = ", ".join(f"{counts[status]} {status}" for status in (ANSWERED, SKIPPED, REJECTED))
    return [("bold", f"sentence {keyboard.session.view.position + 1} of {len(keyboard.session.questions)}  {told}")]


def _state(keyboard: Keyboard, question: Question) -> StyledRow:
    labelling = keyboard.session.labelling
    state = labelling.status if labelling.status != OPEN else "not answered"
    changed = " (labels changed)" if labelling.spans != question.predicted and labelling.status != ANSWERED else ""
    score = "" if question.query_score is None else f"  query score {question.query_score:.4g}"
    return [("bold", state + changed), ("", f"  round {question.round}{score}  id {visible(question.sentence.id)}")]


def _foot(keyboard: Keyboard, width: int, most: int) -> List[StyledRow]:
    """At most so many rows of the legend, then a message or hints; what has been typed of a label's name instead."""
    if keyboard.typed is not None:
        found = matching(keyboard.labels, keyboard.typed)
        shown = f">{visible(found[0])}<  " + "  ".join(map(visible, found[1:])) if found else "no such label"
        typed = visible(keyboard.typed) if keyboard.typed else ""
        return [[("", "Enter take the first  Esc none")], [("bold", f"label: {typed}_  "), ("", shown)]]
    last = ("class:message", visible(keyboard.message)) if keyboard.message else ("", HINTS)
    return [*_legend(keyboard, width)[:most], [last]]


def _legend(keyboard: Keyboard, width: int) -> List[StyledRow]:
    items = [(key, visible(label), type_style(keyboard.labels, label)) for key, label in keyboard.keys.items()]
    more = len(keyboard.labels) - len(items)
    items += [("/", f"{more} more", "")] if more else []
    rows: List[StyledRow] = [[]]
    used = 0
    for key, label, style in items:
        need = columns(label) + 4
        if rows[-1] and used + need - 2 > width:
            rows.append([])
            used = 0
        rows[-1] += [("bold", key), ("", " "), (style, label), ("", "  ")]
        used += need
    return rows


def _summary(keyboard: Keyboard) -> List[StyledRow]:
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
