"""The rows of `docs/errors.md` about Python are provoked, and say what the page says."""

import json
from pathlib import Path
from typing import Any, Callable, Dict

import pytest

import seqmix_plugin as sx
from seqmix_plugin.api.tagger import predictions
from tests.errors_page import Row, rows
from tests.reporting.conftest import configuration, write_run

READER = {"type": "conll_columns", "token_indexers": {}}
CONFIG = {**configuration(1, 2, {}), "dataset_reader": READER}
SENTENCES = [(["Oslo"], ["B-LOC"])]


def two(folder: Path) -> "list[Path]":
    """Runs of two configurations."""
    changes = {"trainer.query_policy": {"type": "mnlp"}}
    return [write_run(folder / "random", [10.0, 20.0]), write_run(folder / "mnlp", [10.0, 20.0], **changes)]


def seeds(folder: Path) -> "list[Path]":
    return [write_run(folder / str(seed), [10.0, 20.0], seed=seed) for seed in (1, 2)]


def unfinished(folder: Path) -> Path:
    """A run that has one of three rounds, or none."""
    return write_run(folder / "run", [10.0], num_rounds=2)


def waiting(folder: Path) -> Path:
    run = unfinished(folder)
    (run / "rounds.jsonl").unlink()
    return run


def changed(folder: Path) -> Any:
    """Trains where a run is finished that began with another file."""
    data = folder / "dev.conll"
    data.write_text("Oslo\tB-LOC\n", encoding="utf-8")
    values = {"validation_data_path": str(data)}
    run = write_run(folder / "run", [10.0, 20.0], **values)
    (run / "state").mkdir()
    for name, content in (("metrics.json", {}), ("state/data.json", {"validation_data_path": "0" * 64})):
        (run / name).write_text(json.dumps(content), encoding="utf-8")
    return sx.train(configuration(1, 1, values), run)


def picture(folder: Path) -> Any:
    return sx.Run(unfinished(folder)).plot()


def predict(sentences: Any, batch_size: int = 32) -> None:
    """Fails before a model is used."""
    predictor: Any = None
    predictions(predictor, sentences, batch_size)


CASES: Dict[str, Callable[[Path], Any]] = {
    "`train`: a folder with an unfinished run": lambda folder: sx.train(configuration(1, 2, {}), unfinished(folder)),
    "`train`: a finished run of which a data file or a model has changed": changed,
    "`train`: both of the two": lambda folder: sx.train(CONFIG, folder / "run", recover=True, force=True),
    "`train`: a file that cannot be read as a configuration, or overrides that have no place in it": (
        lambda folder: sx.train(CONFIG, folder / "run", overrides={"trainer.pol.size": 3})
    ),
    "`train`: a configuration of another type": lambda folder: sx.train({"type": "default"}, folder / "run"),
    "`train`: sentences, and a configuration without a reader": (
        lambda folder: sx.train({"type": "active_learning"}, folder / "run", train=SENTENCES)
    ),
    "`train`: sentences for dev or test beside a file for the other, or for the seed set": (
        lambda folder: sx.train(CONFIG, folder / "run", dev=SENTENCES)
    ),
    "`train`: texts of a pool, of which one is empty or has several lines": lambda folder: sx.train(
        {**CONFIG, "dataset_reader": {**READER, "type": "plain_text"}}, folder / "run", train=["Oslo", "a\nb"]
    ),
    "`plot` before the first round has ended": lambda folder: sx.Run(waiting(folder)).plot(),
    "`plot` against something else": lambda folder: sx.Run(unfinished(folder)).plot("words"),
    "`save` of a picture to another kind of file": lambda folder: picture(folder).save(folder / "curve.jpg"),
    "`predict` of something else than a list of sentences": lambda folder: predict("Anna sings"),
    "`predict` of a list with something else in it": lambda folder: predict([3]),
    "`predict` in batches of no sentence": lambda folder: predict(["Oslo"], 0),
    "`compare` without a run": lambda folder: sx.compare([]),
    "`compare` with more or fewer names than runs": lambda folder: sx.compare(two(folder), ["one"]),
    "`compare` with two names for one configuration": lambda folder: sx.compare(seeds(folder), ["a", "b"]),
    "`compare` with one name for two configurations": lambda folder: sx.compare(two(folder), ["a", "a"]),
    "`compare` on a split that was not measured": lambda folder: sx.compare(two(folder), split="train"),
    "`compare` against a baseline and with pairs": (
        lambda folder: sx.compare(two(folder), baseline="random", pairs=[("mnlp", "random")])
    ),
    "`compare`: the picture of runs that are not measured": (
        lambda folder: sx.compare([write_run(folder / "run", [1.0], measured=False)]).plot()
    ),
    "`shipped_configuration` of another name": lambda folder: sx.shipped_configuration("quikstart"),
}
ROWS = rows("In Python")


def test_every_row_has_a_case_and_every_case_a_row() -> None:
    assert [row.what for row in ROWS] == list(CASES)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.what)
def test_what_the_page_says_is_so(row: Row, tmp_path: Path) -> None:
    with pytest.raises(sx.ConfigurationError) as caught:
        CASES[row.what](tmp_path)
    assert row.matches(str(caught.value)), caught.value
    assert caught.value._render_traceback_() == [f"error: {caught.value}"]  # type: ignore[attr-defined]  a notebook's
    assert not (tmp_path / "sentences").exists()
