"""A pretrained causal language model."""

from typing import List, Optional

import numpy as np
from allennlp.common.checks import ConfigurationError
from transformers import MODEL_FOR_MASKED_LM_MAPPING, AutoModelForCausalLM

from seqmix_plugin.augmenters.language_models.causal import text_perplexities
from seqmix_plugin.augmenters.language_models.checkpoint import CheckpointLanguageModel
from seqmix_plugin.augmenters.language_models.language_model import Interval, LanguageModel


@LanguageModel.register("pretrained")
class PretrainedLanguageModel(CheckpointLanguageModel):
    """
    Any causal language model of `transformers`, such as GPT-2, which gives the perplexity of the paper's equation 9.

    Registered as a `LanguageModel` with name "pretrained".

    # Parameters

    model_name : `str`, optional (default = `"gpt2"`)
        Name of a causal language model on the Hugging Face hub, or a folder.
    batch_tokens : `int`, optional (default = `1024`)
        Largest number of padded tokens in a batch, at least 1; the memory is about this times the vocabulary size.
    text : `str`, optional (default = `"tokens"`)
        How words are joined into text, `"tokens"` or `"detokenized"`; see `LanguageModel`.
    language : `str`, optional (default = `"en"`)
        Two-letter code of the language whose rules `"detokenized"` follows.

    # Raises

    `ConfigurationError`
        When the model or its tokenizer cannot be loaded, the checkpoint has no language-model head or is a masked
        model, or the tokenizer has no beginning-of-text token.
    """

    auto_model = AutoModelForCausalLM
    kind = "causal"

    def __init__(
        self, model_name: str = "gpt2", batch_tokens: int = 1024, text: str = "tokens", language: str = "en"
    ) -> None:
        super().__init__(model_name, batch_tokens, text, language)
        if type(self._model.config) in MODEL_FOR_MASKED_LM_MAPPING and not self._model.config.is_decoder:
            raise ConfigurationError(
                f"language_model.model_name {model_name!r}: a masked language model; expected a causal one, such as "
                f"gpt2, or language_model.type 'masked'"
            )
        begin = self._tokenizer.bos_token_id
        self._begin = self._tokenizer.eos_token_id if begin is None else begin
        if self._begin is None:
            raise ConfigurationError(
                f"language_model.model_name {model_name!r}: the tokenizer has no beginning-of-text token"
            )

    def _score(self, texts: List[str], windows: Optional[List[Interval]]) -> np.ndarray:
        return text_perplexities(self._model, self._tokenizer, self._begin, self._batch_tokens, texts, windows, True)
