"""Language models of `transformers`."""

from abc import abstractmethod
from typing import Any, Dict, List, Optional, Sequence, Tuple

import numpy as np
from allennlp.common.checks import ConfigurationError
from transformers import AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase

from seqmix_plugin.augmenters.context import AugmentationContext
from seqmix_plugin.augmenters.language_models.language_model import Interval, LanguageModel
from seqmix_plugin.errors import first_line
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
    """

    auto_model: Any
    """The `Auto…` class of `transformers` that loads this kind of model."""
    kind: str
    """Kind of model for error messages, such as "causal"."""

    def __init__(self, model_name: str, batch_tokens: int, text: str, language: str) -> None:
        super().__init__(text, language)
        self._batch_tokens = at_least("language_model.batch_tokens", batch_tokens, 1)
        self._model_name = model_name
        self._tokenizer, self._model = load_checkpoint(model_name, self.auto_model, self.kind)
        self.has_offsets = self._tokenizer.is_fast

    def start_round(self, context: AugmentationContext) -> None:
        self._model.to(context.device)

    def perplexities(
        self,
        sentences: Sequence[TaggedSentence],
        frames: Sequence[TaggedSentence],
        windows: Optional[Sequence[Interval]] = None,
    ) -> np.ndarray:
        if not sentences:
            return np.empty(0)
        texts = self.texts(sentences)
        return self._score(texts, self.window_offsets(sentences, texts, windows))

    @abstractmethod
    def _score(self, texts: List[str], windows: Optional[List[Interval]]) -> np.ndarray:
        """The perplexity of each text, or of a window in it, in characters. Shape: `(num_texts,)`"""

    def statistics(self) -> Dict[str, Any]:
        return {"model_name": self._model_name, **super().statistics()}


def load_checkpoint(model_name: str, auto_model: Any, kind: str) -> Tuple[PreTrainedTokenizerBase, PreTrainedModel]:
    """
    Loads a pretrained language model and its tokenizer.

    # Parameters

    model_name : `str`
        Name of a model on the Hugging Face hub, or a folder.
    auto_model : `Any`
        The `Auto…` class of `transformers` that loads this kind of model.
    kind : `str`
        Kind of model for error messages, such as "causal".

    # Raises

    `ConfigurationError`
        When the model or its tokenizer cannot be loaded, or the checkpoint lacks weights, which `transformers` would
        initialize at random.
    """
    try:
        tokenizer = AutoTokenizer.from_pretrained(model_name)
        model, loading = auto_model.from_pretrained(model_name, output_loading_info=True)
    except Exception as error:  # transformers and its libraries raise many types for a missing or broken model
        raise ConfigurationError(
            f"language_model.model_name {model_name!r}: expected a {kind} language model, as a folder or a name on the "
            f"Hugging Face hub ({first_line(error)})"
        ) from error
    if loading["missing_keys"]:
        raise ConfigurationError(
            f"language_model.model_name {model_name!r}: not a {kind} language model; the checkpoint lacks "
            f"{', '.join(sorted(loading['missing_keys'])[:3])}"
        )
    return tokenizer, model
