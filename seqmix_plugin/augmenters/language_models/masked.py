"""A pretrained masked language model."""

from typing import Any, List, Optional, Sequence, Tuple

import numpy as np
import torch
from transformers import AutoModelForMaskedLM, PreTrainedModel

from seqmix_plugin.augmenters.language_models.causal import pad
from seqmix_plugin.augmenters.language_models.language_model import Interval, LanguageModel, pieces_at
from seqmix_plugin.augmenters.language_models.pretrained import CheckpointLanguageModel
from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.functional import negative_log_likelihood, on_device, pseudo_perplexity
from seqmix_plugin.models.inference import batches_by_length, inference
from seqmix_plugin.models.input_length import max_input_length
from seqmix_plugin.sentence import TaggedSentence


@LanguageModel.register("masked")
class MaskedLanguageModel(CheckpointLanguageModel):
    """
    Any masked language model of `transformers`, such as BERT or RoBERTa, which gives the pseudo-perplexity of Salazar
    et al. 2020, "Masked Language Model Scoring": each word piece is masked in turn and predicted from all others, on
    both sides. Special pieces stay in the input and are not counted.

    A sentence of T pieces takes T rows of a batch, which makes a masked model about T times as expensive as a causal
    one. Text longer than the model's input is cut. For a window only its own pieces are masked, each given the whole
    sentence; of longer text, first what follows the window is left out, then the leftmost pieces.

    Registered as a `LanguageModel` with name "masked".

    # Parameters

    model_name : `str`
        Name of a masked language model on the Hugging Face hub, or a folder.
    batch_tokens : `int`, optional (default = `8192`)
        Largest number of padded tokens in a batch of masked copies, at least 1.
    text : `str`, optional (default = `"tokens"`)
        How words are joined into text, `"tokens"` or `"detokenized"`; see `LanguageModel`.
    language : `str`, optional (default = `"en"`)
        Two-letter code of the language whose rules `"detokenized"` follows.

    # Raises

    `ConfigurationError`
        When the model or its tokenizer cannot be loaded, the checkpoint lacks the weights of the masked-language-model
        head (encoders such as MiniLM have none), or the tokenizer has no mask token.
    """

    auto_model = AutoModelForMaskedLM
    kind = "masked"

    def __init__(self, model_name: str, batch_tokens: int = 8192, text: str = "tokens", language: str = "en") -> None:
        super().__init__(model_name, batch_tokens, text, language)
        if self._tokenizer.mask_token_id is None:
            raise ConfigurationError(
                f"language_model.model_name {model_name!r}: the tokenizer has no mask token, such as [MASK]"
            )
        self._longest = max_input_length(self._model, self._tokenizer)

    def score(
        self, texts: List[str], frames: Sequence[TaggedSentence], windows: Optional[List[Interval]]
    ) -> np.ndarray:
        tokenizer = self._tokenizer
        encoded = tokenizer(
            texts,
            truncation=self._longest is not None and windows is None,
            max_length=self._longest,
            return_special_tokens_mask=True,
            return_offsets_mapping=windows is not None,
            verbose=False,
        )
        sequences, uncounted = encoded["input_ids"], encoded["special_tokens_mask"]
        if windows is not None:
            counted = map(pieces_at, encoded["offset_mapping"], windows)
            rows = [_around(*row, self._longest) for row in zip(sequences, uncounted, counted, strict=True)]
            sequences, uncounted = ([row[part] for row in rows] for part in (0, 1))
        mask_id, pad_id = tokenizer.mask_token_id, tokenizer.pad_token_id or 0
        return pseudo_perplexities(self._model, sequences, uncounted, mask_id, pad_id, self._batch_tokens)


def _around(ids: List[int], special: List[int], window: Interval, longest: Optional[int]) -> Tuple[List[int], ...]:
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
    return tuple(row[:lead] + row[inner] + row[len(row) - trail :] for row in (ids, uncounted))


def pseudo_perplexities(
    model: PreTrainedModel,
    sequences: Sequence[List[int]],
    special: Sequence[List[int]],
    mask_id: int,
    pad_id: int,
    batch_tokens: int = 8192,
) -> np.ndarray:
    """
    exp(−1/T Σₜ ln p(wₜ | all other pieces)) of each sequence. The masked copies of all sequences are batched together.

    # Parameters

    model : `PreTrainedModel`
        A masked language model.
    sequences : `Sequence[List[int]]`
        Piece ids with the special pieces, no longer than the model's input.
    special : `Sequence[List[int]]`
        1 for pieces that are not counted, such as special ones, else 0.
    mask_id : `int`
        Id of the mask token.
    pad_id : `int`
        Id of the padding token.
    batch_tokens : `int`, optional (default = `8192`)
        Largest number of padded tokens in a batch of masked copies.

    # Returns

    `np.ndarray`
        At least 1, and 1 for a sequence without counted pieces. Shape: `(num_sequences,)`
    """
    ids, mask = pad(sequences, model.device, pad_id)  # Shape: (num_sequences, longest)
    counted, _ = pad([[1 - flag for flag in row] for row in special], torch.device("cpu"))
    copies = counted.nonzero()  # Sequence and position of each masked piece. Shape: (num_copies, 2)
    lengths = [len(sequences[sequence]) for sequence in copies[:, 0].tolist()]
    order: List[int] = []
    found = [torch.empty(0, dtype=torch.float64, device=model.device)]
    with inference(model):
        for batch in batches_by_length(lengths, batch_tokens, "pseudo-perplexity"):
            longest = lengths[batch[0]]
            rows, positions = on_device(copies[batch], model.device).unbind(-1)  # Shape: (batch_size,)
            masked = ids[rows, :longest].clone()  # Shape: (batch_size, longest)
            targets = masked.gather(-1, positions.unsqueeze(-1)).squeeze(-1)
            masked.scatter_(-1, positions.unsqueeze(-1), mask_id)
            logits = logits_at(model, masked, mask[rows, :longest], positions)  # Shape: (batch_size, vocabulary_size)
            order += batch
            found.append(negative_log_likelihood(logits.float(), targets).double())
    likelihoods = torch.empty(len(copies), dtype=torch.float64)
    likelihoods[order] = torch.cat(found).cpu()
    return pseudo_perplexity(likelihoods, copies[:, 0], len(sequences)).numpy()


def logits_at(model: PreTrainedModel, ids: torch.Tensor, mask: torch.Tensor, positions: torch.Tensor) -> torch.Tensor:
    """
    A masked model's prediction at one position of each row. The output layer is applied to the vectors of these
    positions only, unless the model does not say which layer that is, or does not call it.

    # Parameters

    model : `PreTrainedModel`
        A masked language model.
    ids : `torch.LongTensor`
        Shape: `(batch_size, num_pieces)`
    mask : `torch.BoolTensor`
        Shape: `(batch_size, num_pieces)`
    positions : `torch.LongTensor`
        Shape: `(batch_size,)`

    # Returns

    `torch.Tensor`
        Shape: `(batch_size, vocabulary_size)`
    """
    rows = torch.arange(len(ids), device=ids.device)

    def keep(_: torch.nn.Module, inputs: Tuple[Any, ...]) -> Optional[Tuple[Any, ...]]:
        if not inputs or inputs[0].shape[:2] != ids.shape:
            return None
        return (inputs[0][rows, positions].unsqueeze(1), *inputs[1:])  # Shape: (batch_size, 1, dimension)

    head = model.get_output_embeddings()
    hook = None if head is None else head.register_forward_pre_hook(keep)
    try:
        logits = model(input_ids=ids, attention_mask=mask.long()).logits
    finally:
        if hook is not None:
            hook.remove()
    return logits[:, 0] if logits.size(1) == 1 else logits[rows, positions]
