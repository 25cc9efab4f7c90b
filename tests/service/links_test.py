"""A run's folder may come from anybody: the service writes nowhere else."""

from pathlib import Path

import pytest
from allennlp.common.checks import ConfigurationError

from tests.service.conftest import make_run, service_of


@pytest.mark.parametrize(
    "name", ["queries/service.problems.jsonl", "queries/service.lock", "queries/round_1/answers", "state"]
)
def test_the_service_follows_no_link(tmp_path: Path, name: str) -> None:
    run, victim = make_run(tmp_path / "run"), tmp_path / "victim"
    victim.write_text("not a line of JSON")
    (run / name).symlink_to(victim)
    with pytest.raises(ConfigurationError, match=f"{name} is a link; expected a run's own files"):
        service_of(run)
    assert victim.read_text() == "not a line of JSON"


def test_a_service_whose_run_is_taken_away_writes_no_more(tmp_path: Path) -> None:
    service = service_of(make_run(tmp_path / "run"))
    (tmp_path / "run" / "queries" / "service.lock").unlink()
    payload = {"action": "ANNOTATIONS_DELETED", "annotations": [{"id": 3}]}
    with pytest.raises(ConfigurationError, match="run: cannot be written .the folder was taken by another start"):
        service.webhook.receive(payload)
    service.close()
