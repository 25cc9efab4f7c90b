"""A pretrained causal language model."""

from typing import Any, Dict, Sequence

import numpy as np
from allennlp.common.checks import ConfigurationError
from transformers import MODEL_FOR_MASKED_LM_MAPPING, AutoModelForCausalLM, AutoTokenizer

from seqmix_plugin.augmenters.language_models.causal import causal_perplexities
from seqmix_plugin.augmenters.language_models.language_model import LanguageModel
from seqmix_plugin.augmenters.workbench import Workbench
from seqmix_plugin.errors import first_line


@LanguageModel.register("pretrained")
class PretrainedLanguageModel(LanguageModel):
    """
    Any causal model of `transformers`.

    Registered as a `LanguageModel` with name "pretrained".

    # Parameters

    model_name : `str`, optional (default = `"gpt2"`)
        A name that the hub knows or a folder.
    batch_tokens : `int`, optional (default = `1024`)
        Padded tokens a batch; bounds the memory to about this times the vocabulary's size.

    # Raises

    `ConfigurationError`
        When the model or its tokenizer cannot be loaded, when the checkpoint has no language-model head or is a masked
        model's, or when there is no beginning-of-text token.
    """

    def __init__(self, model_name: str = "gpt2", batch_tokens: int = 1024) -> None:
        if batch_tokens < 1:
            raise ConfigurationError(f"language_model.batch_tokens is {batch_tokens}; expected 1 or more")
        try:
            self._tokenizer = AutoTokenizer.from_pretrained(model_name)
            self._model, loading = AutoModelForCausalLM.from_pretrained(model_name, output_loading_info=True)
        except (OSError, ValueError) as error:
            raise ConfigurationError(
                f"language_model.model_name {model_name!r}: expected a causal language model, as a folder or a name "
                f"that the hub knows ({first_line(error)})"
            ) from error
        if loading["missing_keys"]:
            raise ConfigurationError(
                f"language_model.model_name {model_name!r}: the checkpoint is no causal language model; it lacks "
                f"{', '.join(sorted(loading['missing_keys'])[:3])}"
            )
        if type(self._model.config) in MODEL_FOR_MASKED_LM_MAPPING and not self._model.config.is_decoder:
            raise ConfigurationError(
                f"language_model.model_name {model_name!r}: a masked model, which sees the word it is asked for; "
                f"expected a causal one, such as gpt2"
            )
        begin = self._tokenizer.bos_token_id
        self._begin = self._tokenizer.eos_token_id if begin is None else begin
        if self._begin is None:
            raise ConfigurationError(f"language_model.model_name {model_name!r}: no beginning-of-text token")
        self._name = model_name
        self._batch_tokens = batch_tokens

    def start_round(self, workbench: Workbench) -> None:
        self._model.to(workbench.device)

    def perplexities(self, texts: Sequence[str], frames: Sequence[str]) -> np.ndarray:
        if not texts:
            return np.empty(0)
        sequences = self._tokenizer(list(texts), add_special_tokens=False)["input_ids"]
        return causal_perplexities(self._model, sequences, self._begin, self._batch_tokens, progress=True)

    def statistics(self) -> Dict[str, Any]:
        return {"model_name": self._name}
