"""An annotator's way through questions: commands, and all of them can be undone. Knows nothing of terminals."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Callable, Dict, Iterable, Mapping, Optional, Sequence, Tuple

from seqmix_plugin.annotator.labelling import (
    ANSWERED,
    OPEN,
    REJECTED,
    SKIPPED,
    Labelling,
    put,
    scored,
    span_at,
    stretched,
    without,
)
from seqmix_plugin.annotator.ledger import Change, Ledger, View
from seqmix_plugin.formats import Question, Span


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


class AnnotationSession:
    """
    Commands return what the annotator should be told, which is mostly nothing.

    # Parameters

    questions : `Sequence[Question]`
        In the order in which they are shown.
    labellings : `Mapping[str, Labelling]`, optional (default = `{}`)
        What there is already, by the sentence's id. Everything else begins with what the model would say.
    clock : `Callable[[], str]`, optional
        Gives the time as text that sorts.
    """

    def __init__(
        self,
        questions: Sequence[Question],
        labellings: Optional[Mapping[str, Labelling]] = None,
        clock: Callable[[], str] = _now,
    ) -> None:
        self.questions = list(questions)
        self.ledger = Ledger(
            [(labellings or {}).get(question.sentence.id) or Labelling(question.predicted) for question in questions]
        )
        self.view = View(self.ledger.after(-1))
        self._clock = clock

    @property
    def question(self) -> Optional[Question]:
        """The one on the screen; `None` when it is the summary."""
        return self.questions[self.view.position] if self.view.position < len(self.questions) else None

    @property
    def labelling(self) -> Labelling:
        """That of the sentence on the screen; an empty one when it is the summary."""
        return Labelling(()) if self.question is None else self.ledger.labellings[self.view.position]

    @property
    def selection(self) -> Optional[Tuple[int, int]]:
        """The first selected word and one past the last."""
        _, cursor, anchor = self.view
        return None if anchor is None else (min(anchor, cursor), max(anchor, cursor) + 1)

    def labellings(self) -> Dict[str, Labelling]:
        """All of them, by the sentence's id."""
        pairs = zip(self.questions, self.ledger.labellings, strict=True)
        return {question.sentence.id: labelling for question, labelling in pairs}

    def move_to(self, word: int) -> None:
        """The cursor, and with it the end of a selection, to a word or the nearest that there is."""
        if self.question is not None:
            self.view = self.view._replace(cursor=min(max(word, 0), len(self.question.sentence) - 1))

    def move(self, step: int) -> None:
        """The cursor by so many words."""
        self.move_to(self.view.cursor + step)

    def select(self) -> None:
        """Begins a selection at the cursor, or ends the one that there is."""
        self.view = self.view._replace(anchor=self.view.cursor if self.view.anchor is None else None)

    def deselect(self) -> None:
        """Ends a selection."""
        self.view = self.view._replace(anchor=None)

    def extend(self, step: int) -> None:
        """A selection that begins at the cursor, or goes on, by so many words."""
        if self.view.anchor is None:
            self.select()
        self.move(step)

    def grow(self) -> None:
        """Selects the word at the cursor, then one more each time."""
        self.extend(0 if self.view.anchor is None else 1)

    def jump(self, step: int) -> None:
        """To the next span, or with -1 to the one before; after the last comes the first."""
        spans = self.labelling.spans[::step]
        if spans:
            beyond = (span for span in spans if (span.start - self.view.cursor) * step > 0)
            self.view = self.view._replace(cursor=next(beyond, spans[0]).start, anchor=None)

    def label(self, name: str) -> None:
        """
        Labels the selection, or the span at the cursor, or its word. What overlaps gives way; the same label on the
        same words takes it off.
        """
        old = span_at(self.labelling.spans, self.view.cursor)
        around = (self.view.cursor, self.view.cursor + 1) if old is None else (old.start, old.end)
        new = Span(*(self.selection or around), name)
        there = any(span[:3] == new[:3] for span in self.labelling.spans)
        self._edit(without(self.labelling.spans, *new[:2]) if there else put(self.labelling.spans, new))

    def remove(self) -> None:
        """Takes off the span at the cursor, or all that the selection touches."""
        self._edit(without(self.labelling.spans, *(self.selection or (self.view.cursor, self.view.cursor + 1))))

    def clear(self) -> None:
        """Takes off all spans."""
        self._edit(())

    def restore(self) -> None:
        """Brings back what the model would say."""
        if self.question is not None:
            self._edit(self.question.predicted)

    def stretch(self, left: int, right: int) -> str:
        """Moves the borders of the span at the cursor outwards by so many words, inwards if negative."""
        old = span_at(self.labelling.spans, self.view.cursor)
        if self.question is None or old is None:
            return "no span at the cursor"
        spans = stretched(self.labelling.spans, old, left, right, len(self.question.sentence))
        new = span_at(spans, min(max(self.view.cursor, old.start - left), old.end - 1 + right)) or old
        self._edit(spans, min(max(self.view.cursor, new.start), new.end - 1))
        return ""

    def accept(self) -> None:
        """The labels on the screen are the answer; goes on to the next sentence that is open."""
        self._finish(ANSWERED)

    def skip(self) -> str:
        """The sentence stays unanswered, or becomes so again; goes on."""
        answered = self.labelling.status == ANSWERED
        self._finish(SKIPPED)
        return "the answer is taken back (u undoes)" if answered else ""

    def reject(self) -> str:
        """The sentence is left out for good; goes on."""
        answered = self.labelling.status == ANSWERED
        self._finish(REJECTED)
        return "the answer is taken back (u undoes)" if answered else ""

    def go(self, step: int) -> str:
        """To another sentence, whatever its status, or to the summary."""
        position = self.view.position + step
        if not 0 <= position <= len(self.questions):
            return "this is the first sentence" if position < 0 else ""
        self._show(View(position))
        return ""

    def revisit(self) -> bool:
        """From the summary to the first sentence that is open or skipped; whether there is one."""
        found = [place for place in map(self.ledger.first, (OPEN, SKIPPED)) if place is not None]
        if found:
            self._show(View(found[0]))
        return bool(found)

    def undo(self) -> str:
        """Takes back the last change, in whatever sentence it was."""
        change = self.ledger.undo()
        if change is None:
            return "nothing to undo"
        self._show(change.view)
        return "undone"

    def redo(self) -> str:
        """Takes back the last `undo`."""
        change = self.ledger.redo()
        if change is None:
            return "nothing to redo"
        self._show(change.next_view)
        return "done again"

    def _edit(self, spans: Iterable[Span], cursor: Optional[int] = None) -> None:
        """An answer that is edited stays an answer."""
        if self.question is None:
            return
        view = self.view._replace(cursor=self.view.cursor if cursor is None else cursor, anchor=None)
        old = self.labelling
        new = replace(old, spans=scored(spans, self.question))
        if new.spans == old.spans:
            self._show(view)
            return
        new = replace(new, time=self._clock()) if old.status == ANSWERED else new
        self.ledger.change(Change(self.view, old, new, view))
        self._show(view)

    def _finish(self, status: str) -> None:
        if self.question is None:
            return
        next_view = View(self.ledger.after(self.view.position))
        if self.labelling.status != status:
            new = Labelling(self.labelling.spans, status, self._clock())
            self.ledger.change(Change(self.view, self.labelling, new, next_view))
        self._show(next_view)

    def _show(self, view: View) -> None:
        if view.position != self.view.position:
            self.ledger.leave()
        self.view = view
