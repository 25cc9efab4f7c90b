"""Uncertainty of single words, and of a sentence as the mean, the sum or the maximum over its words."""

import torch

MEASURES = ("least_confidence", "margin", "entropy")
AGGREGATES = ("mean", "sum", "max")


def word_uncertainty(probabilities: torch.Tensor, measure: str = "least_confidence") -> torch.Tensor:
    """
    How uncertain a word's tag is: 1 − p₁ (least confidence), 1 − (p₁ − p₂) (margin, Scheffer et al. 2001) or
    −Σₘ pₘ ln pₘ (entropy in nats), where p₁ ≥ p₂ ≥ … are the probabilities of its tags. 1 − p₁ is the sum of the other
    probabilities, which stays above 0 where p₁ is rounded to 1.

    # Parameters

    probabilities : `torch.Tensor`
        Tag probabilities, of a sequence model its marginals. Shape: `(batch_size, num_tokens, num_tags)`
    measure : `str`, optional (default = `"least_confidence"`)
        One of `MEASURES`.

    # Returns

    `torch.Tensor`
        At least 0, and 0 where the model is certain. Shape: `(batch_size, num_tokens)`
    """
    if measure == "entropy":
        return torch.special.entr(probabilities).sum(-1)
    likeliest = probabilities.argmax(-1, keepdim=True)  # Shape: (batch_size, num_tokens, 1)
    others = probabilities.scatter(-1, likeliest, 0.0)  # Shape: (batch_size, num_tokens, num_tags)
    doubt = others.sum(-1)  # 1 − p₁
    return doubt + others.amax(-1) if measure == "margin" else doubt


def over_words(values: torch.Tensor, mask: torch.Tensor, aggregate: str = "mean") -> torch.Tensor:
    """
    One value of a sentence from values of its words that are at least 0.

    # Parameters

    values : `torch.Tensor`
        Those of the words. Shape: `(batch_size, num_tokens)`
    mask : `torch.BoolTensor`
        True for real words. Shape: `(batch_size, num_tokens)`
    aggregate : `str`, optional (default = `"mean"`)
        One of `AGGREGATES`.

    # Returns

    `torch.Tensor`
        0 for a sentence without words. Shape: `(batch_size,)`
    """
    values = values.masked_fill(~mask, 0.0)
    if aggregate == "max" and values.size(-1) > 0:  # no words at all: all of the batch were cut
        return values.amax(-1)
    return values.sum(-1) / (mask.sum(-1).clamp(min=1) if aggregate == "mean" else 1)


def probability_of_others(probabilities: torch.Tensor, tag: int) -> torch.Tensor:
    """
    The probability that a word has another tag than this one, as the sum of the others' probabilities.

    # Parameters

    probabilities : `torch.Tensor`
        Tag probabilities. Shape: `(batch_size, num_tokens, num_tags)`
    tag : `int`
        Index of the tag.

    # Returns

    `torch.Tensor`
        Shape: `(batch_size, num_tokens)`
    """
    return probabilities[..., :tag].sum(-1) + probabilities[..., tag + 1 :].sum(-1)


def inverse_frequency_weights(counts: torch.Tensor, smoothing: float) -> torch.Tensor:
    """
    Weights 1 / (fₖ + β) of tags, where fₖ is the share of tag k among the labelled words (Luo et al. 2023). It is their
    wₖ = 1 / (mₖ + β m), with mₖ words of tag k among m, times m: all scores of a query have the same factor, and those
    of different rounds are comparable.

    # Parameters

    counts : `torch.Tensor`
        Number of labelled words of each tag. Shape: `(num_tags,)`
    smoothing : `float`
        β, above 0: the larger, the more equal are the weights.

    # Returns

    `torch.Tensor`
        Between 1 / (1 + β) and 1 / β. Shape: `(num_tags,)`
    """
    return 1 / (counts / counts.sum().clamp(min=1) + smoothing)
