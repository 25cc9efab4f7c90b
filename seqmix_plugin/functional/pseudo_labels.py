"""Soft labels of a teacher for words one after the other, without padding."""

import torch


def sharpened(probabilities: torch.Tensor, temperature: float) -> torch.Tensor:
    """
    Sharpens distributions: p(m)^(1/T) / Σ p(m′)^(1/T), which leaves them as they are with T = 1 and is the most
    probable tag alone, the hard label, with T = 0. Of equally probable tags the first counts then.

    References: Berthelot et al. 2019, MixMatch, equation 7; hard labels: Lee 2013, Pseudo-Label.

    # Parameters

    probabilities : `torch.Tensor`
        A distribution over the tags of each word. Shape: `(num_words, num_tags)`
    temperature : `float`
        T, at least 0; below 1 distributions get sharper, above 1 flatter.

    # Returns

    `torch.Tensor`
        The sharpened distributions. Shape: `(num_words, num_tags)`
    """
    if temperature == 1:
        return probabilities
    if temperature == 0:
        return torch.zeros_like(probabilities).scatter_(-1, probabilities.argmax(-1, keepdim=True), 1.0)
    return (probabilities.log() / temperature).softmax(-1)


def mean_confidence(probabilities: torch.Tensor, num_words: torch.Tensor) -> torch.Tensor:
    """
    The mean over the words of each sentence of the probability of its most probable tag. The mean does not favour short
    sentences, as the least certain word would.

    # Parameters

    probabilities : `torch.Tensor`
        A distribution over the tags of each word, sentence after sentence. Shape: `(sum of num_words, num_tags)`
    num_words : `torch.LongTensor`
        The number of words of each sentence. Shape: `(num_sentences,)`

    # Returns

    `torch.Tensor`
        One value from 1 / num_tags to 1 per sentence, 0 for a sentence without words. Shape: `(num_sentences,)`
    """
    certain = probabilities.amax(-1).double()  # Shape: (sum of num_words,)
    owners = torch.arange(len(num_words)).repeat_interleave(num_words)
    totals = torch.zeros(len(num_words), dtype=torch.double).index_add_(0, owners, certain)
    return totals / num_words.clamp(min=1)
