"""The code of docs/python.md runs from top to bottom, on a tiny encoder."""

import re
from pathlib import Path
from typing import Any, Dict

import datasets
import pandas
import pytest

from seqmix_plugin.api import configurations
from tests.api.conftest import SPLITS, sentences, shortest_config
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, re.S)


def write_data(folder: Path) -> None:
    """The files that the page reads."""
    rows = [
        {"sentence_id": number, "word": word, "tag": tag}
        for number, sentence in enumerate(sentences("train")[:40])
        for word, tag in zip(sentence["tokens"], sentence["tags"], strict=True)
    ]
    pandas.DataFrame(rows).to_csv(folder / "train.csv", index=False)
    splits = {split: datasets.Dataset.from_list(sentences(split)[:40]) for split in SPLITS}
    datasets.DatasetDict(splits).save_to_disk(str(folder / "my_data"))


def test_the_code_of_the_page_runs(
    tiny_encoder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rounds = {"trainer.num_rounds": 1, "trainer.augmenter": {"type": "duplicate", "rate": 0.5}}
    config = shortest_config(tiny_encoder, **rounds)
    config["test_data_path"] = config["validation_data_path"]
    monkeypatch.setattr(configurations, "shipped_configuration", {"quickstart": config}.__getitem__)
    monkeypatch.chdir(tmp_path)
    write_data(tmp_path)
    names: Dict[str, Any] = {}
    for block in BLOCKS:
        exec(compile(block, f"docs/python.md: {block}", "exec"), names)
    assert names["run"].finished
    assert names["own"].rounds[-1]["scores"].keys() == {"dev"}
    assert names["of_dataset"].rounds[-1]["scores"].keys() == {"dev", "test"}
    assert [names["learner"].labelled, names["learner"].unlabelled] == [13, 25]
    assert names["comparison"].table["seeds"].tolist() == [2, 2]
    assert {path.name for path in Path("report").iterdir()} == {"report.html", "scores.csv", "tables.md"}
    assert Path("curve.pdf").read_bytes().startswith(b"%PDF")
    assert len(list(Path("runs/sentences").iterdir())) == 5  # both training sets are the same sentences


@pytest.mark.parametrize("frame", ["learning_curve", "annotated", "synthetic"])
def test_the_page_names_what_a_run_has(frame: str) -> None:
    assert f"run.{frame}" in PAGE
