"""The routes of a machine-learning back-end of Label Studio, as an ASGI application."""

import asyncio
import binascii
import json
import logging
import re
from base64 import b64decode
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import Any, Callable, Coroutine, Dict, Optional, Tuple

from allennlp.common.checks import ConfigurationError

from seqmix_plugin.errors import first_line, printable
from seqmix_plugin.io import json_text
from seqmix_plugin.service.credentials import HEADER, Credentials, is_loopback
from seqmix_plugin.service.predictions import TooLongError
from seqmix_plugin.service.service import Service

logger = logging.getLogger(__name__)

LARGEST_BODY = 2**23
"""Bytes of a request."""
MOST_PARTS = 500_000
"""Objects and lists of a request: while the parser makes them nothing else runs."""
MOST_TASKS = 5000
"""Of a request for predictions."""
THREADS = 64
"""Requests that are worked on at a time."""
PREDICTING = 16
"""Of these, requests for predictions, which share the model: annotations do not wait for them."""

App = Callable[[Dict[str, Any], Callable[..., Any], Callable[..., Any]], Coroutine[Any, Any, None]]
Reply = Tuple[int, Dict[str, Any]]


class RefusedError(Exception):
    """A request that is not answered: the status, and a line that says why."""

    def __init__(self, status: int, line: Optional[str] = None) -> None:
        super().__init__(line or HTTPStatus(status).phrase)
        self.status = status


def create_app(service: Service, credentials: Optional[Credentials] = None) -> App:
    """
    # Parameters

    service : `Service`
        Does what is asked.
    credentials : `Credentials`, optional (default = `None`)
        Who may ask; without them any program on this machine, but no page in its browser.

    # Returns

    `App`
        An ASGI application. What it refuses it refuses by the headers alone, before anything of the body is kept.
    """
    routes = _routes(service)
    predicting = ThreadPoolExecutor(PREDICTING)
    others = ThreadPoolExecutor(THREADS - PREDICTING)

    async def app(scope: Dict[str, Any], receive: Callable[..., Any], send: Callable[..., Any]) -> None:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        try:
            answer = _find(routes, scope, headers, credentials)
            body = await _body(receive)
        except RefusedError as error:
            await _send(send, error.status, _encoded({"error": str(error)}), _is_endless(headers))
            return
        if body is not None:
            threads = predicting if scope["path"] == "/predict" else others
            await _send(send, *await asyncio.get_running_loop().run_in_executor(threads, _worked, answer, body))

    return app


def _routes(service: Service) -> Dict[str, Dict[str, Callable[[bytes], Reply]]]:
    """Of each path, what answers a method."""

    def health(_: bytes) -> Reply:
        return 200, {"status": "UP", "model_class": "seqmix_plugin"}

    def setup(content: bytes) -> Reply:
        body = _parsed(content)
        config = body.get("schema", body.get("label_config"))
        version = service.setup(str(body.get("project")), config if isinstance(config, str) else None)
        return 200, {"model_version": version}

    def predict(content: bytes) -> Reply:
        tasks = _parsed(content).get("tasks")
        if not isinstance(tasks, list):
            raise RefusedError(400, "no 'tasks'; expected a list")
        if len(tasks) > MOST_TASKS:
            raise RefusedError(413, f"{len(tasks)} tasks; expected {MOST_TASKS} at most")
        version, results = service.predict(tasks)
        return 200, {"results": results, "model_version": version}

    def webhook(content: bytes) -> Reply:
        return _take(service, _parsed(content))

    healths: Dict[str, Callable[[bytes], Reply]] = {"GET": health, "HEAD": health}
    return {
        "/": healths,
        "/health": healths,
        "/setup": {"POST": setup},
        "/predict": {"POST": predict},
        "/webhook": {"POST": webhook},
    }


def _take(service: Service, payload: Dict[str, Any]) -> Reply:
    try:
        outcome = service.take(payload)
    except ConfigurationError as error:
        logger.warning(f"an annotation was not written: {first_line(error)}")
        return 503, {"error": "it could not be written; send it again"}
    counts = {"recorded": outcome.recorded, "known": outcome.known}
    if outcome.problems:
        more = f" (and {len(outcome.problems) - 1} more)" if len(outcome.problems) > 1 else ""
        return 422, {"error": outcome.problems[0] + more, **counts}
    return 201, counts


def _find(
    routes: Dict[str, Dict[str, Any]],
    scope: Dict[str, Any],
    headers: Dict[str, str],
    credentials: Optional[Credentials],
) -> Callable[[bytes], Reply]:
    """What answers a request, which may be asked by who asks, in a way of which good can come."""
    path, method = scope["path"], scope["method"]
    if credentials is None:
        if not is_loopback(re.sub(r":\d*$", "", headers.get("host", ""))):
            raise RefusedError(421, "another host was asked for")  # a name that a web page makes lead here
    elif not credentials.allow_user(*_basic(headers.get("authorization", ""))) and not (
        path == "/webhook" and credentials.allow_secret(headers.get(HEADER.lower()))
    ):
        raise RefusedError(401, "not allowed")
    if "content-length" in headers and _is_endless(headers):
        raise RefusedError(413)
    kind = headers.get("content-type", "").split(";")[0].strip().lower()
    if method == "POST" and kind != "application/json":  # which a web page cannot send elsewhere
        raise RefusedError(415, "expected a body of type application/json")
    if path not in routes:
        raise RefusedError(404)
    if method not in routes[path]:
        raise RefusedError(405)
    found: Callable[[bytes], Reply] = routes[path][method]
    return found


def _basic(header: str) -> Tuple[Optional[str], Optional[str]]:
    """User and password of HTTP Basic authentication."""
    kind, _, given = header.partition(" ")
    try:
        user, colon, password = b64decode(given, validate=True).decode("utf-8").partition(":")
    except (binascii.Error, ValueError):
        return None, None
    return (user, password) if kind.lower() == "basic" and colon else (None, None)


def _is_endless(headers: Dict[str, str]) -> bool:
    """Whether so much of a body may follow that one does not wait for its end, in order to use the connection again."""
    length = headers.get("content-length", "0")
    return "transfer-encoding" in headers or len(length) > 9 or int(length) > LARGEST_BODY


async def _body(receive: Callable[..., Any]) -> Optional[bytes]:
    """The body, or `None` when the client has gone."""
    body, more = bytearray(), True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        if len(body) > LARGEST_BODY:
            raise RefusedError(413)
        more = message.get("more_body", False)
    return bytes(body)


def _worked(answer: Callable[[bytes], Reply], body: bytes) -> Tuple[int, bytes]:
    """Status and body of a response, whatever happens."""
    try:
        status, content = answer(body)
    except TooLongError as error:
        status, content = 413, {"error": str(error)}
    except RefusedError as error:
        status, content = error.status, {"error": str(error)}
    except Exception as error:
        logger.warning(f"a request failed: {type(error).__name__}: {first_line(error)}")
        status, content = 500, {"error": "internal error"}
    return status, _encoded(content)


def _encoded(content: Dict[str, Any]) -> bytes:
    return json.dumps(content).encode("ascii")


async def _send(send: Callable[..., Any], status: int, content: bytes, is_last: bool = False) -> None:
    headers = {"content-type": "application/json", "content-length": str(len(content))}
    headers.update({"www-authenticate": 'Basic realm="seqmix_plugin"'} if status == 401 else {})
    headers.update({"connection": "close"} if is_last else {})
    encoded = [(name.encode("ascii"), value.encode("ascii")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": encoded})
    await send({"type": "http.response.body", "body": content})


def _parsed(content: bytes) -> Dict[str, Any]:
    """The object of a body."""
    parts = content.count(b"[") + content.count(b"{")
    if parts > MOST_PARTS:
        raise RefusedError(413, f"{parts:,} objects and lists; expected {MOST_PARTS:,} at most")
    try:
        body = json_text.parse(content.decode("utf-8"))
    except ValueError as error:
        raise RefusedError(400, f"not JSON ({printable(first_line(error))})") from error
    if not isinstance(body, dict):
        raise RefusedError(400, "not a JSON object")
    return body
