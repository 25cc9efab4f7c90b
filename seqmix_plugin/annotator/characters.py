"""Words of files as a terminal can show them: nothing it would obey, nothing that cannot be seen, of a known width."""

import unicodedata
from typing import List

from seqmix_plugin.errors import printable

_JOINERS = "\u200c\u200d"
"""Zero width non-joiner and joiner: parts of words in Persian and in Indic scripts, glue between emoji elsewhere."""
_VARIATIONS = range(0xFE00, 0xFE10)
"""After a character, these choose how it looks, and with it how wide some terminals draw it."""


def visible(word: str) -> str:
    """A word as it is shown; never empty, and at least one column wide."""
    shown = "".join(_shown(word, place) for place in range(len(word)))
    if not shown.strip():
        return "".join(f"\\u{ord(character):04x}" for character in word)
    return shown if columns(shown[0]) else "\u25cc" + shown  # marks combine with a character of their own


def columns(text: str) -> int:
    """How many columns a terminal needs for it."""
    from prompt_toolkit.utils import get_cwidth  # of an extra

    return get_cwidth(text)


def chunks(text: str, width: int) -> List[str]:
    """Cut so that no part is wider, but for single characters that are."""
    parts: List[str] = []
    room = 0
    for character in text:
        need = columns(character)
        if not parts or need > room:
            parts.append("")
            room = width
        parts[-1] += character
        room -= need
    return parts


def fitted(text: str, width: int, fill: str = " ") -> str:
    """Cut or filled up to exactly this width."""
    kept = chunks(text, width)[0] if text and width > 0 else ""
    kept = kept if columns(kept) <= width else ""
    return kept + fill * (width - columns(kept))


def _shown(word: str, place: int) -> str:
    character = word[place]
    if character in _JOINERS:
        between = word[max(place - 1, 0) : place + 2]
        joins = len(between) == 3 and _kind(between[0]) in "LM" and _kind(between[2]) == "L"
        return character if joins else ""
    return "" if ord(character) in _VARIATIONS else printable(character)


def _kind(character: str) -> str:
    return unicodedata.category(character)[0]
