"""The HTTP server: uvicorn, with a deadline for clients, and an end at which nothing is lost that was asked for."""

import asyncio
import resource
import signal
import socket
import time
from typing import Any, Callable, Dict, Tuple

from allennlp.common.checks import ConfigurationError

from seqmix_plugin.errors import first_line

CONNECTIONS = 512
"""Beyond them, those that have waited longest for their clients are cut."""
FILES = 4096
"""Open files of the process, where the system allows so many: more than connections can come between two looks."""
DEADLINE = 30.0
"""Seconds that a client has for its headers, for its body and for taking the response, each."""
IDLE = 5
"""Seconds after which a connection is closed on which no further request begins."""
GRACE = 60
"""Seconds at the end for requests that are under way."""
LAST = 1.0
"""Seconds at the end for clients that have not sent all or not taken all."""
LOOK = 0.25
"""Seconds between two looks at the connections."""

AT_ONCE = 2**14
"""About the bytes that are taken of a client before it is another one's turn: tiny chunks take long to read."""

Since = Dict[Any, Tuple[Any, float]]


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
        made = socket.create_server(address[:2], family=family, backlog=CONNECTIONS)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, AT_ONCE)
        return made
    except (OSError, OverflowError, UnicodeError) as error:
        raise ConfigurationError(f"{host}:{port} cannot be listened on ({first_line(error)})") from error


def run(app: Any, listening: socket.socket, ready: Callable[[], None]) -> None:
    """
    Answers requests until SIGTERM or Ctrl-C; those that have come in whole by then are answered first. A second signal
    ends the process at once.

    # Parameters

    app : `Any`
        An ASGI application.
    listening : `socket.socket`
        Where requests come in; it is closed at the end.
    ready : `Callable[[], None]`
        Called when they can.
    """
    import uvicorn

    config = uvicorn.Config(
        app,
        loop="asyncio",
        http="h11",
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        log_level="critical",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        backlog=CONNECTIONS,
        timeout_keep_alive=IDLE,
        timeout_graceful_shutdown=GRACE,
    )
    server = uvicorn.Server(config)

    def stop(number: int, _: Any) -> None:
        signal.signal(number, signal.SIG_DFL)
        server.should_exit = True

    server.handle_exit = stop  # type: ignore[method-assign, assignment]  # its own sends the signal on when all is done
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    asyncio.run(_serve(server, listening, ready))


async def _serve(server: Any, listening: socket.socket, ready: Callable[[], None]) -> None:
    """Runs the server, and looks after its connections meanwhile."""
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    while not (server.started or serving.done()):
        await asyncio.sleep(0)
    ready()
    since: Since = {}
    while not serving.done():
        since = _cut(server.server_state.connections, since, LAST if server.should_exit else DEADLINE)
        await asyncio.wait([serving], timeout=LOOK)
    await serving


def _cut(connections: Any, since: Since, deadline: float) -> Since:
    """
    Cuts connections on which the service waits for the client, not the client for the service: those beyond the
    deadline, however often a byte came, and when there are too many those that have waited longest.

    # Returns

    `Since`
        Of each of them, the stage of its request, and when this was first seen.
    """
    now, waiting = time.monotonic(), {}
    for connection in connections:
        cycle = connection.cycle  # of the last request whose headers have come; none before the first
        is_full = connection.flow.write_paused
        if is_full or cycle is None or cycle.response_complete or cycle.more_body:
            stage = (cycle, is_full, cycle is not None and cycle.response_complete)
            before = since.get(connection)
            waiting[connection] = before if before is not None and before[0] == stage else (stage, now)
    by_age = sorted(waiting, key=lambda connection: waiting[connection][1])
    too_many = len(connections) - CONNECTIONS
    for place, connection in enumerate(by_age):
        age = now - waiting[connection][1]
        if age > deadline or (age > 0 and place < too_many):  # of those that are new, one cannot tell who is slow
            connection.transport.abort()
    return waiting
