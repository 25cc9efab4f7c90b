"""One import on its way: formats put in what a file says, and it comes out checked and resolved."""

from functools import cached_property
from itertools import pairwise
from typing import Any, Dict, Iterable, List, Optional, Sequence, Tuple

from seqmix_plugin.errors import shortened
from seqmix_plugin.formats.answers import Answers, ReadSettings
from seqmix_plugin.formats.json_files import is_text, shown, whole_number
from seqmix_plugin.formats.offsets import CODE_POINTS, UNITS, Marked, Ruler, find_unit
from seqmix_plugin.formats.question import Answer, Question, Span, bio, first_difference, shown_text
from seqmix_plugin.formats.said import Said
from seqmix_plugin.tag_schemes import InvalidTagError, tags_to_spans


class Reading:
    """
    What all formats check alike: ids, texts, labels, word borders, overlaps, annotators.

    # Parameters

    source : `str`
        The file, as problems name it.
    questions : `Sequence[Question]`
        What was asked.
    labels : `Sequence[str]`, optional
        The entity types; `None` takes any.
    settings : `ReadSettings`
        What to do about cut words and several annotators.
    units : `Sequence[str]`, optional (default = `("code_points",)`)
        What the tool may count characters in, the most likely first.
    takes_others : `bool`, optional (default = `False`)
        Whether there may be answers to other questions alone.
    """

    def __init__(
        self,
        source: str,
        questions: Sequence[Question],
        labels: Optional[Sequence[str]],
        settings: ReadSettings,
        units: Sequence[str] = (CODE_POINTS,),
        takes_others: bool = False,
    ) -> None:
        self.source = source
        self._questions = {question.sentence.id: question for question in questions}
        self.types = labels
        self._settings = settings
        self._units = units
        self._takes_others = takes_others
        self._said = Said()
        self._unknown: List[str] = []
        self._num_known = 0
        self._num_snapped = 0

    def begin(self, source: str, units: Sequence[str]) -> None:
        """What comes next is of another file."""
        self.source, self._units = source, units
        self._said.next_file()

    def annotation(self, name: Any, sentence_id: Optional[str] = None, when: Any = None) -> None:
        """What comes next is said in an annotation that the tool names; see `Said`."""
        self._said.begin(name, sentence_id, when)

    def problem(self, place: str, message: str) -> None:
        """What is left out, and why."""
        self._said.problem(f"{self.source}, {place}: {message}")

    def warn(self, place: str, message: str) -> None:
        """What is taken although it is not as expected."""
        self._said.warn(f"{self.source}, {place}: {message}")

    def question(self, name: Any, place: str, key: str = "id") -> Optional[Question]:
        """
        The question that a row answers; `None` for one of another project or round, which is counted, and for a row
        without an id, which is a problem.

        # Parameters

        name : `Any`
            What stands under `key`.
        place : `str`
            Where.
        key : `str`, optional (default = `"id"`)
            Where our id should stand.
        """
        if isinstance(name, int) and not isinstance(name, bool):
            name = str(name)
        if not isinstance(name, str) or not name:
            self.problem(place, f"no {key!r}; expected the id of the question, as it was exported")
            return None
        found = self._questions.get(name)
        if found is None:
            self._unknown.append(name)
        else:
            self._num_known += 1
        return found

    @cached_property
    def by_words(self) -> Dict[Tuple[str, ...], List[Question]]:
        """The questions that have the same words."""
        questions: Dict[Tuple[str, ...], List[Question]] = {}
        for question in self._questions.values():
            questions.setdefault(question.sentence.tokens, []).append(question)
        return questions

    def same_text(self, question: Question, text: Any, place: str) -> bool:
        """Whether a tool still has the text that was exported, whatever white space ends it; otherwise a problem."""
        expected = question.sentence.raw_text
        if isinstance(text, str) and text.rstrip() in (expected.rstrip(), shown_text(question).rstrip()):
            return True
        start = max(0, first_difference(text, expected) - 20)
        self.problem(place, f"the text was changed: {_short(text, start)}; it was {_short(expected, start)}")
        return False

    def reject(self, question: Question, annotator: Optional[str], place: str, when: Any = None) -> None:
        """Somebody gave no labels, or takes back what he gave."""
        self._give(question, None, annotator, place, when)

    def marked(self, start: Any, end: Any, label: Any, place: str, text: Any = None) -> Optional[Marked]:
        """A mark as a tool wrote it, or `None` after a problem."""
        first, last = whole_number(start), whole_number(end)
        if first is None or last is None:
            self.problem(place, f"a span from {shown(start)} to {shown(end)}; expected character positions")
            return None
        return Marked(first, last, label, text if isinstance(text, str) else None) if self.known(label, place) else None

    def mark(
        self,
        question: Question,
        marks: Sequence[Optional[Marked]],
        annotator: Optional[str],
        place: str,
        when: Any = None,
    ) -> None:
        """Somebody labelled stretches of text; a `None` among them has been a problem already."""
        good = [mark for mark in marks if mark is not None]
        unit = find_unit(question.sentence, good, self._units)
        if unit != self._units[0]:
            self.warn(place, f"offsets are read as {UNITS[unit]}; as {UNITS[self._units[0]]} they fit nothing")
        ruler = Ruler(question.sentence, unit)
        spans = [span for span in (self._span(mark, ruler, place) for mark in good) if span is not None]
        if len(spans) == len(marks):
            self.label(question, spans, annotator, place, when)

    def label(
        self, question: Question, spans: Iterable[Span], annotator: Optional[str], place: str, when: Any = None
    ) -> None:
        """Somebody labelled words, with known types."""
        length = len(question.sentence)
        ordered = sorted(set(spans))  # the same span twice is one
        problems = [
            f"words {span.start} to {span.end} are none of the sentence's, 0 to {length}"
            for span in ordered
            if not 0 <= span.start < span.end <= length
        ] or [
            f"{_named(question, one)} and {_named(question, other)} overlap; expected one label a word"
            for one, other in pairwise(ordered)
            if other.start < one.end
        ]
        for problem in problems:
            self.problem(place, problem)
        if not problems:
            self._give(question, bio(ordered, length), annotator, place, when)

    def tag(
        self, question: Question, tags: Sequence[str], annotator: Optional[str], place: str, when: Any = None
    ) -> None:
        """Somebody gave BIO tags."""
        if len(tags) != len(question.sentence):
            self.problem(place, f"{len(tags)} tags for {len(question.sentence)} words; expected one a word")
            return
        try:
            spans, _ = tags_to_spans(tags)
        except InvalidTagError as error:
            self.problem(place, f"word {error.position + 1}: {error}")
            return
        good = [Span(*span) for span in spans if self.known(span.label, place)]
        if len(good) == len(spans):
            self.label(question, good, annotator, place, when)

    def known(self, label: Any, place: str) -> bool:
        """Whether an entity type is among the project's; otherwise a problem."""
        if is_text(label) and label and (self.types is None or label in self.types):
            return True
        valid = "entity types" if self.types is None else ", ".join(self.types)
        self.problem(place, f"unknown label {label!r}; expected {valid}")
        return False

    def answers(self) -> Answers:
        """Everything that was put in, resolved."""
        problems = self._said.problems()
        if self._unknown and not self._num_known and not self._takes_others:
            message = f"none of the {len(self._unknown)} ids belongs to a question"
            problems.append(
                f"{self.source}, id {self._unknown[0]!r}: {message}; expected answers to the same questions"
            )
        order = {name: position for position, name in enumerate(self._questions)}
        settled = self._said.settled(self._settings.annotators)
        answered = {answer.sentence_id for answer in settled.answers}
        return Answers(
            answers=sorted(settled.answers, key=lambda answer: order[answer.sentence_id]),
            rejected=sorted(settled.rejected, key=lambda answer: order[answer.sentence_id]),
            unanswered=[name for name in order if name not in answered],
            num_rejected=settled.num_rejected,
            num_unknown=len(self._unknown),
            num_resolved=settled.num_resolved,
            num_snapped=self._num_snapped,
            problems=problems + settled.disagreements,
            disagreements=settled.disagreements,
            warnings=self._said.warnings() + settled.warnings,
        )

    def _give(
        self, question: Question, tags: Optional[Tuple[str, ...]], annotator: Optional[str], place: str, when: Any
    ) -> None:
        self._said.give(Answer(question.sentence.id, tags, annotator, f"{self.source}, {place}"), when)

    def _span(self, mark: Marked, ruler: Ruler, place: str) -> Optional[Span]:
        """The words of a mark, or `None` after a problem."""
        text = ruler.text(mark.start, mark.end)
        what = f"characters {mark.start} to {mark.end} ({_short(text)}, {_short(mark.label)})"
        if not 0 <= mark.start < mark.end <= ruler.length:
            self.problem(place, f"characters {mark.start} to {mark.end} are not within the text's {ruler.length}")
            return None
        stretch = ruler.words(mark.start, mark.end)
        if stretch is None:
            self.problem(place, f"{what} are white space; expected words")
            return None
        if mark.text is not None and mark.text != text:
            self.warn(place, f"{what} are {_short(mark.text)} in the tool; the offsets are taken")
        if not stretch.exact:
            words = _short(ruler.text(*ruler.characters(stretch.start, stretch.end)))
            if not self._settings.snap:
                self.problem(place, f"{what} cut a word; expected whole words such as {words}, which snap makes of it")
                return None
            self._num_snapped += 1
        return Span(stretch.start, stretch.end, mark.label)


def _named(question: Question, span: Span) -> str:
    return f"{_short(' '.join(question.sentence.tokens[span.start : span.end]))} ({span.label!r})"


def _short(text: Any, start: int = 0) -> str:
    """As an error shows it, from a place on."""
    return shortened(f"…{text[start:]!r}" if start else repr(text))
