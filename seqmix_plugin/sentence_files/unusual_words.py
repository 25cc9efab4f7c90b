"""Words that are probably mistakes of a file or of its tokenizer; they stay as they are and are warned about."""

import logging
from collections import Counter
from typing import Dict, Optional, Sequence

import regex

from seqmix_plugin.errors import quoted
from seqmix_plugin.tag_schemes import PREFIXES

logger = logging.getLogger(__name__)

# Control and format characters, fillers, line separators and byte order marks. Some Arabic signs are format characters
# for Unicode and are visible. Joiners, variation selectors and the tags of flags belong to a visible character.
_INVISIBLE = r"\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\ufff9-\ufffb"
_JOINERS = (
    r"\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u200c\u200d\ufe00-\ufe0f\uffa0"
    r"\U000e0000-\U000e007f\U000e0100-\U000e01ef"
)
_SUSPECT = regex.compile(rf"[^\S ]|[{_INVISIBLE}{_JOINERS}]")
_UNSEEN = regex.compile(rf"^\s|\s$|[{_INVISIBLE}]|(?<![^\x00-\x7f])[{_JOINERS}]+(?![^\x00-\x7f])")
_TAGS = {
    scheme: regex.compile(rf"\s(?:O|[{prefixes.replace('O', '')}]-[^\W\d]\S*)(?:\s|$)")
    for scheme, prefixes in PREFIXES.items()
}
UNSEEN = "words with invisible characters, or white space at an end"
TAG_INSIDE = "words with a tag after white space, as when two column separators are mixed"


def are_usual(words: Sequence[str]) -> bool:
    """Whether no word of a sentence can have an oddity; a quick check of all of them together."""
    text = " ".join(words)
    seen = text.isprintable() if text.isascii() else _SUSPECT.search(text) is None
    return seen and text.count(" ") == len(words) - 1


def oddity(word: str, scheme: str) -> Optional[str]:
    """The oddity of a word, if any: `TAG_INSIDE`, for a tag of this scheme after white space, or `UNSEEN`."""
    if _TAGS[scheme].search(word):
        return TAG_INSIDE
    return UNSEEN if _UNSEEN.search(word) else None


MARK_FIRST = regex.compile(r"^\p{M}.*", regex.MULTILINE)
"""Words that begin with a combining mark, which belongs to the letter before it."""
SPACELESS = regex.compile(r"^.*[\p{Han}\p{Hiragana}\p{LB=SA}].*", regex.MULTILINE)
"""Words in scripts that are written without spaces; `LB=SA` are those of South-East Asia."""
CLAUSE = regex.compile(r"^.*?(?:(?:[\p{Katakana}ー]*[\p{Han}\p{Hiragana}]){5}|\p{LB=SA}{12}).*", regex.MULTILINE)
"""Words with so many such letters that they are clauses, or rare words."""
RARE = 0.1
"""The largest share of such words in text that is divided into words."""
ADVICE = "docs/annotate.md says which tokenizer suits which script; 'unicode_words' is made for all"


class SegmentationCheck:
    """
    Counts words that a tokenizer suitable for the script of a text would not return: letters without their combining
    marks, and clauses of scripts without spaces. `source` names the text in the warning.
    """

    def __init__(self, source: str) -> None:
        self._source = source
        self._counts: Counter = Counter()
        self._examples: Dict[regex.Pattern, str] = {}

    def add(self, words: Sequence[str], place: str) -> None:
        """Checks the words of a sentence; `place` names it, such as `"line 3"`."""
        text = "\n".join(words)
        if not text.isascii():
            for pattern in (MARK_FIRST, SPACELESS, CLAUSE):
                found = pattern.findall(text)
                self._counts[pattern] += len(found)
                if found:
                    self._examples.setdefault(pattern, f"{quoted(found[0])} in {place}")

    def warn(self) -> bool:
        """Logs a warning for each kind of words found; returns whether there was any."""
        cut, spaceless, clauses = (self._counts[pattern] for pattern in (MARK_FIRST, SPACELESS, CLAUSE))
        warnings = []
        if cut:
            example = self._examples[MARK_FIRST]
            warnings.append(f"{cut:,} words begin with a combining mark, such as {example}: letters are cut")
        if clauses > RARE * spaceless:
            warnings.append(
                f"{clauses:,} of {spaceless:,} words of scripts without spaces are as long as clauses, such as "
                f"{self._examples[CLAUSE]}"
            )
        for warning in warnings:
            logger.warning(f"{self._source}: {warning}; {ADVICE}")
        return bool(warnings)
