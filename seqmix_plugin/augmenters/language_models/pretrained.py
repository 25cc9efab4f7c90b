"""A pretrained causal language model."""

from typing import Any, Dict, Optional, Sequence

import numpy as np
from allennlp.common.checks import ConfigurationError
from transformers import MODEL_FOR_MASKED_LM_MAPPING, AutoModelForCausalLM

from seqmix_plugin.augmenters.language_models.causal import causal_perplexities
from seqmix_plugin.augmenters.language_models.checkpoint import check_batch_tokens, load_checkpoint
from seqmix_plugin.augmenters.language_models.language_model import LanguageModel, Span, pieces_at
from seqmix_plugin.augmenters.workbench import Workbench
from seqmix_plugin.sentence import TaggedSentence


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
    text : `str`, optional (default = `"tokens"`)
        `tokens` or `detokenized`; see `LanguageModel`.
    language : `str`, optional (default = `"en"`)
        Whose rules `detokenized` follows.

    # Raises

    `ConfigurationError`
        When the model or its tokenizer cannot be loaded, when the checkpoint has no language-model head or is a masked
        model's, or when there is no beginning-of-text token.
    """

    def __init__(
        self, model_name: str = "gpt2", batch_tokens: int = 1024, text: str = "tokens", language: str = "en"
    ) -> None:
        super().__init__(text, language)
        check_batch_tokens(batch_tokens)
        self._tokenizer, self._model = load_checkpoint(model_name, AutoModelForCausalLM, "causal")
        if type(self._model.config) in MODEL_FOR_MASKED_LM_MAPPING and not self._model.config.is_decoder:
            raise ConfigurationError(
                f"language_model.model_name {model_name!r}: a masked model, which sees the word it is asked for; "
                f"expected a causal one, such as gpt2, or the language model 'masked'"
            )
        begin = self._tokenizer.bos_token_id
        self._begin = self._tokenizer.eos_token_id if begin is None else begin
        if self._begin is None:
            raise ConfigurationError(f"language_model.model_name {model_name!r}: no beginning-of-text token")
        self._name = model_name
        self.tells_places = self._tokenizer.is_fast
        self._batch_tokens = batch_tokens

    def start_round(self, workbench: Workbench) -> None:
        self._model.to(workbench.device)

    def perplexities(
        self,
        sentences: Sequence[TaggedSentence],
        frames: Sequence[TaggedSentence],
        windows: Optional[Sequence[Span]] = None,
    ) -> np.ndarray:
        if not sentences:
            return np.empty(0)
        texts = self.texts(sentences)
        encoded = self._tokenizer(texts, add_special_tokens=False, return_offsets_mapping=windows is not None)
        counted = None
        if windows is not None:
            counted = list(map(pieces_at, encoded["offset_mapping"], self.places(sentences, texts, windows)))
        return causal_perplexities(
            self._model, encoded["input_ids"], self._begin, self._batch_tokens, progress=True, windows=counted
        )

    def statistics(self) -> Dict[str, Any]:
        return {"model_name": self._name, **super().statistics()}
