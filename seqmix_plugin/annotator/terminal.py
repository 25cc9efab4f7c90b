"""The terminal: it reads keys and shows screens, and is restored however the session ends."""

import asyncio
import os
import signal
import sys
import termios
from typing import Any, List, Optional

from seqmix_plugin.annotator.drawing import draw
from seqmix_plugin.annotator.keyboard import ACTIONS, OTHERS, QUIT, Keyboard
from seqmix_plugin.errors import ConfigurationError

SPECIAL_KEYS = [key for key in (*ACTIONS, *OTHERS, QUIT) if len(key) > 1 and key != "space"]
"""Keys of `prompt_toolkit` that are not characters."""
_BACKGROUNDS = ("green", "cyan", "yellow", "magenta", "brightblue", "brightred", "gray", "brightgreen")
STYLE = {f"type{number}": f"fg:ansiblack bg:ansi{colour}" for number, colour in enumerate(_BACKGROUNDS)} | {
    "cursor": "reverse bold",
    "selected": "underline bold",
    "uncertain": "bold italic",
    "message": "bold reverse",
}


def check_terminal() -> None:
    """
    # Raises

    `ConfigurationError`
        When there is no terminal, or one that cannot be drawn on.
    """
    from prompt_toolkit.utils import is_dumb_terminal

    tool = "seqmix export-queries writes the questions for an annotation tool"
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise ConfigurationError(f"standard input and output are not a terminal, which annotate needs; {tool}")
    if is_dumb_terminal():
        raise ConfigurationError(f"TERM is {os.environ.get('TERM')!r}, on which annotate cannot draw; {tool}")


def annotate_in_terminal(keyboard: Keyboard) -> Optional[int]:
    """
    Runs the annotator until the user quits. What was typed before the first screen is discarded.

    # Parameters

    keyboard : `Keyboard`
        Handles the keys.

    # Returns

    `Optional[int]`
        The signal that ended it; SIGHUP also when the terminal was closed.

    # Raises

    `ConfigurationError`
        When the answers cannot be saved.
    """
    signals: List[int] = []
    application = _application(keyboard)

    def stop(number: int) -> None:
        signals.append(number)
        keyboard.save()
        if application.is_running and not application.future.done():
            application.exit()

    def listen() -> None:
        for number in (signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, stop, number)

    termios.tcflush(sys.stdin, termios.TCIFLUSH)
    try:
        application.run(pre_run=listen)
    except (EOFError, OSError):  # the terminal was closed
        signals.append(signal.SIGHUP)
    finally:
        safe = keyboard.save()
    if not safe:
        raise ConfigurationError(keyboard.message.removeprefix("error: "))
    return signals[0] if signals else None


def _application(keyboard: Keyboard) -> Any:
    from prompt_toolkit.application import Application, get_app
    from prompt_toolkit.key_binding import KeyBindings
    from prompt_toolkit.layout import FormattedTextControl, Layout, Window
    from prompt_toolkit.styles import Style

    def text() -> List[Any]:
        height, width = get_app().output.get_size()
        keyboard.size = (width, height)
        rows = draw(keyboard, width, height)
        return [part for number, row in enumerate(rows) for part in [("", "\n")] * (number > 0) + row]

    bindings = KeyBindings()

    def press(event: Any, key: str) -> None:
        before = keyboard.session.view.position
        keyboard.press(key)
        if keyboard.finished and not event.app.future.done():
            event.app.exit()
        elif keyboard.session.view.position != before:
            event.app.renderer.clear()  # removes characters that the terminal draws wider than expected

    for key in SPECIAL_KEYS:
        bindings.add(key)(lambda event, key=key: press(event, key))
    bindings.add("<sigint>")(lambda event: press(event, QUIT))
    bindings.add("<any>")(lambda event: press(event, event.data) if len(event.data) == 1 else None)
    bindings.add("<bracketed-paste>")(lambda event: None)  # text, not keys
    bindings.add("c-l")(lambda event: event.app.renderer.clear())
    bindings.add("c-z")(lambda event: event.app.suspend_to_background())
    layout = Layout(Window(FormattedTextControl(text, focusable=True), wrap_lines=False))
    application: Any = Application(layout, Style.from_dict(STYLE), full_screen=True, key_bindings=bindings)
    application.ttimeoutlen = 0.1
    return application
