"""The loop of active learning."""

import logging
import tempfile
from functools import partial
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence, Tuple, Union

import numpy as np
from allennlp.common import Lazy
from allennlp.training import Trainer

from seqmix_plugin.active_learning.budget import check_candidates, label_budget, matrix_dtype
from seqmix_plugin.active_learning.console import print_table, round_line
from seqmix_plugin.active_learning.experiment import Experiment
from seqmix_plugin.active_learning.learner import Learner
from seqmix_plugin.active_learning.pool import Pool, draw_slice
from seqmix_plugin.active_learning.round_state import RunFolder, Stopwatch, summary
from seqmix_plugin.augmenters import Augmentation, Augmenter, NoAugmenter, Workbench
from seqmix_plugin.data import SentenceView
from seqmix_plugin.models import SequenceTagger
from seqmix_plugin.oracles import GoldOracle, Oracle
from seqmix_plugin.query_policies import Query, QueryPolicy, RandomPolicy
from seqmix_plugin.randomness import derive_seed, generator, reseed_globals
from seqmix_plugin.ranks import from_primary, is_primary
from seqmix_plugin.sentence import TaggedSentence

logger = logging.getLogger(__name__)


@Trainer.register("active_learning")
class ActiveLearningTrainer(Trainer):
    """
    Runs the rounds of the paper's Algorithm 1. Round 0 draws and labels the seed set, augments it and trains; each
    later round queries the pool with the model of the round before, has the queried sentences labelled, augments them,
    and trains on all that is labelled or was generated. Works inside the `TrainModel` of the same name.

    Where the policy asks for a committee, each query first trains the other members on what the round's model was
    trained on; the last round, after which nothing is queried, trains one model. All members are kept in memory.

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
        The inner trainer, any that AllenNLP knows; made anew each round in `round_<k>/`.
    query_policy : `QueryPolicy`
        γ.
    seed_size : `int`
        Labelled sentences in round 0.
    num_rounds : `int`
        Rounds after round 0.
    query_size : `Union[int, List[int]]`
        K, the sentences to query a round; a list gives each round its own.
    oracle : `Lazy[Oracle]`, optional (default = `Lazy(GoldOracle)`)
        Labels what is queried.
    augmenter : `Augmenter`, optional (default = `NoAugmenter()`)
        Makes extra training sentences.
    pool_size : `int`, optional (default = `None`)
        How many sentences of the training file to work with, drawn at random; `None` for all.
    data_seed : `int`, optional (default = `0`)
        Draws the slice.
    reuse_model : `bool`, optional (default = `True`)
        `True`: each round goes on with the model of the round before, as Algorithm 1 does, with a new optimizer and
        schedule. `False`: each round starts from the pretrained weights.
    max_candidates : `int`, optional (default = `None`)
        How many sentences of the pool to score a round, drawn anew each time; `None` for all that are left.
    scoring_dtype : `str`, optional (default = `"float32"`)
        `"float32"` or `"bfloat16"`, in which matrices are multiplied when the pool is scored. The latter is several
        times faster where the processor knows it, and the query is not quite the same. Dev and test are always scored
        in float32.
    seed : `int`, optional (default = `0`)
        The run's one seed, a key of the top level: everything but the slice follows from it.
    serialization_dir, cuda_device, distributed, local_rank, world_size
        As in every trainer of AllenNLP; `cuda_device` is a key, `None` for the first GPU when there is one.

    # Raises

    `ConfigurationError`
        Before any training: sizes that are not positive, a label budget larger than the pool, fewer candidates than are
        queried, an unknown `scoring_dtype`.
    """

    def __init__(
        self,
        model: SequenceTagger,
        experiment: Experiment,
        trainer: Lazy[Trainer],
        query_policy: QueryPolicy,
        seed_size: int,
        num_rounds: int,
        query_size: Union[int, List[int]],
        oracle: Lazy[Oracle] = Lazy(GoldOracle),
        augmenter: Augmenter = NoAugmenter(),
        pool_size: Optional[int] = None,
        data_seed: int = 0,
        reuse_model: bool = True,
        max_candidates: Optional[int] = None,
        scoring_dtype: str = "float32",
        seed: int = 0,
        serialization_dir: Optional[str] = None,
        cuda_device: Optional[int] = None,
        distributed: bool = False,
        local_rank: int = 0,
        world_size: int = 1,
    ) -> None:
        folder = serialization_dir or tempfile.mkdtemp()
        super().__init__(folder, cuda_device, distributed, local_rank, world_size)
        self.model = model.to(self.cuda_device)
        self._experiment = experiment
        self._policy = query_policy
        self._augmenter = augmenter
        self._seed = seed
        inside, self._outside = draw_slice(experiment.corpus, pool_size, generator(data_seed, 0, "slice"))
        self._sizes = label_budget(seed_size, num_rounds, query_size, len(inside))
        check_candidates(max_candidates, self._sizes)
        self._max_candidates = max_candidates
        self._scoring_dtype = matrix_dtype(scoring_dtype)
        self._pool = Pool(inside)
        self._oracle = oracle.construct(corpus=inside)
        self._run = RunFolder(Path(folder), self.cuda_device, local_rank)
        make_learner = partial(
            Learner, experiment=experiment, trainer=trainer, reuse_model=reuse_model, local_rank=local_rank
        )
        self._learner = make_learner(self.model, seed)
        others = range(1, query_policy.committee_size if num_rounds > 0 else 1)
        self._others = [make_learner(*self._member(number), name=f"member_{number}") for number in others]
        # Mistakes in these blocks shall come out now, not after sentences have been labelled.
        augmenter.check(self.model)
        for learner in (self._learner, *self._others):
            learner.check(inside[:1], self._run.folder)
        self._run.save_weights(self.model)

    def train(self) -> Dict[str, Any]:
        """
        Runs all rounds.

        # Returns

        `Dict[str, Any]`
            What `metrics.json` says; see `round_state.summary`.
        """
        synthetic: List[TaggedSentence] = []
        training: List[TaggedSentence] = []
        for k in range(len(self._sizes)):
            clock = Stopwatch()
            if k > 0 and self._others:
                with clock("committee"):
                    for learner in self._others:
                        learner.train(k - 1, training, self._run.folder)
            with clock("query"):
                candidates = self._candidates(k)
                queries = self._query(k, candidates)
            with clock("annotate"):
                annotated = self._annotate([candidates[query.position] for query in queries])
                self._pool.label(annotated)
                self._run.add_annotated(k, annotated)
            with clock("augment"):
                augmentation = self._augment(k, annotated)
                synthetic += augmentation.accepted
            with clock("train"):
                training = self._pool.labelled + synthetic
                self._learner.train(k, training, self._run.folder)
            with clock("measure"):
                scores = self._experiment.measure(self.model, self.cuda_device)
            record = {
                "round": k,
                "annotated": self._pool.counts(),
                "synthetic_in_training": len(synthetic),
                "scores": scores,
                "augmentation": augmentation.statistics,
                "queried": [sentence.id for sentence in annotated],
                "query_scores": [query.score for query in queries],
                "seconds": clock.seconds,
            }
            self._run.save_weights(self.model)
            self._run.add_round(record, augmentation.generated)
            logger.info(round_line(record))
        if is_primary():
            print_table(self._run.rounds)
        return summary(self._run.rounds)

    def get_best_weights_path(self) -> Optional[str]:
        """`best.th` of the run: the weights of the newest round."""
        return str(self._run.weights.resolve())

    def _candidates(self, k: int) -> SentenceView:
        """What is left of the pool, or a sample of it."""
        left = self._pool.unlabelled
        if k == 0 or self._max_candidates is None or len(left) <= self._max_candidates:
            return left
        drawn = generator(self._seed, k, "candidates").choice(len(left), self._max_candidates, replace=False)
        return SentenceView(left, np.sort(drawn))

    def _query(self, k: int, candidates: SentenceView) -> List[Query]:
        reseed_globals(self._seed, k, "query")
        policy = self._policy if k > 0 else RandomPolicy()  # the seed set is drawn
        models = [learner.model for learner in (self._learner, *self._others)]
        return policy.select(
            candidates,
            self._sizes[k],
            lambda sentences: self._experiment.predict(
                models,
                sentences,
                self.cuda_device,
                policy.num_samples,
                self._scoring_dtype,
                derive_seed(self._seed, k, "samples"),
            ),
            generator(self._seed, k, "query"),
        )

    def _annotate(self, queried: Sequence[TaggedSentence]) -> List[TaggedSentence]:
        return from_primary(lambda: self._oracle.annotate(queried))

    def _augment(self, k: int, annotated: Sequence[TaggedSentence]) -> Augmentation:
        workbench = Workbench(
            model=self.model,
            reader=self._experiment.reader,
            readable=self._pool.sentences,
            outside=self._outside,
            folder=self._run.folder,
            seed=self._seed,
            round_number=k,
            model_is_trained=k > 0,
        )
        reseed_globals(self._seed, k, "augment")
        augmentation = self._augmenter.augment(annotated, workbench)
        return from_primary(lambda: augmentation)

    def _member(self, number: int) -> Tuple[SequenceTagger, int]:
        """Another model of a committee, whose first is the round's model, and its seed."""
        seed = derive_seed(self._seed, 0, f"member/{number}")
        return self._experiment.new_model(seed, 0).to(self.cuda_device), seed
