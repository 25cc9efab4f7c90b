"""Questions for annotators, and the file of questions that all tools' files are made from."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Iterable, List, Optional, Tuple

from pydantic import Field, ValidationError

from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.io.atomic import write_bytes
from seqmix_plugin.io.json_text import Row, objects, read_text, to_lines
from seqmix_plugin.io.stored import Known, Number, first_problem
from seqmix_plugin.sentence import TaggedSentence
from seqmix_plugin.tag_schemes import Span, spans_to_tags

Text = Annotated[str, Field(min_length=1)]


@dataclass(frozen=True)
class Question:
    """
    A sentence that waits for labels.

    # Parameters

    sentence : `TaggedSentence`
        The sentence, without labels.
    query_score : `float`, optional (default = `None`)
        Its informativeness, the higher the more; `None` when the policy does not score.
    predicted : `Tuple[Span, ...]`, optional (default = `()`)
        The entities that the model predicts: in order, not overlapping.
    round : `int`, optional (default = `0`)
        The round that asks.

    # Raises

    `ValueError`
        When a span is outside the sentence or overlaps the one before, or a score is not a finite number.
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

    @property
    def id(self) -> str:
        """The sentence's id."""
        return self.sentence.id

    @property
    def tokens(self) -> Tuple[str, ...]:
        """The sentence's words."""
        return self.sentence.tokens

    def predicted_tags(self) -> Tuple[str, ...]:
        """The model's prediction as BIO tags."""
        return tuple(spans_to_tags(self.predicted, len(self.sentence)))

    @property
    def shown_text(self) -> str:
        """The sentence as tools are given it: browsers drop carriage returns, which would shift all offsets."""
        return self.sentence.raw_text.replace("\r", " ")


class _QuestionRow(Known):
    id: Text
    tokens: Annotated[List[Text], Field(min_length=1)]
    spaces: Optional[List[str]] = None
    round: int = 0
    query_score: Optional[Number] = None
    predicted: Optional[List[Span]] = None


def question_row(question: Question) -> Row:
    """A line of the file of questions."""
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
    """Writes a file of questions, whole or not at all."""
    write_bytes(path, to_lines(question_row(question) for question in questions))


def read_questions(path: Path) -> List[Question]:
    """
    Reads a file of questions: an object a line, with the keys `id`, `round`, `tokens`, `spaces` (may be left out),
    `query_score` and `predicted`, a list of objects `start`, `end`, `label`, `score` in word positions.

    # Raises

    `ConfigurationError`
        With file and line, for anything else, and for an id that is there twice.
    """
    questions = {}
    for place, row in objects(str(path), read_text(path)):
        try:
            one = _QuestionRow.model_validate(row)
            spaces = None if one.spaces is None else tuple(one.spaces)
            sentence = TaggedSentence(one.id, tuple(one.tokens), spaces=spaces)
            question = Question(sentence, one.query_score, tuple(one.predicted or ()), one.round)
        except ValueError as error:
            problem = first_problem(error) if isinstance(error, ValidationError) else error
            raise ConfigurationError(f"{place}: {problem}") from error
        if question.sentence.id in questions:
            raise ConfigurationError(f"{place}: the id {question.sentence.id!r} is there twice")
        questions[question.sentence.id] = question
    return list(questions.values())
