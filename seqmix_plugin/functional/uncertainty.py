"""Uncertainty of a sentence, from one model's tag probabilities or from the disagreement of several (section 2.2)."""

from typing import Optional

import torch

from seqmix_plugin.functional.word_uncertainty import over_words, word_uncertainty


def least_confidence(probabilities: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """
    Least confidence Σₜ (1 − maxₘ P(yₜ = m)), the paper's equation 2. It grows with length, so long sentences win.

    # Parameters

    probabilities : `torch.Tensor`
        Tag probabilities. Shape: `(batch_size, num_tokens, num_tags)`
    mask : `torch.BoolTensor`
        True for real words. Shape: `(batch_size, num_tokens)`

    # Returns

    `torch.Tensor`
        At least 0, and 0 for a model that is certain of every word. Shape: `(batch_size,)`
    """
    return over_words(word_uncertainty(probabilities), mask, "sum")


def normalized_token_entropy(probabilities: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """
    Normalized token entropy −1/T Σₜ Σₘ P(yₜ = m) ln P(yₜ = m), the paper's equation 3, in nats; 0 · ln 0 is 0.

    # Parameters

    probabilities : `torch.Tensor`
        Tag probabilities. Shape: `(batch_size, num_tokens, num_tags)`
    mask : `torch.BoolTensor`
        True for real words; padding counts neither in the sum nor in T. Shape: `(batch_size, num_tokens)`

    # Returns

    `torch.Tensor`
        Between 0 and ln(num_tags), and 0 for a sentence without words. Shape: `(batch_size,)`
    """
    return over_words(word_uncertainty(probabilities, "entropy"), mask)


def path_least_confidence(path_log_probability: torch.Tensor) -> torch.Tensor:
    """
    Least confidence 1 − P(y* | x), the paper's equation 1, where y* is the most probable tag sequence of a sequence
    model such as a CRF.

    # Parameters

    path_log_probability : `torch.Tensor`
        Log-probability ln P(y* | x) of each sentence. Shape: `(batch_size,)`

    # Returns

    `torch.Tensor`
        In [0, 1], in double precision as long sentences come close to 1. Shape: `(batch_size,)`
    """
    return -path_log_probability.double().expm1()


def negative_mean_log_probability(
    probabilities: torch.Tensor, mask: torch.Tensor, path_log_probability: Optional[torch.Tensor] = None
) -> torch.Tensor:
    """
    The negative maximum normalized log-probability −1/T max_y ln P(y | x) (Shen et al. 2017, section 4).

    # Parameters

    probabilities : `torch.Tensor`
        Tag probabilities. Shape: `(batch_size, num_tokens, num_tags)`
    mask : `torch.BoolTensor`
        True for real words. Shape: `(batch_size, num_tokens)`
    path_log_probability : `torch.Tensor`, optional (default = `None`)
        Log-probability ln P(y* | x) of a sequence model; by default words are independent, and it is
        Σₜ ln maxₘ P(yₜ = m | x). Shape: `(batch_size,)`

    # Returns

    `torch.Tensor`
        At least 0, and 0 for a sentence without words. Shape: `(batch_size,)`
    """
    if path_log_probability is not None:
        return -path_log_probability / mask.sum(-1).clamp(min=1)
    # Padding may have any values, including a probability of 0.
    return over_words(-(-word_uncertainty(probabilities)).log1p(), mask)


def vote_entropy(votes: torch.Tensor, mask: torch.Tensor, num_tags: int) -> torch.Tensor:
    """
    Vote entropy −1/T Σₜ Σₘ Vₘ(yₜ)/C ln(Vₘ(yₜ)/C), the paper's equation 4, averaged over the T words, where Vₘ(yₜ) of
    the C models give word t the tag m.

    # Parameters

    votes : `torch.LongTensor`
        Tag that each model gives to each word. Shape: `(num_models, batch_size, num_tokens)`
    mask : `torch.BoolTensor`
        True for real words. Shape: `(batch_size, num_tokens)`
    num_tags : `int`
        Number of tags.

    # Returns

    `torch.Tensor`
        In nats, 0 when all models agree, ln C when no two agree on any word. Shape: `(batch_size,)`
    """
    counts = torch.nn.functional.one_hot(votes, num_tags).sum(0)  # Shape: (batch_size, num_tokens, num_tags)
    return over_words(torch.special.entr(counts / len(votes)).sum(-1), mask)


def consensus_divergence(probabilities: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """
    The mean divergence 1/T Σₜ 1/C Σ_c KL(P_c(yₜ) ‖ P̄(yₜ)) from the consensus P̄ = 1/C Σ_c P_c (McCallum and Nigam
    1998). Over dropout samples of one model it equals H(P̄) − 1/C Σ_c H(P_c), the mutual information of labels and
    weights, which BALD maximizes (Houlsby et al. 2011; Gal et al. 2017). It is computed in double precision and not as
    that difference, so that it is exactly 0 where all models agree and above rounding errors where they nearly do.

    # Parameters

    probabilities : `torch.Tensor`
        Tag probabilities of each model or sample. Shape: `(num_models, batch_size, num_tokens, num_tags)`
    mask : `torch.BoolTensor`
        True for real words. Shape: `(batch_size, num_tokens)`

    # Returns

    `torch.Tensor`
        In nats, between 0 and ln C. Shape: `(batch_size,)`
    """
    members = probabilities.double()
    consensus = members.mean(0).clamp(min=torch.finfo(torch.double).tiny)  # Shape: (batch_size, num_tokens, num_tags)
    divergence = torch.xlogy(members, members / consensus).sum(-1).mean(0)  # Shape: (batch_size, num_tokens)
    return over_words(divergence.clamp(min=0), mask)
