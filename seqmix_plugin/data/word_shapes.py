"""Words that show that the tokenizer does not suit the text's script."""

import logging
from typing import List, Sequence

import regex

from seqmix_plugin.errors import shortened

logger = logging.getLogger(__name__)

MARK_FIRST = regex.compile(r"^\p{M}.*", regex.MULTILINE)
"""Part of a letter: a combining mark without what it combines with."""
SPACELESS = regex.compile(r"^.*[\p{Han}\p{Hiragana}\p{LB=SA}].*", regex.MULTILINE)
"""With letters of scripts that are written without spaces; `LB=SA` are those of South-East Asia."""
RUN_ON = regex.compile(r"^.*?(?:(?:[\p{Katakana}ー]*[\p{Han}\p{Hiragana}]){5}|\p{LB=SA}{12}).*", regex.MULTILINE)
"""So many such letters in one word are a clause, or a rare word."""
RARE = 0.1
"""The share of the words in such scripts that are that long, at most, in text that is divided into words."""
ADVICE = "docs/annotate.md says which tokenizer suits which script; 'unicode_words' is made for all"


class _Found:
    """How many words of a kind there are, and the first of them."""

    def __init__(self) -> None:
        self.count = 0
        self.example = ""

    def add(self, words: List[str], place: str) -> None:
        self.count += len(words)
        if words and not self.example:
            self.example = f"{shortened(repr(words[0]))} in {place}"


class WordShapes:
    """
    Counts words that a tokenizer for the script of a text would not give: letters without their combining marks, and
    clauses of scripts without spaces.

    # Parameters

    source : `str`
        Where the text comes from, for the warning.
    """

    def __init__(self, source: str) -> None:
        self._source = source
        self._cut, self._long = _Found(), _Found()
        self._spaceless = 0

    def add(self, words: Sequence[str], place: str) -> None:
        """
        # Parameters

        words : `Sequence[str]`
            Those of a sentence.
        place : `str`
            Of the sentence, such as `"line 3"`.
        """
        text = "\n".join(words)
        if not text.isascii():
            self._cut.add(MARK_FIRST.findall(text), place)
            self._long.add(RUN_ON.findall(text), place)
            self._spaceless += len(SPACELESS.findall(text))

    def warn(self) -> bool:
        """Warns of what was found, if anything was; returns whether it did."""
        warnings = []
        if self._cut.count:
            warnings.append(
                f"{self._cut.count:,} words begin with a combining mark, such as {self._cut.example}: letters are cut"
            )
        if self._long.count > RARE * self._spaceless:
            warnings.append(
                f"{self._long.count:,} of {self._spaceless:,} words of scripts without spaces are as long as clauses, "
                f"such as {self._long.example}"
            )
        for warning in warnings:
            logger.warning(f"{self._source}: {warning}; {ADVICE}")
        return bool(warnings)
