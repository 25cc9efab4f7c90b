"""What happens when a key is pressed: the session is told, the answers are saved. Knows nothing of how keys arrive."""

import time
from typing import Callable, Dict, Optional, Sequence

from allennlp.common.checks import ConfigurationError

from seqmix_plugin.annotator.answer_file import AnswerFile
from seqmix_plugin.annotator.keys import label_keys, matching, num_help_pages
from seqmix_plugin.annotator.layout import word_beside
from seqmix_plugin.annotator.sentence_view import SentenceView
from seqmix_plugin.annotator.session import AnnotationSession
from seqmix_plugin.errors import error_line

_BURST = 0.05
"""Seconds after Esc in which no person presses another key: what comes then is a sequence that the terminal sends."""


class Controller:
    """
    # Parameters

    session : `AnnotationSession`
        What the keys act on.
    labels : `Sequence[str]`
        The entity types.
    file : `AnswerFile`
        Where the answers are kept.
    clock : `Callable[[], float]`, optional
        Seconds.
    """

    def __init__(
        self,
        session: AnnotationSession,
        labels: Sequence[str],
        file: AnswerFile,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.session = session
        self.labels = list(labels)
        self.keys = label_keys(labels)
        self.message = ""
        """What the last key led to, if it must be said."""
        self.help_page: Optional[int] = None
        """Which page of the help is on the screen."""
        self.chosen: Optional[str] = None
        """What has been typed of a label's name."""
        self.finished = False
        """Whether the annotator wants to leave."""
        self.size = (80, 24)
        """Columns and rows of the terminal when it was last drawn."""
        self._file = file
        self._clock = clock
        self._escaped = -1.0
        self._in_sequence = False
        self._unsaved_quit = False
        self._actions = self._commands()

    def press(self, key: str) -> None:
        """
        # Parameters

        key : `str`
            A character, or the name of a key such as `enter` or `s-left`.
        """
        if self._of_the_terminal(key):
            return
        self.message = ""
        if key not in ("q", "quit"):
            self._unsaved_quit = False
        if key == "quit":
            self.quit()
        elif self.help_page is not None:
            page = self.help_page + 1
            over = key in ("escape", "q", "?") or page >= num_help_pages(self.size[1])
            self.help_page = None if over else page
        elif self.chosen is not None:
            self._choose(key)
        elif self.session.question is None:
            self._summary(key)
        else:
            self._act(key)
        if self.session.ledger.save_due and not self._unsaved_quit:
            self.save()

    def save(self) -> bool:
        """Writes the answers if something has changed; whether they are safe. Otherwise the message says why not."""
        if not self.session.ledger.unsaved:
            return True
        try:
            self._file.save(self.session.labellings())
        except ConfigurationError as error:
            self.message = error_line(error)
            return False
        self.session.ledger.saved()
        return True

    def quit(self) -> None:
        """Leaves when the answers are saved; when they cannot be, only if that is asked for twice."""
        self.finished = self.save() or self._unsaved_quit
        if not self.finished:
            self._unsaved_quit = True
            self.message = f"q again quits without saving; {self.message}"

    def _commands(self) -> Dict[str, Callable[[], Optional[str]]]:
        do = self.session
        actions: Dict[str, Callable[[], Optional[str]]] = {
            "enter": do.accept,
            "s": do.skip,
            "x": do.reject,
            "pageup": lambda: do.go(-1),
            "pagedown": lambda: do.go(1),
            "left": lambda: do.move(-1),
            "right": lambda: do.move(1),
            "up": lambda: self._line(-1),
            "down": lambda: self._line(1),
            "home": lambda: do.move_to(0),
            "end": lambda: do.move_to(1 << 40),
            "s-left": lambda: do.extend(-1),
            "s-right": lambda: do.extend(1),
            "tab": lambda: do.jump(1),
            "s-tab": lambda: do.jump(-1),
            " ": do.grow,
            "v": do.select,
            "escape": do.deselect,
            "d": do.remove,
            "c": do.clear,
            "r": do.restore,
            "+": lambda: do.stretch(0, 1),
            "-": lambda: do.stretch(0, -1),
            "<": lambda: do.stretch(1, 0),
            ">": lambda: do.stretch(-1, 0),
            "u": do.undo,
            "y": do.redo,
            "q": self.quit,
            "?": lambda: self._open(help_page=0),
            "/": lambda: self._open(chosen=""),
        }
        same = {"p": "pageup", "n": "pagedown", "h": "left", "l": "right", "k": "up", "j": "down"}
        same |= {"=": "+", "backspace": "d", "delete": "d"}
        return actions | {key: actions[other] for key, other in same.items()}

    def _act(self, key: str) -> None:
        if key in self.keys:
            self.session.label(self.keys[key])
        elif key in self._actions:
            self.message = self._actions[key]() or self.message
        else:
            self.message = f"no such key: {key} (? shows all)"

    def _summary(self, key: str) -> None:
        """All sentences have been seen."""
        if key == "enter":
            if not self.session.revisit():
                self.quit()
        elif key in ("p", "pageup", "u", "y", "q", "?"):
            self._act(key)

    def _choose(self, key: str) -> None:
        found = matching(self.labels, self.chosen or "")
        if key == "enter" and found:
            self.chosen = None
            self.session.label(found[0])
        elif key == "escape":
            self.chosen = None
        elif key == "backspace":
            self.chosen = (self.chosen or "")[:-1]
        elif len(key) == 1 and key.isprintable():
            self.chosen = (self.chosen or "") + key

    def _open(self, help_page: Optional[int] = None, chosen: Optional[str] = None) -> None:
        self.help_page, self.chosen = help_page, chosen

    def _line(self, step: int) -> None:
        if self.session.question is not None:
            spans, view = self.session.labelling.spans, self.session.view
            lines = SentenceView(self.session.question, spans, view, self.labels, self.size[0]).lines
            self.session.move_to(word_beside(lines, view.cursor, step))

    def _of_the_terminal(self, key: str) -> bool:
        """
        Keys that nobody knows, Alt with a key, and reports of the terminal arrive as Esc and characters; none of them
        may act.
        """
        now, since = self._clock(), self._escaped
        if self._in_sequence and now - since < 1:
            self._in_sequence = len(key) != 1 or not "@" <= key <= "~"
            return True
        self._escaped = now if key == "escape" else -1.0
        burst = since >= 0 and now - since < _BURST
        self._in_sequence = since >= 0 and (key == "[" or (burst and key == "O"))
        if self._in_sequence:
            self._escaped = now
        return self._in_sequence or burst
