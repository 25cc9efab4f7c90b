"""Losses against soft labels."""

import torch


def soft_cross_entropy(logits: torch.Tensor, targets: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """
    Cross-entropy −Σₘ qₜ(m) ln p(m | x, t) against a distribution for each word, averaged over the real words of the
    batch. One-hot targets give the usual cross-entropy, so that gold and mixed sentences (equation 8) can be in one
    batch.

    # Parameters

    logits : `torch.Tensor`
        Score of each tag of each word. Shape: `(batch_size, num_tokens, num_tags)`
    targets : `torch.Tensor`
        Distribution qₜ over the tags of each word; rows sum to 1 where the mask is true.
        Shape: `(batch_size, num_tokens, num_tags)`
    mask : `torch.BoolTensor`
        True for real words. Shape: `(batch_size, num_tokens)`

    # Returns

    `torch.Tensor`
        A scalar in nats; 0 for a batch without words.
    """
    per_word = -(targets * logits.log_softmax(-1)).sum(-1)  # Shape: (batch_size, num_tokens)
    return per_word.masked_fill(~mask, 0.0).sum() / mask.sum().clamp(min=1)


def smoothed(distributions: torch.Tensor, smoothing: float) -> torch.Tensor:
    """
    Label smoothing: q′ₜ(m) = (1 − ε) qₜ(m) + ε / M for each of M tags, the mixture of a target with the uniform
    distribution. qₜ may be one-hot or soft.

    References: Szegedy et al. 2016, Rethinking the Inception architecture for computer vision, section 7.

    # Parameters

    distributions : `torch.Tensor`
        Distribution qₜ over the tags of each word. Shape: `(..., num_tags)`
    smoothing : `float`
        The weight ε of the uniform distribution, from 0 to 1.

    # Returns

    `torch.Tensor`
        The mixtures. Shape: `(..., num_tags)`
    """
    return distributions * (1 - smoothing) + smoothing / distributions.size(-1)
