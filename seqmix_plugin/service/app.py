"""The HTTP routes of a machine-learning back-end of Label Studio, as an ASGI application."""

import asyncio
import json
import logging
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Awaitable, Callable, Dict, Optional, Set, Tuple

from seqmix_plugin.errors import ConfigurationError, first_line, printable
from seqmix_plugin.io import json_text
from seqmix_plugin.service.credentials import Credentials, is_loopback
from seqmix_plugin.service.predictions import RefusedError
from seqmix_plugin.service.service import Service

logger = logging.getLogger(__name__)

LARGEST_BODY = 2**23
"""Bytes of a request body."""
PREDICTING, OTHERS = 16, 48
"""Threads for predictions, which share the model, and for other requests, which do not wait for predictions."""

LONGEST = 100
"""Characters of a path that are shown."""
LOST = "; what it held is not recorded: export what was annotated meanwhile"
"""Follows where a webhook may have been refused; Label Studio sends an annotation once."""

App = Callable[[Dict[str, Any], Callable[..., Any], Callable[..., Any]], Awaitable[None]]
Reply = Tuple[int, Dict[str, Any]]
Handler = Callable[[Service, bytes], Reply]


def create_app(service: Service, credentials: Optional[Credentials] = None) -> App:
    """
    # Parameters

    service : `Service`
        Handles the requests.
    credentials : `Credentials`, optional (default = `None`)
        Who may send requests; without them any program on this machine, but no web page in its browser.

    # Returns

    `App`
        An ASGI application, which checks the headers of a request before it reads the body.
    """
    predicting, others = ThreadPoolExecutor(PREDICTING), ThreadPoolExecutor(OTHERS)
    told: Set[Tuple[str, int]] = set()

    async def app(scope: Dict[str, Any], receive: Callable[..., Any], send: Callable[..., Any]) -> None:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        path, method = scope["path"].rstrip("/") or "/", scope["method"]
        try:
            _authenticate(path, headers, credentials)
            handler = _handler(path, method, headers)
            body = await _body(receive)
            if body is None:
                return
            threads = predicting if handler is _predict else others
            status, content = await asyncio.get_running_loop().run_in_executor(threads, handler, service, body)
        except RefusedError as error:
            status, content = error.status, {"error": str(error)}
            service.num_refused += method == "POST"
            kind = (path if path in ROUTES else "", status)
            if method == "POST" and kind not in told:
                told.add(kind)
                lost = "" if path in ROUTES and path != "/webhook" else LOST
                logger.warning(f"a POST to {printable(path[:LONGEST])} was refused with {status} ({error}){lost}")
        except Exception as error:
            logger.warning(f"a request failed: {type(error).__name__}: {first_line(error)}")
            status, content = 500, {"error": "internal error"}
        answer = json.dumps(content).encode("ascii")
        fields = {"content-type": "application/json", "content-length": str(len(answer))}
        fields |= {"www-authenticate": 'Basic realm="seqmix_plugin"'} if status == 401 else {}
        encoded = [(name.encode("ascii"), value.encode("ascii")) for name, value in fields.items()]
        await send({"type": "http.response.start", "status": status, "headers": encoded})
        await send({"type": "http.response.body", "body": answer})

    return app


def _authenticate(path: str, headers: Dict[str, str], credentials: Optional[Credentials]) -> None:
    if credentials is None:
        if not is_loopback(re.sub(r":\d*$", "", headers.get("host", ""))):  # a web page may give its name our address
            raise RefusedError(421, "unexpected host; expected localhost or a loopback address")
    elif not credentials.allow(path, headers):
        raise RefusedError(401, "credentials are missing or wrong")


def _handler(path: str, method: str, headers: Dict[str, str]) -> Handler:
    """The handler of a request whose headers are acceptable."""
    if int(headers.get("content-length", "0")) > LARGEST_BODY:
        raise RefusedError(413)
    kind = headers.get("content-type", "").split(";")[0].strip().lower()
    if method == "POST" and kind != "application/json":  # a web page cannot send this type to another host
        raise RefusedError(415, "unexpected Content-Type; expected application/json")
    if path not in ROUTES:
        raise RefusedError(404)
    methods, handler = ROUTES[path]
    if method not in methods:
        raise RefusedError(405)
    return handler


async def _body(receive: Callable[..., Any]) -> Optional[bytes]:
    """The body; `None` when the client has disconnected."""
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


def _parse(content: bytes) -> Dict[str, Any]:
    try:
        body = json_text.parse(content.decode("utf-8"))
    except ValueError as error:
        raise RefusedError(400, f"not JSON ({first_line(error)})") from error
    if not isinstance(body, dict):
        raise RefusedError(400, "not a JSON object")
    return body


def _health(service: Service, content: bytes) -> Reply:
    return 200, {"status": "UP", "model_class": "seqmix_plugin"}


def _setup(service: Service, content: bytes) -> Reply:
    body = _parse(content)
    config = body.get("schema", body.get("label_config"))
    version = service.setup(str(body.get("project")), config if isinstance(config, str) else None)
    return 200, {"model_version": version}


def _predict(service: Service, content: bytes) -> Reply:
    tasks = _parse(content).get("tasks")
    if not isinstance(tasks, list):
        raise RefusedError(400, "'tasks' is missing or not a list")
    version, results = service.predict(tasks)
    return 200, {"results": results, "model_version": version}


def _webhook(service: Service, content: bytes) -> Reply:
    payload = _parse(content)
    try:
        recorded, known, problems = service.webhook.receive(payload)
    except ConfigurationError as error:
        logger.warning(f"an annotation could not be written: {first_line(error)}")
        return 503, {"error": "the annotation could not be written; send it again"}
    counts = {"recorded": recorded, "known": known}
    if problems:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        return 422, {"error": problems[0] + more, **counts}
    return 201, counts


ROUTES: Dict[str, Tuple[Tuple[str, ...], Handler]] = {
    "/": (("GET", "HEAD"), _health),
    "/health": (("GET", "HEAD"), _health),
    "/setup": (("POST",), _setup),
    "/predict": (("POST",), _predict),
    "/webhook": (("POST",), _webhook),
}
