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

    def without(self, start: int, end: int) -> Spans:
        """The spans that contain none of these words; the end is exclusive."""
        return tuple(span for span in self.spans if span.end <= start or end <= span.start)


def scored(spans: Iterable[Span], question: Question) -> Spans:
    """The spans in order, each with the model's score if the model predicted it."""
    predicted = {span[:3]: span for span in question.predicted}
    return tuple(sorted((predicted.get(span[:3], Span(*span[:3])) for span in spans), key=lambda span: span.start))
