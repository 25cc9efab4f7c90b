"""The annotation of one sentence in progress."""

from dataclasses import dataclass
from typing import Iterable, Optional, Tuple

from seqmix_plugin.formats import Question, Span

OPEN, ANSWERED, SKIPPED, REJECTED = "open", "answered", "skipped", "rejected"
"""The status of a sentence; only the labels of an answered one count."""

Spans = Tuple[Span, ...]


@dataclass(frozen=True)
class Labelling:
    """
    # Parameters

    spans : `Tuple[Span, ...]`
        In order, not overlapping.
    status : `str`, optional (default = `"open"`)
        `open`, `answered`, `skipped` or `rejected`.
    time : `str`, optional (default = `None`)
        When the status, or a label of an answered sentence, was last changed: ISO 8601 in UTC.
    """

    spans: Spans
    status: str = OPEN
    time: Optional[str] = None

    def span_at(self, word: int) -> Optional[Span]:
        """The span that contains a word, if there is one."""
        return next((span for span in self.spans if span.start <= word < span.end), None)

    def put(self, new: Span) -> Spans:
        """The spans with a new one, which replaces all that it overlaps."""
        return tuple(sorted((*self.without(new.start, new.end), new), key=lambda span: span.start))

    def without(self, start: int, end: int) -> Spans:
        """The spans that contain none of these words; the end is exclusive."""
        return tuple(span for span in self.spans if span.end <= start or end <= span.start)

    def stretched(self, old: Span, left: int, right: int, length: int) -> Spans:
        """
        The spans after the borders of one are moved outwards by a number of words, inwards if negative, up to its
        neighbours and the ends of the sentence; at least one word remains.

        # Parameters

        old : `Span`
            The span to change.
        left : `int`
            How far to move its start.
        right : `int`
            How far to move its end.
        length : `int`
            The number of words of the sentence.
        """
        lowest = max((span.end for span in self.spans if span.end <= old.start), default=0)
        highest = min((span.start for span in self.spans if span.start >= old.end), default=length)
        start = min(max(old.start - left, lowest), old.end - 1)
        end = max(min(old.end + right, highest), start + 1)
        return self.spans if (start, end) == old[:2] else self.put(Span(start, end, old.label))


def scored(spans: Iterable[Span], question: Question) -> Spans:
    """The spans in order, each with the model's score if the model predicted it."""
    predicted = {span[:3]: span for span in question.predicted}
    return tuple(sorted((predicted.get(span[:3], Span(*span[:3])) for span in spans), key=lambda span: span.start))
