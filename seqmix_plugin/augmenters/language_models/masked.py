"""A pretrained masked language model."""

from typing import Any, Dict, List, Optional, Sequence, Tuple

import numpy as np
from allennlp.common.checks import ConfigurationError
from transformers import AutoModelForMaskedLM

from seqmix_plugin.augmenters.language_models.checkpoint import check_batch_tokens, load_checkpoint
from seqmix_plugin.augmenters.language_models.language_model import LanguageModel, Span, pieces_at
from seqmix_plugin.augmenters.language_models.masked_copies import pseudo_perplexities
from seqmix_plugin.augmenters.workbench import Workbench
from seqmix_plugin.models.longest_input import longest_input
from seqmix_plugin.sentence import TaggedSentence


@LanguageModel.register("masked")
class MaskedLanguageModel(LanguageModel):
    """
    Any masked model of `transformers`, such as BERT or RoBERTa, asked for the pseudo-perplexity of Salazar et al. 2020,
    "Masked Language Model Scoring": each word piece in turn is masked and predicted from all others, those after it
    too. Special pieces stay in the input and are not counted.

    A sentence of T pieces is T rows of a batch: dearer than a causal model by about that factor. Longer text than the
    model's input is cut. Of a window only its own pieces are masked, each given the whole sentence, before and after;
    of longer text what follows the window is then left out first, and after it what is farthest to the left.

    Registered as a `LanguageModel` with name "masked".

    # Parameters

    model_name : `str`
        A name that the hub knows or a folder.
    batch_tokens : `int`, optional (default = `8192`)
        Padded tokens a batch, over all masked copies.
    text : `str`, optional (default = `"tokens"`)
        `tokens` or `detokenized`; see `LanguageModel`.
    language : `str`, optional (default = `"en"`)
        Whose rules `detokenized` follows.

    # Raises

    `ConfigurationError`
        When the model or its tokenizer cannot be loaded, when the model is none for masks, when the checkpoint lacks
        the weights of the head (encoders that were made for other ends, MiniLM for one, have none), or when there is no
        mask token.
    """

    def __init__(self, model_name: str, batch_tokens: int = 8192, text: str = "tokens", language: str = "en") -> None:
        super().__init__(text, language)
        check_batch_tokens(batch_tokens)
        self._tokenizer, self._model = load_checkpoint(model_name, AutoModelForMaskedLM, "masked")
        if self._tokenizer.mask_token_id is None:
            raise ConfigurationError(f"language_model.model_name {model_name!r}: no mask token, such as [MASK]")
        self._longest = longest_input(self._model, self._tokenizer)
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
        encoded = self._tokenizer(
            texts,
            truncation=self._longest is not None and windows is None,
            max_length=self._longest,
            return_special_tokens_mask=True,
            return_offsets_mapping=windows is not None,
            verbose=False,
        )
        sequences, uncounted = encoded["input_ids"], encoded["special_tokens_mask"]
        if windows is not None:
            places = map(pieces_at, encoded["offset_mapping"], self.places(sentences, texts, windows))
            rows = [_around(*row, self._longest) for row in zip(sequences, uncounted, places, strict=True)]
            sequences, uncounted = ([row[part] for row in rows] for part in (0, 1))
        return pseudo_perplexities(
            self._model,
            sequences,
            uncounted,
            mask_id=self._tokenizer.mask_token_id,
            pad_id=self._tokenizer.pad_token_id or 0,
            batch_tokens=self._batch_tokens,
            progress=True,
        )

    def statistics(self) -> Dict[str, Any]:
        return {"model_name": self._name, **super().statistics()}


def _around(ids: List[int], special: List[int], window: Span, longest: Optional[int]) -> Tuple[List[int], List[int]]:
    """
    The pieces of a window with as much of its sentence as the model takes, special ones included, and 1 for each piece
    that is not counted.
    """
    first, end = window
    uncounted = [int(flag or not first <= position < end) for position, flag in enumerate(special)]
    over = 0 if longest is None else len(ids) - longest
    if over <= 0:
        return ids, uncounted
    lead, trail = special.index(0), special[::-1].index(0)  # special pieces on both sides
    right = min(over, len(ids) - trail - max(end, lead))
    inner = slice(lead + over - right, len(ids) - trail - right)
    return tuple(row[:lead] + row[inner] + row[len(row) - trail :] for row in (ids, uncounted))  # type: ignore
