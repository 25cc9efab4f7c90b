"""The parts of a configuration that a sub-command needs, without the loop around them."""

import os
from typing import Any, Dict, Optional, Tuple

import torch
from allennlp.common import Lazy, Params
from allennlp.common.checks import ConfigurationError
from allennlp.data import DatasetReader, Vocabulary
from allennlp.models import Model

from seqmix_plugin.active_learning.corpora import labels_of, with_labels
from seqmix_plugin.active_learning.experiment import Experiment
from seqmix_plugin.active_learning.model_checks import check_encoder, check_reading
from seqmix_plugin.augmenters import Augmenter
from seqmix_plugin.commands.archives import load_tagger
from seqmix_plugin.configuration.checks import at
from seqmix_plugin.configuration.types import check_value
from seqmix_plugin.data import InMemoryLoader, SentenceReader
from seqmix_plugin.errors import first_line
from seqmix_plugin.models import SequenceTagger
from seqmix_plugin.sentence import SentenceSource


def read_blocks(config: str, overrides: str) -> Dict[str, Any]:
    """The configuration as plain data."""
    if os.path.isdir(config):  # Jsonnet would end the process
        raise ConfigurationError(f"{config} is a folder; expected a configuration file")
    try:
        blocks = Params.from_file(config, overrides).as_dict(quiet=True)
    except (OSError, RuntimeError, ValueError) as error:  # RuntimeError is Jsonnet's
        raise ConfigurationError(f"{config}: the configuration cannot be read ({first_line(error)})") from error
    for key in ("dataset_reader", "model"):
        if not isinstance(blocks.get(key), dict):
            raise ConfigurationError(f"{config}: the configuration has no {key!r}")
    for path, kind in (("dataset_reader", DatasetReader), ("model", Model), ("trainer.augmenter", Augmenter)):
        if at(blocks, path) is not None:
            check_value(path, kind, at(blocks, path))
    return blocks


def build_augmenter(config: str, blocks: Dict[str, Any], rate: Optional[float]) -> Augmenter:
    """The augmenter of `trainer.augmenter`, with another rate if one is given."""
    trainer = blocks.get("trainer")
    block = trainer.get("augmenter") if isinstance(trainer, dict) else None
    if not isinstance(block, dict) or block.get("type", "none") == "none":
        raise ConfigurationError(
            f"{config}: trainer.augmenter makes no sentences; expected a block such as {{'type': 'seqmix'}}"
        )
    return Augmenter.from_params(Params(block if rate is None else {**block, "rate": rate}))


def pick_device(cuda_device: Optional[int]) -> torch.device:
    """As a trainer does: the first GPU when there is one."""
    if cuda_device is None:
        cuda_device = 0 if torch.cuda.is_available() else -1
    if cuda_device >= torch.cuda.device_count():
        raise ConfigurationError(
            f"--cuda-device is {cuda_device}; this machine has {torch.cuda.device_count()} GPUs, and -1 is the CPU"
        )
    return torch.device("cpu" if cuda_device < 0 else f"cuda:{cuda_device}")


def build_model(
    blocks: Dict[str, Any],
    reader: SentenceReader,
    sentences: SentenceSource,
    seed: int,
    archive: Optional[str],
) -> Tuple[SequenceTagger, SentenceReader]:
    """The model that gives the embeddings, and the reader that goes with it."""
    vocab = with_labels(Vocabulary.empty(), {"": labels_of(sentences)})
    if archive is None:
        model = Lazy(Model, Params(blocks["model"]))
        experiment = Experiment(reader, reader, vocab, sentences, {}, model, Lazy(InMemoryLoader))
        tagger = experiment.new_model(seed, 0)
        check_encoder(tagger, reader)
        check_reading(tagger, reader, sentences[0])
    else:
        tagger, reader = load_tagger(archive)
        known = set(tagger.vocab.get_token_to_index_vocabulary(tagger.label_namespace))
        unknown = sorted(set(vocab.get_token_to_index_vocabulary("labels")) - known)
        if unknown:
            raise ConfigurationError(f"{archive}: its model does not know the labels {', '.join(unknown)} of the input")
    return tagger, reader
