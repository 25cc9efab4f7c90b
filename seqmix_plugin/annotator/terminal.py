"""The terminal: keys in, screens out. It is left as it was found, however the session ends."""

import asyncio
import os
import signal
import sys
import termios
from typing import List, Optional

from allennlp.common.checks import ConfigurationError
from prompt_toolkit.application import Application
from prompt_toolkit.data_structures import Point
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.keys import Keys
from prompt_toolkit.layout import FormattedTextControl, Layout, Window
from prompt_toolkit.styles import Style
from prompt_toolkit.utils import is_dumb_terminal

from seqmix_plugin.annotator.controller import Controller
from seqmix_plugin.annotator.screen import draw

NAMES = {
    Keys.Enter: "enter",
    Keys.Escape: "escape",
    Keys.Backspace: "backspace",
    Keys.Delete: "delete",
    Keys.Tab: "tab",
    Keys.BackTab: "s-tab",
    Keys.Left: "left",
    Keys.Right: "right",
    Keys.Up: "up",
    Keys.Down: "down",
    Keys.ShiftLeft: "s-left",
    Keys.ShiftRight: "s-right",
    Keys.Home: "home",
    Keys.End: "end",
    Keys.PageUp: "pageup",
    Keys.PageDown: "pagedown",
    Keys.ControlC: "quit",
    Keys.SIGINT: "quit",
}
"""What the controller calls the keys that are no characters."""
_BACKGROUNDS = ("green", "cyan", "yellow", "magenta", "brightblue", "brightred", "gray", "brightgreen")
STYLE = Style.from_dict(
    {f"type{number}": f"fg:ansiblack bg:ansi{colour}" for number, colour in enumerate(_BACKGROUNDS)}
    | {"cursor": "reverse bold", "selected": "underline bold", "uncertain": "bold italic", "message": "bold reverse"}
)


def check_terminal() -> None:
    """
    # Raises

    `ConfigurationError`
        When there is no terminal, or one that cannot be drawn on.
    """
    tool = "allennlp export-queries writes the questions for an annotation tool"
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise ConfigurationError(f"standard input and output are no terminal, which annotate needs; {tool}")
    if is_dumb_terminal():
        raise ConfigurationError(f"TERM is {os.environ.get('TERM')!r}, on which annotate cannot draw; {tool}")


def annotate_in_terminal(controller: Controller) -> Optional[int]:
    """
    Lets somebody label until he leaves. What was typed before is thrown away: nobody has seen what it would label.

    # Parameters

    controller : `Controller`
        What the keys do.

    # Returns

    `Optional[int]`
        The signal that ended it; SIGHUP also when the terminal is simply gone.

    # Raises

    `ConfigurationError`
        When the answers could not be saved.
    """
    signals: List[int] = []
    application = _application(controller)

    def stop(number: int) -> None:
        signals.append(number)
        controller.save()
        if application.is_running and not application.future.done():  # type: ignore[union-attr]
            application.exit()

    def listen() -> None:
        for number in (signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, stop, number)

    termios.tcflush(sys.stdin, termios.TCIFLUSH)
    try:
        application.run(pre_run=listen)
    except (EOFError, OSError):  # nobody sees the screen any more
        signals.append(signal.SIGHUP)
    finally:
        safe = controller.save()
    if not safe:
        raise ConfigurationError(controller.message.removeprefix("error: "))
    return signals[0] if signals else None


def _application(controller: Controller) -> "Application[None]":
    application: Application[None] = Application(
        full_screen=True, style=STYLE, key_bindings=_bindings(controller), mouse_support=False
    )
    cursor = Point(0, 0)

    def text() -> StyleAndTextTuples:
        nonlocal cursor
        height, width = application.output.get_size()
        controller.size = (width, height)
        screen = draw(controller, width, height)
        cursor = Point(*screen.cursor)
        shown: StyleAndTextTuples = []
        for number, row in enumerate(screen.rows):
            shown += [("", "\n")] * (number > 0) + list(row)
        return shown

    control = FormattedTextControl(text, focusable=True, show_cursor=True, get_cursor_position=lambda: cursor)
    application.layout = Layout(Window(control, wrap_lines=False))
    application.ttimeoutlen = 0.1
    return application


def _bindings(controller: Controller) -> KeyBindings:
    bindings = KeyBindings()

    def press(event: KeyPressEvent, key: str) -> None:
        before = controller.session.view.position
        controller.press(key)
        if controller.finished and not event.app.future.done():  # type: ignore[union-attr]
            event.app.exit()
        elif controller.session.view.position != before:
            event.app.renderer.clear()  # what a terminal draws wider than expected must not stay

    for key, name in NAMES.items():
        bindings.add(key)(lambda event, name=name: press(event, name))
    bindings.add(Keys.Any)(lambda event: press(event, event.data) if len(event.data) == 1 else None)
    bindings.add(Keys.BracketedPaste)(lambda event: None)  # a text, and no keys
    bindings.add(Keys.ControlL)(lambda event: event.app.renderer.clear())
    bindings.add(Keys.ControlZ)(lambda event: event.app.suspend_to_background())
    return bindings
