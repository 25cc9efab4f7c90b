"""What two sentences have in common, by n-grams of their words."""

from typing import FrozenSet, Sequence, Tuple

Ngram = Tuple[str, ...]


def ngrams(words: Sequence[str], n: int) -> FrozenSet[Ngram]:
    """
    The n-grams of a sentence, in lower case.

    # Parameters

    words : `Sequence[str]`
        The words of the sentence.
    n : `int`
        Number of words of an n-gram, at least 1.

    # Returns

    `FrozenSet[Ngram]`
        All runs of `n` words; of a sentence with fewer words, all of its words as one.
    """
    lower = tuple(word.lower() for word in words)
    return frozenset(lower[start : start + n] for start in range(max(1, len(lower) - n + 1)))
