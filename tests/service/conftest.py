"""Runs that wait for people, and Label Studio's deliveries as its public sources send them."""

import json
import shutil
from pathlib import Path
from typing import Any, Dict, Iterator, List, Optional

import pytest
import torch

from seqmix_plugin.archives import load_tagger
from seqmix_plugin.formats import Answers, LabelStudioFormat, Question, ReadSettings, Span, write_questions
from seqmix_plugin.formats.label_studio_tasks import task as exported
from seqmix_plugin.formats.round_answers import read_answers
from seqmix_plugin.run.layout import RoundFiles
from seqmix_plugin.sentence import TaggedSentence
from seqmix_plugin.service.service import Service
from tests.commands.conftest import command, trained  # noqa: F401  fixtures
from tests.formats.conftest import CAT, FIRE
from tests.service.serving import end_all

LABELS = ["LOC", "MISC", "ORG", "PER"]

ANNA = Question(
    TaggedSentence("7", ("Anna", "Berg", "sings", "in", "Oslo", ".")), 0.25, (Span(0, 2, "PER"), Span(4, 5, "LOC")), 1
)
QUESTIONS = [ANNA, CAT, FIRE]


def make_run(folder: Path, questions: Optional[List[Question]] = None, k: int = 1) -> Path:
    """A run's folder before round 0 is trained: the labels, and the questions of a round."""
    (folder / "vocabulary").mkdir(parents=True, exist_ok=True)
    tags = ["O", *(f"{prefix}-{label}" for label in LABELS for prefix in "BI")]
    (folder / "vocabulary" / "labels.txt").write_text("\n".join(tags), encoding="utf-8")
    ask(folder, QUESTIONS if questions is None else questions, k)
    return folder


def ask(folder: Path, questions: List[Question], k: int) -> None:
    files = RoundFiles.of(folder, k)
    files.folder.mkdir(parents=True, exist_ok=True)
    write_questions(files.questions, questions)


def answers(folder: Path, k: int = 1, questions: Optional[List[Question]] = None) -> Answers:
    """What the run reads."""
    return read_answers(RoundFiles.of(folder, k), LabelStudioFormat(), questions or QUESTIONS, LABELS, ReadSettings())


def tags(folder: Path, k: int = 1) -> Dict[str, str]:
    return {answer.sentence_id: " ".join(answer.tags or ()) for answer in answers(folder, k).answers}


def moment(seconds: int) -> str:
    """A time as Label Studio writes it: without a fraction where there is none."""
    return f"2026-01-01T00:{seconds // 60:02}:{seconds % 60:02}" + (".500000Z" if seconds % 2 else "Z")


def region(question: Question, start: int, end: int, label: str) -> Dict[str, Any]:
    """Characters of a text that an annotator has labelled."""
    value = {"start": start, "end": end, "text": question.sentence.raw_text[start:end], "labels": [label]}
    return {"id": f"{start}-{end}", "from_name": "label", "to_name": "text", "type": "labels", "value": value}


PROJECT = {"id": 1, "title": "names", "created_at": moment(0)}


def said(
    question: Question,
    *regions: Dict[str, Any],
    number: int = 1,
    seconds: int = 0,
    user: int = 1,
    action: str = "ANNOTATION_CREATED",
    project: Optional[Dict[str, Any]] = None,
    **keys: Any,
) -> Dict[str, Any]:
    """A delivery of one annotation, with the keys of Label Studio's serializers."""
    project = project or PROJECT
    annotation = {
        "id": number,
        "result": list(regions),
        "was_cancelled": False,
        "ground_truth": False,
        "created_at": moment(0),
        "updated_at": moment(seconds),
        "draft_created_at": None,
        "lead_time": 3.25,
        "prediction": {},
        "result_count": len(regions),
        "unique_id": "d1f6c0ce-8b1c-4d30-a0dd-0c4bfb8cdd49",
        "last_action": None,
        "task": 100,
        "project": project["id"],
        "completed_by": user,
        "updated_by": user,
        "parent_prediction": None,
        "parent_annotation": None,
        "last_created_by": None,
        **keys,
    }
    task = {"id": 100, "data": exported(question, "round 0")["data"], "meta": {}, "is_labeled": True}
    return {
        "action": action,
        "annotation": annotation,
        "task": {**task, "project": project["id"]},
        "project": project,
    }


def deleted(*numbers: int, project: Optional[Dict[str, Any]] = None) -> Dict[str, Any]:
    return {
        "action": "ANNOTATIONS_DELETED",
        "annotations": [{"id": number} for number in numbers],
        "project": project or PROJECT,
    }


PERSON = region(ANNA, 0, 9, "PER")
PLACE = region(ANNA, 19, 23, "LOC")
CUT = region(ANNA, 0, 6, "PER")


def log_rows(folder: Path, k: int = 1) -> List[Dict[str, Any]]:
    path = RoundFiles.of(folder, k).own("service")
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def problem_rows(folder: Path) -> List[Dict[str, Any]]:
    path = folder / "queries" / "service.problems.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


@pytest.fixture(autouse=True)
def no_process_is_left() -> Iterator[None]:
    yield
    end_all()


@pytest.fixture
def waiting(tmp_path: Path) -> Path:
    """A run that has asked and has no model yet."""
    return make_run(tmp_path / "run")


@pytest.fixture
def asking(trained: Path, tmp_path: Path) -> Path:  # noqa: F811
    """A run with a model, which asks."""
    folder = tmp_path / "asking"
    shutil.copytree(trained, folder)
    ask(folder, QUESTIONS, 1)
    return folder


def service_of(folder: Path) -> Service:
    return Service(str(folder), load_tagger, torch.device("cpu"))
