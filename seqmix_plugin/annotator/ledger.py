"""What has been said of all sentences, and how it came to be, so that it can be undone."""

from collections import Counter
from typing import Dict, Iterable, List, NamedTuple, Optional, Sequence

from seqmix_plugin.annotator.labelling import ANSWERED, OPEN, REJECTED, SKIPPED, Labelling


class View(NamedTuple):
    """
    Where the annotator is.

    # Parameters

    position : `int`
        The sentence; one past the last is the summary.
    cursor : `int`, optional (default = `0`)
        The word.
    anchor : `int`, optional (default = `None`)
        Where the selection began, which goes to the cursor; `None` without one.
    """

    position: int
    cursor: int = 0
    anchor: Optional[int] = None


class Change(NamedTuple):
    """
    # Parameters

    view : `View`
        Where the annotator was; names the sentence that was changed.
    before : `Labelling`
        What was said of it.
    after : `Labelling`
        What is said of it.
    next_view : `View`
        Where the annotator went.
    """

    view: View
    before: Labelling
    after: Labelling
    next_view: View


class Ledger:
    """
    # Parameters

    labellings : `Sequence[Labelling]`
        How it begins, one a sentence.
    """

    def __init__(self, labellings: Sequence[Labelling]) -> None:
        self.labellings = list(labellings)
        self._changes: List[Change] = []
        self._undone: List[Change] = []
        self.unsaved = False
        """Whether something has changed since it was saved."""
        self.save_due = False
        """Whether that is more than a sentence that is still being worked at."""

    def counts(self) -> Dict[str, int]:
        """How many sentences there are of each status."""
        counted = Counter(one.status for one in self.labellings)
        return {status: counted[status] for status in (ANSWERED, SKIPPED, REJECTED, OPEN)}

    def entities(self) -> Dict[str, int]:
        """How many entities of each type the answers have."""
        answered = [one.spans for one in self.labellings if one.status == ANSWERED]
        return dict(sorted(Counter(span.label for spans in answered for span in spans).items()))

    def saved(self) -> None:
        """To be called when everything has been written."""
        self.unsaved = self.save_due = False

    def leave(self) -> None:
        """The annotator goes to another sentence: what has been begun here should be kept."""
        self.save_due = self.save_due or self.unsaved

    def change(self, change: Change) -> None:
        """Something new is said; what was undone is forgotten."""
        self._changes.append(change)
        self._undone.clear()
        self._put(change.view.position, change.after)

    def undo(self) -> Optional[Change]:
        """Takes back the last change, and gives it; `None` when there is none."""
        if not self._changes:
            return None
        change = self._changes.pop()
        self._undone.append(change)
        self._put(change.view.position, change.before)
        return change

    def redo(self) -> Optional[Change]:
        """Takes back the last `undo`, and gives the change; `None` when there is none."""
        if not self._undone:
            return None
        change = self._undone.pop()
        self._changes.append(change)
        self._put(change.view.position, change.after)
        return change

    def after(self, place: int) -> int:
        """The next sentence that is open, also one before this; otherwise the next skipped one, or the end."""
        number = len(self.labellings)
        found = self.first(OPEN, [*range(place + 1, number), *range(max(place, 0))])
        if found is None:
            found = self.first(SKIPPED, range(place + 1, number))
        return number if found is None else found

    def first(self, status: str, places: Optional[Iterable[int]] = None) -> Optional[int]:
        """The first sentence of this status, of all or of some."""
        places = range(len(self.labellings)) if places is None else places
        return next((place for place in places if self.labellings[place].status == status), None)

    def _put(self, place: int, new: Labelling) -> None:
        old, self.labellings[place] = self.labellings[place], new
        self.unsaved = True
        self.save_due = self.save_due or not old.status == new.status == OPEN
