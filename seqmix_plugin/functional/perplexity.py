"""Perplexity of sentences (the paper's equation 9), and its counterpart for masked models."""

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
    likelihoods = negative_log_likelihood(logits, targets)  # Shape: (batch_size, num_tokens)
    total = likelihoods.masked_fill(~mask, 0.0).sum(-1)
    return (total / mask.sum(-1).clamp(min=1)).exp()


def pseudo_perplexity(likelihoods: torch.Tensor, sentences: torch.Tensor, num_sentences: int) -> torch.Tensor:
    """
    exp(−1/T Σₜ ln p(wₜ | all other tokens)): equation 9 with the pseudo-log-likelihood of a masked model, as Salazar et
    al. 2020, "Masked Language Model Scoring", define it for a corpus, for each sentence.

    # Parameters

    likelihoods : `torch.Tensor`
        −ln p of each token of all sentences, in any order. Shape: `(num_tokens,)`
    sentences : `torch.LongTensor`
        The number of each token's sentence. Shape: `(num_tokens,)`
    num_sentences : `int`
        How many sentences there are.

    # Returns

    `torch.Tensor`
        Shape: `(num_sentences,)`; at least 1, and 1 for a sentence without tokens.
    """
    totals = likelihoods.new_zeros(num_sentences).index_add_(0, sentences, likelihoods)
    return (totals / sentences.bincount(minlength=num_sentences).clamp(min=1)).exp()


def negative_log_likelihood(logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """
    −ln p of each target.

    # Parameters

    logits : `torch.Tensor`
        Shape: `(..., vocabulary_size)`
    targets : `torch.LongTensor`
        Shape: `(...)`

    # Returns

    `torch.Tensor`
        At least 0. Shape: `(...)`
    """
    return logits.logsumexp(-1) - logits.gather(-1, targets.unsqueeze(-1)).squeeze(-1)
