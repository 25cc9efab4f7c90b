"""The commands with their keys and help, and the keys of labels."""

from typing import Callable, Dict, List, Optional, Sequence, Tuple

from seqmix_plugin.annotator.labelling import ANSWERED, REJECTED, SKIPPED
from seqmix_plugin.annotator.session import AnnotationSession

Action = Callable[[AnnotationSession], Optional[str]]

COMMANDS: Sequence[Tuple[str, str, Dict[str, Action]]] = (
    ("Enter", "accept the labels and save; next open sentence", {"enter": lambda s: s.finish(ANSWERED)}),
    ("s", "skip: no answer yet, it is shown again at the end", {"s": lambda s: s.finish(SKIPPED)}),
    ("x", "reject: leave it out for good (no entities? Enter)", {"x": lambda s: s.finish(REJECTED)}),
    ("p PageUp", "previous sentence", {"p pageup": lambda s: s.go(-1)}),
    ("n PageDown", "next sentence", {"n pagedown": lambda s: s.go(1)}),
    ("1 2 ...", "label the span, word or selection; again: remove it", {}),
    ("/", "choose a label by its name", {}),
    ("Left Right h l", "previous, next word", {"left h": lambda s: s.move(-1), "right l": lambda s: s.move(1)}),
    ("Up Down k j", "word above, word below", {}),
    ("Home End", "first, last word", {"home": lambda s: s.move_to(0), "end": lambda s: s.move_to(1 << 40)}),
    ("Tab Shift-Tab", "next, previous span", {"tab": lambda s: s.jump(1), "s-tab": lambda s: s.jump(-1)}),
    ("Space", "select this word, then one more each time", {"space": lambda s: s.grow()}),
    ("Shift-Left Shift-Right", "extend", {"s-left": lambda s: s.extend(-1), "s-right": lambda s: s.extend(1)}),
    ("v Esc", "start a selection, end it", {"v": lambda s: s.select(), "escape": lambda s: s.deselect()}),
    ("d Backspace", "remove the span at the cursor", {"d backspace delete": lambda s: s.remove()}),
    ("+ -", "move the span's end", {"+ =": lambda s: s.stretch(0, 1), "-": lambda s: s.stretch(0, -1)}),
    ("< >", "move the span's start", {"<": lambda s: s.stretch(1, 0), ">": lambda s: s.stretch(-1, 0)}),
    ("c r", "remove all spans, restore those of the model", {"c": lambda s: s.clear(), "r": lambda s: s.restore()}),
    ("u y", "undo, also in earlier sentences; redo", {"u": lambda s: s.undo(), "y": lambda s: s.redo()}),
    ("q Ctrl-C", "save and quit", {}),
    ("Ctrl-L", "redraw the screen", {}),
    ("?", "this help; any key closes it", {}),
)
"""
Keys as the help shows them, the most used first; what they do; actions by key, a character, `space` or prompt_toolkit's
name.
"""
ACTIONS = {key: action for *_, row in COMMANDS for keys, action in row.items() for key in keys.split()}
OTHERS = ("q", "?", "/", "up", "down", "k", "j")
"""Keys that act on more than the session."""

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
LABEL_KEYS = [key for key in f"1234567890{_LETTERS}{_LETTERS.upper()}" if key not in ACTIONS and key not in OTHERS]
"""Characters that may stand for labels, the nearest first."""


def label_keys(labels: Sequence[str]) -> Dict[str, str]:
    """
    The label of each key: ten digits, then unused letters, if possible from the label's name. Labels beyond 47 have no
    key.
    """
    free: List[str] = list(LABEL_KEYS)
    keys: Dict[str, str] = {}
    for label in labels[: len(LABEL_KEYS)]:
        wanted = "" if len(keys) < 10 else label.lower() + label.upper()
        key = next(key for key in [*wanted, *free] if key in free)
        free.remove(key)
        keys[key] = label
    return keys


def matching(labels: Sequence[str], text: str) -> List[str]:
    """Labels whose names contain a text: first the one with this name, then those that begin with it."""
    found, lower = [label for label in labels if text.lower() in label.lower()], text.lower()
    return sorted(found, key=lambda name: (name != text, name.lower() != lower, not name.lower().startswith(lower)))
