"""Perplexities under a causal model."""

from typing import List, Optional, Sequence, Tuple

import numpy as np
import torch
from torch.nn.utils.rnn import pad_sequence
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from seqmix_plugin.augmenters.language_models.language_model import Interval, pieces_at
from seqmix_plugin.functional import on_device, perplexity
from seqmix_plugin.models.inference import batches_by_length, inference


def text_perplexities(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    begin: int,
    batch_tokens: int,
    texts: Sequence[str],
    windows: Optional[Sequence[Interval]] = None,
) -> np.ndarray:
    """
    Equation 9 of each text, or of a window in it given the text before it. See `causal_perplexities`.

    # Parameters

    model : `PreTrainedModel`
        A causal language model.
    tokenizer : `PreTrainedTokenizerBase`
        The model's tokenizer.
    begin : `int`
        Id of the beginning-of-text token.
    batch_tokens : `int`
        Largest number of padded tokens in a batch.
    texts : `Sequence[str]`
        Texts to score.
    windows : `Sequence[Interval]`, optional (default = `None`)
        The part of each text that is counted, in characters; by default all of it.

    # Returns

    `np.ndarray`
        At least 1, and 1 where no token is counted. Shape: `(num_texts,)`
    """
    encoded = tokenizer(list(texts), add_special_tokens=False, return_offsets_mapping=windows is not None)
    counted = None if windows is None else list(map(pieces_at, encoded["offset_mapping"], windows))
    return causal_perplexities(model, encoded["input_ids"], begin, batch_tokens, counted)


def causal_perplexities(
    model: PreTrainedModel,
    sequences: Sequence[List[int]],
    begin: int,
    batch_tokens: int = 1024,
    windows: Optional[Sequence[Interval]] = None,
) -> np.ndarray:
    """
    Equation 9 of each sequence. The first token is conditioned on the beginning-of-text token, which is not counted
    itself, so that a sequence of one token has a perplexity.

    # Parameters

    model : `PreTrainedModel`
        A causal language model.
    sequences : `Sequence[List[int]]`
        Token ids without special tokens; a sequence longer than the model's context is cut at its end.
    begin : `int`
        Id of the beginning-of-text token.
    batch_tokens : `int`, optional (default = `1024`)
        Largest number of padded tokens in a batch; the memory is about this times the vocabulary size.
    windows : `Sequence[Interval]`, optional (default = `None`)
        The tokens of each sequence that are counted, given those before them; by default all. Where a window and what
        is before it exceed the model's context, the leftmost tokens are left out.

    # Returns

    `np.ndarray`
        At least 1, and 1 where no token is counted. Shape: `(num_sequences,)`
    """
    longest = getattr(model.config, "max_position_embeddings", None) or 1024
    counted = [(0, min(len(sequence), longest)) for sequence in sequences] if windows is None else windows
    starts = [max(0, end - longest) for _, end in counted]
    rows = [[begin, *sequence[start:end]] for sequence, start, (_, end) in zip(sequences, starts, counted, strict=True)]
    firsts = torch.tensor([first - start for start, (first, _) in zip(starts, counted, strict=True)])
    scored = [i for i, row in enumerate(rows) if len(row) > 1]  # White space alone may give no token.
    result = np.ones(len(rows))
    order: List[int] = []
    found: List[torch.Tensor] = []
    with inference(model):
        for batch in batches_by_length([len(rows[i]) for i in scored], batch_tokens, "perplexity"):
            positions = [scored[i] for i in batch]
            ids, mask = pad([rows[i] for i in positions], model.device)
            # The last token of a row is a target only: the logits at t predict token t + 1.
            logits = model(input_ids=ids[:, :-1], attention_mask=mask[:, :-1].long()).logits.float()
            is_counted = torch.arange(ids.size(1) - 1) >= firsts[positions].unsqueeze(-1)  # (batch_size, num_tokens)
            scores = perplexity(logits, ids[:, 1:], mask[:, 1:] & on_device(is_counted, mask.device))
            order += positions
            found.append(scores.double())  # stays on its device: nothing waits for it
    if found:
        result[order] = torch.cat(found).cpu().numpy()
    return result


def pad(rows: Sequence[List[int]], device: torch.device, fill: int = 0) -> Tuple[torch.Tensor, torch.Tensor]:
    """
    Pads token ids at the end.

    # Parameters

    rows : `Sequence[List[int]]`
        Token ids of each sequence.
    device : `torch.device`
        Device of the results.
    fill : `int`, optional (default = `0`)
        Id of the padding token.

    # Returns

    `Tuple[torch.Tensor, torch.Tensor]`
        Padded ids and their mask. Shapes: `(batch_size, longest)`
    """
    ids = pad_sequence([torch.tensor(row, dtype=torch.long) for row in rows], batch_first=True, padding_value=fill)
    mask = pad_sequence([torch.ones(len(row), dtype=torch.bool) for row in rows], batch_first=True)
    return on_device(ids, device), on_device(mask, device)
