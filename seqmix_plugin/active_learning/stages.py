"""The stages of a round."""

import logging
from typing import Any, Dict, List, Optional, Sequence, Union

import numpy as np
import torch
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.active_learning.label_budget import num_within, stop_reason
from seqmix_plugin.active_learning.labelling import label
from seqmix_plugin.active_learning.parts import Parts
from seqmix_plugin.active_learning.sample import Sample
from seqmix_plugin.data import SentenceView
from seqmix_plugin.distributed import from_primary
from seqmix_plugin.oracles import Waiting
from seqmix_plugin.query_policies import Query, RandomPolicy
from seqmix_plugin.randomness import derive_seed, generator, reseed_globals
from seqmix_plugin.run.records import RoundState
from seqmix_plugin.run.writer import RunFolder
from seqmix_plugin.sentence import TaggedSentence

logger = logging.getLogger(__name__)


class Stages:
    """
    The stages of a round, one after the other. Each leaves its result in the run's folder before the next begins, and
    is passed over when an earlier start of the run has left it there.

    # Parameters

    parts : `Parts`
        What a round is made of.
    run : `RunFolder`
        Keeps what the stages leave.
    sizes : `List[int]`
        How many sentences to label in each round.
    seed : `int`
        The run's.
    device : `torch.device`
        Where the models are.
    max_candidates : `int`, optional (default = `None`)
        How many sentences of the pool to score; `None` for all.
    scoring_dtype : `torch.dtype`, optional (default = `torch.float32`)
        What matrices are multiplied in when the pool is scored.
    """

    def __init__(
        self,
        parts: Parts,
        run: RunFolder,
        sizes: List[int],
        seed: int,
        device: torch.device,
        max_candidates: Optional[int] = None,
        scoring_dtype: torch.dtype = torch.float32,
    ) -> None:
        self._parts = parts
        self._run = run
        self._sizes = sizes
        self._seed = seed
        self._device = device
        self._max_candidates = max_candidates
        self._scoring_dtype = scoring_dtype
        self._synthetic: List[TaggedSentence] = []
        self._training: List[TaggedSentence] = []
        self._sample: Optional[Sample] = None

    def restore(self) -> bool:
        """Takes up the weights of an earlier start, as far as there are any."""
        learner, *others = self._parts.learners
        weights = self._run.recovered_weights()
        if weights is not None:
            learner.restore(self._run.last_whole, weights)
        learner.skip(self._run.last_whole)
        for other in others:
            k, member = self._run.recovered_member(other.name)
            if member is not None:
                other.restore(k - 1, member)
        return weights is not None

    def train_committee(self, state: RoundState) -> None:
        """Trains the other members on what the round's model was trained on in the round before."""
        others = self._parts.learners[1:]
        late = [learner for learner in others if learner.trained < state.round - 1]
        if not late:
            return
        with state.timed("committee"):
            for learner in late:
                learner.train(state.round - 1, self._training, self._run.folder)
        if state.round >= self._run.last_whole:  # else the rounds are gone through again for lost weights
            self._run.keep_members(state, {learner.name: learner.model for learner in others})

    def query(self, state: RoundState) -> SentenceView:
        """What is to be labelled, without labels, cut to what the stopping criterion leaves."""
        if state.queried is None:
            with state.timed("query"):
                stopping, size = self._parts.stopping, self._sizes[state.round]
                left = {} if stopping is None else stopping.left(self._parts.pool.counts())
                candidates = self._candidates(state.round, left.get("tokens"))
                most = min(size, len(candidates)) if "tokens" in left else size
                queries = self._select(state.round, candidates, most)
                chosen = list(SentenceView(candidates, np.array([query.position for query in queries], int)))
                kept = num_within([len(sentence) for sentence in chosen], left)
                state.queried = [sentence.id for sentence in chosen[:kept]]
                state.query_scores = [query.score for query in queries[:kept]]
            if kept < size:
                logger.info(
                    f"round {state.round}: {kept} instead of {size} sentences are queried, to stay within the label "
                    f"budget of trainer.stopping"
                )
            self._run.keep(state)
        try:
            return self._parts.pool.named(state.queried)
        except ValueError as error:
            raise ConfigurationError(
                f"{self._run.folder}: round {state.round} cannot be gone on with: {error}"
            ) from error

    def annotate(self, state: RoundState, queried: SentenceView) -> Union[List[TaggedSentence], Waiting]:
        """Has them labelled, as far as there are labels, or says what the round waits for."""
        annotated: Union[List[TaggedSentence], Waiting]
        if state.annotated is not None:
            annotated = self._run.annotated(state.round)
        else:
            with state.timed("annotate"):
                annotated = label(self._parts, self._run, state, queried, self._seed, self._device)
        if not isinstance(annotated, Waiting):
            self._parts.pool.label(annotated)
            self._parts.pool.reject(state.rejected or ())
        return annotated

    def augment(self, state: RoundState, annotated: Sequence[TaggedSentence]) -> None:
        """Makes extra training sentences of what was labelled."""
        if state.synthetic is not None:
            self._synthetic += self._run.synthetic(state.round)
            return
        with state.timed("augment"):
            parts = self._parts
            workbench = parts.workbench(self._run.folder, self._seed, state.round)
            reseed_globals(self._seed, state.round, "augment")
            given = parts.experiment.seed_set if state.round == 0 else ()
            made = parts.augmenter.augment([*given, *annotated], workbench)
            augmentation = from_primary(lambda: made)
            self._synthetic += augmentation.accepted
        self._run.keep_synthetic(state, augmentation)

    def train(self, state: RoundState) -> None:
        """Trains the round's model on all that is labelled or was generated, measures it and keeps the round."""
        learner, k = self._parts.learners[0], state.round
        self._training = self._parts.pool.labelled + self._synthetic
        is_late = learner.trained < k
        if is_late:
            with state.timed("train"):
                learner.train(k, self._training, self._run.folder)
        if state.record is None:
            with state.timed("measure"):
                scores = self._parts.experiment.measure(learner.model, self._device)
                self._compare_with_last_round(state)
            self._run.keep_round(state, self._record(state, scores), learner.model)
        elif is_late and k == self._run.last_whole:
            self._run.keep_weights(state, learner.model)
        elif is_late:
            self._run.tidy(k)

    def _record(self, state: RoundState, scores: Dict[str, Dict[str, float]]) -> Dict[str, Any]:
        """The line of `rounds.jsonl`."""
        missing = {*(state.rejected or ()), *(state.unanswered or ())}
        scored = zip(state.queried or (), state.query_scores or (), strict=True)
        labelled = [(name, score) for name, score in scored if name not in missing]
        record: Dict[str, Any] = {
            "round": state.round,
            "annotated": self._parts.pool.counts(),
            "synthetic_in_training": len(self._synthetic),
            "scores": scores,
            "augmentation": state.statistics,
            "queried": [name for name, _ in labelled],
            "query_scores": [score for _, score in labelled],
            **({"rejected": len(state.rejected or ()), "unanswered": len(state.unanswered or ())} if missing else {}),
            "seconds": state.seconds,
        }
        before = self._run.state(state.round - 1).sample_tags if state.round > 0 else None
        if self._sample is not None and before is not None:
            names = {sentence.id for sentence in self._parts.pool.labelled}
            kappa = self._sample.kappa(before, state.sample_tags or [], names)
            if kappa is not None:
                record["kappa"] = kappa
        was_cut = len(state.queried or ()) < self._sizes[state.round] and not missing
        reason = stop_reason(self._parts.stopping, [*self._run.rounds, record], self._parts.pool, was_cut)
        return record if reason is None else {**record, "stop": reason}

    def _compare_with_last_round(self, state: RoundState) -> None:
        """Where the stopping criterion needs it: predicts a fixed sample of what the seed set has left."""
        size = 0 if self._parts.stopping is None else self._parts.stopping.sample_size
        if size == 0:
            return
        if self._sample is None:
            seed_set = self._run.state(0).queried or []
            self._sample = Sample.drawn(self._parts.pool.without(seed_set), size, generator(self._seed, 0, "sample"))
        experiment, model = self._parts.experiment, self._parts.learners[0].model
        state.sample_tags = self._sample.tags(experiment, model, self._device)

    def _candidates(self, k: int, max_tokens: Optional[int]) -> SentenceView:
        """What is left of the pool, or a sample of it; none longer than `max_tokens`."""
        pool = self._parts.pool
        left = pool.unlabelled if max_tokens is None else pool.fitting(max_tokens)
        if k == 0 or self._max_candidates is None or len(left) <= self._max_candidates:
            return left
        drawn = generator(self._seed, k, "candidates").choice(len(left), self._max_candidates, replace=False)
        return SentenceView(left, np.sort(drawn))

    def _select(self, k: int, candidates: SentenceView, size: int) -> List[Query]:
        reseed_globals(self._seed, k, "query")
        policy = self._parts.query_policy if k > 0 else RandomPolicy()  # the seed set is drawn
        return policy.select(
            candidates,
            size,
            lambda sentences: self._parts.experiment.predict(
                [learner.model for learner in self._parts.learners],
                sentences,
                self._device,
                policy.num_samples,
                self._scoring_dtype,
                derive_seed(self._seed, k, "samples"),
            ),
            generator(self._seed, k, "query"),
        )
