"""The routes, through the real application."""

import json
import logging
import time
from base64 import b64encode
from pathlib import Path
from typing import Any, Dict, Iterator, List

import pytest
import torch

from seqmix_plugin.archives import load_tagger
from seqmix_plugin.service import app, predictions, webhook
from seqmix_plugin.service.app import create_app
from seqmix_plugin.service.credentials import HEADER, Credentials
from seqmix_plugin.service.service import Service
from tests.formats.conftest import CAT
from tests.service.conftest import (
    ANNA,
    CUT,
    PERSON,
    PLACE,
    answers,
    ask,
    deleted,
    log_rows,
    problem_rows,
    region,
    said,
    service_of,
    tags,
)
from tests.service.serving import Client

WHO = Credentials("studio", "correct horse", "battery staple")
TAGGED = "B-PER I-PER O O B-LOC O"


@pytest.fixture
def client(waiting: Path) -> Client:
    return Client(create_app(service_of(waiting)))


@pytest.fixture
def guarded(waiting: Path) -> Client:
    return Client(create_app(service_of(waiting), WHO))


@pytest.fixture
def lines() -> Iterator[List[str]]:
    """What is logged."""
    found: List[str] = []
    handler = logging.Handler(logging.WARNING)
    handler.emit = lambda record: found.append(record.getMessage())  # type: ignore[method-assign]
    logger = logging.getLogger("seqmix_plugin")
    logger.addHandler(handler)
    yield found
    logger.removeHandler(handler)


def basic(user: str, password: str) -> Dict[str, str]:
    return {"Authorization": "Basic " + b64encode(f"{user}:{password}".encode()).decode()}


def post(client: Client, payload: Any, path: str = "/webhook", **keys: Any) -> Any:
    return client.post(path, json=payload, **keys)


@pytest.mark.parametrize("path", ["/", "/health"])
def test_health(client: Client, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.json) == (200, {"status": "UP", "model_class": "seqmix_plugin"})


def test_an_annotation_is_written_in_our_own_format(client: Client, waiting: Path) -> None:
    answer = post(client, said(ANNA, PERSON, PLACE, number=5, seconds=1, user=3))
    assert (answer.status_code, answer.json) == (201, {"recorded": 1, "known": 0})
    assert log_rows(waiting) == [
        {
            "id": "7",
            "tokens": list(ANNA.sentence.tokens),
            "tags": TAGGED.split(),
            "annotator": "3",
            "time": "2026-01-01T00:00:01.500000Z",
            "annotation": 5,
            "created": "2026-01-01T00:00:00.000000Z",
            "project": 1,
            "project_created": "2026-01-01T00:00:00.000000Z",
        }
    ]
    assert tags(waiting) == {"7": TAGGED}


def test_a_delivery_counts_once_and_the_newest_version_stays(client: Client, waiting: Path) -> None:
    newer = said(ANNA, PERSON, seconds=3, action="ANNOTATION_UPDATED")
    assert post(client, newer).json == {"recorded": 1, "known": 0}
    assert post(client, newer).json == {"recorded": 0, "known": 1}
    assert post(client, said(ANNA, PERSON, PLACE, seconds=2)).json == {"recorded": 0, "known": 1}
    assert len(log_rows(waiting)) == 1
    assert tags(waiting) == {"7": "B-PER I-PER O O O O"}
    # 3.5 s, which was the newest, is written with a fraction and 4 s without
    assert post(client, said(ANNA, seconds=4, action="ANNOTATION_UPDATED")).json == {"recorded": 1, "known": 0}
    assert tags(waiting) == {"7": "O O O O O O"}


def test_times_in_other_zones_are_compared_as_times(client: Client, waiting: Path) -> None:
    post(client, said(ANNA, PERSON, updated_at="2026-01-01T10:00:00+02:00"))
    assert post(client, said(ANNA, updated_at="2026-01-01T09:00:00+00:00")).json == {"recorded": 1, "known": 0}
    assert post(client, said(ANNA, PERSON, updated_at="2026-01-01T08:30:00")).json == {"recorded": 0, "known": 1}


def test_skipped_is_a_rejection(client: Client, waiting: Path) -> None:
    post(client, said(ANNA, PERSON, was_cancelled=True))
    found = answers(waiting)
    assert ([answer.sentence_id for answer in found.rejected], found.answers) == (["7"], [])


def test_of_two_of_one_annotator_the_other_counts_when_one_is_deleted(client: Client, waiting: Path) -> None:
    post(client, said(ANNA, PERSON, number=1, seconds=1))
    post(client, said(ANNA, PLACE, number=2, seconds=2))
    assert tags(waiting) == {"7": "O O O O B-LOC O"}
    assert post(client, deleted(2)).json == {"recorded": 1, "known": 0}
    assert tags(waiting) == {"7": "B-PER I-PER O O O O"}
    post(client, deleted(1))
    found = answers(waiting)
    assert (found.answers, found.rejected, found.problems) == ([], [], [])


def test_a_deletion_that_comes_first_stays(client: Client, waiting: Path) -> None:
    post(client, deleted(1, 2))
    assert post(client, said(ANNA, PERSON, number=2)).json == {"recorded": 0, "known": 1}
    assert tags(waiting) == {}
    client = Client(create_app(service_of(waiting)))
    assert post(client, said(ANNA, PERSON, number=1)).json == {"recorded": 0, "known": 1}


def test_a_part_of_a_webhook_that_is_none_is_told(client: Client, waiting: Path) -> None:
    payload = said(ANNA, PERSON, action="ANNOTATIONS_CREATED")
    answer = post(client, {**payload, "annotation": [payload["annotation"], 5]})
    assert (answer.status_code, answer.json["recorded"]) == (422, 1)
    assert answer.json["error"] == "annotation 5; expected an object"
    for action, shown in ((None, "null"), ([1], "[1]"), (7, "7")):
        answer = post(client, {**payload, "action": action})
        assert answer.status_code == 422
        assert answer.json["error"] == f"'action' is {shown}; expected the name of a webhook's action"
    answer = post(client, {**deleted(1), "annotations": [{"id": 1}, 2]})
    assert (answer.status_code, answer.json["recorded"]) == (422, 0)
    assert post(client, {"action": "PROJECT_UPDATED", "project": {"id": 1}}).status_code == 201


def test_what_is_made_anew_after_a_deletion(client: Client, waiting: Path, lines: List[str]) -> None:
    post(client, said(ANNA, PERSON))
    post(client, deleted(1))
    assert post(client, said(ANNA, PLACE, seconds=5)).json == {"recorded": 0, "known": 1}  # which came late
    assert tags(waiting) == {}
    anew = said(ANNA, PLACE, created_at="2999-01-01T00:00:00Z", updated_at="2999-01-01T00:00:00Z")
    assert post(client, anew).json == {"recorded": 1, "known": 0}
    assert tags(waiting) == {"7": "O O O O B-LOC O"}
    assert lines == [
        "annotation 1 of project 1 was deleted before it arrived: ignored",
        "annotation 1 of project 1 was deleted and arrived again with a later time: accepted",
    ]
    assert [row["problem"] for row in problem_rows(waiting)] == lines


def test_a_number_that_comes_again_for_another_sentence(client: Client, waiting: Path, lines: List[str]) -> None:
    post(client, said(ANNA, PERSON, seconds=9))
    for _ in range(2):
        answer = post(client, said(CAT, seconds=1))  # an older one, of a server that begins at 1 again
        assert answer.status_code == 201
    assert sorted(tags(waiting)) == sorted(["7", CAT.sentence.id])
    name = repr(CAT.sentence.id)
    was = "it belonged to sentence '7' of project 1"
    problem = f"annotation 1 of project 1 now belongs to sentence {name}; {was}: stored as another annotation"
    assert lines == [problem]
    assert [row["problem"] for row in problem_rows(waiting)] == [problem]
    post(client, deleted(1))
    assert sorted(tags(waiting)) == ["7"]


def test_a_batch(client: Client, waiting: Path) -> None:
    parts = [said(ANNA, PERSON, number=1, task=11), said(ANNA, CUT, number=2, task=11, user=2)]
    both = {
        "action": "ANNOTATIONS_CREATED",
        "annotation": [part["annotation"] for part in parts],
        "task": [{**part["task"], "id": 11} for part in parts],
    }
    answer = post(client, both)
    assert (answer.status_code, answer.json["recorded"]) == (422, 2)  # one of them says that nobody has answered
    assert "cut a word" in answer.json["error"]
    assert tags(waiting) == {"7": "B-PER I-PER O O O O"}


@pytest.mark.parametrize("action", ["START_TRAINING", "PROJECT_UPDATED", "TASKS_DELETED", "SOMETHING_NEW", None, 7])
def test_other_actions_are_acknowledged(client: Client, waiting: Path, action: object) -> None:
    answer = post(client, {"action": action, "tasks": [{"id": 1}]})
    assert (answer.status_code, answer.json) == (201, {"recorded": 0, "known": 0})
    assert log_rows(waiting) == []


def test_a_deleted_task_leaves_its_annotation_and_says_so(
    client: Client, waiting: Path, caplog: pytest.LogCaptureFixture
) -> None:
    post(client, said(ANNA, PERSON))
    assert post(client, {"action": "TASKS_DELETED", "tasks": [{"id": 100}]}).status_code == 201
    assert caplog.messages == ["tasks were deleted in Label Studio; their annotations are kept"]
    assert tags(waiting) == {"7": "B-PER I-PER O O O O"}


UNKNOWN = region(ANNA, 0, 9, "HERO")
OVERLAP = region(ANNA, 5, 15, "ORG")
HYPERTEXT = {**PERSON, "type": "hypertextlabels"}
CHOICE = {"type": "choices", "from_name": "sure", "to_name": "text", "value": {"choices": ["nobody"]}}
PROBLEMS = [
    (said(ANNA, PLACE, HYPERTEXT), "id '7': a region of type hypertextlabels; expected labels: use the label", True),
    (said(ANNA, CHOICE, HYPERTEXT), "a region of type hypertextlabels; expected labels: use", True),
    (said(ANNA, {**PLACE, "to_name": "title"}, PERSON), 'labels in several texts, "text", "title"; expected one', True),
    (said(ANNA, UNKNOWN), "annotation 1, task 100, id '7': unknown label 'HERO'; expected LOC, MISC, ORG, PER", True),
    (said(ANNA, CUT), "'PER') cut a word; expected whole words such as 'Anna Berg'", True),
    (said(ANNA, PERSON, OVERLAP), "'Anna Berg' ('PER') and 'Berg sings' ('ORG') overlap; expected one label", True),
    (said(ANNA, result=None), "id '7': 'result' is null; expected a list of regions", True),
    (said(ANNA, result=[1]), "'result' is [1]; expected a list of regions", True),
    (said(ANNA, completed_by="\ud83d"), "annotation 1: 'completed_by' is \"\\ud83d\"; expected a user", True),
    (said(ANNA, id="x"), "expected a number and a time", False),
    (said(ANNA, updated_at="yesterday"), "expected a number and a time", False),
    (said(ANNA, updated_at="0001-01-01T00:00:00+10:00"), "expected a number and a time", False),
]


@pytest.mark.parametrize(("payload", "problem", "withdraws"), PROBLEMS, ids=[problem[1][:30] for problem in PROBLEMS])
def test_a_problem_is_answered_and_what_came_is_kept(
    client: Client, waiting: Path, lines: List[str], payload: Dict[str, Any], problem: str, withdraws: bool
) -> None:
    earlier = said(ANNA, PLACE, updated_at="2025-01-01T00:00:00Z")
    post(client, earlier)
    answer = post(client, payload)
    assert answer.status_code == 422
    assert problem in answer.json["error"]
    assert len(answer.json["error"].splitlines()) == 1
    assert problem in lines[-1]
    assert post(client, payload).status_code == 422
    (row,) = problem_rows(waiting)  # once
    assert row["annotation"] == payload["annotation"]
    assert row["task"]["data"] == payload["task"]["data"]
    assert tags(waiting) == ({} if withdraws else {"7": "O O O O B-LOC O"})  # as an export would say
    later = said(ANNA, PERSON, updated_at="2026-02-01T00:00:00Z")
    assert post(client, later).status_code == 201
    assert tags(waiting) == {"7": "B-PER I-PER O O O O"}
    service_of(waiting)  # reads what it has written


def test_choices_alone_are_no_entities_with_a_warning(client: Client, waiting: Path, lines: List[str]) -> None:
    assert post(client, said(ANNA, CHOICE)).status_code == 201
    assert tags(waiting) == {"7": "O O O O O O"}
    assert lines == ["annotation 1, task 100, id '7': no span, only choices; read as a sentence without entities"]


def test_what_belongs_to_no_question_is_kept(client: Client, waiting: Path) -> None:
    payload = said(ANNA, PERSON)
    payload["task"]["data"] = {"text": "Anna", "id": "elsewhere"}
    answer = post(client, payload)
    assert answer.json["error"] == "annotation 1, task 100: unknown sentence id; expected a question of this run"
    assert problem_rows(waiting)[0]["annotation"]["id"] == 1
    payload["task"]["data"] = {**said(ANNA)["task"]["data"], "text": "Anna Berg sings in Rome ."}
    assert "the text was changed" in post(client, payload).json["error"]


@pytest.mark.parametrize(
    ("payload", "problem"),
    [
        ({"action": "ANNOTATION_CREATED"}, "'annotation' is missing; expected a webhook that sends its payload"),
        ({"action": "ANNOTATIONS_DELETED"}, "'annotations' is null; expected a list of objects with an id"),
        ({"action": "ANNOTATIONS_DELETED", "annotations": [{"id": "x"}]}, "expected a list of objects with an id"),
    ],
)
def test_an_empty_webhook(client: Client, payload: Dict[str, Any], problem: str) -> None:
    answer = post(client, payload)
    assert answer.status_code == 422
    assert problem in answer.json["error"]


def test_a_strange_label_gives_the_terminal_no_commands(client: Client, lines: List[str]) -> None:
    error = post(client, said(ANNA, region(ANNA, 0, 9, "\x1b[2J" + "x" * 10_000))).json["error"]
    assert len(error) < 600
    assert all(line.isprintable() for line in [*lines, error])


def test_a_disk_that_does_not_take_it(
    client: Client, waiting: Path, monkeypatch: pytest.MonkeyPatch, lines: List[str]
) -> None:
    (waiting / "queries" / "round_1" / "answers").write_text("in the way", encoding="utf-8")
    answer = post(client, said(ANNA, PERSON))
    assert (answer.status_code, answer.json) == (503, {"error": "the annotation could not be written; send it again"})
    assert "an annotation could not be written" in lines[-1]
    (waiting / "queries" / "round_1" / "answers").unlink()
    assert post(client, said(ANNA, PERSON)).json == {"recorded": 1, "known": 0}


def test_rounds_that_come_while_it_serves(client: Client, waiting: Path, lines: List[str]) -> None:
    later = said(ANNA, PERSON)
    later["task"]["data"]["round"] = 2
    ask(waiting, [ANNA], 2)
    post(client, later)
    assert tags(waiting, 2) == {"7": "B-PER I-PER O O O O"}
    assert tags(waiting, 1) == {}
    (waiting / "queries" / "round_2" / "questions.jsonl").write_text("{", encoding="utf-8")
    assert post(client, said(ANNA, PLACE, number=2)).status_code == 201
    assert "cannot read the questions of round 2" in lines[0]


def test_who_may_ask(guarded: Client, waiting: Path) -> None:
    right, secret = basic(WHO.user, WHO.password), {HEADER: WHO.secret}
    bearer = {"Authorization": right["Authorization"].replace("Basic", "Bearer")}
    for wrong in (
        {},
        basic(WHO.user, "wrong horse"),
        basic("x", WHO.password),
        {"Authorization": "Basic §"},
        secret,
        bearer,
    ):
        answer = guarded.get("/health", headers=wrong)
        assert (answer.status_code, answer.json) == (401, {"error": "credentials are missing or wrong"})
        assert answer.headers["www-authenticate"].startswith("Basic ")
        assert post(guarded, {}, "/setup", headers=wrong).status_code == 401
        assert post(guarded, {"tasks": []}, "/predict", headers=wrong).status_code == 401
    assert guarded.get("/nowhere").status_code == 401
    assert guarded.get("/health", headers=right).status_code == 200
    assert post(guarded, {"tasks": []}, "/predict", headers=right).status_code == 200
    assert post(guarded, said(ANNA, PERSON), headers={HEADER: "wrong staple"}).status_code == 401
    assert post(guarded, said(ANNA, PERSON)).status_code == 401
    assert log_rows(waiting) == []
    assert post(guarded, said(ANNA, PERSON), headers=secret).status_code == 201
    assert post(guarded, {"action": "START_TRAINING"}, headers=right).status_code == 201  # Label Studio sends it so


def test_a_webhook_that_is_refused_is_told(guarded: Client, waiting: Path, lines: List[str]) -> None:
    """Label Studio makes the webhook without the header, and does not send an annotation again."""
    assert post(guarded, {}, "/setup").status_code == 401
    assert lines == ["a POST to /setup was refused with 401 (credentials are missing or wrong)"]
    for _ in range(2):
        assert post(guarded, said(ANNA, PERSON)).status_code == 401
    assert lines[1:] == [
        "a POST to /webhook was refused with 401 (credentials are missing or wrong); what it held is not recorded: "
        "export what was annotated meanwhile"
    ]
    for path in ("/webhooks", "/web\nhook", "/other"):
        assert post(guarded, said(ANNA, PERSON), path, headers=basic(WHO.user, WHO.password)).status_code == 404
    assert lines[2].startswith("a POST to /webhooks was refused with 404 (Not Found); what it held is not recorded")
    assert post(guarded, said(ANNA, PERSON), "/webhook/", headers={HEADER: WHO.secret}).status_code == 201
    assert (len(lines), len(log_rows(waiting))) == (3, 1)


def test_who_may_not_ask_is_refused_by_the_headers_alone(guarded: Client, waiting: Path) -> None:
    """Nothing asks for the body."""
    kind = {"Content-Type": "application/json"}
    for path in ("/webhook", "/predict", "/setup", "/nowhere"):
        for length in ("5", str(2**23), "99999999999999999999"):
            answer = guarded.ask("POST", path, {**kind, "Content-Length": length}, None)
            assert answer.status_code == 401
    right = {**basic(WHO.user, WHO.password), **kind}
    for refused, status in (
        ({"Content-Length": "999999999"}, 413),
        ({"Content-Type": "text/plain", "Content-Length": "5"}, 415),
    ):
        assert guarded.ask("POST", "/predict", {**right, **refused}, None).status_code == status
    assert guarded.ask("POST", "/predict", {**right, "Content-Length": "5"}, None).status_code == 500


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("x" * 8_000_000, "a text of 8,000,000 characters; expected 100,000 at most"),
        ("ab " * 40_000, "a text of 120,000 characters; expected 100,000 at most"),
        ("a " + "x" * 10_001, "a word of 10,001 characters; expected 10,000 at most"),
    ],
)
def test_a_long_word_is_refused_before_anything_is_done_with_it(client: Client, text: str, found: str) -> None:
    began = time.perf_counter()
    answer = post(client, {"tasks": [{"data": {"text": "Anna"}}, {"id": 7, "data": {"text": text}}]}, "/predict")
    assert (answer.status_code, answer.json) == (413, {"error": f"task 7: {found}"})
    assert time.perf_counter() - began < 2
    fits = {"tasks": [{"data": {"text": "x" * 10_000}}]}
    assert post(client, fits, "/predict").status_code == 200


def test_without_credentials_no_web_page_may_ask(client: Client) -> None:
    for host in ("evil.example", "evil.example:9090", "127.0.0.1.evil.example", "10.0.0.1:9090"):
        assert client.get("/health", headers={"Host": host}).status_code == 421
    for host in ("localhost:9090", "127.0.0.1:9090", "[::1]:9090", "[::1]", "LOCALHOST"):
        assert client.get("/health", headers={"Host": host}).status_code == 200
    answer = client.post("/webhook", data=json.dumps(said(ANNA)).encode(), content_type="text/plain")
    assert (answer.status_code, answer.json) == (415, {"error": "unexpected Content-Type; expected application/json"})


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"", "not JSON (Expecting value"),
        (b"{", "not JSON ("),
        (b"\xff", "not JSON ("),
        (b"[1]", "not a JSON object"),
        (b'{"a": NaN}', "not JSON (NaN is no number)"),
        (b'{"a":' * 200 + b"1" + b"}" * 200, "not JSON (nested more than 100 deep)"),
        (b"[" * 100_000, "not JSON (nested more than 100 deep)"),
        (b'{"tasks": 1}', "'tasks' is missing or not a list"),
    ],
)
def test_what_is_no_request(client: Client, body: bytes, error: str) -> None:
    answer = client.post("/predict", data=body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json["error"].startswith(error)


def test_limits(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(predictions, "MOST_TASKS", 3)
    answer = post(client, {"tasks": [{}] * 4}, "/predict")
    assert (answer.status_code, answer.json) == (413, {"error": "4 tasks; expected 3 at most"})
    monkeypatch.setattr(app, "LARGEST_BODY", 100)
    answer = post(client, {"tasks": ["x" * 100]}, "/predict")
    assert (answer.status_code, answer.json) == (413, {"error": "Request Entity Too Large"})


def test_errors_show_nothing_of_the_machine(
    client: Client, waiting: Path, monkeypatch: pytest.MonkeyPatch, lines: List[str]
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError(f"{waiting} is broken")

    monkeypatch.setattr(webhook.WebhookReceiver, "receive", broken)
    answer = post(client, said(ANNA))
    assert (answer.status_code, answer.json) == (500, {"error": "internal error"})
    assert lines == [f"a request failed: RuntimeError: {waiting} is broken"]
    assert client.get("/nowhere").json == {"error": "Not Found"}
    assert client.get("/predict").json == {"error": "Method Not Allowed"}


def test_snapping_is_a_choice(waiting: Path) -> None:
    service = Service(str(waiting), load_tagger, torch.device("cpu"), snap=True)
    assert post(Client(create_app(service)), said(ANNA, CUT)).status_code == 201
    assert tags(waiting) == {"7": "B-PER I-PER O O O O"}


def test_a_reader_takes_what_is_whole_while_another_writes(client: Client, waiting: Path) -> None:
    post(client, said(ANNA, PERSON))
    path = waiting / "queries" / "round_1" / "answers" / "service.answers.jsonl"
    whole = path.read_bytes()
    for end in range(len(whole) + 1):
        path.write_bytes(whole[:end])
        found = answers(waiting)
        assert len(found.answers) == (end >= len(whole) - 1)  # a whole row lacks nothing without its line end
        assert len(found.warnings) == (0 < end < len(whole) - 1)
        assert found.problems == []
