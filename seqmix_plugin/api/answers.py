"""Answers to the questions of a round, as a program gives them."""

import logging
from collections.abc import Iterable as AnyIterable
from collections.abc import Mapping as AnyMapping
from pathlib import Path
from typing import Any, Dict, List, Mapping, Optional, Sequence, Set

from seqmix_plugin.annotator.answer_file import ANSWERED, REJECTED, AnswerFile, Labelling
from seqmix_plugin.errors import ConfigurationError, quoted
from seqmix_plugin.formats import Answer, Question
from seqmix_plugin.formats.answer import RawAnswer
from seqmix_plugin.formats.check import Checked
from seqmix_plugin.formats.jsonl import answer_in
from seqmix_plugin.io.json_text import Row
from seqmix_plugin.sentence import TaggedSentence
from seqmix_plugin.sentence_files.records import has_columns, plain_list
from seqmix_plugin.tag_schemes import tags_to_spans

logger = logging.getLogger(__name__)

REJECT = "reject"
PLACE = "answers"
"""What errors call the answers."""


def checked_answers(answers: Any, questions: Sequence[Question], types: Sequence[str]) -> List[Answer]:
    """
    The answers to some of the questions, checked as those of annotators are.

    # Parameters

    answers : `Any`
        A dictionary with the answers by the sentences' ids; a list with one a question, in their order; or a data frame
        or `datasets.Dataset` with columns of ids, words and tags. An answer is a list of BIO tags, one a word; or a
        list of spans, each `(start, end, label)` in word positions or a dictionary with these keys; or `None` or
        `"reject"` for a sentence that is left out for good.
    questions : `Sequence[Question]`
        The questions.
    types : `Sequence[str]`
        The entity types.

    # Raises

    `ConfigurationError`
        Of the first problem, with the sentence's id: one that is no question, another number of tags or words, an
        unknown label, spans that overlap or are outside of the sentence, a second answer to a question (its id as text
        and as a number); also for another number of answers in a list.
    """
    by_id = {question.id: question for question in questions}
    found: List[Answer] = []
    problems: List[str] = []
    given: Set[str] = set()
    for name, answer in _by_id(answers, questions).items():
        raw = RawAnswer.of(PLACE, name, by_id)
        if raw.question is None:
            raise ConfigurationError(
                f"{PLACE}, id {quoted(name)}: not a question of this round; expected ids such as {questions[0].id!r}"
            )
        if raw.question.id in given:
            raise ConfigurationError(f"{raw.place}: two answers; expected one")
        given.add(raw.question.id)
        checked = Checked(answer_in(_row(raw.place, answer), raw), types)
        problems += checked.problems
        if checked.answer is None and not checked.problems:
            raise ConfigurationError(f"{raw.place}: {quoted(answer)}; expected tags, spans, or None for a rejection")
        found += [] if checked.answer is None else [checked.answer]
    if problems:
        more = f"; and {len(problems) - 1:,} more" if len(problems) > 1 else ""
        raise ConfigurationError(f"{problems[0]}{more}")
    return found


def with_answers(answers: Sequence[Answer], file: AnswerFile, is_first: bool) -> Dict[str, Labelling]:
    """
    The labellings of a file with checked answers in the place of earlier ones, by the ids of the questions. A
    `ConfigurationError` when all are rejections and the query `is_first`, without which there are no labels.
    """
    kept = {question.id: Labelling(question.predicted) for question in file.questions} | file.load()
    for name, tags, *_ in answers:
        spans = () if tags is None else tuple(tags_to_spans(tags)[0])
        kept[name] = Labelling(spans, REJECTED if tags is None else ANSWERED)
    if is_first and all(labelling.status == REJECTED for labelling in kept.values()):
        raise ConfigurationError(
            f"{PLACE}: all {len(kept)} sentences of round 0 are rejected; expected labels of one at least, as there "
            f"are none yet"
        )
    return kept


def without_answer(kept: Mapping[str, Labelling]) -> List[str]:
    """The ids of questions that have no answer in a file."""
    return [name for name, labelling in kept.items() if labelling.status not in (ANSWERED, REJECTED)]


def warn_of_others(answers: Sequence[Answer], labelled: Sequence[TaggedSentence], folder: Path) -> None:
    """Warns of answers that do not count, as the oracle's rule for several annotators took those of another file."""
    tags = {sentence.id: sentence.tags for sentence in labelled}
    others = [answer.sentence_id for answer in answers if tags.get(answer.sentence_id) != answer.tags]
    if others:
        logger.warning(
            f"{len(others)} of {len(answers)} answers do not count, such as that to {others[0]!r}: another file in "
            f"{folder} answers them too, and trainer.oracle.annotators says which counts"
        )


def _by_id(answers: Any, questions: Sequence[Question]) -> Mapping[Any, Any]:
    """The answers by the ids of the sentences."""
    if answers is None:
        return {}
    if has_columns(answers):
        from seqmix_plugin.api.sentences import sentences_of

        return {sentence.id: sentence for sentence in sentences_of(answers, name=PLACE)}
    if isinstance(answers, AnyMapping):
        return dict(zip(plain_list(list(answers)), answers.values(), strict=True))
    is_series = hasattr(answers, "to_dict")  # whose index may be ids, or be left over from elsewhere
    if isinstance(answers, str) or not isinstance(answers, AnyIterable) or is_series:
        found = "a series" if is_series else quoted(answers)
        raise ConfigurationError(f"{PLACE} is {found}; expected a dictionary by ids, a list or a data frame")
    given = list(answers)
    if len(given) != len(questions):
        raise ConfigurationError(f"{PLACE} has {len(given)} answers to {len(questions)} questions; expected one each")
    return {question.id: answer for question, answer in zip(questions, given, strict=True)}


def _row(place: str, answer: Any) -> Row:
    """An answer with the keys of our JSONL."""
    if answer is None or (isinstance(answer, str) and answer == REJECT):
        return {"rejected": True}
    if isinstance(answer, TaggedSentence):
        return {"tokens": list(answer.tokens), "tags": None if answer.tags is None else list(answer.tags)}
    if isinstance(answer, AnyMapping):
        return dict(answer)
    if isinstance(answer, str) or not isinstance(answer, AnyIterable):
        raise ConfigurationError(f"{place}: {quoted(answer)}; expected tags, spans, or None for a rejection")
    parts = plain_list(list(answer))
    if parts and all(isinstance(part, str) for part in parts):
        return {"tags": parts}
    spans = [_span(part) for part in parts]
    if None in spans:
        odd = parts[spans.index(None)]
        raise ConfigurationError(
            f"{place}: {quoted(odd)} among {len(parts)} spans or tags; expected (start, end, label)"
        )
    return {"spans": spans}


def _span(part: Any) -> Optional[Dict[str, Any]]:
    """A span with the keys of our JSONL; `None` for what is no span."""
    if isinstance(part, AnyMapping):
        return dict(part)
    if isinstance(part, str) or not isinstance(part, Sequence) or len(part) < 3:
        return None
    return dict(zip(("start", "end", "label"), plain_list(part), strict=False))


def types_given(labels: Any) -> List[str]:
    """Entity types as a list, of an array, a column or a set as well."""
    if isinstance(labels, str) or not hasattr(labels, "__iter__"):
        raise ConfigurationError(f"labels is {quoted(labels)}; expected a list of entity types")
    types = sorted(labels) if isinstance(labels, (set, frozenset)) else [*labels]
    wrong = next((one for one in types if not isinstance(one, str)), None)
    if wrong is not None:
        raise ConfigurationError(f"labels has {quoted(wrong)}; expected a list of entity types")
    return [str(one) for one in types]
