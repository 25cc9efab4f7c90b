"""Checks an answer against its question: text, labels, word borders, overlaps."""

from itertools import pairwise
from typing import Any, List, Optional, Sequence, Tuple

from seqmix_plugin.errors import shortened
from seqmix_plugin.formats.answer import WORDS, Answer, RawAnswer, RawSpan
from seqmix_plugin.formats.character_offsets import CharacterOffsets
from seqmix_plugin.formats.questions import Question
from seqmix_plugin.io.json_text import shown, whole_number
from seqmix_plugin.tag_schemes import InvalidTagError, Span, is_type_name, spans_to_tags, tags_to_spans


def changed_text(question: Question, text: str) -> Optional[str]:
    """The problem that a tool's text is not the one that was exported, whatever white space ends it; or `None`."""
    expected = question.sentence.raw_text
    if text.rstrip() in (expected.rstrip(), question.shown_text.rstrip()):
        return None
    differing = (n for n, (one, other) in enumerate(zip(text, expected, strict=False)) if one != other)
    start = max(0, next(differing, min(len(text), len(expected))) - 20)
    return f"the text was changed: {_short(text, start)}; it was {_short(expected, start)}"


class Checked:
    """
    An answer after its check against its question. Its private methods raise a `ValueError` for a problem.

    # Parameters

    raw : `RawAnswer`
        An answer as a tool's file has it.
    types : `Sequence[str]`, optional (default = `None`)
        The entity types; any other is a problem. Without them any type is taken.
    snap : `bool`, optional (default = `False`)
        Widen a span that cuts a word to the whole word, and count it, instead of reporting a problem.
    """

    def __init__(self, raw: RawAnswer, types: Optional[Sequence[str]] = None, snap: bool = False) -> None:
        self.raw, self._types, self._snap = raw, types, snap
        self.answer: Optional[Answer] = None
        """The checked answer; `None` when there is none, or a problem."""
        self.problems, self.warnings = [*raw.problems], [*raw.warnings]
        self.num_snapped = 0
        """Number of spans that were widened to whole words."""
        tags = None
        if raw.question is not None:
            try:
                tags = self._tags(raw.question)
            except ValueError as problem:
                self.problems.append(str(problem))
            if not self.problems and (raw.rejected or tags is not None):
                self.answer = Answer(raw.question.sentence.id, tags, raw.annotator, raw.place)
        self.problems, self.warnings = (
            [f"{raw.place}: {line}" for line in dict.fromkeys(lines)] for lines in (self.problems, self.warnings)
        )

    def _tags(self, question: Question) -> Optional[Tuple[str, ...]]:
        """The BIO tags of the answer; `None` without labels."""
        raw, words = self.raw, question.sentence.tokens
        changed = None if raw.text is None else changed_text(question, raw.text)
        if changed is not None:
            raise ValueError(changed)
        for tag in raw.other_tags:
            if tag[:2] in ("B-", "I-") and tag[2:] in (self._types or ()):
                raise ValueError(f"{tag!r} in another column than the last, which differs; expected one column of tags")
        spans = None if raw.spans is None else sorted(set(self._spans(raw.spans, question)))
        if raw.tags is not None:
            if len(raw.tags) != len(words):
                raise ValueError(f"{len(raw.tags)} tags for {len(words)} words; expected one a word")
            tagged = self._of_tags(raw.tags)
            if spans is not None and spans != tagged and not self.problems:
                given = f"'tags' is {shown(raw.tags)} and 'spans' {shown(raw.spans)}"
                raise ValueError(f"{given}; expected the same, or one of them")
            spans = tagged
        for one, other in pairwise(spans or ()):
            if other.start < one.end:
                named = " and ".join(f"{_short(' '.join(words[s.start : s.end]))} ({s.label!r})" for s in (one, other))
                self.problems.append(f"{named} overlap; expected one label a word")
        return None if spans is None or self.problems else tuple(spans_to_tags(spans, len(words)))

    def _of_tags(self, tags: Sequence[str]) -> List[Span]:
        try:
            spans, _ = tags_to_spans(tags)
        except InvalidTagError as error:
            raise ValueError(f"word {error.position + 1}: {error}") from error
        for span in spans:
            self._check_label(span.label)
        return spans

    def _spans(self, raw_spans: Sequence[RawSpan], question: Question) -> List[Span]:
        found = []
        for raw in raw_spans:
            try:
                found.append(self._span(raw, question))
            except ValueError as problem:
                self.problems.append(str(problem))
        return found

    def _span(self, raw: RawSpan, question: Question) -> Span:
        start, end, by_words = whole_number(raw.start), whole_number(raw.end), self.raw.unit == WORDS
        if start is None or end is None:
            kind = "word" if by_words else "character"
            raise ValueError(f"a span from {shown(raw.start)} to {shown(raw.end)}; expected {kind} positions")
        self._check_label(raw.label)
        if not by_words:
            start, end = self._words(raw, start, end, CharacterOffsets(question.sentence, self.raw.unit))
        words = question.sentence.tokens
        if not 0 <= start < end <= len(words):
            raise ValueError(f"words {start} to {end} are not within the sentence's {len(words)}")
        text = " ".join(words[start:end])
        if by_words and isinstance(raw.text, str) and "".join(raw.text.split()) != "".join(text.split()):
            raise ValueError(f"a span is {shown(raw.text)}, but its words are {shown(text)}; expected word positions")
        return Span(start, end, raw.label)

    def _check_label(self, label: Any) -> None:
        is_name = isinstance(label, str) and is_type_name(label)  # as in tags, which could not be read again otherwise
        if not is_name or (self._types is not None and label not in self._types):
            raise ValueError(f"unknown label {label!r}; expected {', '.join(self._types or ('entity types',))}")

    def _words(self, raw: RawSpan, start: int, end: int, offsets: CharacterOffsets) -> Tuple[int, int]:
        """The words of a span in characters."""
        if not 0 <= start < end <= offsets.length:
            raise ValueError(f"characters {start} to {end} are not within the text's {offsets.length}")
        words, text = offsets.words(start, end), offsets.text(start, end)
        what = f"characters {start} to {end} ({_short(text)}, {_short(raw.label)})"
        if words is None:
            raise ValueError(f"{what} are white space; expected words")
        if isinstance(raw.text, str) and raw.text != text:
            in_tool = f"{what} are {_short(raw.text)} in the tool"
            if offsets.units_differ and _squeezed(raw.text) != _squeezed(text):
                raise ValueError(f"{in_tool}; expected offsets in {self.raw.unit}")
            self.warnings.append(f"{in_tool}; the offsets are taken")
        if not words.exact:
            if not self._snap:
                whole = _short(offsets.text(*offsets.of_words(words.start, words.end)))
                raise ValueError(f"{what} cut a word; expected whole words such as {whole}, which snap makes of it")
            self.num_snapped += 1
        return words.start, words.end


def _squeezed(text: str) -> str:
    """Text with each run of white space as one space, as browsers show it."""
    return " ".join(text.replace("\\n", " ").split())  # Label Studio writes a line break as these two characters


def _short(text: Any, start: int = 0) -> str:
    """As an error shows it, from a position on."""
    return shortened(f"…{text[start:]!r}" if start else repr(text))
