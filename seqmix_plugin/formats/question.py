"""What annotators are asked and what they answer, and the file of questions that all tools' files are made from."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Iterable, List, NamedTuple, Optional, Sequence, Tuple

from seqmix_plugin.formats.json_files import (
    Row,
    decoded,
    file_error,
    is_text,
    read_bytes,
    rows,
    shown,
    to_lines,
    whole_number,
)
from seqmix_plugin.io.atomic import write_text
from seqmix_plugin.sentence import TaggedSentence
from seqmix_plugin.tag_schemes import Span as TagSpan
from seqmix_plugin.tag_schemes import spans_to_tags


class Span(NamedTuple):
    """
    An entity, in word positions.

    # Parameters

    start : `int`
        Its first word.
    end : `int`
        One past its last word.
    label : `str`
        Its type.
    score : `float`, optional (default = `None`)
        How sure the model is of it, from 0 to 1.
    """

    start: int
    end: int
    label: str
    score: Optional[float] = None


@dataclass(frozen=True)
class Question:
    """
    A sentence that waits for labels.

    # Parameters

    sentence : `TaggedSentence`
        Without labels.
    query_score : `float`, optional (default = `None`)
        Its informativeness, the higher the more; `None` when the policy does not score.
    predicted : `Tuple[Span, ...]`, optional (default = `()`)
        What the model would say: in order, not overlapping.
    round : `int`, optional (default = `0`)
        The round that asks.

    # Raises

    `ValueError`
        When a span is outside the sentence or overlaps the one before, or a score is no number.
    """

    sentence: TaggedSentence
    query_score: Optional[float] = None
    predicted: Tuple[Span, ...] = ()
    round: int = 0

    def __post_init__(self) -> None:
        last = 0
        for span in self.predicted:
            if not last <= span.start < span.end <= len(self.sentence):
                raise ValueError(f"{span} is not within the {len(self.sentence)} words or overlaps the span before it")
            last = span.end
        for score in (self.query_score, *(span.score for span in self.predicted)):
            if score is not None and not math.isfinite(score):
                raise ValueError(f"the score {score} is not a number")

    def predicted_tags(self) -> Tuple[str, ...]:
        """What the model would say, as BIO tags."""
        return bio(self.predicted, len(self.sentence))


class Answer(NamedTuple):
    """
    What one annotator said of one sentence.

    # Parameters

    sentence_id : `str`
        The sentence.
    tags : `Tuple[str, ...]`, optional
        One BIO tag a word; `None` when the annotator gave no labels: rejected, skipped, cancelled.
    annotator : `str`, optional
        Who, if the tool says so.
    place : `str`
        The file and where it stands there.
    """

    sentence_id: str
    tags: Optional[Tuple[str, ...]]
    annotator: Optional[str]
    place: str


def bio(spans: Sequence[Span], length: int) -> Tuple[str, ...]:
    """Spans, in order and not overlapping, as the BIO tags of so many words."""
    return tuple(spans_to_tags([TagSpan(span.start, span.end, span.label) for span in spans], length))


def shown_text(question: Question) -> str:
    """A sentence as tools are given it: browsers drop carriage returns, which would shift all offsets."""
    return question.sentence.raw_text.replace("\r", " ")


def first_difference(one: Any, other: str) -> int:
    """The first character in which two texts differ; 0 when one is none."""
    if not isinstance(one, str):
        return 0
    differing = (n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b)
    return next(differing, min(len(one), len(other)))


def question_row(question: Question) -> Row:
    """A line of `queries.jsonl`."""
    sentence = question.sentence
    return {
        "id": sentence.id,
        "round": question.round,
        "tokens": list(sentence.tokens),
        **({} if sentence.spaces is None else {"spaces": list(sentence.spaces)}),
        "query_score": question.query_score,
        "predicted": [span._asdict() for span in question.predicted],
    }


def write_questions(path: Path, questions: Iterable[Question]) -> None:
    """Writes `queries.jsonl`, whole or not at all."""
    write_text(path, to_lines(question_row(question) for question in questions))


def read_questions(path: Path) -> List[Question]:
    """
    Reads `queries.jsonl`: a question an object a line, with the keys `id`, `round`, `tokens`, `spaces` (may be left
    out), `query_score` and `predicted`, a list of objects `start`, `end`, `label`, `score` in word positions.

    # Raises

    `ConfigurationError`
        With file and line, for anything else, and for an id that is there twice.
    """
    source = str(path)
    questions: List[Question] = []
    known = set()
    for place, row in rows(source, decoded(source, read_bytes(path))):
        try:
            question = _question(row)
        except (OverflowError, ValueError) as error:
            raise file_error(source, place, str(error)) from error
        if question.sentence.id in known:
            raise file_error(source, place, f"the id {question.sentence.id!r} is there twice")
        known.add(question.sentence.id)
        questions.append(question)
    return questions


def _question(row: Row) -> Question:
    """A `ValueError` when it is none."""
    name, tokens, spaces, predicted = (row.get(key) for key in ("id", "tokens", "spaces", "predicted"))
    if not name or not is_text(name):
        raise ValueError(f"'id' is {shown(name)}; expected a string")
    if not tokens or not _are_strings(tokens) or not all(tokens):
        raise ValueError(f"'tokens' is {shown(tokens)}; expected a list of words, none of them empty")
    if spaces is not None and not _are_strings(spaces):
        raise ValueError(f"'spaces' is {shown(spaces)}; expected a list of strings, one a word")
    if predicted is not None and not (
        isinstance(predicted, list) and all(isinstance(span, dict) for span in predicted)
    ):
        raise ValueError(f"'predicted' is {shown(predicted)}; expected a list of objects")
    number = whole_number(row.get("round", 0))
    if number is None:
        raise ValueError(f"'round' is {shown(row['round'])}; expected a whole number")
    sentence = TaggedSentence(name, tuple(tokens), spaces=None if spaces is None else tuple(spaces))
    return Question(sentence, _score(row, "query_score"), tuple(map(_span, predicted or ())), number)


def _span(row: Row) -> Span:
    start, end, label = whole_number(row.get("start")), whole_number(row.get("end")), row.get("label")
    if start is None or end is None or not is_text(label):
        raise ValueError(f"'predicted' has {shown(row)}; expected start and end, word positions, and label")
    return Span(start, end, label, _score(row, "score"))


def _score(row: Row, key: str) -> Optional[float]:
    value = row.get(key)
    if value is not None and (isinstance(value, bool) or not isinstance(value, (int, float))):
        raise ValueError(f"{key!r} is {shown(value)}; expected a number")
    return None if value is None else float(value)


def _are_strings(value: Any) -> bool:
    return isinstance(value, list) and all(map(is_text, value))
