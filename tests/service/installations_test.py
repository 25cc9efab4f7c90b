"""Two installations of Label Studio both number annotations and users from 1: their annotations keep apart."""

import itertools
import json
from pathlib import Path
from typing import Any, Dict, List

import pytest

from seqmix_plugin.formats import LabelStudioFormat, ReadSettings
from seqmix_plugin.formats.round_answers import read_answers
from seqmix_plugin.run.layout import RoundFiles
from seqmix_plugin.service.watched_run import RunQuestions
from seqmix_plugin.service.webhook import WebhookReceiver
from tests.service.conftest import (
    ANNA,
    LABELS,
    PERSON,
    PLACE,
    QUESTIONS,
    answers,
    deleted,
    log_rows,
    make_run,
    moment,
    problem_rows,
    said,
    tags,
)

HERS = said(ANNA, PERSON, PLACE, number=1, seconds=60, created_at=moment(60))
HIS = said(ANNA, PERSON, number=1, seconds=30, created_at=moment(31))
BOTH, ONE = "B-PER I-PER O O B-LOC O", "B-PER I-PER O O O O"


def receiver(run: Path) -> WebhookReceiver:
    return WebhookReceiver(run, RunQuestions(run), LABELS)


def majority(run: Path) -> List[str]:
    settings = ReadSettings(annotators="majority")
    return read_answers(RoundFiles.of(run, 1), LabelStudioFormat(), QUESTIONS, LABELS, settings).problems


def second_rows(run: Path) -> List[Dict[str, Any]]:
    path = RoundFiles.of(run, 1).own("service_2")
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("again", [False, True], ids=["running", "restarted"])
@pytest.mark.parametrize("order", [(HERS, HIS), (HIS, HERS)], ids=["hers", "his"])
def test_both_count_as_their_exports_do(waiting: Path, order: Any, again: bool) -> None:
    service = receiver(waiting)
    for delivery in order:
        assert service.receive(delivery) == (1, 0, [])
        service = receiver(waiting) if again else service
    for delivery in order * 2:
        assert service.receive(delivery) == (0, 1, [])
    assert [len(log_rows(waiting)), len(second_rows(waiting))] == [1, 1]
    found = answers(waiting)
    assert (tags(waiting), found.num_resolved, found.problems) == ({"7": ONE}, 1, [])  # whoever was first
    assert len(majority(waiting)) == 1  # a tie: both have a vote


@pytest.mark.parametrize("again", [False, True], ids=["running", "restarted"])
def test_a_later_version_replaces_the_one_of_its_installation(waiting: Path, again: bool) -> None:
    service = receiver(waiting)
    service.receive(HERS)
    service.receive(HIS)
    service = receiver(waiting) if again else service
    changed = said(ANNA, number=1, seconds=90, created_at=moment(31), action="ANNOTATION_UPDATED")
    assert service.receive(changed) == (1, 0, [])
    assert [row["tags"] for row in second_rows(waiting)][-1] == ["O"] * 6
    assert len(log_rows(waiting)) == 1
    assert tags(waiting) == {"7": BOTH}  # hers are the first now


@pytest.mark.parametrize("again", [False, True], ids=["running", "restarted"])
def test_a_deletion_that_may_be_of_either_removes_none(waiting: Path, again: bool) -> None:
    service = receiver(waiting)
    service.receive(HERS)
    service.receive(HIS)
    service = receiver(waiting) if again else service
    assert service.receive(deleted(1)) == (0, 1, [])
    assert answers(waiting).num_resolved == 1
    assert "several installations" in problem_rows(waiting)[-1]["problem"]


@pytest.mark.parametrize("again", [False, True], ids=["running", "restarted"])
def test_a_deletion_is_of_the_one_that_is_left(waiting: Path, again: bool) -> None:
    """A server that was made anew begins at 1 again after its first annotation was deleted."""
    service = receiver(waiting)
    service.receive(HERS)
    assert service.receive(deleted(1)) == (1, 0, [])
    assert tags(waiting) == {}
    service.receive(HIS)
    assert tags(waiting) == {"7": ONE}
    service = receiver(waiting) if again else service
    assert service.receive(deleted(1)) == (1, 0, [])
    assert tags(waiting) == {}
    assert service.receive(deleted(1)) == (0, 1, [])


def test_other_projects_of_another_installation_have_a_file_as_well(waiting: Path) -> None:
    service = receiver(waiting)
    service.receive(HERS)
    his = json.loads(
        json.dumps(HIS).replace('"project": 1', '"project": 2').replace('"id": 1, "title"', '"id": 2, "title"')
    )
    service.receive(his)
    assert answers(waiting).num_resolved == 1
    removed = {**deleted(1), "project": {"id": 2}}
    assert service.receive(removed) == (1, 0, [])
    assert tags(waiting) == {"7": BOTH}


def test_the_file_is_told_once(waiting: Path, caplog: pytest.LogCaptureFixture) -> None:
    service = receiver(waiting)
    for number, question in enumerate(QUESTIONS, 1):
        service.receive(said(question, number=number, seconds=60, created_at=moment(60)))
    for number, question in enumerate(QUESTIONS, 1):
        service.receive(said(question, number=number, seconds=30, created_at=moment(31)))
    assert caplog.text.count("service_2.answers.jsonl") == 1
    assert len(log_rows(waiting)) == len(second_rows(waiting)) == len(QUESTIONS)


def test_three_installations_in_any_order(tmp_path: Path) -> None:
    other = said(ANNA, PLACE, number=1, seconds=45, created_at=moment(47))
    edit = said(ANNA, number=1, seconds=99, created_at=moment(31))
    expected = None
    for number, order in enumerate(itertools.permutations([HERS, HIS, other, edit])):
        run = make_run(tmp_path / str(number), [ANNA])
        for delivery in order:
            receiver(run).receive(delivery)
        found = answers(run, questions=[ANNA])
        result = (tags(run), found.num_resolved, found.problems)
        expected = expected or result
        assert result == expected == ({"7": "O O O O B-LOC O"}, 1, [])  # his is newer now
