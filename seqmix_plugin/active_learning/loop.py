"""The loop of active learning: the paper's Algorithm 1, on a run's folder."""

import logging
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from time import perf_counter
from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple, Union

import torch

from seqmix_plugin.active_learning.experiment import Experiment
from seqmix_plugin.active_learning.learner import Learner, Training
from seqmix_plugin.active_learning.pool import Pool
from seqmix_plugin.active_learning.predictions import kappa, predict_spans, predict_tags
from seqmix_plugin.active_learning.querying import Querying
from seqmix_plugin.active_learning.round_budget import RoundBudget, round_budget, stop_reason
from seqmix_plugin.annotation_cost import AnnotationCost
from seqmix_plugin.augmenters import AugmentationContext, Augmenter
from seqmix_plugin.data import SentenceView
from seqmix_plugin.distributed import from_primary
from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.formats import Question
from seqmix_plugin.oracles import Answered, Oracle, Request, Waiting
from seqmix_plugin.randomness import generator, reseed_globals
from seqmix_plugin.run.round_record import round_record
from seqmix_plugin.run.round_state import RoundState
from seqmix_plugin.run.writer import RunWriter
from seqmix_plugin.run_console import round_line
from seqmix_plugin.sentence import SentenceSource, TaggedSentence
from seqmix_plugin.stopping import StoppingCriterion
from seqmix_plugin.synthetic import TrainingSentence
from seqmix_plugin.trackers import RunTrackers

logger = logging.getLogger(__name__)

Stage = Callable[[RoundState], Union[RoundState, Waiting]]


@dataclass
class ActiveLearningLoop:
    """
    Algorithm 1: `run` goes through the rounds, and a round through its stages, from `train_committee` to `train`. A
    stage takes the state of its round, does its work, and returns the state with what it leaves, which is on disk by
    then. Where an earlier start has left rounds, `replay` has rebuilt everything up to the stage to begin with.
    """

    experiment: Experiment
    pool: Pool
    outside: SentenceSource  # sentences of the training file that are not in the pool
    learners: List[Learner]  # the round's model, then the other members of a committee
    querying: Querying
    oracle: Oracle
    augmenter: Augmenter
    stopping: Optional[StoppingCriterion]
    sizes: Sequence[Dict[str, int]]  # sentences or tokens to label in each round, the seed set's first
    cost: AnnotationCost
    seed: int
    device: torch.device
    folder: Path  # the run's
    trackers: RunTrackers
    files: RunWriter = field(init=False)  # made last: nothing is written before all other parts are checked
    synthetic: List[TrainingSentence] = field(default_factory=list)  # L*, of all rounds so far
    last: Optional[RoundState] = None  # the newest whole round
    seed_ids: Sequence[str] = ()  # queried in round 0
    left: Optional[Tuple[RoundState, Sequence[Stage]]] = None  # the arguments with which `run` resumes in this process

    def run(self, state: RoundState, stages: Sequence[Stage]) -> Optional[Waiting]:
        """Runs these stages of a round, then all later rounds; returns what the run waits for, if an oracle waits."""
        while not self.is_finished:
            for number, stage in enumerate(stages):
                outcome = stage(state)
                if isinstance(outcome, Waiting):
                    self.left = state, stages[number:]
                    return outcome
                state = outcome
            logger.info(round_line(state.record or {}))
            self.trackers.log(self.files.rounds)
            self.last = state
            state, stages = RoundState(round=state.round + 1), self.stages
        self.left = state, stages
        return None

    @property
    def stages(self) -> Tuple[Stage, ...]:
        """The stages of a round, in their order."""
        return self.train_committee, self.query, self.annotate, self.augment, self.train

    @property
    def is_finished(self) -> bool:
        """Whether the last round is done, or the run has stopped before it."""
        record = None if self.last is None else self.last.record
        return record is not None and (record["round"] + 1 >= len(self.sizes) or "stop" in record)

    def train_committee(self, state: RoundState) -> RoundState:
        """Trains the other members of a committee on what the model of the round before was trained on."""
        others = self.learners[1:] if state.round > 0 else []
        if not others:
            return state
        start = perf_counter()
        for other in others:
            other.train(state.round - 1, self.pool.labelled, self.folder, self.synthetic, self.pool.unlabelled)
        state = state.after("committee", start)
        return self.files.keep_members(state, {other.name: other.model for other in others})

    def query(self, state: RoundState) -> RoundState:
        """Selects sentences of the pool, as many as the round's budget and the run's label budget leave room for."""
        start, k = perf_counter(), state.round
        models = [learner.model for learner in self.learners]
        earlier = self.files.scores.before(k, self.querying.num_earlier)
        found = self.querying.select(k, self.pool, self.budget(k), models, earlier)
        state = state.after(
            "query",
            start,
            queried=found.names,
            query_scores=found.scores,
            is_cut=found.is_cut,
            mean_words=found.mean_words,
        )
        return self.files.keep(self.files.scores.keep(state, found.of_all))

    def budget(self, k: int) -> RoundBudget:
        """What round `k` may query of the pool as it is now; without a size of its own after the last round."""
        return round_budget(self.sizes[k] if k < len(self.sizes) else {}, self.stopping, self.pool, self.cost)

    def annotate(self, state: RoundState) -> Union[RoundState, Waiting]:
        """Has the queried sentences labelled, as far as there are labels, or returns what the run waits for."""
        start, queried = perf_counter(), self.named(state)
        request, known = from_primary(lambda: self._request(state, list(queried)))
        wanted = self.oracle.wants_predictions and bool(request.questions) and not request.is_asked
        if wanted and state.round > 0:  # before, there is no model that has learned anything
            asked = self.pool.named([question.sentence.id for question in request.questions])
            spans = predict_spans(self.experiment, self.learners[0].model, asked, self.device)
            pairs = zip(request.questions, spans, strict=True)
            request = replace(request, questions=[replace(question, predicted=found) for question, found in pairs])
        outcome = from_primary(lambda: self._answers(state, request, known, start))
        if isinstance(outcome, Waiting):
            return outcome
        self.take(*outcome)
        return outcome[0]

    def augment(self, state: RoundState) -> RoundState:
        """Makes extra training sentences L* from the sentences that were labelled in this round."""
        start = perf_counter()
        reseed_globals(self.seed, state.round, "augment")
        given = self.experiment.corpora.seed_set if state.round == 0 else ()
        labelled = [*given, *self.pool.labelled_of(state.queried or ())]
        made = self.augmenter.augment(labelled, self.context(state.round))
        augmentation = from_primary(lambda: made)
        self.synthetic += augmentation.training
        state = state.after("augment", start, statistics=augmentation.statistics)
        return self.files.keep_synthetic(state, augmentation)

    def train(self, state: RoundState) -> RoundState:
        """Trains the round's model on all that is labelled or was generated, L ∪ L*, students on U too; measures it."""
        start, learner = perf_counter(), self.learners[0]
        training = learner.train(state.round, self.pool.labelled, self.folder, self.synthetic, self.pool.unlabelled)
        state = state.after("train", start)
        start = perf_counter()
        scores = self.experiment.measure(learner.model, self.device)
        sample_tags = None
        if self.sample is not None:
            sample_tags = predict_tags(self.experiment, learner.model, self.sample, self.device)[1].tolist()
        state = state.after("measure", start, sample_tags=sample_tags)
        state = state.model_copy(update={"record": self._record(state, scores, training)})
        return self.files.keep_round(state, learner.model)

    def context(self, k: int) -> AugmentationContext:
        """The parts of the run that the augmenter may use in a round."""
        return AugmentationContext(
            model=self.learners[0].model,
            reader=self.experiment.reader,
            readable=self.pool.sentences,
            outside=self.outside,
            folder=self.folder,
            seed=self.seed,
            round_number=k,
            model_is_trained=k > 0,
            seed_set=self.experiment.corpora.seed_set,
            labelled=self.pool.labelled,
        )

    @cached_property
    def sample(self) -> Optional[SentenceView]:
        """A fixed sample of the pool without the seed set, where the stopping criterion compares models on one."""
        size = 0 if self.stopping is None else self.stopping.sample_size
        if size == 0:
            return None
        return self.pool.without(self.seed_ids).sampled(size, generator(self.seed, 0, "sample"))

    def take(self, state: RoundState, annotated: Sequence[TaggedSentence]) -> None:
        """Moves the labelled and rejected sentences of a round out of the unlabelled part of the pool."""
        self.pool.label(annotated)
        self.pool.reject(state.rejected or ())
        if state.round == 0:
            self.seed_ids = state.queried or ()

    def named(self, state: RoundState) -> SentenceView:
        """The queried sentences, without labels."""
        try:
            return self.pool.named(state.queried or ())
        except ValueError as error:
            raise ConfigurationError(f"{self.folder}: cannot resume round {state.round}: {error}") from error

    def _request(self, state: RoundState, queried: List[TaggedSentence]) -> Tuple[Request, Dict[str, TaggedSentence]]:
        """The request to the oracle, and the labels that are known already."""
        known = self.files.known_labels(queried)
        keeps = self.oracle.keeps_answers  # and may have other ones by now
        questions = [
            Question(sentence, score, round=state.round)
            for sentence, score in zip(queried, state.query_scores or (), strict=True)
            if keeps or sentence.id not in known
        ]
        types, kept = self.experiment.types, known if keeps else {}
        request = Request(questions, types, state.round, self.seed, self.folder, kept)
        return self.oracle.recall(request) if questions else request, known

    def _answers(
        self, state: RoundState, request: Request, known: Dict[str, TaggedSentence], start: float
    ) -> Union[Tuple[RoundState, List[TaggedSentence]], Waiting]:
        """In the primary process: the answers, on disk before the other processes hear of them."""
        answer = self.oracle.annotate(request) if request.questions else Answered([])
        if isinstance(answer, Waiting):
            return answer
        given = {**known, **{sentence.id: sentence for sentence in answer.sentences}}
        queried = state.queried or []
        annotated = [given[name] for name in queried if name in given and given[name].tags is not None]
        if state.round == 0 and not annotated and not self.pool.labelled:
            raise ConfigurationError(
                f"round 0: none of the {len(queried)} sentences was labelled; expected labels of one at least"
            )
        rejected = [name for name in queried if name in given and given[name].tags is None]
        unanswered = [name for name in queried if name not in given]
        state = state.after("annotate", start, rejected=rejected, unanswered=unanswered)
        return self.files.write_annotated(state, annotated), annotated

    def _record(self, state: RoundState, scores: Dict[str, Any], training: Training) -> Dict[str, Any]:
        """The line of `rounds.jsonl`, with the reason if the run stops."""
        record = round_record(state, self.pool.counts(), self.cost, len(self.synthetic), scores, training.fields)
        if self.sample is not None and self.last is not None:
            names = {sentence.id for sentence in self.pool.labelled}
            agreement = kappa(self.sample, self.last.sample_tags or [], state.sample_tags or [], names)
            record |= {} if agreement is None else {"kappa": agreement}
        was_cut = bool(state.is_cut) and "unanswered" not in record
        rounds, following = [*self.files.rounds, record], self.budget(state.round + 1)
        reason = stop_reason(self.stopping, rounds, self.pool, following, was_cut)
        return record if reason is None else {**record, "stop": reason}
