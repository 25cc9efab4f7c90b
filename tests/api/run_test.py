"""What a run shows in Python, against its files."""

import json
from pathlib import Path
from typing import Any, Dict, List

import pandas
import pytest

import seqmix_plugin as sx
from seqmix_plugin.api import frames
from tests.active_learning.conftest import lines
from tests.reporting.conftest import write_run


def test_the_learning_curve_is_that_of_the_file(of_files: sx.Run) -> None:
    curve = of_files.learning_curve
    pandas.testing.assert_frame_equal(curve, pandas.read_csv(of_files.folder / "learning_curve.csv"), check_exact=False)
    assert list(curve.columns) == [
        *("round", "sentences", "tokens", "entities", "annotation_seconds", "synthetic"),
        *(f"{split}_{score}" for split in ("dev", "test") for score in ("precision", "recall", "f1")),
        "seconds",
    ]
    assert curve["sentences"].tolist() == [12, 18]


def test_rounds_and_labels_are_those_of_the_files(of_files: sx.Run) -> None:
    assert of_files.rounds == lines(of_files.folder / "rounds.jsonl")
    annotated = of_files.annotated
    assert annotated.to_dict("records") == lines(of_files.folder / "annotated.jsonl")
    assert list(annotated.columns) == ["round", "id", "tokens", "tags"]


def test_generated_sentences_stand_beside_their_parents(of_files: sx.Run) -> None:
    frame, rows = of_files.synthetic, lines(of_files.folder / "synthetic.jsonl")
    assert len(frame) == len(rows) > 0
    labelled = {row["id"]: row for row in lines(of_files.folder / "annotated.jsonl")}
    for (_, child), row in zip(frame.iterrows(), rows, strict=True):
        for name in ("round", "id", "accepted", "lambda", "tokens", "tag_distributions"):
            assert child[name] == row[name]
        for number, window in enumerate(row["parents"], start=1):
            parent = labelled[window["sentence_id"]]
            assert child[f"parent_{number}_tokens"] == parent["tokens"]
            assert child[f"parent_{number}_tags"] == parent["tags"]
            assert (child[f"parent_{number}_start"], child[f"parent_{number}_end"]) == (window["start"], window["end"])
        start, end = child["parent_1_start"], child["parent_1_end"]
        assert (
            child["tokens"][:start] + child["tokens"][end:]
            == child["parent_1_tokens"][:start] + child["parent_1_tokens"][end:]
        )


def test_a_run_without_measures_and_generated_sentences(tmp_path: Path) -> None:
    run = sx.Run(write_run(tmp_path / "run", [10.0, 20.0], num_rounds=2, measured=False))
    assert not run.finished
    assert "f1" not in run.learning_curve.columns
    assert run.synthetic.empty
    assert "parent_1_tokens" in run.synthetic.columns
    assert repr(run) == f"<Run {run.folder}: unfinished, 2 of 3 rounds, 20 sentences annotated, F1 not measured>"


def test_the_working_directory_may_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_run(tmp_path / "run", [10.0])
    monkeypatch.chdir(tmp_path)
    run = sx.Run("run")
    monkeypatch.chdir("/")
    assert len(run.rounds) == 1


def test_what_it_is_can_be_seen(of_files: sx.Run) -> None:
    f1 = {split: f"{split} F1 {100 * scores['f1']:.2f}" for split, scores in of_files.rounds[-1]["scores"].items()}
    summary = f"finished, 2 of 2 rounds, 18 sentences annotated, {f1['dev']}, {f1['test']}"
    assert repr(of_files) == f"<Run {of_files.folder}: {summary}>"
    assert of_files._repr_html_() == f"<b>Run</b> <code>{of_files.folder}</code>: {summary}"


def test_another_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(sx.ConfigurationError, match="config.json: cannot be read"):
        sx.Run(tmp_path)


def test_the_curve_is_a_picture_for_notebooks_and_files(of_files: sx.Run, tmp_path: Path) -> None:
    picture = of_files.plot()
    assert repr(picture) == f"<Picture: learning curve of {of_files.folder}>"
    assert picture._repr_svg_().startswith("<svg")
    picture.save(tmp_path / "curve.png")
    assert (tmp_path / "curve.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(
        sx.ConfigurationError, match="curve.jpg: the picture cannot be saved; expected a name that ends"
    ):
        picture.save(tmp_path / "curve.jpg")
    with pytest.raises(sx.ConfigurationError, match="against is 'words'; expected one of sentences, tokens, entities"):
        of_files.plot("words")


def test_frames_need_pandas(of_files: sx.Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("seqmix_plugin.extras.find_spec", lambda module: None)
    with pytest.raises(sx.ConfigurationError) as caught:
        of_files.learning_curve  # noqa: B018
    assert str(caught.value) == "a data frame needs pandas: pip install 'seqmix_plugin[datasets]'"
    assert of_files.rounds


def test_a_frame_has_all_columns_in_the_order_of_the_rows() -> None:
    rows: List[Dict[str, Any]] = [{"b": 1}, {"a": 2, "c": None}]
    assert list(frames.frame(rows, ["a"]).columns) == ["a", "b", "c"]
    assert json.loads(frames.frame(rows, ["a"]).to_json(orient="records"))[1] == {"a": 2.0, "b": None, "c": None}
