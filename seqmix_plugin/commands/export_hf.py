"""`allennlp export-hf`: the tagger as a folder that `transformers` loads without AllenNLP."""

import argparse
import copy
import logging
import os
import tempfile
from pathlib import Path
from typing import Any, Dict, List, Optional

import torch
from allennlp.commands.subcommand import Subcommand
from allennlp.common.checks import ConfigurationError
from allennlp.data import Batch
from transformers import AutoModelForTokenClassification, PreTrainedModel

from seqmix_plugin.commands.archives import load_tagger
from seqmix_plugin.commands.terminal import quiet_terminal
from seqmix_plugin.data import SentenceReader
from seqmix_plugin.errors import first_line
from seqmix_plugin.models import SequenceTagger, SoftmaxHead
from seqmix_plugin.models.inference import inference
from seqmix_plugin.models.longest_input import NO_LIMIT, longest_input

logger = logging.getLogger(__name__)

FOLDER = "huggingface"
LARGEST_DIFFERENCE = 1e-4
"""Of the two models' log-probabilities."""
SAMPLES = [
    ["Paris"],
    ["Anna", "Berg", "sings", "in", "Oslo", "."],
    ["On", "Tuesday", "the", "company", "opened", "an", "office", "with", "45", "desks", "in", "New", "York"],
    ["internationalisation", "of", "Neuschwanstein", "and", "Antananarivo"],
]
"""Short and long sentences, short and long words: what the two models are compared on."""


@Subcommand.register("export-hf")
class ExportHfCommand(Subcommand):
    """
    `allennlp export-hf SOURCE`: writes a trained tagger as an `AutoModelForTokenClassification`. See `export_hf`.

    Registered as a `Subcommand` with name "export-hf".
    """

    def add_subparser(self, parser: argparse._SubParsersAction) -> argparse.ArgumentParser:
        subparser = parser.add_parser(
            self.name,
            description="Write a trained tagger as a folder that transformers loads without AllenNLP.",
            help="Write a trained tagger as a transformers model.",
        )
        add = subparser.add_argument
        add("source", type=str, help="a run's folder or its model.tar.gz")
        add("-s", "--output", type=str, help=f"the new folder; by default {FOLDER!r} in the run's folder")
        add("-f", "--force", action="store_true", help="write into a folder that holds files already")
        subparser.set_defaults(func=_export_from_args)
        return subparser


def _export_from_args(args: argparse.Namespace) -> None:
    with quiet_terminal():
        folder = export_hf(args.source, args.output, args.force)
        print(
            f"wrote {folder}; as far as the tagger reads a sentence (max_length), it gives the same tags:\n"
            f"    from transformers import pipeline\n"
            f'    pipeline("token-classification", "{folder}", aggregation_strategy="first")("Anna sings in Oslo")'
        )


def export_hf(source: str, output: Optional[str] = None, force: bool = False) -> Path:
    """
    Writes configuration with labels, weights (safetensors) and tokenizer of a trained tagger, after a comparison of the
    tagger with what was written.

    # Parameters

    source : `str`
        A run's folder or its `model.tar.gz`.
    output : `str`, optional (default = `None`)
        The new folder; by default `huggingface` in the run's folder.
    force : `bool`, optional (default = `False`)
        Write into a folder that holds files already; those of other names stay.

    # Returns

    `Path`
        The new folder.

    # Raises

    `ConfigurationError`
        When the folder is not empty, or the tagger is not an encoder with one linear layer and a softmax.
    """
    place = Path(source)
    folder = Path(output) if output is not None else (place if place.is_dir() else place.parent) / FOLDER
    if output is None and folder.is_symlink():
        raise ConfigurationError(f"{folder} is a link to another place; choose one with --output")
    if folder.exists() and not folder.is_dir():
        raise ConfigurationError(f"{folder} is a file; expected a folder to write to")
    if folder.is_dir() and any(folder.iterdir()) and not force:
        raise ConfigurationError(f"{folder} is not empty; choose another --output, or --force")
    model, reader = load_tagger(source)
    exported = to_transformers(model)
    word_pieces = reader.word_pieces
    assert word_pieces is not None  # checked by `load_tagger`
    tokenizer = copy.deepcopy(word_pieces.tokenizer)
    if tokenizer.model_max_length > NO_LIMIT:  # it does not know what the encoder takes
        tokenizer.model_max_length = reader.max_length or longest_input(exported, tokenizer) or NO_LIMIT
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as temporary:
            exported.save_pretrained(temporary)
            tokenizer.save_pretrained(temporary)
            check_equal(model, reader, AutoModelForTokenClassification.from_pretrained(temporary))
            warn_of_other_pieces(reader)
            folder.mkdir(exist_ok=True)
            mode = Path(temporary, "config.json").stat().st_mode
            for file in sorted(Path(temporary).iterdir()):
                file.chmod(mode)  # safetensors lets nobody but the owner read
                os.replace(file, folder / file.name)
    except OSError as error:
        raise ConfigurationError(f"{folder}: cannot be written ({first_line(error)})") from error
    return folder


def to_transformers(model: SequenceTagger) -> PreTrainedModel:
    """
    The tagger's weights in the architecture that `transformers` has for token classification.

    # Raises

    `ConfigurationError`
        When they do not fit.
    """
    encoder = _encoder(model)
    labels = model.vocab.get_index_to_token_vocabulary(model.label_namespace)
    configuration = copy.deepcopy(encoder.config)
    configuration._name_or_path = ""  # a path of this machine
    configuration.id2label = dict(sorted(labels.items()))
    configuration.label2id = {label: index for index, label in configuration.id2label.items()}
    for key in ("classifier_dropout", "classifier_dropout_prob"):  # the second is ALBERT's
        if hasattr(configuration, key):
            setattr(configuration, key, model.dropout.p)
    try:
        exported = AutoModelForTokenClassification.from_config(configuration)
        getattr(exported, exported.base_model_prefix).load_state_dict(encoder.state_dict())
    except (AttributeError, RuntimeError, ValueError) as error:
        raise ConfigurationError(
            f"a {configuration.model_type!r} encoder does not fit into a token classifier of transformers "
            f"({first_line(error)})"
        ) from error
    classifier = getattr(exported, "classifier", None)
    if type(classifier) is not torch.nn.Linear or classifier.weight.shape != model.tag_projection.weight.shape:
        raise ConfigurationError(
            f"{type(exported).__name__} has no classifier of one linear layer of shape "
            f"{tuple(model.tag_projection.weight.shape)}, as the tagger has"
        )
    classifier.load_state_dict(model.tag_projection.state_dict())
    return exported.eval()


def _encoder(model: SequenceTagger) -> PreTrainedModel:
    if not isinstance(model.head, SoftmaxHead):
        raise ConfigurationError(f"export-hf exports softmax heads only; this tagger has a {type(model.head).__name__}")
    if model.encoder is None:
        raise ConfigurationError("export-hf exports a transformer; this tagger's embedder has none")
    modes = {getattr(module, "sub_token_mode", "first") for module in model.text_field_embedder.modules()} - {"first"}
    if modes:
        raise ConfigurationError(
            f"the embedder's sub_token_mode is {modes.pop()!r}; token classifiers of transformers label a word by its "
            f"first piece, 'first'"
        )
    return model.encoder


def check_equal(model: SequenceTagger, reader: SentenceReader, exported: PreTrainedModel) -> None:
    """
    Runs both models over a few sentences.

    # Raises

    `ConfigurationError`
        When a log-probability differs by more than `LARGEST_DIFFERENCE`.
    """
    batch = Batch([reader.text_to_instance(words) for words in SAMPLES])
    batch.index_instances(model.vocab)
    tensors: Dict[str, Any] = batch.as_tensor_dict()
    pieces = next(part for part in tensors["tokens"].values() if "wordpiece_mask" in part)
    with inference(model), inference(exported):
        output = model(**tensors)
        logits = exported(pieces["token_ids"], attention_mask=pieces["wordpiece_mask"].long()).logits
    first = pieces["offsets"][..., :1].expand(-1, -1, logits.size(-1))  # Shape: (batch_size, num_tokens, num_tags)
    theirs = logits.gather(1, first).log_softmax(-1)  # Shape: (batch_size, num_tokens, num_tags)
    ours = output["tag_probabilities"].clamp_min(1e-30).log()  # Shape: (batch_size, num_tokens, num_tags)
    difference = float((theirs - ours)[output["mask"]].abs().max())
    if not difference <= LARGEST_DIFFERENCE:
        raise ConfigurationError(
            f"the exported model differs from the tagger by {difference:.2g} in a log-probability, more than "
            f"{LARGEST_DIFFERENCE}: transformers computes something else for this architecture"
        )


def warn_of_other_pieces(reader: SentenceReader) -> None:
    """Byte-pair tokenizers split a word after a space in another way than the word alone, which the tagger is given."""
    assert reader.word_pieces is not None
    tokenizer = reader.word_pieces.tokenizer
    texts: List[List[int]] = tokenizer([" ".join(words) for words in SAMPLES], add_special_tokens=False)["input_ids"]
    alone = [[piece for word in reader.word_pieces.pieces(words) for piece in word] for words in SAMPLES]
    if texts != alone:
        logger.warning(
            "this tokenizer splits running text into other pieces than single words, which the tagger was trained on: "
            "the pipeline may give other tags"
        )
