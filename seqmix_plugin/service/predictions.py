"""Predictions for tasks of Label Studio."""

import logging
from dataclasses import replace
from http import HTTPStatus
from typing import Any, List, Optional, Sequence, Tuple

from allennlp.data import Tokenizer
from allennlp.data.tokenizers import WhitespaceTokenizer

from seqmix_plugin.data import plain_text
from seqmix_plugin.errors import printable
from seqmix_plugin.formats import Question, Span
from seqmix_plugin.formats.check import changed_text
from seqmix_plugin.formats.label_studio_tasks import prediction
from seqmix_plugin.io.json_text import Row, is_text, shown
from seqmix_plugin.sentence import TaggedSentence
from seqmix_plugin.service.watched_run import ModelHolder, RunQuestions

logger = logging.getLogger(__name__)

MOST_TASKS = 5000
"""Tasks of a request."""
LONGEST_TEXT, LONGEST_WORD = 100_000, 10_000
"""Characters of a text, and of a part of it without white space; tokenizers are slow for longer ones."""


Text = Tuple[Question, int]
"""The question that a task's words are or would be, and the number of characters before the first word."""


class RefusedError(Exception):
    """A request that is refused, with a status of HTTP and an optional reason."""

    def __init__(self, status: int, reason: Optional[str] = None) -> None:
        super().__init__(reason or HTTPStatus(status).phrase)
        self.status = status


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

    `RefusedError`
        When there are too many tasks, or a text or a word is too long; nothing has been predicted then.
    """
    if len(tasks) > MOST_TASKS:
        raise RefusedError(413, f"{len(tasks)} tasks; expected {MOST_TASKS} at most")
    tokenizer = getattr(holder.loaded[2], "tokenizer", None) or WhitespaceTokenizer()
    texts = [_text(task, questions, tokenizer) for task in tasks]
    version, tagged = holder.tag([text[0].sentence for text in texts if text is not None])
    if not tagged:
        return version, [[] for _ in texts]
    found = iter(tagged)
    return version, [[] if text is None else _prediction(*text, next(found), version) for text in texts]


def _text(task: Any, questions: RunQuestions, tokenizer: Tokenizer) -> Optional[Text]:
    given = task.get("data") if isinstance(task, dict) else None
    data = given if isinstance(given, dict) else {}
    text = data.get("text")
    if not is_text(text):
        logger.warning(f"a task has no text: {shown(task)}")
        return None
    word = max(map(len, text.split()), default=0)
    for what, length, most in (("text", len(text), LONGEST_TEXT), ("word", word, LONGEST_WORD)):
        if length > most:
            what = f"task {shown(task.get('id'))}: a {what} of {length:,} characters"
            raise RefusedError(413, f"{what}; expected {most:,} at most")
    found = questions.find(data)
    if found is None:
        return split(text, tokenizer)
    problem = changed_text(found[1], text)
    if problem is None:
        return found[1], 0
    logger.warning(printable(f"task {shown(task.get('id'))}: {problem}"))
    return None


def split(text: str, tokenizer: Tokenizer) -> Optional[Text]:
    """
    A text as words and the white space between them; `None` when it has no words. It is split at white space when a
    tokenizer changes the text.
    """
    try:
        words, spaces = plain_text.split(text, tokenizer.tokenize(text))
    except ValueError:
        words, spaces = plain_text.split(text, WhitespaceTokenizer().tokenize(text))
    before = len(text) - len(text.lstrip())
    return (Question(TaggedSentence("", words, spaces=spaces)), before) if words else None


def _prediction(question: Question, before: int, output: Any, version: str) -> Row:
    """A prediction, with the probability of its least certain word for a score unless the words were all cut."""
    spans = tuple(Span(span["start"], span["end"], span["label"], span["probability"]) for span in output["spans"])
    if question.query_score is not None and version == f"round {question.round - 1}":
        return prediction(replace(question, predicted=spans), version)  # the query score is of this model
    made = prediction(Question(question.sentence, predicted=spans), version)
    for region in made["result"]:
        region["value"]["start"] += before
        region["value"]["end"] += before
    certain = [row[tag] for row, tag in zip(output["tag_probabilities"], output["tags"], strict=False)]
    return {**made, "score": min(certain)} if certain else made
