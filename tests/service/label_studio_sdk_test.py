"""
What Label Studio's own public library says of our configuration, predictions and its types of what it sends.

It brings 25 packages, among them OpenCV, and is no part of the environment: where it is not installed this is skipped.
"""

from pathlib import Path
from typing import Any

import pytest

interface = pytest.importorskip("label_studio_sdk.label_interface")
objects = pytest.importorskip("label_studio_sdk.label_interface.objects")
sdk = pytest.importorskip("label_studio_sdk")

from seqmix_plugin.formats.label_studio_tasks import labelling_config  # noqa: E402
from seqmix_plugin.service.app import create_app  # noqa: E402
from seqmix_plugin.service.service import mismatches  # noqa: E402
from tests.service.conftest import ANNA, LABELS, PERSON, PLACE, QUESTIONS, ask, log_rows, said, service_of  # noqa: E402
from tests.service.predictions_test import corpus, tasks_of  # noqa: E402
from tests.service.serving import Client  # noqa: E402


@pytest.fixture(scope="module")
def config() -> Any:
    return interface.LabelInterface(labelling_config(LABELS))


def test_the_configuration_is_valid(config: Any) -> None:
    config.validate()
    assert mismatches(config.config, LABELS) == []
    assert config.get_control("label").to_name == ["text"]
    assert sorted(config.get_control("label").labels) == sorted(LABELS)


def test_predictions_are_valid(config: Any, asking: Path) -> None:
    questions = corpus()
    ask(asking, questions, 1)
    client = Client(create_app(service_of(asking)))
    tasks = [*tasks_of(questions), {"id": 1, "data": {"text": "\n Anna  sings in\tOslo"}}]
    results = client.post("/predict", json={"tasks": tasks}).json["results"]
    assert sum(len(prediction["result"]) for prediction in results) > 20
    for task, prediction in zip(tasks, results, strict=True):
        assert config.validate_prediction(prediction, return_errors=True) == []
        value = objects.PredictionValue(**prediction)
        assert (value.model_version, value.score) == ("round 0", prediction["score"])
        assert config.validate_task({"data": task["data"]})
    broken = {**results[0], "result": [{**results[0]["result"][0], "to_name": "elsewhere"}]}
    assert config.validate_prediction(broken, return_errors=True)


def test_annotations_that_it_takes_are_written(config: Any, waiting: Path) -> None:
    payload = said(ANNA, PERSON, PLACE)
    assert config.validate_annotation(payload["annotation"])
    sdk.Annotation(**payload["annotation"])
    for question in QUESTIONS:
        assert config.validate_task({"data": tasks_of([question])[0]["data"]})
    assert Client(create_app(service_of(waiting))).post("/webhook", json=payload).status_code == 201
    assert len(log_rows(waiting)) == 1
