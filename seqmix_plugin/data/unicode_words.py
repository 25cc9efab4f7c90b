"""Words of any script, as Unicode divides text."""

from typing import List

import regex
from allennlp.data import Token, Tokenizer

BOUNDARY = regex.compile(r"(?w)\b|(?=\p{P})(?<!\d(?=.\d))|(?<=\p{P})(?<!\d.(?=\d))(?![\p{M}\p{Cf}])")
"""Unicode's own, and those at punctuation, unless digits stand on both sides of it."""


@Tokenizer.register("unicode_words")
class UnicodeWordsTokenizer(Tokenizer):
    """
    Splits at Unicode's default word boundaries (UAX #29), so that letters keep their combining marks, numbers their
    decimal points and emoji their modifiers in every script. In scripts that Unicode does not divide into words,
    because they have no spaces (Chinese, Japanese but for Katakana, Thai, Lao, Khmer, Burmese), a word is one
    character with its marks.

    Each punctuation mark is a word of its own too where Unicode would keep it within a word, unless it stands between
    digits: an entity may end there, as in "Oslo's" and "l'Italie". White space is no word.

    Registered as a `Tokenizer` with name "unicode_words".
    """

    def tokenize(self, text: str) -> List[Token]:
        tokens, start = [], 0
        for part in BOUNDARY.split(text):
            word = part.strip()  # a space goes with the combining mark that follows it
            if word:
                place = start + part.index(word)
                tokens.append(Token(word, place, place + len(word)))
            start += len(part)
        return tokens
