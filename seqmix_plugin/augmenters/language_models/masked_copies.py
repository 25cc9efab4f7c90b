"""Pseudo-perplexities of many sequences under a masked model."""

from typing import Any, List, Optional, Sequence, Tuple

import numpy as np
import torch
from transformers import PreTrainedModel

from seqmix_plugin.augmenters.language_models.causal import pad
from seqmix_plugin.distributed import progress_bar
from seqmix_plugin.functional import negative_log_likelihood, pseudo_perplexity


def pseudo_perplexities(
    model: PreTrainedModel,
    sequences: Sequence[List[int]],
    special: Sequence[List[int]],
    mask_id: int,
    pad_id: int,
    batch_tokens: int = 8192,
    progress: bool = False,
) -> np.ndarray:
    """
    exp(−1/T Σₜ ln p(wₜ | all other pieces)) of each sequence. The masked copies of all sequences are batched together
    by length, without gradients.

    # Parameters

    model : `PreTrainedModel`
        A masked language model.
    sequences : `Sequence[List[int]]`
        Piece ids with the special pieces, no longer than the model's input.
    special : `Sequence[List[int]]`
        1 for what is not counted, such as special pieces, else 0.
    mask_id : `int`
        The piece that stands for the one to predict.
    pad_id : `int`
        The padding piece.
    batch_tokens : `int`, optional (default = `8192`)
        Padded tokens a batch.
    progress : `bool`, optional (default = `False`)
        Whether to show a progress bar.

    # Returns

    `np.ndarray`
        At least 1, and 1 for a sequence without counted pieces. Shape: `(num_sequences,)`
    """
    if not sequences:
        return np.empty(0)
    order = sorted(range(len(sequences)), key=lambda i: (-len(sequences[i]), i))
    lengths = [len(sequences[i]) for i in order]
    ids, mask = pad([sequences[i] for i in order], model.device, pad_id)  # Shape: (num_sequences, longest)
    counted, _ = pad([[1 - flag for flag in special[i]] for i in order], torch.device("cpu"))
    copies = counted.nonzero()  # sequence and position; longest first. Shape: (num_copies, 2)
    likelihoods = torch.empty(len(copies), dtype=torch.float64)
    model.eval()
    start = 0
    with (
        torch.inference_mode(),
        progress_bar(total=len(copies), desc="pseudo-perplexity", disable=not progress) as bar,
    ):
        while start < len(copies):
            longest = lengths[int(copies[start, 0])]
            batch = slice(start, start + max(1, batch_tokens // longest))
            rows, positions = copies[batch].to(model.device).unbind(-1)  # Shape: (batch_size,)
            masked = ids[rows, :longest].clone()  # Shape: (batch_size, longest)
            targets = masked.gather(-1, positions.unsqueeze(-1)).squeeze(-1)
            masked.scatter_(-1, positions.unsqueeze(-1), mask_id)
            logits = logits_at(model, masked, mask[rows, :longest], positions)  # Shape: (batch_size, vocabulary_size)
            likelihoods[batch] = negative_log_likelihood(logits.float(), targets).double().cpu()
            bar.update(len(rows))
            start += len(rows)
    result = np.empty(len(order))
    result[order] = pseudo_perplexity(likelihoods, copies[:, 0], len(order)).numpy()
    return result


def logits_at(model: PreTrainedModel, ids: torch.Tensor, mask: torch.Tensor, positions: torch.Tensor) -> torch.Tensor:
    """
    A masked model's prediction at one position of each row. The matrix over the vocabulary is only given the vectors of
    these positions; a model that does not say which matrix that is, or does not call it, predicts all.

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
