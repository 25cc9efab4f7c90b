"""Words that hold what nobody sees, or what does not belong to them."""

import re
from typing import Optional, Sequence

from seqmix_plugin.tag_schemes import PREFIXES

# Control and format characters, fillers, line separators and byte order marks. Some Arabic signs are format characters
# for Unicode and can be seen; joiners and variation selectors are looked at below.
_NEVER_SEEN = (
    r"\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\ufff9-\ufffb"
    r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
)
_JOINERS = r"\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u200c\u200d\uffa0"
_SELECTORS = r"\ufe00-\ufe0f\U000e0100-\U000e01ef"
_OF_FLAGS = r"\U000e0000-\U000e007f"

_SUSPECT = re.compile(rf"[^\S ]|[{_NEVER_SEEN}{_JOINERS}{_SELECTORS}{_OF_FLAGS}]")
_UNSEEN = re.compile(
    rf"^\s|\s$|[{_NEVER_SEEN}]"
    # Persian, Hindi, Mongolian and emoji need joiners: beside a letter or sign of theirs.
    rf"|(?<![^\x00-\x7f{_JOINERS}])[{_JOINERS}](?![^\x00-\x7f{_JOINERS}])"
    rf"|^[{_SELECTORS}]"  # it selects nothing
    rf"|(?<![\U0001f3f4{_OF_FLAGS}])[{_OF_FLAGS}]"  # Scotland's flag is a black one with such characters behind it
)
_TAGS = {
    scheme: re.compile(rf"\s(?:O|[{prefixes.replace('O', '')}]-[^\W\d]\S*)(?:\s|$)")
    for scheme, prefixes in PREFIXES.items()
}

UNSEEN = "words with characters that cannot be seen, or with white space at an end"
TAG_INSIDE = "words with white space and a tag behind it, as where columns are separated in two ways"


def are_usual(words: Sequence[str]) -> bool:
    """Whether there is nothing odd about any of a sentence's words; a quick look at all of them together."""
    text = " ".join(words)
    seen = text.isprintable() if text.isascii() else _SUSPECT.search(text) is None
    return seen and text.count(" ") == len(words) - 1


def oddity(word: str, scheme: str) -> Optional[str]:
    """
    What is odd about a word, if anything: `UNSEEN` or `TAG_INSIDE`.

    # Parameters

    word : `str`
        The word.
    scheme : `str`
        Whose tags it should not hold behind a blank.
    """
    if _TAGS[scheme].search(word):
        return TAG_INSIDE
    return UNSEEN if _UNSEEN.search(word) else None
