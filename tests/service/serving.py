"""The whole service in a process of its own, real HTTP, and clients that do not give up."""

import asyncio
import http.client
import json
import os
import re
import signal
import sys
import threading
import time
from json import dumps
from pathlib import Path
from queue import Empty, Queue
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Sequence

from allennlp.commands import main

from tests.faults.drill import start

RUNNING: List[int] = []
"""Processes that were started; those that are left after a test are ended."""
LINE = re.compile(r"is served at http://\S+?:(\d+)")


class Serving(NamedTuple):
    """A process that serves, and where."""

    process: int
    port: int
    log: Path

    def end(self, number: int = signal.SIGTERM) -> int:
        """Sends a signal and gives the exit code."""
        os.kill(self.process, number)
        return os.waitstatus_to_exitcode(os.waitpid(self.process, 0)[1])


class Answer(NamedTuple):
    """What an application has answered."""

    status_code: int
    headers: Dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Client:
    """Requests to an ASGI application, without a server."""

    def __init__(self, app: Any) -> None:
        self.app = app

    def get(self, path: str, headers: Optional[Dict[str, str]] = None) -> Answer:
        return self.ask("GET", path, headers or {})

    def post(
        self,
        path: str,
        json: Any = None,
        headers: Optional[Dict[str, str]] = None,
        data: Optional[bytes] = None,
        content_type: str = "application/json",
    ) -> Answer:
        body = dumps(json).encode("ascii") if data is None else data
        length = {"Content-Length": str(len(body)), "Content-Type": content_type}
        return self.ask("POST", path, {**length, **(headers or {})}, body)

    def ask(self, method: str, path: str, headers: Dict[str, str], body: Optional[bytes] = b"") -> Answer:
        """Where there is no body at all, asking for it fails."""
        sent: List[Dict[str, Any]] = []

        async def receive() -> Dict[str, Any]:
            assert body is not None, "the body was asked for"
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Dict[str, Any]) -> None:
            sent.append(message)

        given = {"Host": "localhost", **headers}
        encoded = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in given.items()]
        scope = {"type": "http", "method": method, "path": path, "headers": encoded}
        asyncio.run(self.app(scope, receive, send))
        start, content = sent
        named = {name.decode("ascii"): value.decode("ascii") for name, value in start["headers"]}
        return Answer(start["status"], named, content["body"])


def serve(run: Path, log: Path, *arguments: object, port: int = 0) -> Serving:
    """`seqmix serve-queries`, forked from this process; ready when it returns."""

    def work() -> None:
        sys.argv = ["allennlp", "serve-queries", str(run), "--port", str(port), *map(str, arguments)]
        main(prog="allennlp")

    log.unlink(missing_ok=True)
    process = start(work, log)
    RUNNING.append(process)
    for _ in range(600):
        found = LINE.search(log.read_text(encoding="utf-8")) if log.exists() else None
        if found is not None:
            return Serving(process, int(found[1]), log)
        if os.waitpid(process, os.WNOHANG)[0]:
            break
        time.sleep(0.05)
    raise AssertionError(log.read_text(encoding="utf-8"))


def end_all() -> None:
    """Ends what a test that failed has left."""
    while RUNNING:
        process = RUNNING.pop()
        try:
            if os.waitpid(process, os.WNOHANG)[0] == 0:
                os.kill(process, signal.SIGKILL)
                os.waitpid(process, 0)
        except ChildProcessError:  # it has ended
            pass


def send(port: int, payload: Any, path: str = "/webhook", headers: Optional[Dict[str, str]] = None) -> Any:
    """One request; status and answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("POST", path, json.dumps(payload), {"Content-Type": "application/json", **(headers or {})})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


def deliver(
    port: int,
    payloads: Sequence[Any],
    clients: int,
    seconds: Optional[List[float]] = None,
    given_up: Callable[[], bool] = lambda: False,
) -> List[str]:
    """
    Sends everything, each until it is acknowledged, from so many clients at once, each with a connection that it keeps.

    # Returns

    `List[str]`
        What was answered that is neither an acknowledgement nor a service that is down.
    """
    waiting: Queue[bytes] = Queue()
    wrong: List[str] = []
    for payload in payloads:
        waiting.put(json.dumps(payload).encode("utf-8"))

    def client() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        while True:
            try:
                body = waiting.get_nowait()
            except Empty:
                connection.close()
                return
            began = time.perf_counter()
            while not given_up():
                try:
                    connection.request("POST", "/webhook", body, {"Content-Type": "application/json"})
                    answer = connection.getresponse()
                    text = answer.read()
                    break
                except (OSError, http.client.HTTPException):  # it is down: nothing was acknowledged
                    connection.close()
                    time.sleep(0.05)
            else:
                return
            if answer.status != 201:
                wrong.append(f"{answer.status} {text!r}")
            if seconds is not None:
                seconds.append(time.perf_counter() - began)

    threads = [threading.Thread(target=client) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return wrong
