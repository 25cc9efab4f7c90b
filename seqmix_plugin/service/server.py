"""The HTTP server: uvicorn, with a deadline for slow clients and a clean shutdown."""

import asyncio
import signal
import socket
from typing import Any, Callable

from seqmix_plugin.errors import ConfigurationError, first_line

BACKLOG = 512
"""Connections that may wait to be accepted."""
DEADLINE = 30.0
"""Seconds between two checks of a connection; one that waits for the same data of its client at both is closed."""
IDLE = 5
"""Seconds after which a connection without a further request is closed."""
GRACE = 60
"""Seconds that requests in progress have to finish at shutdown."""


def listen(host: str, port: int) -> socket.socket:
    """
    Binds the address.

    # Raises

    `ConfigurationError`
        When the address is invalid or already in use.
    """
    if not 0 <= port < 2**16:  # otherwise the system would use the lowest 16 bits
        raise ConfigurationError(f"--port is {port}; expected 0 to 65535")
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        return socket.create_server(address[:2], family=family, backlog=BACKLOG)
    except (OSError, OverflowError, UnicodeError) as error:
        raise ConfigurationError(f"cannot listen on {host}:{port} ({first_line(error)})") from error


def run(app: Any, listening: socket.socket, ready: Callable[[], None]) -> None:
    """
    Serves until SIGTERM or Ctrl-C; requests received completely by then are answered first. A second signal ends the
    process at once.

    # Parameters

    app : `Any`
        An ASGI application.
    listening : `socket.socket`
        The bound socket, which is closed at the end.
    ready : `Callable[[], None]`
        Called when requests are accepted and signals are handled.
    """
    import uvicorn
    from uvicorn.protocols.http.h11_impl import H11Protocol

    class Connection(H11Protocol):
        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            self.check(None)

        def check(self, before: Any) -> None:
            """Closes the connection if it still waits for what it waited for at the check before."""
            cycle, is_full = self.cycle, self.flow.write_paused  # the cycle is `None` until the first headers are read
            is_done = cycle is None or cycle.response_complete
            waits_for = (cycle, is_full, is_done) if is_full or is_done or cycle.more_body else None
            if waits_for is not None and waits_for == before:
                self.transport.abort()
            elif not self.transport.is_closing():
                self.loop.call_later(DEADLINE, self.check, waits_for)

    class Server(uvicorn.Server):
        def handle_exit(self, sig: int, frame: Any) -> None:
            signal.signal(sig, signal.SIG_DFL)  # uvicorn would raise the signal once more at the end
            self.should_exit = True

        async def startup(self, sockets: Any = None) -> None:
            await super().startup(sockets)
            ready()

    config = uvicorn.Config(
        app,
        http=Connection,
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="critical",
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=IDLE,
        timeout_graceful_shutdown=GRACE,
    )
    asyncio.run(Server(config).serve(sockets=[listening]))
