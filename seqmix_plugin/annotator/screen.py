"""The whole screen as rows of styled text, for any size of terminal."""

from typing import List, NamedTuple, Sequence, Tuple

from seqmix_plugin.annotator.characters import chunks, columns, visible
from seqmix_plugin.annotator.controller import Controller
from seqmix_plugin.annotator.keys import HELP, matching, num_help_pages
from seqmix_plugin.annotator.labelling import ANSWERED, OPEN, REJECTED, SKIPPED
from seqmix_plugin.annotator.layout import line_of
from seqmix_plugin.annotator.sentence_view import Row, SentenceView, type_style
from seqmix_plugin.formats import Question

HINTS = (
    "Enter right, next",
    "? all keys",
    "q save, quit",
    "s skip",
    "x reject",
    "u undo",
    "Space select",
    "Tab next span",
    "d take off",
    "r restore",
)
"""As many as fit, the most important first."""


class Screen(NamedTuple):
    """
    # Parameters

    rows : `List[Row]`
        From the top, none of them wider and not more than there are.
    cursor : `Tuple[int, int]`, optional (default = `(0, 0)`)
        Column and row of the terminal's own cursor.
    """

    rows: List[Row]
    cursor: Tuple[int, int] = (0, 0)


def draw(controller: Controller, width: int, height: int) -> Screen:
    """What the annotator sees, in so many columns and rows."""
    question = controller.session.question
    if controller.help_page is not None:
        screen = Screen(_help(controller.help_page, height))
    elif question is None:
        screen = Screen(_summary(controller))
    else:
        screen = _sentence(controller, question, width, height)
    return screen._replace(rows=[_cut(row, width) for row in screen.rows[:height]])


def _sentence(controller: Controller, question: Question, width: int, height: int) -> Screen:
    view = controller.session.view
    shown = SentenceView(question, controller.session.labelling.spans, view, controller.labels, width)
    here = line_of(shown.lines, view.cursor)
    wanted = min(2 * len(shown.lines), max(2, 2 * height // 5))
    above: List[Tuple[int, Row]] = [(6, _progress(controller, width)), (4, _state(controller, question)), (0, [])]
    below: List[Tuple[int, Row]] = [(0, []), *_foot(controller, width)]
    while len(above) + len(below) > max(height - wanted, 0):
        least = min(reversed(above + below), key=lambda part: part[0])
        (above if least in above else below).remove(least)
    room = max((height - len(above) - len(below)) // 2, 1)
    top = min(max(here - room // 2, 0), max(len(shown.lines) - room, 0))
    if len(shown.lines) > room and len(above) > 1:
        above[1][1].insert(0, ("bold", f"line {here + 1} of {len(shown.lines)}  "))
    rows = [row for _, row in above]
    piece = next(piece for piece in shown.lines[here] if piece.word == view.cursor)
    cursor = (piece.column, len(rows) + 2 * (here - top))
    for line in shown.lines[top : top + room]:
        rows += [shown.words(line), shown.labels(line)]
    return Screen(rows + [row for _, row in below], cursor)


def _progress(controller: Controller, width: int) -> Row:
    counts = controller.session.ledger.counts()
    number, total = controller.session.view.position + 1, len(controller.session.questions)
    done = total - counts[OPEN] - counts[SKIPPED]
    bar = "#" * (20 * done // total)
    told = ", ".join(f"{counts[status]} {status}" for status in (ANSWERED, SKIPPED, REJECTED))
    texts = (
        f"sentence {number} of {total}  [{bar:-<20}]  {told}",
        f"{number} of {total}  {told}",
        f"{number} of {total}",
    )
    return [("bold", next((text for text in texts if len(text) <= width), texts[-1]))]


def _state(controller: Controller, question: Question) -> Row:
    score = "" if question.query_score is None else f"  query score {question.query_score:.4g}"
    labelling = controller.session.labelling
    state = labelling.status if labelling.status != OPEN else "not answered"
    changed = " (labels changed)" if labelling.spans != question.predicted and labelling.status != ANSWERED else ""
    return [("bold", state + changed), ("", f"  round {question.round}{score}  id {visible(question.sentence.id)}")]


def _foot(controller: Controller, width: int) -> List[Tuple[int, Row]]:
    """What may be done, the legend first; with how much it matters."""
    if controller.chosen is not None:
        found = matching(controller.labels, controller.chosen)
        row: Row = [("bold", f"label: {visible(controller.chosen) if controller.chosen else ''}_  ")]
        for number, label in enumerate(found):
            row += [(type_style(controller.labels, label), f">{visible(label)}<" if number == 0 else visible(label))]
            row += [("", "  ")]
        return [(7, row if found else [*row, ("", "no such label")]), (1, [("", "Enter take the first  Esc none")])]
    rows = [(3 if number == 0 else 1, row) for number, row in enumerate(_legend(controller, width))]
    if controller.message:
        return [*rows, (7, [("class:message", visible(controller.message))])]
    return [*rows, (2, [("", _hints(width))])]


def _legend(controller: Controller, width: int) -> List[Row]:
    rows: List[Row] = [[]]
    items = [(key, visible(label), type_style(controller.labels, label)) for key, label in controller.keys.items()]
    more = len(controller.labels) - len(items)
    items += [("/", f"{more} more", "")] if more else []
    used = 0
    for key, label, style in items:
        need = columns(label) + 4
        if rows[-1] and used + need - 2 > width:
            rows.append([])
            used = 0
        rows[-1] += [("bold", key), ("", " "), (style, label), ("", "  ")]
        used += need
    return rows


def _hints(width: int) -> str:
    text = HINTS[0]
    for hint in HINTS[1:]:
        if len(text) + 2 + len(hint) > width:
            break
        text += f"  {hint}"
    return text


def _summary(controller: Controller) -> List[Row]:
    ledger = controller.session.ledger
    counts, entities = ledger.counts(), ledger.entities()
    waiting = next((status for status in (OPEN, SKIPPED) if counts[status]), None)
    on = f"Enter the {waiting} sentences" if waiting else "Enter save, quit"
    rows: List[Row] = [
        [("bold", f"{len(controller.session.questions)} sentences")],
        *([("", f"{number:>7,} {status}")] for status, number in counts.items()),
        [("bold", f"{sum(entities.values()):,} entities in what is answered")],
        *(
            [("", f"{number:>7,} "), (type_style(controller.labels, name), visible(name))]
            for name, number in entities.items()
        ),
    ]
    last = [("class:message", visible(controller.message))] if controller.message else []
    return [[("bold", f"{on}  p back  u undo  q save, quit")], last, *rows]


def _help(page: int, height: int) -> List[Row]:
    room = max(height - 2, 1)
    pages = num_help_pages(height)
    head = "keys" if pages == 1 else f"keys, page {page + 1} of {pages}"
    wide = max(len(key) for key, _ in HELP)
    shown = HELP[page * room : (page + 1) * room]
    rows: List[Row] = [[("bold", f"{key:{wide}}"), ("", f"  {what}")] for key, what in shown]
    return [[("bold", head)], *rows, [("", "any key goes on")]] if height > 2 else rows


def _cut(row: Row, width: int) -> Row:
    """What fits."""
    kept: Row = []
    for style, text in row:
        if text and columns(text) > width:
            part = chunks(text, width)[0] if width > 0 else ""
            kept.append((style, part if columns(part) <= width else ""))
            break
        kept.append((style, text))
        width -= columns(text)
    return kept


def plain(rows: Sequence[Row]) -> str:
    """Without styles."""
    return "\n".join("".join(text for _, text in row).rstrip() for row in rows)
