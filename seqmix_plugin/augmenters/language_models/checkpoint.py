"""Pretrained language models of `transformers`, loaded or refused."""

from typing import Any, Tuple

from allennlp.common.checks import ConfigurationError
from transformers import AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase

from seqmix_plugin.errors import first_line


def load_checkpoint(model_name: str, auto_model: Any, kind: str) -> Tuple[PreTrainedTokenizerBase, PreTrainedModel]:
    """
    # Parameters

    model_name : `str`
        A name that the hub knows or a folder.
    auto_model : `Any`
        The `Auto...` class of `transformers` that loads this kind of model.
    kind : `str`
        What was asked for, as the error says it.

    # Raises

    `ConfigurationError`
        When the model or its tokenizer cannot be loaded, or the checkpoint lacks weights: `transformers` would draw
        them at random and only log it.
    """
    try:
        tokenizer = AutoTokenizer.from_pretrained(model_name)
        model, loading = auto_model.from_pretrained(model_name, output_loading_info=True)
    except Exception as error:  # whatever transformers and its parts raise for what holds no model, or a broken one
        raise ConfigurationError(
            f"language_model.model_name {model_name!r}: expected a {kind} language model, as a folder or a name "
            f"that the hub knows ({first_line(error)})"
        ) from error
    if loading["missing_keys"]:
        raise ConfigurationError(
            f"language_model.model_name {model_name!r}: the checkpoint is no {kind} language model; it lacks "
            f"{', '.join(sorted(loading['missing_keys'])[:3])}"
        )
    return tokenizer, model


def check_batch_tokens(batch_tokens: int) -> None:
    """Raises a `ConfigurationError` unless a batch can hold a token."""
    if batch_tokens < 1:
        raise ConfigurationError(f"language_model.batch_tokens is {batch_tokens}; expected 1 or more")
