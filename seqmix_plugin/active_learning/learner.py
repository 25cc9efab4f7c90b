"""The training of a model over the rounds: its initial weights and its random numbers."""

import gc
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Dict, Iterator, List, Sequence

import torch
from allennlp.common import Lazy
from allennlp.common.util import is_distributed
from allennlp.training import Trainer, TrainerCallback

from seqmix_plugin.active_learning.experiment import Experiment
from seqmix_plugin.active_learning.settings import TrainingSettings
from seqmix_plugin.distributed import on_each_machine, rank, world_size
from seqmix_plugin.errors import ConfigurationError, first_line
from seqmix_plugin.io.folder_guard import check_own, refuse_links, remove
from seqmix_plugin.models import SequenceTagger
from seqmix_plugin.randomness import derive_seed, reseed_globals
from seqmix_plugin.run.layout import kept_round
from seqmix_plugin.sentence import TaggedSentence

COLLAPSED_F1 = 0.1
"""A model whose F1 on the sentences it was trained on is lower has collapsed."""
COLLAPSE_SAMPLE = 50
"""How many labelled sentences with entities are looked at."""


@dataclass(frozen=True)
class Training:
    """How the training of a round's model went."""

    steps: int
    """Steps of the optimizer, those of retries before not counted."""
    retries: int
    """How often the round was trained again because its model had collapsed."""
    collapsed: bool
    """Whether the model that is left has collapsed."""

    @property
    def fields(self) -> Dict[str, Any]:
        """The fields of the round's record."""
        retried = {"retries": self.retries} if self.retries > 0 else {}
        return {"steps": self.steps, **retried, **({"collapsed": True} if self.collapsed else {})}


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
    name: str = ""  # of the folder inside `round_<k>/` for the inner trainer's files
    reuse_model: bool = True  # whether a round continues with the weights of the round before
    local_rank: int = 0
    trained: int = -1
    """The last round that the model was trained in."""

    def train(
        self, k: int, labelled: Sequence[TaggedSentence], folder: Path, synthetic: Sequence[TaggedSentence] = ()
    ) -> Training:
        """
        Trains the model as round `k` does, on labelled and generated sentences; a `ConfigurationError` when the loss is
        not a number.
        """
        begun = self._weights_for_retries(k)
        trainings_before = self.settings.seed_trainings - 1 if k == 0 else 0
        training_sets = [labelled] * trainings_before + [[*labelled, *synthetic]]
        for retries in range(self.settings.retries + 1):
            seed = self.seed if retries == 0 else derive_seed(self.seed, k, f"retry/{retries}")
            if k > 0 and self.reuse_model:
                if retries > 0:
                    self.model.load_state_dict(begun)
            elif k > 0 or retries > 0:
                self.model.load_state_dict(self.experiment.new_model(seed, k).state_dict())
            steps = [self._train_once(k, sentences, folder, seed, n) for n, sentences in enumerate(training_sets)]
            training = Training(sum(steps), retries, self._has_collapsed(labelled))
            if not training.collapsed:
                break
        self.trained = k
        return training

    def _train_once(self, k: int, sentences: Sequence[TaggedSentence], folder: Path, seed: int, number: int) -> int:
        """One training with an optimizer and a schedule of its own; how many steps it took."""
        on_each_machine(self.local_rank, lambda: self._prepare(k, folder))
        # Each process has its own dropout.
        again = f"again/{number}/" if number > 0 else ""
        reseed_globals(seed, k, f"{again}train" if rank() == 0 else f"{again}train/{rank()}")
        trainer = self.inner_trainer(k, sentences, folder, derive_seed(seed, k, f"{again}order"))
        watched = _WhileOurs(str(folder))
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
        _let_go()
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
        self.inner_trainer(0, sentences, folder, self.seed)
        if not any(parameter.requires_grad for parameter in self.model.parameters()):
            raise ConfigurationError("trainer.trainer: no_grad and requires_grad leave no weight to be trained")
        _let_go()

    def inner_trainer(self, k: int, sentences: Sequence[TaggedSentence], folder: Path, seed: int) -> Trainer:
        """
        The stock trainer of round `k`, with the data in the order that follows from a seed; a `ConfigurationError` for
        settings that it refuses.
        """
        device: torch.device = next(self.model.parameters()).device
        try:
            return self.trainer.construct(
                model=self.model,
                data_loader=self.experiment.training_loader(sentences, seed),
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


@contextmanager
def trains_in(model: torch.nn.Module, dtype: torch.dtype) -> Iterator[None]:
    """
    Has matrices multiplied in this type while a model in training mode computes its loss. `autocast` is entered for
    each forward pass alone: until the outermost one ends, torch keeps the converted weights, so that an `autocast`
    around the training would compute all its steps with the first weights, and AllenNLP's trainer turns it off on a
    GPU.
    """
    if dtype == torch.float32:
        yield
        return
    forward, device = model.forward, next(model.parameters()).device.type

    def converted(*arguments: Any, **keywords: Any) -> Any:
        with torch.autocast(device, dtype, enabled=model.training):
            return forward(*arguments, **keywords)

    model.forward = converted  # type: ignore[method-assign]
    try:
        yield
    finally:
        del model.forward  # that of the class is seen again


def committee(first: Learner, size: int) -> List[Learner]:
    """A learner and others that differ from it in seed and name, until there are `size` of them."""
    device = next(first.model.parameters()).device
    learners = [first]
    for number in range(1, size):
        seed = derive_seed(first.seed, 0, f"member/{number}")
        model = first.experiment.new_model(seed, 0).to(device)
        learners.append(replace(first, model=model, seed=seed, name=f"member_{number}"))
    return learners


class _WhileOurs(TrainerCallback):
    """
    Ends the training, which writes files of its own, when another start has taken the run's folder, and counts its
    steps: it is called once for all the batches whose gradients a step accumulates, and for each batch of validation.
    """

    steps = 0

    def on_batch(self, *arguments: Any, is_training: bool = True, is_primary: bool = True, **keywords: Any) -> None:
        self.steps += int(is_training)
        if is_primary:
            check_own()


def _let_go() -> None:
    """
    Frees the object that averages the gradients of all processes: it is attached to the weights as long as it exists,
    and would average them in the next round as well.
    """
    if is_distributed():
        gc.collect()
