"""The shape of a word: its capitals, digits and marks."""

import re

_RUNS = re.compile(r"(.)\1+", re.S)


def word_shape(word: str) -> str:
    """
    A word's capitals as X, other letters as x, digits as 0 and all other characters as themselves, where repetitions
    count once: `Xx` for Oslo, `X` for EU, `0.0` for 12.5, `X.X.` for U.S.

    # Parameters

    word : `str`
        Any word.

    # Returns

    `str`
        At most as long as the word.
    """
    kinds = ("X" if c.isupper() else "x" if c.isalpha() else "0" if c.isdigit() else c for c in word)
    return _RUNS.sub(r"\1", "".join(kinds))
