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
from tests.formats.conftest import CAT
from tests.service.conftest import (
    ANNA,
    LABELS,
    PERSON,
    PLACE,
    QUESTIONS,
    answers,
    ask,
    deleted,
    log_rows,
    make_run,
    moment,
    said,
    tags,
)

HIS_PROJECT = {"id": 1, "title": "names", "created_at": moment(7)}
HERS = said(ANNA, PERSON, PLACE, seconds=60, created_at=moment(60))
HIS = said(ANNA, PERSON, seconds=30, created_at=moment(30), project=HIS_PROJECT)
BOTH, ONE = "B-PER I-PER O O B-LOC O", "B-PER I-PER O O O O"


def receiver(run: Path) -> WebhookReceiver:
    return WebhookReceiver(run, RunQuestions(run), LABELS)


def with_both(run: Path, again: bool) -> WebhookReceiver:
    """A receiver that has got both annotations, and was started again since."""
    service = receiver(run)
    service.receive(HERS)
    service.receive(HIS)
    return receiver(run) if again else service


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
    service = with_both(waiting, again)
    changed = said(ANNA, seconds=90, created_at=moment(30), project=HIS_PROJECT, action="ANNOTATION_UPDATED")
    assert service.receive(changed) == (1, 0, [])
    assert [row["tags"] for row in second_rows(waiting)][-1] == ["O"] * 6
    assert len(log_rows(waiting)) == 1
    assert tags(waiting) == {"7": BOTH}  # hers are the first now


@pytest.mark.parametrize("again", [False, True], ids=["running", "restarted"])
def test_a_deletion_is_of_its_project(waiting: Path, again: bool) -> None:
    service = with_both(waiting, again)
    assert service.receive(deleted(1, project=HIS_PROJECT)) == (1, 0, [])
    assert tags(waiting) == {"7": BOTH}
    service = receiver(waiting) if again else service
    assert service.receive(deleted(1)) == (1, 0, [])
    assert tags(waiting) == {}
    assert service.receive(deleted(1)) == (0, 1, [])


def test_a_deletion_that_comes_first_is_of_its_project(waiting: Path) -> None:
    service = receiver(waiting)
    service.receive(HERS)
    service.receive(deleted(1, project=HIS_PROJECT))
    assert receiver(waiting).receive(HIS) == (0, 1, [])
    assert tags(waiting) == {"7": BOTH}


@pytest.mark.parametrize("order", [0, 1])
def test_numbers_that_the_other_has_not_used_yet_are_in_its_own_file(waiting: Path, order: int) -> None:
    """Both label both sentences, in another order: each has a vote on each, and exports of theirs say nothing new."""
    hers = [said(ANNA, PERSON, created_at=moment(1)), said(CAT, number=2, created_at=moment(2))]
    his = [
        said(CAT, seconds=1, created_at=moment(3), project=HIS_PROJECT),
        said(ANNA, number=2, seconds=1, created_at=moment(4), project=HIS_PROJECT),
    ]
    for pair in zip(*((hers, his) if order else (his, hers)), strict=True):
        for delivery in pair:
            receiver(waiting).receive(delivery)
    assert answers(waiting).num_resolved == 2
    [problem] = majority(waiting)
    assert "no majority among 2 annotators ('1', '1'): a tie" in problem
    folder = RoundFiles.of(waiting, 1).answers
    for name, deliveries in (("hers", hers), ("his", his)):
        tasks = [{**one["task"], "annotations": [one["annotation"]]} for one in deliveries]
        (folder / f"{name}.json").write_text(json.dumps(tasks), encoding="utf-8")
    assert majority(waiting) == [problem]


def test_the_file_is_told_once(waiting: Path, caplog: pytest.LogCaptureFixture) -> None:
    service = receiver(waiting)
    for number, question in enumerate(QUESTIONS, 1):
        service.receive(said(question, number=number, seconds=60))
    for number, question in enumerate(QUESTIONS, 1):
        service.receive(said(question, number=number, seconds=30, project=HIS_PROJECT))
    told = "annotation 1 of project 1 is of another project, or another server, than those before: kept in"
    assert [line for line in caplog.messages if "another project" in line] == [f"{told} service_2.answers.jsonl"]
    assert len(log_rows(waiting)) == len(second_rows(waiting)) == len(QUESTIONS)


def test_a_third_project_keeps_its_file_where_a_round_has_none_of_the_second(waiting: Path) -> None:
    third = {**HIS_PROJECT, "id": 3}
    service = receiver(waiting)
    service.receive(HERS)
    service.receive(HIS)
    ask(waiting, [CAT], 2)
    late = said(CAT, seconds=9, project=third)
    late["task"]["data"]["round"] = 2
    assert service.receive(late) == (1, 0, [])
    assert sorted(path.name for path in RoundFiles.of(waiting, 2).answers.iterdir()) == ["service_3.answers.jsonl"]
    service = receiver(waiting)
    assert service.receive(late) == (0, 1, [])
    assert service.receive(deleted(1, project=third)) == (1, 0, [])
    assert set(tags(waiting, 2)) == {"7"}


def test_three_projects_in_any_order(tmp_path: Path) -> None:
    other = said(ANNA, PLACE, seconds=45, created_at=moment(45), project={**HIS_PROJECT, "id": 2})
    edit = said(ANNA, seconds=99, created_at=moment(30), project=HIS_PROJECT)
    for number, order in enumerate(itertools.permutations([HERS, HIS, other, edit])):
        run = make_run(tmp_path / str(number), [ANNA])
        for delivery in order:
            receiver(run).receive(delivery)
        found = answers(run, questions=[ANNA])
        assert found.num_resolved == 1
        assert sorted(" ".join(one["tags"]) for one in newest(run)) == sorted([BOTH, "O O O O B-LOC O", "O O O O O O"])


def newest(run: Path) -> List[Dict[str, Any]]:
    """The last row of each file."""
    paths = RoundFiles.of(run, 1).answers.glob("service*")
    return [json.loads(path.read_text(encoding="utf-8").splitlines()[-1]) for path in paths]


def test_a_deletion_of_another_round_is_known_after_a_restart(waiting: Path) -> None:
    """It came before a later annotation of an earlier round, and is older than that after a restart too."""
    ask(waiting, [CAT], 2)
    service = receiver(waiting)
    service.receive(deleted(1))  # to the newest round
    assert service.receive(said(ANNA, PERSON, updated_at="2999-01-01T00:00:00Z"))[0] == 1
    service = receiver(waiting)
    assert tags(waiting) == {"7": ONE}
    assert service.receive(deleted(1)) == (1, 0, [])
    assert tags(waiting) == {}
