"""What all stages share: device, text, encoders, and the package built from a shipped configuration."""

import itertools
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Dict, Iterator, NamedTuple, Sequence

import torch
from allennlp.commands.train import TrainModel
from allennlp.common import Params
from transformers import AutoTokenizer, BertConfig, GPT2Config

from benchmarks.data import ROOT, Corpus
from seqmix_plugin.active_learning import ActiveLearningTrainer, Experiment
from seqmix_plugin.active_learning.learner import Learner
from seqmix_plugin.models import SequenceTagger
from seqmix_plugin.sentence import TaggedSentence

MINILM = ROOT / "models" / "all-MiniLM-L6-v2"
CONFIGURATION = ROOT / "training_configs" / "conll_seqmix_minilm.jsonnet"
SMALL_GPT2 = {"vocab_size": 3000, "n_positions": 512, "n_embd": 128, "n_layer": 2, "n_head": 4}
"""The shape of the language model that `in_domain` fits."""


class Built(NamedTuple):
    """
    The parts of a run.

    # Parameters

    training : `TrainModel`
        The run.
    trainer : `ActiveLearningTrainer`
        Its loop.
    experiment : `Experiment`
        Data and loaders.
    learner : `Learner`
        Trains the model.
    model : `SequenceTagger`
        The round's.
    sentences : `Sequence[TaggedSentence]`
        The training file.
    seed : `int`
        The run's.
    lr : `float`
        The inner trainer's learning rate.
    """

    training: TrainModel
    trainer: ActiveLearningTrainer
    experiment: Experiment
    learner: Learner
    model: SequenceTagger
    sentences: Sequence[TaggedSentence]
    seed: int
    lr: float


@dataclass
class Setting:
    """
    # Parameters

    device : `torch.device`
        Where models are.
    corpus : `Corpus`
        The text.
    folder : `Path`
        For what has to be written; nobody keeps it.
    encoders : `Dict[str, str]`
        Folders of encoders by what to call them; one without weights is initialised at random.
    language_models : `Dict[str, GPT2Config]`
        Shapes of language models, initialised at random.
    quick : `bool`
        The smallest sizes, which show that a stage works and nothing else.
    """

    device: torch.device
    corpus: Corpus
    folder: Path
    encoders: Dict[str, str]
    language_models: Dict[str, GPT2Config]
    quick: bool = False
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def new_folder(self) -> Path:
        """An empty folder."""
        folder = self.folder / str(next(self._numbers))
        folder.mkdir()
        return folder

    def size(self, full: int, quick: int) -> int:
        """One of two sizes."""
        return quick if self.quick else full

    def overrides(self, encoder: str) -> Dict[str, Any]:
        """The overrides that run a shipped configuration on this device, text and encoder."""
        weights = any(Path(encoder).glob("*.safetensors")) or any(Path(encoder).glob("pytorch_model*.bin"))
        embedder = "model.text_field_embedder.token_embedders.tokens"
        return {
            "dataset_reader.token_indexers.tokens.model_name": encoder,
            f"{embedder}.model_name": encoder,
            f"{embedder}.load_weights": weights,
            "dataset_reader.source_scheme": self.corpus.scheme,
            "train_data_path": str(self.corpus.train),
            "validation_data_path": None,
            "test_data_path": None,
            "trainer.pool.size": None,
            "trainer.num_rounds": 0,
            "trainer.cuda_device": -1 if self.device.type == "cpu" else self.device.index or 0,
        }

    def build(self, encoder: str, **changes: Any) -> Built:
        """
        The package as `allennlp train` builds it.

        # Parameters

        encoder : `str`
            A folder.
        changes
            Further keys of the configuration, with `__` for a dot.
        """
        dotted = {name.replace("__", "."): value for name, value in changes.items()}
        overrides = {"trainer.augmenter": {"type": "none"}, **self.overrides(encoder), **dotted}
        params = Params.from_file(str(CONFIGURATION), overrides)
        for key in ("include_in_archive", "random_seed", "numpy_seed", "pytorch_seed"):
            params.pop(key)  # as AllenNLP's command does
        seed, lr = params["seed"], params["trainer"]["trainer"]["optimizer"]["lr"]
        training = TrainModel.from_params(params, serialization_dir=str(self.new_folder()), local_rank=0)
        trainer = training.trainer
        assert isinstance(trainer, ActiveLearningTrainer)
        experiment, learner = trainer.loop.experiment, trainer.loop.learners[0]
        return Built(training, trainer, experiment, learner, trainer.model, experiment.corpora.train, seed, lr)


def shape_folder(config: BertConfig, folder: Path, tokenizer: Path = MINILM) -> str:
    """A folder with the configuration of an encoder and MiniLM's tokenizer, without weights."""
    folder.mkdir()
    AutoTokenizer.from_pretrained(tokenizer).save_pretrained(folder)
    config.save_pretrained(folder)
    return str(folder)


def shapes(device: torch.device, folder: Path, quick: bool) -> Dict[str, Any]:
    """The encoders and language models that are measured on a device."""
    small = {"small GPT-2": GPT2Config(**SMALL_GPT2)}
    if quick:
        return {"encoders": {"MiniLM": str(MINILM)}, "language_models": small}
    encoders = {"bert-base shape": shape_folder(BertConfig(), folder / "bert_base")}
    if device.type == "cuda":
        return {"encoders": encoders, "language_models": {"GPT-2 shape": GPT2Config()}}
    encoders = {"MiniLM": str(MINILM), **encoders}
    return {"encoders": encoders, "language_models": {"GPT-2 shape": GPT2Config(), **small}}
