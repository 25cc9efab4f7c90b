"""`seqmix export-hf`: the tagger as a folder that `transformers` loads without AllenNLP."""

import copy
import os
import tempfile
from pathlib import Path
from typing import Any, Dict, Optional, Tuple

import torch
from allennlp.data import Batch
from transformers import AutoModelForTokenClassification, AutoTokenizer, PreTrainedModel

from seqmix_plugin.archives import load_tagger
from seqmix_plugin.commands.command import command
from seqmix_plugin.commands.exported_run import exported_run
from seqmix_plugin.commands.model_card import CARD, EXAMPLE, Model, Publication, model_card
from seqmix_plugin.commands.pipeline_agreement import SAMPLES, Agreement, compare_with_pipeline, found_entities
from seqmix_plugin.console import show
from seqmix_plugin.data import SentenceReader
from seqmix_plugin.errors import ConfigurationError, first_line
from seqmix_plugin.io.atomic import write_text
from seqmix_plugin.io.folder_guard import disk_errors
from seqmix_plugin.io.json_text import read_object, read_objects
from seqmix_plugin.models import SequenceTagger, SoftmaxHead
from seqmix_plugin.models.inference import inference
from seqmix_plugin.models.input_length import NO_LIMIT, max_input_length
from seqmix_plugin.run.layout import CONFIG, ROUNDS
from seqmix_plugin.run.names import experiment_name
from seqmix_plugin.run.reader import Run

LARGEST_DIFFERENCE = 1e-4
"""Of the two models' log-probabilities."""


@command("export-hf", letters={"output": "-s", "force": "-f"})
def export_hf(
    source: str,
    *,
    output: Optional[str] = None,
    force: bool = False,
    allow_differences: bool = False,
    license: Optional[str] = None,
    language: Optional[str] = None,
    datasets: Optional[str] = None,
) -> Tuple[Path, Agreement]:
    """
    Write a trained tagger as a folder that transformers loads without AllenNLP.

    Writes the configuration with labels, the weights (safetensors), the tokenizer and a model card, after a comparison
    of the tagger with the token-classification pipeline of transformers on what is written.

    # Parameters

    source : `str`
        A run's folder or its model.tar.gz.
    output : `str`, optional (default = `None`)
        The new folder; by default `huggingface` in the run's folder.
    force : `bool`, optional (default = `False`)
        Write into a folder that is not empty; files of other names stay.
    allow_differences : `bool`, optional (default = `False`)
        Write it although the pipeline gives some words other tags than the tagger.
    license : `str`, optional (default = `None`)
        The licence for the model card, as the hub names it, such as apache-2.0; by default a line asks for it.
    language : `str`, optional (default = `None`)
        Codes of the languages for the model card, such as en or en,de.
    datasets : `str`, optional (default = `None`)
        Names of data sets on the hub for the model card, such as eriktks/conll2003.

    # Returns

    `Tuple[Path, Agreement]`
        The new folder, and how many words get the same tags.

    # Raises

    `ConfigurationError`
        When the folder is not empty, a value for the card is not one, no round of the run was trained, the tagger is
        not an encoder with one linear layer and a softmax, or the pipeline gives other tags.
    """
    publication = Publication(license, language, datasets)
    publication.check()
    place = Path(source)
    run = place if place.is_dir() else place.parent
    folder = Path(output) if output is not None else run / "huggingface"
    if output is None and folder.is_symlink():
        raise ConfigurationError(f"{folder} is a link to another place; choose one with --output")
    if folder.exists() and not folder.is_dir():
        raise ConfigurationError(f"{folder} is a file; expected a folder to write to")
    if folder.is_dir() and any(folder.iterdir()) and not force:
        raise ConfigurationError(f"{folder} is not empty; choose another --output, or --force")
    _check_trained(run)
    model, reader = load_tagger(source)
    exported = to_transformers(model)
    word_pieces = reader.word_pieces
    assert word_pieces is not None  # checked by `load_tagger`
    tokenizer = copy.deepcopy(word_pieces.tokenizer)
    if tokenizer.model_max_length > NO_LIMIT:  # it does not know what the encoder takes
        tokenizer.model_max_length = reader.max_length or max_input_length(exported, tokenizer) or NO_LIMIT
    with disk_errors(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as temporary:
            exported.save_pretrained(temporary)
            tokenizer.save_pretrained(temporary)
            check_equal(model, reader, AutoModelForTokenClassification.from_pretrained(temporary))
            agreement = compare_with_pipeline(model, reader, temporary, place)
            if agreement.differing and not allow_differences:
                raise ConfigurationError(f"{folder}: nothing is written, as {agreement}; --allow-differences writes it")
            _write_card(Path(temporary), experiment_name(run), exported_run(place), exported, agreement, publication)
            folder.mkdir(exist_ok=True)
            mode = Path(temporary, "config.json").stat().st_mode
            for file in sorted(Path(temporary).iterdir()):
                file.chmod(mode)  # safetensors lets nobody but the owner read
                os.replace(file, folder / file.name)
    show(
        f"wrote {folder}; {agreement}\n"
        f"    from transformers import pipeline\n"
        f'    pipeline("token-classification", "{folder}", aggregation_strategy="first")("Anna sings in Oslo")'
    )
    return folder, agreement


def _write_card(
    temporary: Path,
    name: str,
    run: Optional[Run],
    exported: PreTrainedModel,
    agreement: Agreement,
    publication: Publication,
) -> None:
    """The model card, with what the pipeline finds in its example."""
    types = sorted({label[2:] for label in exported.config.id2label.values() if label != "O"})
    same = agreement.words - agreement.differing, agreement.words
    longest = AutoTokenizer.from_pretrained(temporary).model_max_length
    found = found_entities(str(temporary), EXAMPLE)
    model = Model(name, types, found, same, longest if longest < NO_LIMIT else None)
    write_text(temporary / CARD, model_card(model, run, publication))


def _check_trained(run: Path) -> None:
    """Raises a `ConfigurationError` for a run that has weights, but those it began with."""
    if not (run / CONFIG).is_file() or read_object(run / CONFIG).get("type") != "active_learning":
        return
    if not (run / ROUNDS).is_file() or not read_objects(run / ROUNDS):
        raise ConfigurationError(f"{run}: no round of this run has been trained; its model has learned nothing")


def to_transformers(model: SequenceTagger) -> PreTrainedModel:
    """
    The tagger's weights in the architecture that `transformers` has for token classification.

    # Raises

    `ConfigurationError`
        When they do not fit.
    """
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
    labels = model.vocab.get_index_to_token_vocabulary(model.label_namespace)
    configuration = copy.deepcopy(model.encoder.config)
    configuration._name_or_path = ""  # a path of this machine
    configuration.id2label = dict(sorted(labels.items()))
    configuration.label2id = {label: index for index, label in configuration.id2label.items()}
    for key in ("classifier_dropout", "classifier_dropout_prob"):  # the second is ALBERT's
        if hasattr(configuration, key):
            setattr(configuration, key, model.dropout.p)
    try:
        exported = AutoModelForTokenClassification.from_config(configuration)
        getattr(exported, exported.base_model_prefix).load_state_dict(model.encoder.state_dict())
    except (AttributeError, RuntimeError, ValueError) as error:
        raise ConfigurationError(
            f"a {configuration.model_type!r} encoder does not fit into a token classifier of transformers "
            f"({first_line(error)})"
        ) from error
    classifier = getattr(exported, "classifier", None) or getattr(exported, "score", None)  # as Llama calls it
    if type(classifier) is not torch.nn.Linear or classifier.weight.shape != model.tag_projection.weight.shape:
        raise ConfigurationError(
            f"{type(exported).__name__} has no classifier of one linear layer of shape "
            f"{tuple(model.tag_projection.weight.shape)}, as the tagger has"
        )
    classifier.load_state_dict(model.tag_projection.state_dict())
    if configuration.model_type == "modernbert":  # its module would import torch's compiler, which takes seconds
        _bypass_head(exported)
    return exported.eval()


def _bypass_head(exported: Any) -> None:
    """
    Makes the head of ModernBERT's token classifier, a layer, an activation and a normalization that the tagger does not
    have, return its input. A normalization can only do so with normalized input: it takes the weights of the encoder's
    last one, which gets weights of 1.
    """
    last, head = exported.model.final_norm, exported.head
    head.norm.load_state_dict(last.state_dict())
    torch.nn.init.ones_(last.weight)
    torch.nn.init.eye_(head.dense.weight)
    for bias in (last.bias, head.dense.bias):
        if bias is not None:
            torch.nn.init.zeros_(bias)
    head.act = torch.nn.Identity()
    exported.config.classifier_activation = "linear"


def check_equal(model: SequenceTagger, reader: SentenceReader, exported: PreTrainedModel) -> None:
    """
    Runs both models over a few sentences.

    # Raises

    `ConfigurationError`
        When a log-probability differs by more than `LARGEST_DIFFERENCE`.
    """
    batch = Batch([reader.sentence_to_instance(sentence) for sentence in SAMPLES])
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
