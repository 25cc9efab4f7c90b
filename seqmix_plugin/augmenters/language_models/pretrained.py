"""Pretrained language models of `transformers`, and the causal one."""

from typing import Any, Dict, List, Optional, Sequence

import numpy as np
from transformers import MODEL_FOR_MASKED_LM_MAPPING, AutoModelForCausalLM, AutoTokenizer

from seqmix_plugin.augmenters.context import AugmentationContext
from seqmix_plugin.augmenters.language_models.causal import text_perplexities
from seqmix_plugin.augmenters.language_models.language_model import Interval, LanguageModel
from seqmix_plugin.errors import ConfigurationError, first_line
from seqmix_plugin.models.inference import never_compile
from seqmix_plugin.parameter_checks import at_least
from seqmix_plugin.sentence import TaggedSentence


class CheckpointLanguageModel(LanguageModel):
    """
    Base class of models that are loaded from a checkpoint.

    # Parameters

    model_name : `str`
        Name of a model on the Hugging Face hub, or a folder.
    batch_tokens : `int`
        Largest number of padded tokens in a batch, at least 1.
    text : `str`
        How words are joined into text, `"tokens"` or `"detokenized"`; see `LanguageModel`.
    language : `str`
        Two-letter code of the language whose rules `"detokenized"` follows.

    # Raises

    `ConfigurationError`
        When the model or its tokenizer cannot be loaded, or the checkpoint lacks weights.
    """

    auto_model: Any
    """The `Auto…` class of `transformers` that loads this kind of model."""
    kind: str
    """Kind of model for error messages, such as "causal"."""

    def __init__(self, model_name: str, batch_tokens: int, text: str, language: str) -> None:
        super().__init__(text, language)
        self._batch_tokens = at_least("language_model.batch_tokens", batch_tokens, 1)
        self._model_name = model_name
        try:
            self._tokenizer = AutoTokenizer.from_pretrained(model_name)
            self._model, loading = self.auto_model.from_pretrained(model_name, output_loading_info=True)
        except Exception as error:  # transformers and its libraries raise many types for a missing or broken model
            raise ConfigurationError(
                f"language_model.model_name {model_name!r}: expected a {self.kind} language model, as a folder or a "
                f"name on the Hugging Face hub ({first_line(error)})"
            ) from error
        if loading["missing_keys"]:  # transformers would initialize them at random
            raise ConfigurationError(
                f"language_model.model_name {model_name!r}: not a {self.kind} language model; the checkpoint lacks "
                f"{', '.join(sorted(loading['missing_keys'])[:3])}"
            )
        never_compile(self._model)
        self.has_offsets = self._tokenizer.is_fast

    def start_round(self, context: AugmentationContext) -> None:
        self._model.to(context.device)

    def statistics(self) -> Dict[str, Any]:
        return {"model_name": self._model_name, **super().statistics()}


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
                f"gpt2, or type 'masked'"
            )
        begin = self._tokenizer.bos_token_id
        self._begin = self._tokenizer.eos_token_id if begin is None else begin
        if self._begin is None:
            raise ConfigurationError(
                f"language_model.model_name {model_name!r}: the tokenizer has no beginning-of-text token"
            )

    def score(
        self, texts: List[str], frames: Sequence[TaggedSentence], windows: Optional[List[Interval]]
    ) -> np.ndarray:
        return text_perplexities(self._model, self._tokenizer, self._begin, self._batch_tokens, texts, windows)
