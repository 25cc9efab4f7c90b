"""What makes a model archive work from any folder, offline."""

import json
from pathlib import Path
from typing import Union

from transformers import PreTrainedModel, PreTrainedTokenizerBase

ENCODER_FOLDER = "encoder"
"""The folder of a run and of its archive that carries the encoder's configuration and tokenizer, without weights."""


def save_encoder(encoder: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, run_folder: Union[str, Path]) -> None:
    """
    Writes the encoder's configuration and tokenizer into the run's folder, from where `include_in_archive` takes them.

    # Parameters

    encoder : `PreTrainedModel`
        Its weights are in the model's own.
    tokenizer : `PreTrainedTokenizerBase`
        The one that indexes the words.
    run_folder : `Union[str, Path]`
        The run's serialization directory.
    """
    folder = Path(run_folder) / ENCODER_FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    configuration = encoder.config.to_dict()
    configuration.pop("_name_or_path", None)  # a path of the training machine
    text = json.dumps(configuration, indent=2, sort_keys=True) + "\n"
    (folder / "config.json").write_text(text, encoding="utf-8")
    tokenizer.save_pretrained(str(folder))
