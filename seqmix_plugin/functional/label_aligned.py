"""
Choices of label-aligned augmentation: what is changed in a sentence, by which word or mention of the same label, or in
which order (Dai and Adel 2020, "An Analysis of Simple Data Augmentation for Named Entity Recognition", section 3).
"""

from typing import List, Sequence, Tuple

import numpy as np


def select_some(sentences: np.ndarray, probability: float, rng: np.random.Generator) -> np.ndarray:
    """
    Selects each item of a sentence, such as a mention, with the same probability; where chance selects none, it is the
    item with the lowest draw, that is, one chosen uniformly.

    # Parameters

    sentences : `np.ndarray`
        Index of each item's sentence. Shape: `(num_items,)`
    probability : `float`
        Probability p of an item, from 0 to 1; with 0 one item of each sentence is selected.
    rng : `np.random.Generator`
        Random generator.

    # Returns

    `np.ndarray`
        Whether each item is selected. Shape: `(num_items,)`
    """
    draws = rng.random(len(sentences))
    selected = draws < probability
    order = np.lexsort((draws, sentences))
    _, lowest = np.unique(sentences[order], return_index=True)
    selected[order[lowest]] = True
    return selected


def count_others(items: np.ndarray, bank: np.ndarray) -> np.ndarray:
    """
    The number of occurrences of each item's kind that have another value.

    # Parameters

    items : `np.ndarray`
        Kind (such as a label) and value (such as a word) of each item, as numbers from 0. Shape: `(num_items, 2)`
    bank : `np.ndarray`
        Kind and value of each occurrence to draw from. Shape: `(num_occurrences, 2)`

    # Returns

    `np.ndarray`
        Shape: `(num_items,)`
    """
    (first, own, after, last), _ = _blocks(items, bank)
    return (own - first) + (last - after)


def draw_others(items: np.ndarray, bank: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """
    Draws an occurrence of the same kind with another value for each item, all of them with equal probability, so that a
    value is drawn in proportion to its frequency.

    # Parameters

    items : `np.ndarray`
        Kind and value of each item, of whose kind there are other values. Shape: `(num_items, 2)`
    bank : `np.ndarray`
        Kind and value of each occurrence to draw from. Shape: `(num_occurrences, 2)`
    rng : `np.random.Generator`
        Random generator.

    # Returns

    `np.ndarray`
        Index of the occurrence in `bank`. Shape: `(num_items,)`
    """
    (first, own, after, last), order = _blocks(items, bank)
    drawn = first + rng.integers((own - first) + (last - after))
    return order[np.where(drawn >= own, drawn + after - own, drawn)]


def _blocks(items: np.ndarray, bank: np.ndarray) -> Tuple[Tuple[np.ndarray, ...], np.ndarray]:
    """
    The occurrences sorted by kind and value, and where in them each item's kind begins, its value begins and ends, and
    its kind ends.
    """
    kinds, values = items.T
    width = 1 + max(int(bank[:, 1].max(initial=0)), int(values.max(initial=0)))
    codes = bank[:, 0] * width + bank[:, 1]
    order = np.argsort(codes, kind="stable")
    wanted = (kinds * width, kinds * width + values, kinds * width + values + 1, (kinds + 1) * width)
    return tuple(np.searchsorted(codes[order], code) for code in wanted), order


def segments(tags: Sequence[str]) -> List[Tuple[int, int]]:
    """
    Splits a sentence into its mentions and the runs of words between them.

    # Parameters

    tags : `Sequence[str]`
        BIO tag of each word. Shape: `(num_tokens,)`

    # Returns

    `List[Tuple[int, int]]`
        First word and end (exclusive) of each segment, in order; together they are the whole sentence.
    """
    begins = [
        position
        for position, (before, tag) in enumerate(zip(("", *tags), tags, strict=False))
        if position == 0 or tag[:2] == "B-" or tag[2:] != before[2:]
    ]
    return list(zip(begins, [*begins[1:], len(tags)], strict=False))


def shuffled_within(groups: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """
    A uniformly random order in which words stay inside their segment.

    # Parameters

    groups : `np.ndarray`
        Number of each word's segment, ascending. Shape: `(num_tokens,)`
    rng : `np.random.Generator`
        Random generator.

    # Returns

    `np.ndarray`
        Index of the word at each position. Shape: `(num_tokens,)`
    """
    return np.lexsort((rng.random(len(groups)), groups))


def apportioned(total: int, weights: Sequence[float]) -> List[int]:
    """
    Divides a number in proportion to weights, by the method of the largest remainder: each gets the whole part of its
    share, and those with the largest fractions, of equal ones the first, get one more.

    # Parameters

    total : `int`
        The number to divide.
    weights : `Sequence[float]`
        Weights above 0.

    # Returns

    `List[int]`
        Numbers whose sum is `total`. Shape: `(num_weights,)`
    """
    shares = total * np.asarray(weights, dtype=np.float64) / sum(weights)
    whole = np.floor(shares + 1e-9).astype(np.int64)
    order = np.argsort(-(shares - whole).round(9), kind="stable")
    whole[order[: total - int(whole.sum())]] += 1
    return whole.tolist()
