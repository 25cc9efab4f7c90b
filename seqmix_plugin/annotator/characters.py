"""Words of files as a terminal can show them: visible, of a known width, and without control sequences."""

import re
from itertools import accumulate

from seqmix_plugin.errors import printable

_JOINERS = "\u200c\u200d"
"""Zero width non-joiner and joiner: parts of words in Persian and Indic scripts, glue between emoji elsewhere."""
_HIDDEN = re.compile(rf"[{_JOINERS}](?![^\W\d_])|[\ufe00-\ufe0f]")
"""Joiners that no letter follows, and variation selectors: with them terminals draw characters of other widths."""


def visible(word: str) -> str:
    """A word as it is shown: never empty, and at least one column wide."""
    shown = "".join(character if character in _JOINERS else printable(character) for character in _HIDDEN.sub("", word))
    if not shown.strip():
        return "".join(f"\\u{ord(character):04x}" for character in word)
    return shown if columns(shown[0]) else "\u25cc" + shown  # a combining mark needs a character before it


def columns(text: str) -> int:
    """The number of terminal columns of a text."""
    from prompt_toolkit.utils import get_cwidth  # of an extra

    return get_cwidth(text)


def fitted(text: str, width: int, fill: str = " ") -> str:
    """Cut or filled up to exactly this width."""
    kept = text[: sum(end <= width for end in accumulate(map(columns, text)))]
    return kept + fill * (width - columns(kept))
