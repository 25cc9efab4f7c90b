"""The terminal: keys in, screens out. It is left as it was found, however the session ends."""

import asyncio
import os
import signal
import sys
import termios
from typing import Any, List, Optional

from allennlp.common.checks import ConfigurationError

from seqmix_plugin.annotator.controller import Controller
from seqmix_plugin.annotator.screen import draw

_SPECIAL = "enter escape backspace delete tab s-tab left right up down s-left s-right home end pageup pagedown"
NAMES = {key: key for key in _SPECIAL.split()} | {"c-c": "quit", "<sigint>": "quit"}
"""What the controller calls the keys of `prompt_toolkit` that are no characters."""
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
        if application.is_running and not application.future.done():
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


def _application(controller: Controller) -> Any:
    from prompt_toolkit.application import Application
    from prompt_toolkit.data_structures import Point
    from prompt_toolkit.layout import FormattedTextControl, Layout, Window
    from prompt_toolkit.styles import Style

    style = Style.from_dict(STYLE)
    application: Any = Application(
        full_screen=True, style=style, key_bindings=_bindings(controller), mouse_support=False
    )
    cursor = Point(0, 0)

    def text() -> List[Any]:
        nonlocal cursor
        height, width = application.output.get_size()
        controller.size = (width, height)
        screen = draw(controller, width, height)
        cursor = Point(*screen.cursor)
        shown: List[Any] = []
        for number, row in enumerate(screen.rows):
            shown += [("", "\n")] * (number > 0) + list(row)
        return shown

    control = FormattedTextControl(text, focusable=True, show_cursor=True, get_cursor_position=lambda: cursor)
    application.layout = Layout(Window(control, wrap_lines=False))
    application.ttimeoutlen = 0.1
    return application


def _bindings(controller: Controller) -> Any:
    from prompt_toolkit.key_binding import KeyBindings

    bindings = KeyBindings()

    def press(event: Any, key: str) -> None:
        before = controller.session.view.position
        controller.press(key)
        if controller.finished and not event.app.future.done():
            event.app.exit()
        elif controller.session.view.position != before:
            event.app.renderer.clear()  # what a terminal draws wider than expected must not stay

    for key, name in NAMES.items():
        bindings.add(key)(lambda event, name=name: press(event, name))
    bindings.add("<any>")(lambda event: press(event, event.data) if len(event.data) == 1 else None)
    bindings.add("<bracketed-paste>")(lambda event: None)  # a text, and no keys
    bindings.add("c-l")(lambda event: event.app.renderer.clear())
    bindings.add("c-z")(lambda event: event.app.suspend_to_background())
    return bindings
