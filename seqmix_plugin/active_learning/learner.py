"""The training of a model over the rounds: its initial weights and its random numbers."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Callable, Dict, List, Optional, Sequence

import numpy as np
import torch
from allennlp.common import Lazy
from allennlp.common.util import is_distributed
from allennlp.training import Trainer

from seqmix_plugin.active_learning.experiment import Experiment
from seqmix_plugin.active_learning.inner_training import WhileOurs, let_go, trains_in
from seqmix_plugin.active_learning.predictions import encoded, soft_labels
from seqmix_plugin.active_learning.settings import TrainingSettings
from seqmix_plugin.data import SentenceView, SoftSentences
from seqmix_plugin.distributed import on_each_machine, rank, world_size
from seqmix_plugin.errors import ConfigurationError, first_line
from seqmix_plugin.io.folder_guard import refuse_links, remove
from seqmix_plugin.models import SequenceTagger
from seqmix_plugin.randomness import derive_seed, generator, reseed_globals
from seqmix_plugin.run.layout import kept_round
from seqmix_plugin.self_training import NoSelfTraining, SelfTraining
from seqmix_plugin.sentence import TaggedSentence
from seqmix_plugin.synthetic import TrainingSentence

COLLAPSED_F1 = 0.1
"""A model whose F1 on the sentences it was trained on is lower has collapsed."""
COLLAPSE_SAMPLE = 50
"""How many labelled sentences with entities are looked at."""


@dataclass(frozen=True)
class Training:
    """How the training of a round's model went."""

    steps: int = 0
    """Steps of the optimizer, of teacher and students together, those of retries before not counted."""
    retries: int = 0
    """How often a model of the round was trained again because it had collapsed."""
    collapsed: bool = False
    """Whether the model that is left has collapsed."""
    pseudo_labelled: Optional[int] = None
    """How many sentences of the pool the last student was trained on; `None` without one."""

    def then(self, later: "Training") -> "Training":
        """Both trainings together, of which the later one made the round's model."""
        return replace(later, steps=self.steps + later.steps, retries=self.retries + later.retries)

    @property
    def fields(self) -> Dict[str, Any]:
        """The fields of the round's record."""
        found = {"steps": self.steps, "retries": self.retries, "collapsed": self.collapsed}
        found = {name: value for name, value in found.items() if value or name == "steps"}
        return found if self.pseudo_labelled is None else {**found, "pseudo_labelled": self.pseudo_labelled}


@dataclass
class Learner:
    """
    The round's model or another member of a committee. Head, dropout and the order of the data follow from its seed, so
    members stay different from each other over all rounds, and the first is the single model of the same seed.
    """

    model: SequenceTagger  # trained in place
    seed: int  # the member's own
    experiment: Experiment
    trainer: Lazy[Trainer]  # the inner trainer, constructed each round
    settings: TrainingSettings = field(default_factory=TrainingSettings)
    self_training: SelfTraining = field(default_factory=NoSelfTraining)
    name: str = ""  # of the folder inside `round_<k>/` for the inner trainer's files
    reuse_model: bool = True  # whether a round continues with the weights of the round before
    local_rank: int = 0
    trained: int = -1
    """The last round that the model was trained in."""

    def train(
        self,
        k: int,
        labelled: Sequence[TaggedSentence],
        folder: Path,
        synthetic: Sequence[TrainingSentence] = (),
        unlabelled: Optional[SentenceView] = None,
    ) -> Training:
        """
        Trains the model as round `k` does, on labelled and generated sentences, and with self-training then its
        students on unlabelled ones as well; a `ConfigurationError` when the loss is not a number.
        """
        everything: List[TrainingSentence] = [*labelled, *synthetic]
        begun = self._weights_for_retries(k)

        def begin(seed: int, retries: int) -> None:
            if k > 0 and self.reuse_model:
                if retries > 0:
                    self.model.load_state_dict(begun)
            elif k > 0 or retries > 0:
                self._begin_anew(seed, k)

        training = Training()
        if self.self_training.asks_teacher:
            trainings_before = self.settings.seed_trainings - 1 if k == 0 else 0
            training_sets: List[Sequence[TrainingSentence]] = [*[labelled] * trainings_before, everything]
            training = self._train(k, training_sets, folder, self.seed, begin, labelled)
        for generation in range(1, self.self_training.generations + 1):
            assert unlabelled is not None
            rng = generator(self.seed, k, f"self_training/{generation}")
            pool = soft_labels(self.experiment, self.self_training, self.model, unlabelled, rng)
            seed = derive_seed(self.seed, k, f"student/{generation}")
            student = self._train(
                k, [everything], folder, seed, lambda seed, _: self._begin_anew(seed, k), labelled, pool
            )
            training = training.then(replace(student, pseudo_labelled=len(pool)))
        self.trained = k
        return training

    def _train(
        self,
        k: int,
        training_sets: Sequence[Sequence[TrainingSentence]],
        folder: Path,
        seed: int,
        begin: Callable[[int, int], None],
        labelled: Sequence[TaggedSentence],
        pool: Optional[SoftSentences] = None,
    ) -> Training:
        """
        Trains on one set after the other, and begins again, with another seed, as often as the model collapses on what
        is labelled. `begin` gives the model its first weights, for a seed and the number of the retry.
        """
        for retries in range(self.settings.retries + 1):
            of_try = seed if retries == 0 else derive_seed(seed, k, f"retry/{retries}")
            begin(of_try, retries)
            steps = [self._train_once(k, data, folder, of_try, n, pool) for n, data in enumerate(training_sets)]
            training = Training(sum(steps), retries, self._has_collapsed(labelled))
            if not training.collapsed:
                break
        return training

    def _begin_anew(self, seed: int, k: int) -> None:
        self.model.load_state_dict(self.experiment.new_model(seed, k).state_dict())

    def _train_once(
        self,
        k: int,
        sentences: Sequence[TrainingSentence],
        folder: Path,
        seed: int,
        number: int,
        pool: Optional[SoftSentences],
    ) -> int:
        """One training with an optimizer and a schedule of its own; how many steps it took."""
        on_each_machine(self.local_rank, lambda: self._prepare(k, folder))
        # Each process has its own dropout.
        again = f"again/{number}/" if number > 0 else ""
        reseed_globals(seed, k, f"{again}train" if rank() == 0 else f"{again}train/{rank()}")
        trainer = self.inner_trainer(k, sentences, folder, derive_seed(seed, k, f"{again}order"), pool)
        watched = WhileOurs(str(folder))
        getattr(trainer, "_callbacks", []).append(watched)
        try:
            with trains_in(self.model, self.settings.dtype):
                trainer.train()
        except ValueError as error:
            if str(error) != "nan loss encountered":  # the stock trainer's words
                raise
            raise ConfigurationError(
                f"round {k}: the loss is not a number: training diverged; a lower trainer.trainer.optimizer.lr may help"
            ) from error
        self.model.zero_grad(set_to_none=True)  # A member that waits for its next round holds its weights alone.
        del trainer
        let_go()
        return watched.steps

    def _weights_for_retries(self, k: int) -> Dict[str, torch.Tensor]:
        """A copy of the weights with which the round begins, where it may be trained again from them."""
        if k == 0 or not self.reuse_model or self.settings.retries == 0:
            return {}
        return {name: weight.clone() for name, weight in self.model.state_dict().items()}

    def _has_collapsed(self, labelled: Sequence[TaggedSentence]) -> bool:
        """Whether the model finds next to none of the entities that it was trained on."""
        with_entities = [sentence for sentence in labelled if set(sentence.tags or ()) - {"O"}][:COLLAPSE_SAMPLE]
        if not with_entities:
            return False
        device = next(self.model.parameters()).device
        return self.experiment.f1_on(self.model, with_entities, device) < COLLAPSED_F1

    def check(self, sentences: Sequence[TaggedSentence], folder: Path) -> None:
        """Makes the inner trainer of round 0; raises a `ConfigurationError` for settings that it refuses."""
        pool = None
        if self.self_training.generations > 0:
            view = SentenceView(sentences, np.arange(len(sentences)))
            words, num_tags = encoded(self.experiment, view), self.experiment.corpora.vocab.get_vocab_size("labels")
            pool = SoftSentences(words, np.full((int(words.num_words.sum()), num_tags), 1 / num_tags, np.float32))
        self.inner_trainer(0, sentences, folder, self.seed, pool)
        if not any(parameter.requires_grad for parameter in self.model.parameters()):
            raise ConfigurationError("trainer.trainer: no_grad and requires_grad leave no weight to be trained")
        let_go()

    def inner_trainer(
        self,
        k: int,
        sentences: Sequence[TrainingSentence],
        folder: Path,
        seed: int,
        pool: Optional[SoftSentences] = None,
    ) -> Trainer:
        """
        The stock trainer of round `k`, with the data, of which some may be from the pool, in the order that follows
        from a seed; a `ConfigurationError` for settings that it refuses.
        """
        device: torch.device = next(self.model.parameters()).device
        try:
            return self.trainer.construct(
                model=self.model,
                data_loader=self.experiment.training_loader(sentences, seed, pool, self.self_training.share),
                validation_data_loader=self.experiment.validation_loader(),
                serialization_dir=str(kept_round(folder, k) / self.name),
                cuda_device=device.index if device.type == "cuda" else -1,
                distributed=is_distributed(),
                local_rank=self.local_rank,
                world_size=world_size(),
            )
        except ValueError as error:  # the stock trainer's own checks, of `use_amp` for instance
            raise ConfigurationError(f"trainer.trainer: {first_line(error)}") from error

    def _prepare(self, k: int, folder: Path) -> None:
        """
        Refuses links and removes the files of an interrupted inner trainer: the stock one follows links, and would
        resume from the files, and not exactly.
        """
        refuse_links(folder)
        for path in (kept_round(folder, k) / self.name).glob("*"):
            if path.is_file():
                remove(path)


def committee(first: Learner, size: int) -> List[Learner]:
    """A learner and others that differ from it in seed and name, until there are `size` of them."""
    device = next(first.model.parameters()).device
    learners = [first]
    for number in range(1, size):
        seed = derive_seed(first.seed, 0, f"member/{number}")
        model = first.experiment.new_model(seed, 0).to(device)
        learners.append(replace(first, model=model, seed=seed, name=f"member_{number}"))
    return learners
