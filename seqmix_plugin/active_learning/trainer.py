"""The loop of active learning."""

import logging
import tempfile
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple, Union

from allennlp.common import Lazy
from allennlp.training import Trainer

from seqmix_plugin.active_learning.experiment import Experiment
from seqmix_plugin.active_learning.label_budget import check_stopping, label_budget
from seqmix_plugin.active_learning.learner import Learner, committee
from seqmix_plugin.active_learning.loop import ActiveLearningLoop
from seqmix_plugin.active_learning.pool import Pool, PoolSettings, draw_slice
from seqmix_plugin.active_learning.querying import Querying
from seqmix_plugin.active_learning.replay import load_models, replay
from seqmix_plugin.active_learning.settings import AnnotationCostSettings, ScoringSettings, TrainingSettings
from seqmix_plugin.augmenters import Augmenter, NoAugmenter
from seqmix_plugin.distributed import is_primary
from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.models import SequenceTagger
from seqmix_plugin.oracles import GoldOracle, Oracle, Waiting
from seqmix_plugin.query_policies import QueryPolicy, RandomPolicy
from seqmix_plugin.randomness import generator
from seqmix_plugin.run.metrics import summary
from seqmix_plugin.run.writer import RunWriter
from seqmix_plugin.run_console import print_table
from seqmix_plugin.self_training import NoSelfTraining, SelfTraining
from seqmix_plugin.stopping import StoppingCriterion
from seqmix_plugin.trackers import RunTrackers, Tracker

logger = logging.getLogger(__name__)


@Trainer.register("active_learning")
class ActiveLearningTrainer(Trainer):
    """
    Runs the rounds of the paper's Algorithm 1. Round 0 draws and labels the seed set, augments it and trains; each
    later round queries the pool with the model of the round before, has the queried sentences labelled, augments them,
    and trains on all that is labelled or was generated. Works inside the `TrainModel` of the same name.

    Where the policy asks for a committee, each query first trains the other members on what the round's model was
    trained on; the last round, after which nothing is queried, trains one model. All members are kept in memory, and
    their weights in `state/`.

    An oracle that asks people may let the run wait: it then ends in order, with `status: waiting` in `metrics.json`,
    and resumes with `--recover` when there are labels.

    The results of each stage of a round are on disk before the next begins. In a folder that holds rounds the trainer
    resumes with the stage that was interrupted, and ends as if it had not been.

    Slice, seed set, first weights and the order of the data follow from the seeds alone, not from policy or augmenter.

    In a distributed run (the key `distributed` of AllenNLP's top level) all processes train one model, and score, judge
    and measure their shares; what is queried, labelled and generated is decided by the primary one, which alone writes.

    Registered as a `Trainer` with name "active_learning".

    # Parameters

    model : `SequenceTagger`
        Given by `TrainModel`, not a key.
    experiment : `Experiment`
        Given by `TrainModel`, not a key: data and loaders.
    trainer : `Lazy[Trainer]`
        The inner trainer, any that AllenNLP knows; constructed each round in `round_<k>/`.
    query_policy : `QueryPolicy`
        Query policy γ that scores unlabelled sentences.
    seed_size : `int`
        Sentences to label in round 0; 0 only where `seed_data_path` has some.
    num_rounds : `int`
        Rounds after round 0.
    query_size : `Union[int, List[int]]`, optional (default = `None`)
        K, the sentences to query a round; a list gives each round its own. Give either this or `query_tokens`.
    query_tokens : `Union[int, List[int]]`, optional (default = `None`)
        The tokens to query a round, or in each: sentences are taken in the policy's order, up to the first that does
        not fit in what is left of them. Sentences longer than all of them are not scored.
    seed_policy : `QueryPolicy`, optional (default = `RandomPolicy()`)
        Selects the seed set, with the pretrained weights and a head that has learned nothing yet: `random`, or a policy
        such as `kmeans` that asks for vectors. One with scores would rank by what the untrained head predicts.
    oracle : `Lazy[Oracle]`, optional (default = `Lazy(GoldOracle)`)
        Labels the queried sentences.
    augmenter : `Augmenter`, optional (default = `NoAugmenter()`)
        Makes extra training sentences.
    pool : `PoolSettings`, optional (default = `PoolSettings()`)
        The sentences of the training file to work with: `{size: 700, data_seed: 0}`; by default all.
    reuse_model : `bool`, optional (default = `True`)
        `True`: each round continues with the model of the round before, as Algorithm 1 does, with a new optimizer and
        schedule. `False`: each round starts from the pretrained weights.
    self_training : `SelfTraining`, optional (default = `NoSelfTraining()`)
        Whether a student of the round's model, which takes its place, learns from unlabelled sentences as well:
        `{type: "pseudo_labels"}`; see `docs/self_training.md`.
    training : `TrainingSettings`, optional (default = `TrainingSettings()`)
        How a round is trained: `{dtype: "bfloat16", retries: 2}`; by default once, in float32.
    scoring : `ScoringSettings`, optional (default = `ScoringSettings()`)
        How the pool is scored: `{max_candidates: 1000, dtype: "bfloat16"}`; by default all of it, in float32.
    keep_round_weights : `str`, optional (default = `"none"`)
        The rounds whose weights, and files of an inner `checkpointer`, stay in `round_<k>/`: `"none"`, `"last"` or
        `"all"`. `best.th`, from which the next round starts, is always kept.
    stopping : `StoppingCriterion`, optional (default = `None`)
        Ends the run before its last round when there are labels enough; the reason goes to the last line and to
        `metrics.json`.
    annotation_cost : `AnnotationCostSettings`, optional (default = `AnnotationCostSettings()`)
        Seconds of an annotator's time for a sentence, a token and an entity: `{seconds_per_token: 2.5}`; by default
        those of a published study. They are shown, and `label_budget` counts them; what is queried is not changed.
    trackers : `List[Tracker]`, optional (default = `None`)
        Where each round's scores are written as well: `[{type: "tensorboard"}]`; see `docs/trackers.md`.
    seed : `int`, optional (default = `0`)
        The run's one seed, a key of the top level: everything but the slice follows from it.
    serialization_dir, cuda_device, distributed, local_rank, world_size
        As in every trainer of AllenNLP; `cuda_device` is a key, `None` for the first GPU when there is one.

    # Raises

    `ConfigurationError`
        Before any training: sizes that are not positive, more labels than the pool has sentences, a label budget that
        is too small for a sentence, fewer candidates than are queried, an unknown
        `keep_round_weights`. Whenever a file cannot be written, or the loss is not a number.
    """

    def __init__(
        self,
        model: SequenceTagger,
        experiment: Experiment,
        trainer: Lazy[Trainer],
        query_policy: QueryPolicy,
        seed_size: int,
        num_rounds: int,
        query_size: Union[int, List[int], None] = None,
        query_tokens: Union[int, List[int], None] = None,
        seed_policy: QueryPolicy = RandomPolicy(),
        oracle: Lazy[Oracle] = Lazy(GoldOracle),
        augmenter: Augmenter = NoAugmenter(),
        pool: PoolSettings = PoolSettings(),
        reuse_model: bool = True,
        self_training: SelfTraining = NoSelfTraining(),
        training: TrainingSettings = TrainingSettings(),
        scoring: ScoringSettings = ScoringSettings(),
        keep_round_weights: str = "none",
        stopping: Optional[StoppingCriterion] = None,
        annotation_cost: AnnotationCostSettings = AnnotationCostSettings(),
        trackers: Optional[List[Tracker]] = None,
        seed: int = 0,
        serialization_dir: Optional[str] = None,
        cuda_device: Optional[int] = None,
        distributed: bool = False,
        local_rank: int = 0,
        world_size: int = 1,
    ) -> None:
        folder = Path(serialization_dir or tempfile.mkdtemp())
        super().__init__(str(folder), cuda_device, distributed, local_rank, world_size)
        self.model = model.to(self.cuda_device)
        inside, outside = draw_slice(experiment.corpora.train, pool.size, generator(pool.data_seed, 0, "slice"))
        sentences = Pool(inside, experiment.corpora.seed_set)
        sizes = label_budget(seed_size, num_rounds, query_size, query_tokens, sentences)
        querying = Querying(query_policy, seed_policy, scoring, experiment, seed, self.cuda_device)
        querying.check(sizes, sentences)
        check_stopping(stopping, experiment.corpora.evaluation, sentences, annotation_cost.cost)
        made_oracle = experiment.new_oracle(oracle, inside)
        learner = Learner(
            self.model,
            seed,
            experiment,
            trainer,
            training,
            self_training,
            reuse_model=reuse_model,
            local_rank=local_rank,
        )
        self.loop = ActiveLearningLoop(
            experiment=experiment,
            pool=sentences,
            outside=outside,
            learners=committee(learner, query_policy.committee_size if num_rounds > 0 else 1),
            querying=querying,
            oracle=made_oracle,
            augmenter=augmenter,
            stopping=stopping,
            sizes=sizes,
            cost=annotation_cost.cost,
            seed=seed,
            device=self.cuda_device,
            folder=folder,
            trackers=RunTrackers(trackers or [], folder),
        )
        # Mistakes in these parts are found now, not after sentences have been labelled.
        augmenter.check(self.model)
        if augmenter.versions > 1 and self_training.generations > 0:
            raise ConfigurationError("augmenter.refresh is 'pass'; expected 'round' with trainer.self_training")
        self_training.check(sentences.sentences, experiment.tags)
        for one in self.loop.learners:
            one.check(sentences.sentences[:1], folder)
        augmenter.check_text(self.loop.context(0))
        measure = "sentences" if query_tokens is None else "tokens"
        self.loop.files = RunWriter(folder, self.cuda_device, local_rank, keep_round_weights, measure)
        load_models(self.loop)

    def train(self) -> Dict[str, Any]:
        """
        Runs all rounds, or those that an earlier start has not finished.

        # Returns

        `Dict[str, Any]`
            The content of `metrics.json`; see `seqmix_plugin.run.metrics.summary`.
        """
        waiting, metrics = self.run_rounds()
        rounds = self.loop.files.rounds
        if is_primary() and rounds:
            print_table(rounds)
        if waiting is not None:
            logger.info(waiting.message)
        elif "stop" in rounds[-1]:
            logger.info(f"stopped after round {rounds[-1]['round']}: {rounds[-1]['stop']}")
        return metrics

    def run_rounds(self) -> Tuple[Optional[Waiting], Dict[str, Any]]:
        """
        Runs the rounds that are left, also of a run that has waited in this process.

        # Returns

        `Tuple[Optional[Waiting], Dict[str, Any]]`
            What the run waits for, and the content of `metrics.json`.
        """
        rounds = self.loop.files.rounds
        with self.loop.trackers as trackers:
            trackers.log(rounds)  # those that an earlier start could not
            waiting = self.loop.run(*(self.loop.left or replay(self.loop)))
            open_ = None if waiting is None else {"round": len(rounds), "sentences": waiting.num_open}
            return waiting, trackers.closing_with(summary(rounds, open_))

    def get_best_weights_path(self) -> Optional[str]:
        """`best.th` of the run: the weights of the newest round."""
        return str(self.loop.files.weights.resolve())
