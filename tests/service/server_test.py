"""The command, its process and its HTTP server."""

import http.client
import json
import os
import signal
import socket
import stat
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Dict, List, NamedTuple

import pytest
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.commands.serve_queries import serve_queries
from seqmix_plugin.service import server
from seqmix_plugin.service.credentials import HEADER, PREFIX, Credentials, is_loopback, read_credentials
from seqmix_plugin.service.server import listen
from tests.commands.conftest import Command
from tests.conftest import ROOT
from tests.service.conftest import ANNA, PERSON, log_rows, said, tags
from tests.service.serving import send, serve

GOOD = {"user": "studio", "password": "correct horse", "secret": "battery staple"}


def credentials(folder: Path, content: Any = GOOD, mode: int = 0o600) -> Path:
    path = folder / "credentials.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    path.chmod(mode)
    return path


def test_a_model_is_served(asking: Path, tmp_path: Path) -> None:
    serving = serve(asking, tmp_path / "log", "--credentials", credentials(tmp_path))
    basic = {"Authorization": "Basic c3R1ZGlvOmNvcnJlY3QgaG9yc2U="}
    assert send(serving.port, {"tasks": [{"data": {"text": "Anna sings in Oslo"}}]}, "/predict")[0] == 401
    status, answer = send(serving.port, {"tasks": [{"data": {"text": "Anna sings in Oslo"}}]}, "/predict", basic)
    assert (status, answer["model_version"], len(answer["results"])) == (200, "round 0", 1)
    assert send(serving.port, said(ANNA, PERSON), headers={HEADER: GOOD["secret"]})[0] == 201
    assert tags(asking) == {"7": "B-PER I-PER O O O O"}
    assert serving.end() == 0
    first, last = serving.log.read_text(encoding="utf-8").splitlines()
    address = f"http://127.0.0.1:{serving.port}"
    assert first == (
        f"{asking}, round 0, is served at {address}; in Label Studio: Settings > Model: {address}, Basic "
        f"authentication as studio; Settings > Webhooks: {address}/webhook with X-Seqmix-Secret"
    )
    assert last == "the service has ended; it has recorded 1 annotations and refused 1 requests"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_requests_under_way_are_finished_at_the_end(waiting: Path, tmp_path: Path, number: int) -> None:
    serving = serve(waiting, tmp_path / "log")
    answers: List[Any] = []

    def client(k: int) -> None:
        with suppress(OSError, http.client.HTTPException):  # whoever comes after the end is refused
            answers.append(send(serving.port, said(ANNA, PERSON, number=k)))

    clients = [threading.Thread(target=client, args=(k,)) for k in range(40)]
    with socket.create_connection(("127.0.0.1", serving.port)) as idle:  # which does not hold the end up
        idle.sendall(b"POST /webhook HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n123")
        for thread in clients:
            thread.start()
        while not log_rows(waiting):
            time.sleep(0.001)
        assert serving.end(number) == 0
    for thread in clients:
        thread.join()
    recorded = {row["annotation"] for row in log_rows(waiting)}
    assert len([answer for answer in answers if answer[0] == 201]) == len(recorded)
    assert "Traceback" not in serving.log.read_text(encoding="utf-8")


def test_there_is_one_service_a_run(waiting: Path, tmp_path: Path, command: Command, capsys: Any) -> None:
    serving = serve(waiting, tmp_path / "log")
    assert command("serve-queries", waiting) == 1
    assert capsys.readouterr().err == f"error: {waiting}: the run is served by another process; stop it first\n"
    assert serving.end(signal.SIGKILL) == -signal.SIGKILL
    serving = serve(waiting, tmp_path / "log")
    assert serving.end() == 0


def test_a_large_or_slow_request_harms_nobody(waiting: Path, tmp_path: Path) -> None:
    serving = serve(waiting, tmp_path / "log")
    with socket.create_connection(("127.0.0.1", serving.port)) as slow:
        slow.sendall(b"POST /webhook HTTP/1.1\r\nHost: localhost\r\nContent-Length: 999999999\r\n\r\n")
        assert b" 413 " in slow.recv(100)
    slow_ones = [socket.create_connection(("127.0.0.1", serving.port)) for _ in range(100)]
    for one in slow_ones:  # more than there are threads
        one.sendall(b"POST /webhook HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n1")
    assert send(serving.port, said(ANNA, PERSON))[0] == 201
    for one in slow_ones:
        one.close()
    assert serving.end() == 0


class Slow(NamedTuple):
    """A client that takes its time: what it sends first, and then again and again."""

    first: bytes
    next: bytes = b"a"


HEAD = b"POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
SLOW = {
    "headers": Slow(b"GET /health HTTP/1.1\r\nX-Long: "),
    "nothing at all": Slow(b"", b""),
    "a body": Slow(HEAD + b"Content-Length: 100000\r\n\r\n"),
    "a body in pieces": Slow(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n"),
    "a body that nobody wants": Slow(HEAD.replace(b"application", b"text") + b"Content-Length: 100000\r\n\r\n"),
    "a second request": Slow(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\nGET /health HTTP/1.1\r\nX-Long: "),
}


@pytest.mark.parametrize("name", SLOW)
def test_slow_clients_hold_nobody_up_and_are_cut(
    waiting: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Many of them, each of which sends a byte now and then."""
    monkeypatch.setattr(server, "DEADLINE", 1.5)
    serving, slow = serve(waiting, tmp_path / "log"), SLOW[name]
    began = time.monotonic()
    clients = [socket.create_connection(("127.0.0.1", serving.port), timeout=5) for _ in range(600)]
    for client in clients:
        with suppress(OSError):  # the first are cut before the last are there
            client.sendall(slow.first)
        client.setblocking(False)
    number = 0
    while clients and time.monotonic() - began < 20:
        asked = time.monotonic()
        assert send(serving.port, said(ANNA, PERSON, number=number))[0] == 201
        assert time.monotonic() - asked < 2
        number += 1
        clients = [client for client in clients if not _is_cut(client, slow.next)]
        time.sleep(0.2)
    assert clients == []
    assert time.monotonic() - began > 1
    assert len(log_rows(waiting)) == number
    assert serving.end() == 0
    assert "Traceback" not in serving.log.read_text(encoding="utf-8")


def _is_cut(client: socket.socket, content: bytes) -> bool:
    """Sends a little more, and closes the connection when the other side has."""
    try:
        client.sendall(content)
        with suppress(BlockingIOError):
            while client.recv(2**16):
                pass
            raise ConnectionError
    except OSError:
        client.close()
        return True
    return False


def test_who_does_not_take_the_response_is_cut(waiting: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def narrow(host: str, port: int) -> socket.socket:
        """With buffers of the system that are soon full."""
        made = listen(host, port)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        return made

    monkeypatch.setattr(server, "DEADLINE", 1.0)
    monkeypatch.setattr(server, "listen", narrow)
    serving = serve(waiting, tmp_path / "log")
    body = json.dumps({"tasks": [{"data": {"text": "a"}}] * 5000}).encode()
    began = time.monotonic()
    with socket.socket() as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
        slow.connect(("127.0.0.1", serving.port))
        slow.settimeout(15)
        request = HEAD + f"Content-Length: {len(body)}\r\n\r\n".encode() + body
        with pytest.raises((ConnectionResetError, BrokenPipeError)):
            slow.sendall(request * 300)  # more than the buffers of both sides hold
    assert time.monotonic() - began < 60
    assert serving.end() == 0


def test_what_ends_the_start(waiting: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigurationError, match=r"vocabulary/labels.txt: cannot be read; expected a run's folder"):
        serve_queries(str(tmp_path / "nowhere"))
    with pytest.raises(ConfigurationError, match=r"--host is 0.0.0.0, which others can reach, and there are no cred"):
        serve_queries(str(waiting), host="0.0.0.0")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigurationError, match=rf"cannot listen on 127.0.0.1:{port} \(.*in use"):
            serve_queries(str(waiting), port=port)
    with pytest.raises(ConfigurationError, match=r"--port is 70000; expected 0 to 65535"):
        serve_queries(str(waiting), port=70_000)
    with pytest.raises(ConfigurationError, match=r"cannot listen on no.such.host.invalid:9090"):
        listen("no.such.host.invalid", 9090)


def test_credentials_of_a_file_or_the_environment(tmp_path: Path) -> None:
    expected = Credentials(**GOOD)
    environment = {PREFIX + name.upper(): value for name, value in GOOD.items()}
    assert read_credentials(str(credentials(tmp_path)), {}) == expected
    assert read_credentials(None, environment) == expected
    assert read_credentials(None, {"HOME": "/"}) is None
    basic = {"authorization": "Basic c3R1ZGlvOmNvcnJlY3QgaG9yc2U="}
    assert expected.allow("/predict", basic)
    assert expected.allow("/webhook", {"x-seqmix-secret": "battery staple"})
    assert not any(expected.allow("/webhook", given) for given in ({}, {"authorization": "Basic "}))
    with pytest.raises(
        ConfigurationError, match=r"credentials: expected exactly SEQMIX_SERVICE_USER, .* in the environment"
    ):
        read_credentials(None, {PREFIX + "USER": "studio"})


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"user": "studio"}, "expected exactly user, password, secret in "),
        ([], "expected exactly user, password, secret in "),
        ("{", r"cannot be read \(JSONDecodeError\)"),
        (
            {**GOOD, "password": "short"},
            "credentials: 'password' is invalid; expected 8 or more printable ASCII characters",
        ),
        ({**GOOD, "secret": "with\nline end"}, "credentials: 'secret' is invalid"),
        ({**GOOD, "secret": 12345678}, "credentials: 'secret' is invalid"),
        ({**GOOD, "user": ""}, "credentials: 'user' is invalid; expected 1 or more"),
        ({**GOOD, "secret": "battery staple "}, "credentials: 'secret' is invalid; expected no space at its ends"),
    ],
)
def test_credentials_that_are_none_are_not_shown(tmp_path: Path, content: Any, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message) as caught:
        read_credentials(str(credentials(tmp_path, content)), {})
    assert "short" not in str(caught.value)


def test_credentials_that_others_can_read(tmp_path: Path) -> None:
    path = credentials(tmp_path, mode=0o640)
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o640
    with pytest.raises(ConfigurationError, match=r"credentials.json is readable by other users; run chmod 600"):
        read_credentials(str(path), {})
    with pytest.raises(ConfigurationError, match=r"nothing.json cannot be read \(No such file"):
        read_credentials(str(tmp_path / "nothing.json"), {})


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        *((host, True) for host in ("127.0.0.1", "127.9.9.9", "::1", "[::1]", "localhost")),
        *((host, False) for host in ("0.0.0.0", "::", "10.0.0.1", "example.org", "")),
    ],
)
def test_loopback(host: str, loopback: bool) -> None:
    assert is_loopback(host) == loopback


def test_every_message_is_on_the_page() -> None:
    page = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    section = page.split("## The annotation service", 1)[1].split("\n## ", 1)[0]
    for words in MESSAGES:
        assert words in section, words


MESSAGES: Dict[str, None] = dict.fromkeys(
    [
        "the run is served by another process",
        "which others can reach, and there are no credentials",
        "cannot listen on",
        "--port is …; expected 0 to 65535",
        "which is not installed: pip install seqmix_plugin[service]",
        "credentials: expected exactly",
        "is readable by other users; run chmod 600",
        "is invalid; expected … or more printable ASCII characters",
        "is invalid; expected no space at its ends",
        "is of another project, or another server, than those before",
        "what it held",
        "does not fit: ",
        "cannot load the model",
        "cannot read the questions of round",
        "a task has no text",
        "the text was changed",
        "unknown sentence id; expected a question of this run",
        "expected a number and a time",
        "expected a list of regions",
        "'annotation' is missing; expected a webhook that sends its payload",
        "an annotation could not be written",
        "now belongs to sentence",
        "expected 100,000 at most",
        "expected 10,000 at most",
        "expected 5000 at most",
        "not whole, as when it is still being written",
        "expected a user",
        "expected a list of objects with an id",
    ]
)
