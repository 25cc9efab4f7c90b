"""What each key does: it acts on the session, and answers are saved. Independent of how keys arrive."""

import time
from dataclasses import dataclass
from functools import cached_property
from typing import Callable, Dict, Optional, Sequence, Tuple

from allennlp.common.checks import ConfigurationError

from seqmix_plugin.annotator.answer_file import AnswerFile
from seqmix_plugin.annotator.commands import ACTIONS, label_keys, matching
from seqmix_plugin.annotator.drawing import lay_out, word_beside
from seqmix_plugin.annotator.labelling import OPEN
from seqmix_plugin.annotator.session import AnnotationSession
from seqmix_plugin.errors import error_line

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
