"""Tokenizer for all scripts, by Unicode's word boundaries."""

from typing import List

import regex
from allennlp.data import Token, Tokenizer

BOUNDARY = regex.compile(r"(?w)\b|(?=\p{P})(?<!\d(?=.\d))|(?<=\p{P})(?<!\d.(?=\d))(?![\p{M}\p{Cf}])")
"""Unicode's boundaries, and those around punctuation that is not between digits."""


@Tokenizer.register("unicode_words")
class UnicodeWordsTokenizer(Tokenizer):
    """
    Splits at Unicode's default word boundaries (UAX #29), so that letters keep their combining marks, numbers their
    decimal points and emoji their modifiers in every script. In scripts without spaces, which Unicode does not divide
    into words (Chinese, Japanese except Katakana, Thai, Lao, Khmer, Burmese), a word is one character with its marks.

    A punctuation mark is a word of its own even where Unicode keeps it within a word, unless it is between digits: an
    entity may end there, as in "Oslo's" and "l'Italie". White space is dropped.

    Registered as a `Tokenizer` with name "unicode_words".
    """

    def tokenize(self, text: str) -> List[Token]:
        tokens, start = [], 0
        for part in BOUNDARY.split(text):
            word = part.strip()  # Unicode joins a space with a combining mark that follows it
            if word:
                place = start + part.index(word)
                tokens.append(Token(word, place, place + len(word)))
            start += len(part)
        return tokens
