"""Perplexities of many sequences under a causal model."""

from typing import List, Optional, Sequence, Tuple

import numpy as np
import torch
from transformers import PreTrainedModel

from seqmix_plugin.distributed import progress_bar
from seqmix_plugin.functional import perplexity


def causal_perplexities(
    model: PreTrainedModel,
    sequences: Sequence[List[int]],
    begin: int,
    batch_tokens: int = 1024,
    progress: bool = False,
    windows: Optional[Sequence[Tuple[int, int]]] = None,
) -> np.ndarray:
    """
    Equation 9 of each sequence. The first token is conditioned on the beginning-of-text token, which is not counted
    itself, so a sequence of one token has a score. Batched by length, without gradients.

    # Parameters

    model : `PreTrainedModel`
        A causal language model.
    sequences : `Sequence[List[int]]`
        Token ids without special tokens; what is longer than the model's context is cut at its end.
    begin : `int`
        The beginning-of-text token.
    batch_tokens : `int`, optional (default = `1024`)
        Padded tokens a batch; bounds the memory to about this times the vocabulary's size.
    progress : `bool`, optional (default = `False`)
        Whether to show a progress bar.
    windows : `Sequence[Tuple[int, int]]`, optional (default = `None`)
        The tokens of each sequence that are counted, given those to their left, as begin and end (exclusive); by
        default all. Where that is longer than the context, the tokens that are farthest to the left are left out.

    # Returns

    `np.ndarray`
        At least 1, and 1 where no token is counted. Shape: `(num_sequences,)`
    """
    longest = getattr(model.config, "max_position_embeddings", None) or 1024
    counted = [(0, min(len(sequence), longest)) for sequence in sequences] if windows is None else windows
    starts = [max(0, end - longest) for _, end in counted]
    rows = [[begin, *sequence[start:end]] for sequence, start, (_, end) in zip(sequences, starts, counted, strict=True)]
    firsts = torch.tensor([first - start for start, (first, _) in zip(starts, counted, strict=True)])
    # White space alone may come to no token, and no model takes an input without any.
    order = sorted((i for i, row in enumerate(rows) if len(row) > 1), key=lambda i: (-len(rows[i]), i))
    result = np.ones(len(rows))
    model.eval()
    with (
        torch.inference_mode(),
        progress_bar(total=len(order), desc="perplexity", disable=not progress) as bar,
    ):
        while order:
            size = max(1, batch_tokens // len(rows[order[0]]))
            batch, order = order[:size], order[size:]
            ids, mask = pad([rows[i] for i in batch], model.device)
            # A row's last token is only ever a target, and position t predicts token t + 1.
            logits = model(input_ids=ids[:, :-1], attention_mask=mask[:, :-1].long()).logits.float()
            is_counted = torch.arange(ids.size(1) - 1) >= firsts[batch].unsqueeze(-1)  # Shape: (batch_size, num_tokens)
            scores = perplexity(logits, ids[:, 1:], mask[:, 1:] & is_counted.to(mask.device))
            result[batch] = scores.double().cpu().numpy()
            bar.update(len(batch))
    return result


def pad(rows: Sequence[List[int]], device: torch.device, fill: int = 0) -> Tuple[torch.Tensor, torch.Tensor]:
    """
    Token ids padded with `fill` at the end, and their mask.

    # Returns

    `Tuple[torch.Tensor, torch.Tensor]`
        Both of shape `(batch_size, longest)`
    """
    tensors = [torch.tensor(row, dtype=torch.long) for row in rows]
    ids = torch.nn.utils.rnn.pad_sequence(tensors, batch_first=True, padding_value=fill)
    lengths = torch.tensor([len(row) for row in rows])
    mask = torch.arange(ids.size(1)) < lengths.unsqueeze(-1)
    return ids.to(device), mask.to(device)
