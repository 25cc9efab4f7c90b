"""Checks an answer against its question: text, labels, word borders, overlaps."""

from itertools import pairwise
from typing import Any, List, NamedTuple, Optional, Sequence, Tuple

from seqmix_plugin.errors import shortened
from seqmix_plugin.formats.answer import WORDS, Answer, RawAnswer, RawSpan
from seqmix_plugin.formats.character_offsets import CharacterOffsets
from seqmix_plugin.formats.questions import Question
from seqmix_plugin.io.json_text import is_text, shown, whole_number
from seqmix_plugin.tag_schemes import InvalidTagError, Span, spans_to_tags, tags_to_spans


class Checked(NamedTuple):
    """
    # Parameters

    raw : `RawAnswer`
        What was checked.
    answer : `Answer`, optional
        The answer; `None` when there is none, or a problem.
    problems : `List[str]`
        Why it is not taken, with its place.
    warnings : `List[str]`
        What is unexpected, although it is taken, with its place.
    num_snapped : `int`
        Spans that were widened to whole words.
    """

    raw: RawAnswer
    answer: Optional[Answer]
    problems: List[str]
    warnings: List[str]
    num_snapped: int


def check(raw: RawAnswer, types: Optional[Sequence[str]] = None, snap: bool = False) -> Checked:
    """
    # Parameters

    raw : `RawAnswer`
        An answer as a tool's file has it.
    types : `Sequence[str]`, optional (default = `None`)
        The entity types; any other is a problem. Without them any type is taken.
    snap : `bool`, optional (default = `False`)
        Widen a span that cuts a word to the whole word, and count it, instead of reporting a problem.
    """
    checker = _Checker(raw, types, snap)
    tags = None if raw.question is None else checker.tags(raw.question)
    problems, warnings = ([f"{raw.place}: {line}" for line in lines] for lines in (checker.problems, checker.warnings))
    answer = None
    if raw.question is not None and not problems and (raw.rejected or tags is not None):
        answer = Answer(raw.question.sentence.id, tags, raw.annotator, raw.place)
    return Checked(raw, answer, problems, warnings, checker.num_snapped)


def changed_text(question: Question, text: str) -> Optional[str]:
    """The problem that a tool's text is not the one that was exported, whatever white space ends it; or `None`."""
    expected = question.sentence.raw_text
    if text.rstrip() in (expected.rstrip(), question.shown_text.rstrip()):
        return None
    differing = (n for n, (one, other) in enumerate(zip(text, expected, strict=False)) if one != other)
    start = max(0, next(differing, min(len(text), len(expected))) - 20)
    return f"the text was changed: {_short(text, start)}; it was {_short(expected, start)}"


class _Checker:
    """Collects the problems and warnings of one answer."""

    def __init__(self, raw: RawAnswer, types: Optional[Sequence[str]], snap: bool) -> None:
        self._raw, self._types, self._snap = raw, types, snap
        self.problems, self.warnings = [*raw.problems], [*raw.warnings]
        self.num_snapped = 0

    def tags(self, question: Question) -> Optional[Tuple[str, ...]]:
        """The BIO tags of the answer; `None` without labels, or after a problem."""
        raw, words = self._raw, question.sentence.tokens
        changed = None if raw.text is None else changed_text(question, raw.text)
        other = next((tag for tag in raw.other_tags if tag[:2] in ("B-", "I-") and tag[2:] in (self._types or ())), "")
        if changed is not None:
            self.problems.append(changed)
        elif other:
            self.problems.append(
                f"{other!r} in another column than the last, which differs; expected one column of tags"
            )
        elif raw.tags is not None or raw.spans is not None:
            forms = [
                sorted(set(spans))
                for spans in (self._of_tags(len(words)), self._of_spans(question))
                if spans is not None
            ]
            if len(forms) > 1 and forms[0] != forms[1] and not self.problems:
                self.problems.append(
                    f"'tags' is {shown(raw.tags)} and 'spans' {shown(raw.spans)}; expected the same, or one of them"
                )
            self.problems += [
                f"{_named(words, one)} and {_named(words, other)} overlap; expected one label a word"
                for spans in forms
                for one, other in pairwise(spans)
                if other.start < one.end
            ]
            if not self.problems:
                return tuple(spans_to_tags(forms[0], len(words)))
        return None

    def _of_tags(self, length: int) -> Optional[List[Span]]:
        tags = self._raw.tags
        if tags is None:
            return None
        if len(tags) != length:
            self.problems.append(f"{len(tags)} tags for {length} words; expected one a word")
            return None
        try:
            return [span for span in tags_to_spans(tags)[0] if self._is_known(span.label)]
        except InvalidTagError as error:
            self.problems.append(f"word {error.position + 1}: {error}")
            return None

    def _of_spans(self, question: Question) -> Optional[List[Span]]:
        if self._raw.spans is None:
            return None
        offsets = CharacterOffsets(question.sentence, self._raw.unit)
        found = []
        for raw in self._raw.spans:
            start, end, by_words = whole_number(raw.start), whole_number(raw.end), self._raw.unit == WORDS
            if start is None or end is None:
                kind = "word" if by_words else "character"
                self.problems.append(f"a span from {shown(raw.start)} to {shown(raw.end)}; expected {kind} positions")
            elif self._is_known(raw.label):
                found.append(
                    self._of_words(raw, start, end, question.sentence.tokens)
                    if by_words
                    else self._of_characters(raw, start, end, offsets)
                )
        return [span for span in found if span is not None]

    def _is_known(self, label: Any) -> bool:
        if is_text(label) and label and (self._types is None or label in self._types):
            return True
        problem = f"unknown label {label!r}; expected {', '.join(self._types or ('entity types',))}"
        self.problems += [] if problem in self.problems else [problem]
        return False

    def _of_words(self, raw: RawSpan, start: int, end: int, words: Sequence[str]) -> Optional[Span]:
        if not 0 <= start < end <= len(words):
            self.problems.append(f"words {start} to {end} are not within the sentence's {len(words)}")
            return None
        text = " ".join(words[start:end])
        if isinstance(raw.text, str) and "".join(raw.text.split()) != "".join(text.split()):
            self.problems.append(
                f"a span is {shown(raw.text)}, but its words are {shown(text)}; expected word positions"
            )
            return None
        return Span(start, end, raw.label)

    def _of_characters(self, raw: RawSpan, start: int, end: int, offsets: CharacterOffsets) -> Optional[Span]:
        text = offsets.text(start, end)
        what = f"characters {start} to {end} ({_short(text)}, {_short(raw.label)})"
        words = offsets.words(start, end)
        problem = None
        if not 0 <= start < end <= offsets.length:
            problem = f"characters {start} to {end} are not within the text's {offsets.length}"
        elif words is None:
            problem = f"{what} are white space; expected words"
        elif isinstance(raw.text, str) and raw.text != text:
            if offsets.units_differ and _squeezed(raw.text) != _squeezed(text):
                problem = f"{what} are {_short(raw.text)} in the tool; expected offsets in {self._raw.unit}"
            else:
                self.warnings.append(f"{what} are {_short(raw.text)} in the tool; the offsets are taken")
        if problem is None and words is not None and not words.exact:
            whole = _short(offsets.text(*offsets.of_words(words.start, words.end)))
            if self._snap:
                self.num_snapped += 1
            else:
                problem = f"{what} cut a word; expected whole words such as {whole}, which snap makes of it"
        if problem is not None or words is None:
            self.problems += [] if problem is None else [problem]
            return None
        return Span(words.start, words.end, raw.label)


def _squeezed(text: str) -> str:
    """Text with each run of white space as one space, as browsers show it."""
    return " ".join(text.replace("\\n", " ").split())  # Label Studio writes a line break as these two characters


def _named(words: Sequence[str], span: Span) -> str:
    return f"{_short(' '.join(words[span.start : span.end]))} ({span.label!r})"


def _short(text: Any, start: int = 0) -> str:
    """As an error shows it, from a position on."""
    return shortened(f"…{text[start:]!r}" if start else repr(text))
