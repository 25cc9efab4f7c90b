"""Label Studio's tasks in, predictions out."""

import logging
from dataclasses import replace
from typing import Any, List, NamedTuple, Optional, Sequence, Tuple

from allennlp.data import Tokenizer
from allennlp.data.tokenizers import WhitespaceTokenizer

from seqmix_plugin.data import plain_text
from seqmix_plugin.errors import printable
from seqmix_plugin.formats import Question, ReadSettings
from seqmix_plugin.formats.json_files import Row, is_text, shown
from seqmix_plugin.formats.label_studio import prediction
from seqmix_plugin.formats.reading import Reading
from seqmix_plugin.sentence import TaggedSentence
from seqmix_plugin.service.asked import Asked
from seqmix_plugin.service.tagging import ModelHolder, Tagged

logger = logging.getLogger(__name__)

LONGEST_WORD = 10_000
"""Characters of what stands in a text without white space."""
LONGEST_TEXT = 100_000
"""Characters of a text."""


class TooLongError(ValueError):
    """A task that would take the model's tokenizer too long."""


class _Text(NamedTuple):
    """A task's words, how many characters stand before the first, and the question, if it is one."""

    sentence: TaggedSentence
    before: int
    question: Optional[Question] = None


def predict(tasks: Sequence[Any], holder: ModelHolder, asked: Asked) -> Tuple[str, List[Any]]:
    """
    What the model says of tasks: of a question of the run by its words, of another text by those that the run's reader
    or white space makes of it.

    # Parameters

    tasks : `Sequence[Any]`
        Objects with `data.text`.
    holder : `ModelHolder`
        Has the model.
    asked : `Asked`
        The run's questions.

    # Returns

    `Tuple[str, List[Any]]`
        The model's version and, for each task, a prediction, or an empty list for none: before there is a model, and
        for a task without a text or whose text is another than its question's.

    # Raises

    `TooLongError`
        When a text or a word is too long, before anything is done with any of them.
    """
    for task in tasks:
        _check_length(task)
    tokenizer = getattr(holder.reader, "tokenizer", None) or WhitespaceTokenizer()
    texts = [_text(task, asked, tokenizer) for task in tasks]
    known = [text for text in texts if text is not None]
    version, tagged = holder.tag([text.sentence for text in known])
    made = iter([_prediction(text, one, version) for text, one in zip(known, tagged, strict=False)])
    return version, [[] if text is None else next(made, []) for text in texts]


def _data(task: Any) -> Tuple[Any, Any]:
    """A task's data and its text, whatever they are."""
    data = task.get("data") if isinstance(task, dict) else None
    return data, data.get("text") if isinstance(data, dict) else None


def _check_length(task: Any) -> None:
    _, text = _data(task)
    if not isinstance(text, str):
        return
    word = max(map(len, text.split()), default=0)
    for what, length, most in (("text", len(text), LONGEST_TEXT), ("word", word, LONGEST_WORD)):
        if length > most:
            raise TooLongError(
                f"task {shown(task.get('id'))}: a {what} of {length:,} characters; expected {most:,} at most"
            )


def _text(task: Any, asked: Asked, tokenizer: Tokenizer) -> Optional[_Text]:
    data, text = _data(task)
    if not isinstance(data, dict) or not is_text(text):
        logger.warning(f"a task without a text: {shown(task)}")
        return None
    found = asked.find(data)
    if found is None:
        return split(text, tokenizer)
    reading = Reading("task", [found[1]], None, ReadSettings())
    if reading.same_text(found[1], text, shown(task.get("id"))):
        return _Text(found[1].sentence, 0, found[1])
    logger.warning(printable(reading.answers().problems[0]))
    return None


def split(text: str, tokenizer: Tokenizer) -> Optional[_Text]:
    """
    A text as words with the white space between them, or `None` when there is no word in it. Where a tokenizer's words
    are not those of the text, white space parts them.
    """
    try:
        words, spaces = plain_text.split(text, tokenizer.tokenize(text))
    except ValueError:
        words, spaces = plain_text.split(text, WhitespaceTokenizer().tokenize(text))
    before = len(text) - len(text.lstrip())
    return _Text(TaggedSentence("", words, spaces=spaces), before) if words else None


def _prediction(text: _Text, tagged: Tagged, version: str) -> Row:
    asked = text.question
    if asked is not None and asked.query_score is not None and version == f"round {asked.round - 1}":
        return prediction(replace(asked, predicted=tuple(tagged.spans)), version)  # its model asked: with that score
    made = prediction(Question(text.sentence, predicted=tagged.spans), version)
    for region in made["result"]:
        region["value"]["start"] += text.before
        region["value"]["end"] += text.before
    return made if tagged.score is None else {**made, "score": tagged.score}
