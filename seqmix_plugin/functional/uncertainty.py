"""Uncertainty of a sentence from its tag probabilities (the paper's section 2.2)."""

import torch


def least_confidence(probabilities: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """
    Σₜ (1 − maxₘ P(yₜ = m)), the paper's equation 2. It grows with the sentence's length, so it prefers long sentences.

    # Parameters

    probabilities : `torch.Tensor`
        Tag probabilities. Shape: `(batch_size, num_tokens, num_tags)`
    mask : `torch.BoolTensor`
        True for real words. Shape: `(batch_size, num_tokens)`

    # Returns

    `torch.Tensor`
        Shape: `(batch_size,)`; 0 for a model that is certain of every word.
    """
    doubt = 1 - probabilities.amax(-1)  # Shape: (batch_size, num_tokens)
    return doubt.masked_fill(~mask, 0.0).sum(-1)


def normalized_token_entropy(probabilities: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """
    −1/T Σₜ Σₘ P(yₜ = m) ln P(yₜ = m), the paper's equation 3, in nats; 0 · ln 0 is 0.

    # Parameters

    probabilities : `torch.Tensor`
        Tag probabilities. Shape: `(batch_size, num_tokens, num_tags)`
    mask : `torch.BoolTensor`
        True for real words; padding counts neither in the sum nor in T. Shape: `(batch_size, num_tokens)`

    # Returns

    `torch.Tensor`
        Shape: `(batch_size,)`; between 0 and ln(num_tags), and 0 for a sentence without words.
    """
    entropy = torch.special.entr(probabilities).sum(-1)  # Shape: (batch_size, num_tokens)
    return entropy.masked_fill(~mask, 0.0).sum(-1) / mask.sum(-1).clamp(min=1)
