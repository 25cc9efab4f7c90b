"""What the keys are, and which labels they stand for."""

from typing import Dict, Iterator, List, Sequence, Tuple

HELP: Sequence[Tuple[str, str]] = (
    ("Enter", "the labels are right: save, next open sentence"),
    ("s", "skip: leave it unanswered, it comes again at the end"),
    ("x", "reject: leave it out for good (no entities? Enter)"),
    ("p n", "sentence before, sentence after (PageUp, PageDown)"),
    ("1 2 ...", "label the span, word or selection; again: take it off"),
    ("/", "choose a label by its name"),
    ("Left Right h l", "word before, word after"),
    ("Up Down k j", "word above, word below"),
    ("Home End", "first word, last word"),
    ("Tab Shift-Tab", "next span, span before"),
    ("Space", "select this word, then one more each time"),
    ("v Shift-Left Shift-Right", "select with the cursor; Esc: no selection"),
    ("d Backspace", "take off the span at the cursor"),
    ("+ -", "span one word longer, shorter at its end"),
    ("< >", "span one word longer, shorter at its beginning"),
    ("c", "take off all spans"),
    ("r", "back to the model's suggestion"),
    ("u y", "undo, also in the sentences before; redo"),
    ("q Ctrl-C", "save and quit"),
    ("Ctrl-L", "draw the screen anew"),
    ("?", "this help; any key goes on"),
)
"""Keys and what they do, the most used first."""

COMMANDS = frozenset("hjklvdcruyspnxq?/ +-=<>")
"""Single characters that are no labels."""
_LOWER = "abcdefghijklmnopqrstuvwxyz"
LABEL_KEYS: Sequence[str] = [key for key in "1234567890" + _LOWER + _LOWER.upper() if key not in COMMANDS]
"""Single characters that may be labels, the nearest first."""


def label_keys(labels: Sequence[str]) -> Dict[str, str]:
    """
    The label that each key stands for: digits, then letters that are no commands, if there are from the label's name.
    Labels beyond 47 have no key.
    """
    free: List[str] = list(LABEL_KEYS)
    keys: Dict[str, str] = {}
    for number, label in enumerate(labels):
        wanted = "" if number < 10 else label.lower() + label.upper()
        key = next((key for key in [*wanted, *free] if key in free), None)
        if key is not None:
            free.remove(key)
            keys[key] = label
    return keys


def num_help_pages(height: int) -> int:
    """How many pages `HELP` has in so many rows, of which two are for a heading and a hint."""
    return -(-len(HELP) // max(height - 2, 1))


def matching(labels: Sequence[str], text: str) -> List[str]:
    """Labels with a text in their names: first the one that is so called, then those that begin with it."""

    def ranks(label: str) -> Iterator[bool]:
        yield label != text
        yield label.lower() != text.lower()
        yield not label.lower().startswith(text.lower())

    return sorted((label for label in labels if text.lower() in label.lower()), key=lambda label: [*ranks(label)])
