"""What an annotator has said of one sentence so far: plain values, and what can be done to spans."""

from dataclasses import dataclass
from typing import Iterable, Optional, Tuple

from seqmix_plugin.formats import Question, Span

OPEN, ANSWERED, SKIPPED, REJECTED = "open", "answered", "skipped", "rejected"
"""How it stands with a sentence; only an answered one has labels that count."""

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
        When it got its status or, once it is answered, its last label: ISO 8601 in UTC.
    """

    spans: Spans
    status: str = OPEN
    time: Optional[str] = None


def span_at(spans: Spans, word: int) -> Optional[Span]:
    """The one that a word is in, if any."""
    return next((span for span in spans if span.start <= word < span.end), None)


def put(spans: Spans, new: Span) -> Spans:
    """With a span more, which takes the place of all that it overlaps."""
    return tuple(sorted((*without(spans, new.start, new.end), new), key=lambda span: span.start))


def without(spans: Spans, start: int, end: int) -> Spans:
    """Without those that have one of these words; the end is exclusive."""
    return tuple(span for span in spans if span.end <= start or end <= span.start)


def stretched(spans: Spans, old: Span, left: int, right: int, length: int) -> Spans:
    """
    With the borders of one of them moved outwards by so many words, inwards if negative. It ends at its neighbours and
    at those of the sentence, and keeps one word at least.

    # Parameters

    spans : `Tuple[Span, ...]`
        All of the sentence.
    old : `Span`
        The one of them.
    left : `int`
        How far the first border is moved.
    right : `int`
        How far the second is.
    length : `int`
        The number of words of the sentence.
    """
    lowest = max((span.end for span in spans if span.end <= old.start), default=0)
    highest = min((span.start for span in spans if span.start >= old.end), default=length)
    start = min(max(old.start - left, lowest), old.end - 1)
    end = max(min(old.end + right, highest), start + 1)
    return spans if (start, end) == old[:2] else put(without(spans, *old[:2]), Span(start, end, old.label))


def scored(spans: Iterable[Span], question: Question) -> Spans:
    """The same spans, with the model's score where it is the model's own; in order."""
    predicted = {span[:3]: span for span in question.predicted}
    return tuple(sorted((predicted.get(span[:3], Span(*span[:3])) for span in spans), key=lambda span: span.start))
