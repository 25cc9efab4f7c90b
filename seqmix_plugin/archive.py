"""What makes a model archive work from any folder, offline."""

import json
import os
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator, Union

from allennlp.data import Vocabulary
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from seqmix_plugin.atomic_files import TEMPORARY, disk_errors, sync

ENCODER_FOLDER = "encoder"
"""The folder of a run and of its archive that carries the encoder's configuration and tokenizer, without weights."""


def save_encoder(
    encoder: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    run_folder: Union[str, Path],
    writer: object = "",
) -> None:
    """
    Writes the encoder's configuration and tokenizer into the run's folder, from where `include_in_archive` takes them.

    # Parameters

    encoder : `PreTrainedModel`
        Its weights are in the model's own.
    tokenizer : `PreTrainedTokenizerBase`
        The one that indexes the words.
    run_folder : `Union[str, Path]`
        The run's serialization directory.
    writer : `object`, optional (default = `""`)
        What tells machines apart that may share the folder.
    """
    folder = Path(run_folder) / ENCODER_FOLDER
    if folder.exists():  # a run that goes on
        return
    configuration = encoder.config.to_dict()
    configuration.pop("_name_or_path", None)  # a path of the training machine
    text = json.dumps(configuration, indent=2, sort_keys=True) + "\n"
    with whole_folder(folder, writer) as temporary:
        (temporary / "config.json").write_text(text, encoding="utf-8")
        tokenizer.save_pretrained(str(temporary))


def save_vocabulary(vocab: Vocabulary, run_folder: Union[str, Path], writer: object = "") -> None:
    """
    Writes the vocabulary into the run's folder, each of its files in one step: a distributed run that goes on reads it.

    # Parameters

    vocab : `Vocabulary`
        With the labels.
    run_folder : `Union[str, Path]`
        The run's serialization directory.
    writer : `object`, optional (default = `""`)
        What tells machines apart that may share the folder.
    """
    folder = Path(run_folder) / "vocabulary"
    with disk_errors(folder):
        temporary = _empty(folder, writer)
        vocab.save_to_files(str(temporary))
        folder.mkdir(exist_ok=True)
        for path in sorted(temporary.iterdir()):
            sync(path)
            os.replace(path, folder / path.name)
        temporary.rmdir()


@contextmanager
def whole_folder(folder: Path, writer: object = "") -> Iterator[Path]:
    """A folder beside `folder`, which replaces it when all of its files have been written."""
    with disk_errors(folder):
        temporary = _empty(folder, writer)
        temporary.mkdir(parents=True)
        yield temporary
        for path in temporary.iterdir():
            sync(path)
        shutil.rmtree(folder, ignore_errors=True)
        try:
            os.replace(temporary, folder)
        except OSError:
            if not folder.exists():
                raise
            shutil.rmtree(temporary)  # another machine was faster


def _empty(folder: Path, writer: object) -> Path:
    """The name of a temporary folder, which is not there."""
    temporary = folder.with_name(f"{folder.name}{writer}{TEMPORARY}")
    shutil.rmtree(temporary, ignore_errors=True)
    return temporary
