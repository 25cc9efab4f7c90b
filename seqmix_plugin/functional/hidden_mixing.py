"""Mixing of word vectors in a batch, without looking up words (LADA)."""

import torch


def partners_in_batch(mask: torch.Tensor, sentences: torch.Tensor) -> torch.Tensor:
    """
    The partner of each word: the word at the same position of another sentence (inter-sentence mixing of Chen et al.
    2020, "Local Additivity Based Data Augmentation for Semi-supervised NER", section 3.3, with sentences at random). A
    word at a position that the other sentence does not have is its own partner.

    # Parameters

    mask : `torch.BoolTensor`
        True for real words, padded on the right. Shape: `(batch_size, num_tokens)`
    sentences : `torch.LongTensor`
        Index of each sentence's partner. Shape: `(batch_size,)`

    # Returns

    `torch.LongTensor`
        Index into all words of the batch, row by row. Shape: `(batch_size, num_tokens)`
    """
    own = torch.arange(mask.numel(), device=mask.device).view_as(mask)
    return torch.where(mask & mask[sentences], own[sentences], own)


def partners_in_sentence(mask: torch.Tensor, keys: torch.Tensor) -> torch.Tensor:
    """
    The partner of each word: another word of its sentence, by a permutation of the sentence (intra-sentence mixing of
    Chen et al. 2020, section 3.2).

    # Parameters

    mask : `torch.BoolTensor`
        True for real words, padded on the right. Shape: `(batch_size, num_tokens)`
    keys : `torch.Tensor`
        Finite numbers whose order gives the permutation: the word with the smallest is the partner of the first.
        Shape: `(batch_size, num_tokens)`

    # Returns

    `torch.LongTensor`
        Index into all words of the batch, row by row; padding is its own partner or that of padding.
        Shape: `(batch_size, num_tokens)`
    """
    order = keys.masked_fill(~mask, torch.inf).argsort(-1)  # the real words first
    starts = torch.arange(mask.size(0), device=mask.device).unsqueeze(-1) * mask.size(1)
    return starts + order


def mix_with_partners(values: torch.Tensor, partners: torch.Tensor, lam: float) -> torch.Tensor:
    """
    λ x + (1 − λ) x′ of each word x and its partner x′.

    # Parameters

    values : `torch.Tensor`
        Vectors, or distributions over tags, of the words. Shape: `(batch_size, num_tokens, dimension)`
    partners : `torch.LongTensor`
        Index of each word's partner among all words of the batch, row by row. Shape: `(batch_size, num_tokens)`
    lam : `float`
        Weight λ of the word itself, in [0, 1].

    # Returns

    `torch.Tensor`
        Shape: `(batch_size, num_tokens, dimension)`
    """
    return lam * values + (1 - lam) * values.flatten(0, 1)[partners]
