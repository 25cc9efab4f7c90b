"""Perplexity of sentences (the paper's equation 9)."""

import torch


def perplexity(logits: torch.Tensor, targets: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """
    exp(−1/T Σₜ ln p(wₜ)), which is equation 9, 2^(−1/T Σₜ log₂ p(wₜ)), in natural logarithms.

    # Parameters

    logits : `torch.Tensor`
        The prediction of each target. Shape: `(batch_size, num_tokens, vocabulary_size)`
    targets : `torch.LongTensor`
        Shape: `(batch_size, num_tokens)`
    mask : `torch.BoolTensor`
        True for the tokens that count. Shape: `(batch_size, num_tokens)`

    # Returns

    `torch.Tensor`
        Shape: `(batch_size,)`; at least 1, and 1 for a sentence without tokens.
    """
    chosen = logits.gather(-1, targets.unsqueeze(-1)).squeeze(-1)
    negative_log_likelihood = logits.logsumexp(-1) - chosen  # Shape: (batch_size, num_tokens)
    total = negative_log_likelihood.masked_fill(~mask, 0.0).sum(-1)
    return (total / mask.sum(-1).clamp(min=1)).exp()
