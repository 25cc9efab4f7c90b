"""The routes of a machine-learning back-end of Label Studio."""

import logging
import re
from typing import TYPE_CHECKING, Any, Dict, Optional, Tuple

from allennlp.common.checks import ConfigurationError

from seqmix_plugin import strict_json
from seqmix_plugin.errors import first_line, printable
from seqmix_plugin.service.credentials import HEADER, Credentials, is_loopback
from seqmix_plugin.service.service import Service

if TYPE_CHECKING:
    from flask import Flask

logger = logging.getLogger(__name__)

LARGEST_BODY = 2**25
"""Bytes of a request."""
MOST_TASKS = 5000
"""Of a request for predictions."""

Reply = Tuple[Dict[str, Any], int]


def create_app(service: Service, credentials: Optional[Credentials] = None) -> "Flask":
    """
    # Parameters

    service : `Service`
        Does what is asked.
    credentials : `Credentials`, optional (default = `None`)
        Who may ask; without them any program on this machine, but no page in its browser.

    # Returns

    `Flask`
        A WSGI application.
    """
    from flask import Flask
    from werkzeug.exceptions import HTTPException

    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY

    @app.before_request
    def check() -> Optional[Any]:
        return _refusal(credentials)

    @app.errorhandler(HTTPException)
    def refused(error: HTTPException) -> Reply:
        return {"error": str(error.name)}, error.code or 500

    @app.errorhandler(Exception)
    def failed(error: Exception) -> Reply:
        logger.warning(f"a request failed: {type(error).__name__}: {first_line(error)}")
        return {"error": "internal error"}, 500

    @app.get("/")
    @app.get("/health")
    def health() -> Reply:
        return {"status": "UP", "model_class": "seqmix_plugin"}, 200

    @app.post("/setup")
    def setup() -> Reply:
        body = _body()
        config = body.get("schema", body.get("label_config"))
        version = service.setup(str(body.get("project")), config if isinstance(config, str) else None)
        return {"model_version": version}, 200

    @app.post("/predict")
    def predict() -> Reply:
        tasks = _body().get("tasks")
        if not isinstance(tasks, list):
            return {"error": "no 'tasks'; expected a list"}, 400
        if len(tasks) > MOST_TASKS:
            return {"error": f"{len(tasks)} tasks; expected {MOST_TASKS} at most"}, 413
        version, results = service.predict(tasks)
        return {"results": results, "model_version": version}, 200

    @app.post("/webhook")
    def webhook() -> Reply:
        return _take(service, _body())

    return app


def _take(service: Service, payload: Dict[str, Any]) -> Reply:
    try:
        outcome = service.take(payload)
    except ConfigurationError as error:
        logger.warning(f"an annotation was not written: {first_line(error)}")
        return {"error": "it could not be written; send it again"}, 503
    counts = {"recorded": outcome.recorded, "known": outcome.known}
    if outcome.problems:
        more = f" (and {len(outcome.problems) - 1} more)" if len(outcome.problems) > 1 else ""
        return {"error": outcome.problems[0] + more, **counts}, 422
    return counts, 201


def _refusal(credentials: Optional[Credentials]) -> Optional[Any]:
    """What somebody reads who may not ask, or asks in a way of which nothing good can come."""
    from flask import request

    if credentials is None:
        if not is_loopback(re.sub(r":\d*$", "", request.host)):
            return {"error": "another host was asked for"}, 421  # a name that a web page makes lead here
    else:
        try:
            given = request.authorization
        except ValueError:  # werkzeug's, for a header that is no ASCII
            given = None
        basic = given is not None and given.type == "basic" and credentials.allow_user(given.username, given.password)
        webhook = request.path == "/webhook" and credentials.allow_secret(request.headers.get(HEADER))
        if not basic and not webhook:
            return {"error": "not allowed"}, 401, {"WWW-Authenticate": 'Basic realm="seqmix_plugin"'}
    if request.method == "POST" and not request.is_json:  # which a web page cannot send elsewhere
        return {"error": "expected a body of type application/json"}, 415
    return None


def _body() -> Dict[str, Any]:
    from flask import abort, make_response, request

    try:
        body = strict_json.parse(request.get_data().decode("utf-8"))
    except ValueError as error:
        return abort(make_response({"error": f"not JSON ({printable(first_line(error))})"}, 400))
    if not isinstance(body, dict):
        return abort(make_response({"error": "not a JSON object"}, 400))
    return body
