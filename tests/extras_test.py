"""Without an extra, what needs it says so in one line, and everything else works."""

import logging
import sys
import tempfile
from pathlib import Path
from typing import Any, Callable, Dict

import pytest
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.api.frames import frame
from seqmix_plugin.charts import rendering
from seqmix_plugin.commands.annotate import annotate
from seqmix_plugin.commands.compare import compare
from seqmix_plugin.commands.serve_queries import serve_queries
from seqmix_plugin.commands.where import Where
from seqmix_plugin.data import HfDatasetReader
from seqmix_plugin.extras import MODULES, check_allennlp
from seqmix_plugin.run.learning_curve import write_curve
from seqmix_plugin.trackers import RunTrackers
from seqmix_plugin.trackers.mlflow import NEEDED_FOR_DATABASES, MlflowTracker
from seqmix_plugin.trackers.wandb import WandbTracker
from tests.errors_page import Row, rows
from tests.reporting.conftest import write_run

ROUND = {
    "round": 0,
    "annotated": {"sentences": 10, "tokens": 70, "entities": 30},
    "synthetic_in_training": 0,
    "scores": {"dev": {"precision": 0.5, "recall": 0.5, "f1": 0.5}},
    "seconds": {"train": 1.0},
}


def cannot_draw(folder: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rendering, "SCRIPT", folder / "no such file.py")
        write_curve([ROUND], folder)


def cannot_draw_the_page(folder: Path, **options: str) -> None:
    rendering.browser_script.cache_clear()
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as runs:
        patch.setattr(rendering, "SCRIPT", folder / "no such file.py")
        compare([str(write_run(Path(runs) / "random", [10.0, 20.0]))], output=str(folder / "report.html"), **options)


CASES: Dict[str, Any] = {
    "`train` without the extra `report`": ("report", lambda folder: write_curve([ROUND], folder)),
    "`train` where the picture cannot be drawn for another reason": (None, cannot_draw),
    "`compare` without the extra `report`": (
        "report",
        lambda folder: compare([str(folder)], output=str(folder / "out.html")),
    ),
    "`compare` where the page cannot be drawn for another reason": (None, cannot_draw_the_page),
    "`compare --figure` where the figure cannot be drawn": (
        None,
        lambda folder: cannot_draw_the_page(folder, figure=str(folder / "curve.pdf")),
    ),
    "`annotate` without the extra `annotate`": ("annotate", lambda folder: annotate(str(folder))),
    "`serve-queries` without the extra `service`": ("service", lambda folder: serve_queries(str(folder))),
    "`train` on data sets without the extra `datasets`": (
        "datasets",
        lambda folder: HfDatasetReader({}).read_sentences("conll2003:train"),
    ),
    "a data frame of a run, in Python, without the extra `datasets`": ("datasets", lambda folder: frame([])),
    "`repeat --ray` without the extra `ray`": ("ray", lambda folder: Where(1, True, None, None, None)),
    "`train` with the tracker `mlflow` without the extra `mlflow`": (
        "mlflow",
        lambda folder: RunTrackers([MlflowTracker("http://localhost:5000")], folder),
    ),
    "the same with a database, and without SQLAlchemy or Alembic": (
        "databases",
        lambda folder: RunTrackers([MlflowTracker("sqlite:///mlflow.db")], folder),
    ),
    "`train` with the tracker `wandb` without the extra `wandb`": (
        "wandb",
        lambda folder: RunTrackers([WandbTracker()], folder),
    ),
    "`train` and others without AllenNLP": ("allennlp", lambda folder: check_allennlp()),
}
ROWS = rows("Extras that are not installed")


def test_every_row_has_a_case_and_every_case_a_row() -> None:
    assert [row.what for row in ROWS] == list(CASES)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.what)
def test_what_the_page_says_is_so(
    row: Row, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    extra, act = CASES[row.what]
    for module in {**MODULES, "allennlp": ("allennlp",), "databases": NEEDED_FOR_DATABASES}.get(extra, ()):
        monkeypatch.setitem(sys.modules, module, None)
    (tmp_path / "learning_curve.png").write_bytes(b"of earlier rounds")
    if row.ends:
        said = refused(act, tmp_path)
        assert [path.name for path in tmp_path.iterdir()] == ["learning_curve.png"]
    else:
        with caplog.at_level(logging.WARNING):
            act(tmp_path)
            act(tmp_path)
        [said] = [record.getMessage() for record in caplog.records]
        assert sorted(path.name for path in tmp_path.iterdir()) == ["learning_curve.csv"]
    assert row.matches(said), said


def refused(act: Callable[[Path], object], folder: Path) -> str:
    with pytest.raises(ConfigurationError) as caught:
        act(folder)
    return str(caught.value)
