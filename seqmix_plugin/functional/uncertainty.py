"""Uncertainty of a sentence, from one model's tag probabilities or from the disagreement of several (section 2.2)."""

from typing import Optional

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
    return _doubt(probabilities).masked_fill(~mask, 0.0).sum(-1)


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
    return _mean_over_words(torch.special.entr(probabilities).sum(-1), mask)


def path_least_confidence(path_log_probability: torch.Tensor) -> torch.Tensor:
    """
    1 − P(y* | x), the paper's equation 1: y* is the most probable tag sequence of a model of sequences, such as a CRF.

    # Parameters

    path_log_probability : `torch.Tensor`
        ln P(y* | x). Shape: `(batch_size,)`

    # Returns

    `torch.Tensor`
        Shape: `(batch_size,)`; in [0, 1]. In double precision, as long sentences come close to 1.
    """
    return -path_log_probability.double().expm1()


def negative_mean_log_probability(
    probabilities: torch.Tensor, mask: torch.Tensor, path_log_probability: Optional[torch.Tensor] = None
) -> torch.Tensor:
    """
    −1/T max_y ln P(y | x), the negative of the maximum normalized log-probability (Shen et al. 2017, section 4).

    # Parameters

    probabilities : `torch.Tensor`
        Tag probabilities. Shape: `(batch_size, num_tokens, num_tags)`
    mask : `torch.BoolTensor`
        Shape: `(batch_size, num_tokens)`
    path_log_probability : `torch.Tensor`, optional (default = `None`)
        ln P(y* | x) of a model of sequences; without it the words are taken to be independent, so that it is
        Σₜ ln maxₘ P(yₜ = m | x). Shape: `(batch_size,)`

    # Returns

    `torch.Tensor`
        Shape: `(batch_size,)`; 0 for a sentence without words.
    """
    if path_log_probability is not None:
        return -path_log_probability / mask.sum(-1).clamp(min=1)
    # Padding may hold anything, a probability of 0 too.
    return _mean_over_words(-(-_doubt(probabilities)).log1p(), mask)


def vote_entropy(votes: torch.Tensor, mask: torch.Tensor, num_tags: int) -> torch.Tensor:
    """
    −1/T Σₜ Σₘ Vₘ(yₜ)/C ln(Vₘ(yₜ)/C), the paper's equation 4, averaged over T: Vₘ(yₜ) of the C models tag word t as m.

    # Parameters

    votes : `torch.LongTensor`
        The tag that each model gives to each word. Shape: `(num_models, batch_size, num_tokens)`
    mask : `torch.BoolTensor`
        Shape: `(batch_size, num_tokens)`
    num_tags : `int`
        M.

    # Returns

    `torch.Tensor`
        Shape: `(batch_size,)`; 0 when all agree, ln C when no two agree on any word.
    """
    counts = torch.nn.functional.one_hot(votes, num_tags).sum(0)  # Shape: (batch_size, num_tokens, num_tags)
    return _mean_over_words(torch.special.entr(counts / len(votes)).sum(-1), mask)


def consensus_divergence(probabilities: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """
    1/T Σₜ 1/C Σ_c KL(P_c(yₜ) ‖ P̄(yₜ)) with the consensus P̄ = 1/C Σ_c P_c (McCallum and Nigam 1998). Over dropout
    samples of one model this is H(P̄) − 1/C Σ_c H(P_c), the mutual information of labels and weights, which BALD
    maximizes (Houlsby et al. 2011; Gal et al. 2017). Not computed as that difference, and in double precision: where
    all agree it is exactly 0, and where they nearly do it is more than rounding.

    # Parameters

    probabilities : `torch.Tensor`
        Tag probabilities of each model or sample. Shape: `(num_models, batch_size, num_tokens, num_tags)`
    mask : `torch.BoolTensor`
        Shape: `(batch_size, num_tokens)`

    # Returns

    `torch.Tensor`
        In nats, between 0 and ln C. Shape: `(batch_size,)`
    """
    members = probabilities.double()
    consensus = members.mean(0).clamp(min=torch.finfo(torch.double).tiny)  # Shape: (batch_size, num_tokens, num_tags)
    divergence = torch.xlogy(members, members / consensus).sum(-1).mean(0)  # Shape: (batch_size, num_tokens)
    return _mean_over_words(divergence.clamp(min=0), mask)


def _doubt(probabilities: torch.Tensor) -> torch.Tensor:
    """
    1 − maxₘ P(yₜ = m) as the sum of all other probabilities, which stays above 0 where the largest is rounded to 1.
    Shape: (batch_size, num_tokens)
    """
    likeliest = probabilities.argmax(-1, keepdim=True)  # Shape: (batch_size, num_tokens, 1)
    return probabilities.scatter(-1, likeliest, 0.0).sum(-1)


def _mean_over_words(values: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    return values.masked_fill(~mask, 0.0).sum(-1) / mask.sum(-1).clamp(min=1)
