"""Perplexities of many sequences under a causal model."""

from typing import List, Sequence, Tuple

import numpy as np
import torch
from transformers import PreTrainedModel

from seqmix_plugin.functional import perplexity
from seqmix_plugin.ranks import progress_bar


def causal_perplexities(
    model: PreTrainedModel, sequences: Sequence[List[int]], begin: int, batch_tokens: int = 1024, progress: bool = False
) -> np.ndarray:
    """
    Equation 9 of each sequence. The first token is conditioned on the beginning-of-text token, which is not counted
    itself, so a sequence of one token has a score. Batched by length, without gradients.

    # Parameters

    model : `PreTrainedModel`
        A causal language model.
    sequences : `Sequence[List[int]]`
        Token ids without special tokens; what is longer than the model's context is cut.
    begin : `int`
        The beginning-of-text token.
    batch_tokens : `int`, optional (default = `1024`)
        Padded tokens a batch; bounds the memory to about this times the vocabulary's size.
    progress : `bool`, optional (default = `False`)
        Whether to show a progress bar.

    # Returns

    `np.ndarray`
        At least 1, and 1 for an empty sequence. Shape: `(num_sequences,)`
    """
    longest = getattr(model.config, "max_position_embeddings", None) or 1024
    rows = [[begin, *sequence][: longest + 1] for sequence in sequences]
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
            result[batch] = perplexity(logits, ids[:, 1:], mask[:, 1:]).double().cpu().numpy()
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
