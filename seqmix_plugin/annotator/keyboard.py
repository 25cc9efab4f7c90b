"""The commands with their keys and help, and what a key does: it acts on the session, and answers are saved."""

import time
from dataclasses import dataclass
from functools import cached_property
from string import ascii_letters
from typing import Callable, Dict, List, Optional, Sequence, Tuple

from seqmix_plugin.annotator.answer_file import ANSWERED, OPEN, REJECTED, SKIPPED, AnswerFile
from seqmix_plugin.annotator.layout import lay_out, word_beside
from seqmix_plugin.annotator.session import AnnotationSession
from seqmix_plugin.errors import ConfigurationError, error_line

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
    ("Esc", "end the selection", {"escape": lambda s: s.deselect()}),
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
LABEL_KEYS = [key for key in f"1234567890{ascii_letters}" if key not in ACTIONS and key not in OTHERS]
"""Characters that may stand for labels, the nearest first."""

BURST = 0.05
"""Seconds; keys that follow Esc sooner are not typed but sent by the terminal, for Alt or a key we do not know."""
QUIT = "c-c"
ON_SUMMARY = {"p", "pageup", "u", "y", "q", "?"}
"""The keys that act on the summary as they do on a sentence."""


@dataclass
class Keyboard:
    """
    # Parameters

    session : `AnnotationSession`
        What the keys act on.
    labels : `Sequence[str]`
        The entity types.
    file : `AnswerFile`
        Where the answers are saved.
    clock : `Callable[[], float]`, optional
        Seconds.
    """

    session: AnnotationSession
    labels: Sequence[str]
    file: AnswerFile
    clock: Callable[[], float] = time.monotonic
    message: str = ""
    """The message of the last key."""
    shows_help: bool = False
    """Whether the help is on the screen."""
    typed: Optional[str] = None
    """What has been typed of a label's name."""
    finished: bool = False
    """Whether the annotator has quit."""
    size: Tuple[int, int] = (80, 24)
    """Columns and rows of the terminal when it was last drawn."""
    _escaped: float = -1.0
    _is_save_due: bool = False
    _may_discard: bool = False

    @cached_property
    def keys(self) -> Dict[str, str]:
        """The label of each key."""
        return label_keys(self.labels)

    def press(self, key: str) -> None:
        """
        Handles a key.

        # Parameters

        key : `str`
            A character, or prompt_toolkit's name of a key such as `enter` or `s-left`.
        """
        if self._follows_escape(key):
            return
        key = "space" if key == " " else key
        position = self.session.view.position
        self._may_discard = self._may_discard and key in ("q", QUIT)
        self.message = ""
        if key == QUIT:
            self.quit()
        elif self.shows_help:
            self.shows_help = False
        elif self.typed is not None:
            self._choose(key)
        elif self.session.question is not None or key in ON_SUMMARY:
            self._act(key)
        elif key == "enter" and not self.session.revisit():
            self.quit()
        self._is_save_due |= position != self.session.view.position or self.session.labelling.status != OPEN
        if self._is_save_due and not self._may_discard:
            self.save()

    def save(self) -> bool:
        """Saves the answers if something has changed. Returns whether they are saved; if not, the message says why."""
        try:
            if self.session.unsaved:
                self.file.save(self.session.by_id())
        except ConfigurationError as error:
            self.message = error_line(error)
            return False
        self.session.unsaved = self._is_save_due = False
        return True

    def quit(self) -> None:
        """Quits once the answers are saved; if they cannot be saved, only on the second request."""
        self.finished = self.save() or self._may_discard
        if not self.finished:
            self._may_discard = True
            self.message = f"q again quits without saving; {self.message}"

    def _act(self, key: str) -> None:
        if key in self.keys:
            self.session.label(self.keys[key])
        elif key in ACTIONS:
            self.message = ACTIONS[key](self.session) or ""
        elif key in ("up", "k", "down", "j"):
            self._move_line(-1 if key in ("up", "k") else 1)
        elif key == "q":
            self.quit()
        elif key == "?":
            self.shows_help = True
        elif key == "/":
            self.typed = ""
        else:
            self.message = f"unknown key {key} (? shows all)"

    def _move_line(self, step: int) -> None:
        if self.session.question is not None:
            lines = lay_out(self.session.question, self.session.labelling.spans, self.size[0])
            self.session.move_to(word_beside(lines, self.session.view.cursor, step))

    def _choose(self, key: str) -> None:
        text = self.typed or ""
        found = matching(self.labels, text)
        if key == "escape" or (key == "enter" and found):
            self.typed = None
            if key == "enter":
                self.session.label(found[0])
        elif key == "backspace":
            self.typed = text[:-1]
        elif key == "space" or (len(key) == 1 and key.isprintable()):
            self.typed = text + (" " if key == "space" else key)

    def _follows_escape(self, key: str) -> bool:
        now, since = self.clock(), self._escaped
        follows = since >= 0 and now - since < BURST
        self._escaped = now if follows or key == "escape" else -1.0
        return follows


def label_keys(labels: Sequence[str]) -> Dict[str, str]:
    """
    The label of each key: ten digits, then unused letters, if possible from the label's name. Labels beyond 48 have no
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
