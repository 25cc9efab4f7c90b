"""Tasks with predictions, and the labelling configuration, as Label Studio takes them."""

import hashlib
from typing import Sequence
from xml.sax.saxutils import quoteattr

from seqmix_plugin.formats.character_offsets import CharacterOffsets
from seqmix_plugin.formats.questions import Question
from seqmix_plugin.io.json_text import Row

COLOURS = ("#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7", "#999999")
"""Of the labels, in turn; readers with any colour vision tell them apart (Okabe and Ito)."""


def labelling_config(labels: Sequence[str]) -> str:
    """The labelling configuration of a project: one `Label` an entity type; all spaces are shown."""
    lines = [
        f"    <Label value={quoteattr(label)} background={quoteattr(COLOURS[number % len(COLOURS)])}/>\n"
        for number, label in enumerate(labels)
    ]
    return (
        "<View>\n"
        "  <Style>.htx-text, .htx-richtext, .lsf-htx-richtext { white-space: pre-wrap; }</Style>\n"
        '  <Labels name="label" toName="text">\n' + "".join(lines) + "  </Labels>\n"
        '  <Text name="text" value="$text"/>\n'
        "</View>\n"
    )


def task(question: Question, model_version: str) -> Row:
    """A task with the model's prediction, if there is any."""
    name = question.sentence.id
    data = {
        "text": question.shown_text,
        "id": name,
        "sentence_id": name,
        "round": question.round,
        "query_score": question.query_score,
    }
    empty = not question.predicted and question.query_score is None
    return {"data": data, "predictions": [] if empty else [prediction(question, model_version)]}


def prediction(question: Question, model_version: str) -> Row:
    """The model's prediction, as a task or an answer of a machine-learning back-end holds it."""
    confidence = {} if question.query_score is None else {"score": confidence_of(question.query_score)}
    offsets = CharacterOffsets(question.sentence)
    regions = [_region(question, number, offsets) for number in range(len(question.predicted))]
    return {"model_version": model_version, **confidence, "result": regions}


def confidence_of(query_score: float) -> float:
    """
    A query score q as the score of a prediction, (1 - q / (1 + |q|)) / 2. Label Studio takes numbers from 0 to 1 and
    shows the lowest first: the higher q, the lower it is, whatever the policy and the round, and 1/2 for q = 0.
    """
    return (1 - query_score / (1 + abs(query_score))) / 2


def _region(question: Question, number: int, offsets: CharacterOffsets) -> Row:
    span = question.predicted[number]
    start, end = offsets.of_words(span.start, span.end)
    score = {} if span.score is None else {"score": span.score}
    digest = hashlib.sha256(f"{question.sentence.id}\0{number}".encode()).hexdigest()
    return {
        "id": digest[:16],
        "from_name": "label",
        "to_name": "text",
        "type": "labels",
        "value": {"start": start, "end": end, "text": offsets.text(start, end), "labels": [span.label], **score},
        **score,  # its documents and its back-ends have it in different places
    }
