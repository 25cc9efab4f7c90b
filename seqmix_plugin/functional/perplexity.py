"""Perplexity of sentences (the paper's equation 9), and its counterpart for masked models."""

import torch


def perplexity(logits: torch.Tensor, targets: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """
    The perplexity exp(−1/T Σₜ ln p(wₜ)) of each sentence: equation 9, 2^(−1/T Σₜ log₂ p(wₜ)), in natural logarithms.

    # Parameters

    logits : `torch.Tensor`
        Logits that predict each target. Shape: `(batch_size, num_tokens, vocabulary_size)`
    targets : `torch.LongTensor`
        Ids of the tokens. Shape: `(batch_size, num_tokens)`
    mask : `torch.BoolTensor`
        True for the tokens that count. Shape: `(batch_size, num_tokens)`

    # Returns

    `torch.Tensor`
        At least 1, and 1 for a sentence without tokens. Shape: `(batch_size,)`
    """
    likelihoods = negative_log_likelihood(logits, targets)  # Shape: (batch_size, num_tokens)
    total = likelihoods.masked_fill(~mask, 0.0).sum(-1)
    return (total / mask.sum(-1).clamp(min=1)).exp()


def pseudo_perplexity(likelihoods: torch.Tensor, sentences: torch.Tensor, num_sentences: int) -> torch.Tensor:
    """
    The pseudo-perplexity exp(−1/T Σₜ ln p(wₜ | all other tokens)) of each sentence: equation 9 with the
    pseudo-log-likelihood of a masked model, which Salazar et al. 2020, "Masked Language Model Scoring", define for a
    corpus.

    # Parameters

    likelihoods : `torch.Tensor`
        Negative log-likelihoods −ln p of the tokens of all sentences, in any order. Shape: `(num_tokens,)`
    sentences : `torch.LongTensor`
        Index of each token's sentence. Shape: `(num_tokens,)`
    num_sentences : `int`
        Number of sentences.

    # Returns

    `torch.Tensor`
        At least 1, and 1 for a sentence without tokens. Shape: `(num_sentences,)`
    """
    totals = likelihoods.new_zeros(num_sentences).index_add_(0, sentences, likelihoods)
    return (totals / sentences.bincount(minlength=num_sentences).clamp(min=1)).exp()


def negative_log_likelihood(logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """
    The negative log-likelihood −ln p of each target.

    # Parameters

    logits : `torch.Tensor`
        Logits that predict each target. Shape: `(..., vocabulary_size)`
    targets : `torch.LongTensor`
        Ids of the tokens. Shape: `(...)`

    # Returns

    `torch.Tensor`
        Values in nats, at least 0. Shape: `(...)`
    """
    return logits.logsumexp(-1) - logits.gather(-1, targets.unsqueeze(-1)).squeeze(-1)
