"""Predictions for tasks of Label Studio."""

import logging
from dataclasses import replace
from typing import Any, List, NamedTuple, Optional, Sequence, Tuple

from allennlp.data import Tokenizer
from allennlp.data.tokenizers import WhitespaceTokenizer

from seqmix_plugin.data import plain_text
from seqmix_plugin.errors import printable
from seqmix_plugin.formats import Question
from seqmix_plugin.formats.check import changed_text
from seqmix_plugin.formats.label_studio_tasks import prediction
from seqmix_plugin.io.json_text import Row, is_text, shown
from seqmix_plugin.sentence import TaggedSentence
from seqmix_plugin.service.model_holder import ModelHolder, Tagged
from seqmix_plugin.service.questions import RunQuestions

logger = logging.getLogger(__name__)

MOST_TASKS = 5000
"""Tasks of a request."""
LONGEST_TEXT, LONGEST_WORD = 100_000, 10_000
"""Characters of a text, and of a part of it without white space; tokenizers are slow for longer ones."""


class TooLargeError(ValueError):
    """A request that would take too long."""


class _Text(NamedTuple):
    """A task's words, the number of characters before the first, and its question, if it has one."""

    sentence: TaggedSentence
    before: int
    question: Optional[Question] = None


def predict(tasks: Sequence[Any], holder: ModelHolder, questions: RunQuestions) -> Tuple[str, List[Any]]:
    """
    Predicts tasks. The words of a question are those of the run; other texts are split by the run's tokenizer, or at
    white space.

    # Parameters

    tasks : `Sequence[Any]`
        Objects with `data.text`.
    holder : `ModelHolder`
        Has the model.
    questions : `RunQuestions`
        The run's questions.

    # Returns

    `Tuple[str, List[Any]]`
        The model's version and a prediction for each task; an empty list when there is no model yet, or the task has no
        text or not that of its question.

    # Raises

    `TooLargeError`
        When there are too many tasks, or a text or a word is too long; nothing has been predicted then.
    """
    if len(tasks) > MOST_TASKS:
        raise TooLargeError(f"{len(tasks)} tasks; expected {MOST_TASKS} at most")
    for task in tasks:
        _check_length(task)
    tokenizer = getattr(holder.reader, "tokenizer", None) or WhitespaceTokenizer()
    texts = [_text(task, questions, tokenizer) for task in tasks]
    version, tagged = holder.tag([text.sentence for text in texts if text is not None])
    if not tagged:
        return version, [[] for _ in texts]
    found = iter(tagged)
    return version, [[] if text is None else _prediction(text, next(found), version) for text in texts]


def _data(task: Any) -> Row:
    """A task's data; an empty object when there is none."""
    data = task.get("data") if isinstance(task, dict) else None
    return data if isinstance(data, dict) else {}


def _check_length(task: Any) -> None:
    text = _data(task).get("text")
    text = text if isinstance(text, str) else ""
    word = max(map(len, text.split()), default=0)
    for what, length, most in (("text", len(text), LONGEST_TEXT), ("word", word, LONGEST_WORD)):
        if length > most:
            raise TooLargeError(
                f"task {shown(task.get('id'))}: a {what} of {length:,} characters; expected {most:,} at most"
            )


def _text(task: Any, questions: RunQuestions, tokenizer: Tokenizer) -> Optional[_Text]:
    data = _data(task)
    text = data.get("text")
    if not is_text(text):
        logger.warning(f"a task has no text: {shown(task)}")
        return None
    found = questions.find(data)
    if found is None:
        return split(text, tokenizer)
    problem = changed_text(found[1], text)
    if problem is None:
        return _Text(found[1].sentence, 0, found[1])
    logger.warning(printable(f"task {shown(task.get('id'))}: {problem}"))
    return None


def split(text: str, tokenizer: Tokenizer) -> Optional[_Text]:
    """
    A text as words and the white space between them; `None` when it has no words. It is split at white space when a
    tokenizer changes the text.
    """
    try:
        words, spaces = plain_text.split(text, tokenizer.tokenize(text))
    except ValueError:
        words, spaces = plain_text.split(text, WhitespaceTokenizer().tokenize(text))
    before = len(text) - len(text.lstrip())
    return _Text(TaggedSentence("", words, spaces=spaces), before) if words else None


def _prediction(text: _Text, tagged: Tagged, version: str) -> Row:
    question = text.question
    if question is not None and question.query_score is not None and version == f"round {question.round - 1}":
        return prediction(replace(question, predicted=tagged.spans), version)  # the query score is of this model
    made = prediction(Question(text.sentence, predicted=tagged.spans), version)
    for region in made["result"]:
        region["value"]["start"] += text.before
        region["value"]["end"] += text.before
    return made if tagged.score is None else {**made, "score": tagged.score}
