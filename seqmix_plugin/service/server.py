"""The HTTP server: waitress, with an end at which nothing is lost that was asked for."""

import signal
import socket
import time
from contextlib import suppress
from typing import Any, Callable, List

from allennlp.common.checks import ConfigurationError

from seqmix_plugin.errors import first_line
from seqmix_plugin.service.app import LARGEST_BODY

THREADS = 64
"""Requests at a time."""
CONNECTIONS = 512
IDLE = 30
"""Seconds after which a connection is closed on which nothing comes."""
GRACE = 60.0
"""Seconds at the end for requests that are under way."""


def listen(host: str, port: int) -> socket.socket:
    """
    # Raises

    `ConfigurationError`
        When the address is no address, or taken.
    """
    if not 0 <= port < 2**16:  # which the system would cut to its last bits
        raise ConfigurationError(f"--port is {port}; expected 0 to 65535")
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        return socket.create_server(address[:2], family=family, backlog=CONNECTIONS)
    except (OSError, OverflowError, UnicodeError) as error:
        raise ConfigurationError(f"{host}:{port} cannot be listened on ({first_line(error)})") from error


def run(app: Any, listening: socket.socket, ready: Callable[[], None]) -> None:
    """
    Answers requests until SIGTERM or Ctrl-C; those that have come in whole by then are answered first. A second signal
    ends the process at once.

    # Parameters

    app : `Any`
        A WSGI application.
    listening : `socket.socket`
        Where requests come in; it is closed at the end.
    ready : `Callable[[], None]`
        Called when they can.
    """
    import waitress

    server: Any = waitress.create_server(
        app,
        sockets=[listening],
        threads=THREADS,
        connection_limit=CONNECTIONS,
        channel_timeout=IDLE,
        cleanup_interval=5,
        max_request_body_size=LARGEST_BODY,
        ident=None,
        asyncore_use_poll=True,
    )
    stop: List[int] = []

    def ask_to_stop(number: int, _: Any) -> None:
        stop.append(number)
        signal.signal(number, signal.SIG_DFL)
        server.pull_trigger()

    before = {number: signal.signal(number, ask_to_stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        ready()
        while not stop:
            server.asyncore.loop(timeout=1, use_poll=True, map=server._map, count=1)
        _finish(server)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        server.task_dispatcher.shutdown(timeout=1)
        server.close()


def _finish(server: Any) -> None:
    """Lets requests that are under way come to their end; nothing new is read."""
    server.accepting = False
    server.del_channel()
    server.socket.close()
    for channel in list(server.active_channels.values()):
        channel.readable = lambda: False
    deadline = time.monotonic() + GRACE
    while time.monotonic() < deadline:
        busy = [c for c in list(server.active_channels.values()) if c.requests or c.total_outbufs_len]
        if not busy:
            return
        with suppress(OSError):
            server.asyncore.loop(timeout=0.1, use_poll=True, map=server._map, count=1)
