"""A round's queried sentences on their way to an oracle and back."""

from dataclasses import replace
from typing import Dict, List, Tuple, Union

import torch
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.active_learning.parts import Parts
from seqmix_plugin.active_learning.predictions import predict_spans
from seqmix_plugin.data import SentenceView
from seqmix_plugin.distributed import from_primary
from seqmix_plugin.formats import Question
from seqmix_plugin.oracles import Answered, Request, Waiting
from seqmix_plugin.run.records import RoundState
from seqmix_plugin.run.writer import RunFolder
from seqmix_plugin.sentence import TaggedSentence


def label(
    parts: Parts, run: RunFolder, state: RoundState, queried: SentenceView, seed: int, device: torch.device
) -> Union[List[TaggedSentence], Waiting]:
    """
    Has the queried sentences of a round labelled. What an interrupted round has left of their labels is not asked for
    again. The primary process has the labels on the disk before it tells the others.

    # Parameters

    parts : `Parts`
        What the round is made of.
    run : `RunFolder`
        Keeps the labels.
    state : `RoundState`
        The round's, which is told what was rejected and what was not answered.
    queried : `SentenceView`
        The sentences, without labels.
    seed : `int`
        The run's.
    device : `torch.device`
        Where the model is.

    # Returns

    `Union[List[TaggedSentence], Waiting]`
        The labelled sentences in the order of the query, in all processes; or what the oracle waits for.

    # Raises

    `ConfigurationError`
        When nothing is labelled after round 0.
    """
    request, known, wants_predictions = from_primary(lambda: _request(parts, run, state, list(queried), seed))
    if wants_predictions and state.round > 0:  # before, there is no model that has learned anything
        asked = parts.pool.named([question.sentence.id for question in request.questions])
        spans = predict_spans(parts.experiment, parts.learners[0].model, asked, device)
        pairs = zip(request.questions, spans, strict=True)
        request = replace(request, questions=[replace(question, predicted=found) for question, found in pairs])
    given = from_primary(lambda: _given(parts, run, state, request, known))
    if isinstance(given, Waiting):
        return given
    annotated, state.rejected, state.unanswered = given
    return annotated


def _request(
    parts: Parts, run: RunFolder, state: RoundState, queried: List[TaggedSentence], seed: int
) -> Tuple[Request, Dict[str, TaggedSentence], bool]:
    """What the oracle is asked, what is known, and whether predictions are wanted."""
    known = run.known_labels(queried)
    keeps = parts.oracle.keeps_answers  # and may have other ones by now
    questions = [
        Question(sentence, score, round=state.round)
        for sentence, score in zip(queried, state.query_scores or (), strict=True)
        if keeps or sentence.id not in known
    ]
    request = Request(questions, parts.experiment.types, state.round, seed, run.folder, known if keeps else {})
    return request, known, bool(questions) and parts.oracle.wants_predictions(request)


def _given(
    parts: Parts, run: RunFolder, state: RoundState, request: Request, known: Dict[str, TaggedSentence]
) -> Union[Tuple[List[TaggedSentence], List[str], List[str]], Waiting]:
    """In the primary process: what is labelled, what was rejected, and what is not answered."""
    answer = parts.oracle.annotate(request) if request.questions else Answered([])
    if isinstance(answer, Waiting):
        return answer
    given = {**known, **{sentence.id: sentence for sentence in answer.sentences}}
    queried = state.queried or []
    annotated = [given[name] for name in queried if name in given and given[name].tags is not None]
    if state.round == 0 and not annotated and not parts.pool.labelled:
        raise ConfigurationError(
            f"round 0: none of the {len(queried)} sentences was labelled; expected labels of one at least"
        )
    state.rejected = [name for name in queried if name in given and given[name].tags is None]
    state.unanswered = [name for name in queried if name not in given]
    run.keep_annotated(state, annotated)
    return annotated, state.rejected, state.unanswered
