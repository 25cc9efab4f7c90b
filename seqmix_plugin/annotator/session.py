"""An annotator's work on a list of questions: commands, each of which can be undone. Independent of terminals."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from typing import Callable, Dict, Iterable, List, Mapping, NamedTuple, Optional, Sequence, Tuple

from seqmix_plugin.annotator.answer_file import ANSWERED, OPEN, REJECTED, SKIPPED, Labelling, scored
from seqmix_plugin.formats import Question, Span


class View(NamedTuple):
    """
    Where the annotator is.

    # Parameters

    position : `int`
        The sentence; one past the last is the summary.
    cursor : `int`, optional (default = `0`)
        The word.
    anchor : `int`, optional (default = `None`)
        The other end of the selection; `None` without one.
    """

    position: int
    cursor: int = 0
    anchor: Optional[int] = None


State = Tuple[View, Labelling]


class AnnotationSession:
    """
    Some commands return a message for the annotator.

    # Parameters

    questions : `Sequence[Question]`
        In the order in which they are shown.
    labellings : `Mapping[str, Labelling]`, optional (default = `{}`)
        Work of earlier sessions, by the sentence's id. All other sentences begin with the model's predictions.
    clock : `Callable[[], str]`, optional
        Returns the time as text that sorts.
    """

    def __init__(
        self,
        questions: Sequence[Question],
        labellings: Optional[Mapping[str, Labelling]] = None,
        clock: Callable[[], str] = lambda: datetime.now(UTC).isoformat(timespec="milliseconds"),
    ) -> None:
        self.questions = list(questions)
        given = labellings or {}
        self.labellings = [given.get(one.sentence.id) or Labelling(one.predicted) for one in self.questions]
        self.view = View(self._next(-1))
        self.unsaved = False
        """Whether a labelling has changed since this was last set to `False`."""
        self._clock = clock
        self._changes: List[Tuple[State, State]] = []
        """View and labelling before and after each change; the view before it has the sentence that was changed."""
        self._num_done = 0
        """How many of the changes are in effect; those after them have been undone."""

    @property
    def question(self) -> Optional[Question]:
        """The question on the screen; `None` for the summary."""
        return self.questions[self.view.position] if self.view.position < len(self.questions) else None

    @property
    def labelling(self) -> Labelling:
        """The labelling of the sentence on the screen; an empty one for the summary."""
        return Labelling(()) if self.question is None else self.labellings[self.view.position]

    @property
    def selection(self) -> Optional[Tuple[int, int]]:
        """The first selected word and one past the last."""
        _, cursor, anchor = self.view
        return None if anchor is None else (min(anchor, cursor), max(anchor, cursor) + 1)

    def by_id(self) -> Dict[str, Labelling]:
        """All labellings, by the sentence's id."""
        return {question.sentence.id: one for question, one in zip(self.questions, self.labellings, strict=True)}

    def counts(self) -> Dict[str, int]:
        """The number of sentences of each status."""
        counted = Counter(one.status for one in self.labellings)
        return {status: counted[status] for status in (ANSWERED, SKIPPED, REJECTED, OPEN)}

    def entities(self) -> Dict[str, int]:
        """The number of entities of each type in answered sentences."""
        answered = [one.spans for one in self.labellings if one.status == ANSWERED]
        return dict(sorted(Counter(span.label for spans in answered for span in spans).items()))

    def move_to(self, word: int) -> None:
        """Moves the cursor, and with it the end of a selection, to a word or the nearest one."""
        if self.question is not None:
            self.view = self.view._replace(cursor=min(max(word, 0), len(self.question.sentence) - 1))

    def move(self, step: int) -> None:
        """Moves the cursor by a number of words."""
        self.move_to(self.view.cursor + step)

    def deselect(self) -> None:
        """Ends the selection."""
        self.view = self.view._replace(anchor=None)

    def extend(self, step: int) -> None:
        """Extends the selection, which starts at the cursor, by a number of words."""
        if self.view.anchor is None:
            self.view = self.view._replace(anchor=self.view.cursor)
        self.move(step)

    def grow(self) -> None:
        """Selects the word at the cursor, then one more each time."""
        self.extend(0 if self.view.anchor is None else 1)

    def jump(self, step: int) -> None:
        """Moves to the next span, or with -1 to the previous one; the first follows the last."""
        spans = self.labelling.spans[::step]
        if spans:
            beyond = (span for span in spans if (span.start - self.view.cursor) * step > 0)
            self.view = self.view._replace(cursor=next(beyond, spans[0]).start, anchor=None)

    def label(self, name: str) -> None:
        """
        Labels the selection, or the span at the cursor, or its word, and removes what overlaps. The same label on the
        same words is removed.
        """
        old = self.labelling.span_at(self.view.cursor)
        around = (self.view.cursor, self.view.cursor + 1) if old is None else (old.start, old.end)
        new = Span(*(self.selection or around), name)
        there = any(span[:3] == new[:3] for span in self.labelling.spans)
        self._edit([*self.labelling.without(*new[:2]), *([] if there else [new])])

    def remove(self) -> None:
        """Removes the span at the cursor, or all that overlap the selection."""
        self._edit(self.labelling.without(*(self.selection or (self.view.cursor, self.view.cursor + 1))))

    def clear(self) -> None:
        """Removes all spans."""
        self._edit(())

    def restore(self) -> None:
        """Restores the model's predictions."""
        if self.question is not None:
            self._edit(self.question.predicted)

    def stretch(self, left: int, right: int) -> str:
        """
        Moves the borders of the span at the cursor outwards by a number of words, inwards if negative, up to its
        neighbours and the ends of the sentence; at least one word remains.
        """
        old = self.labelling.span_at(self.view.cursor)
        if self.question is None or old is None:
            return "no span at the cursor"
        others = self.labelling.without(old.start, old.end)
        lowest = max((span.end for span in others if span.end <= old.start), default=0)
        highest = min((span.start for span in others if span.start >= old.end), default=len(self.question.sentence))
        start = min(max(old.start - left, lowest), old.end - 1)
        end = max(min(old.end + right, highest), start + 1)
        self._edit([*others, Span(start, end, old.label)], min(max(self.view.cursor, start), end - 1))
        return ""

    def finish(self, status: str) -> str:
        """Gives the sentence a status, and moves to the next open one."""
        old = self.labelling
        if self.question is None:
            return ""
        next_view = View(self._next(self.view.position))
        if old.status != status:
            self._change(next_view, Labelling(old.spans, status, self._clock()))
        self.view = next_view
        return "the answer was withdrawn; u undoes this" if old.status == ANSWERED != status else ""

    def go(self, step: int) -> str:
        """Moves to another sentence of any status, or to the summary."""
        position = self.view.position + step
        if 0 <= position <= len(self.questions):
            self.view = View(position)
        return "this is the first sentence" if position < 0 else ""

    def revisit(self) -> bool:
        """Moves from the summary to the first open sentence, or the first skipped one; whether there is one."""
        position = self._first((OPEN, SKIPPED), range(len(self.questions)))
        if position is not None:
            self.view = View(position)
        return position is not None

    def undo(self) -> str:
        """Undoes the last change, in whatever sentence it was."""
        if not self._num_done:
            return "nothing to undo"
        self._num_done -= 1
        self._put(*self._changes[self._num_done][0])
        return "undone"

    def redo(self) -> str:
        """Redoes the change that was undone last."""
        if self._num_done == len(self._changes):
            return "nothing to redo"
        (before, _), (after, labelling) = self._changes[self._num_done]
        self._num_done += 1
        self._put(before, labelling)
        self.view = after
        return "redone"

    def _edit(self, spans: Iterable[Span], cursor: Optional[int] = None) -> None:
        """An answer that is edited stays an answer."""
        if self.question is None:
            return
        view = self.view._replace(cursor=self.view.cursor if cursor is None else cursor, anchor=None)
        old = self.labelling
        new = replace(old, spans=scored(spans, self.question))
        if new.spans != old.spans:
            self._change(view, replace(new, time=self._clock()) if old.status == ANSWERED else new)
        self.view = view

    def _change(self, next_view: View, labelling: Labelling) -> None:
        self._changes[self._num_done :] = [((self.view, self.labelling), (next_view, labelling))]
        self.redo()

    def _put(self, view: View, labelling: Labelling) -> None:
        self.view = view
        self.labellings[view.position] = labelling
        self.unsaved = True

    def _next(self, position: int) -> int:
        """The next open sentence, also an earlier one; else the next skipped one, or the summary."""
        length = len(self.labellings)
        found = self._first((OPEN,), [*range(position + 1, length), *range(max(position, 0))])
        found = self._first((SKIPPED,), range(position + 1, length)) if found is None else found
        return length if found is None else found

    def _first(self, statuses: Sequence[str], positions: Iterable[int]) -> Optional[int]:
        """The first of these sentences with the first status that any has."""
        found = [place for status in statuses for place in positions if self.labellings[place].status == status]
        return found[0] if found else None
