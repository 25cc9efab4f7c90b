"""The study of what query policies take."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from allennlp.commands.train import train_model
from allennlp.common import Params

from scripts import length_bias
from seqmix_plugin.sentence import TaggedSentence
from tests.active_learning.conftest import lines, small_config
from tests.conftest import QUICKSTART


def test_a_query_is_described_by_hand() -> None:
    chosen = [
        TaggedSentence("1", ("Ann", "met", "Ben", "Ito"), ("B-PER", "O", "B-PER", "I-PER")),
        TaggedSentence("2", ("Ann",), ("O",)),
    ]
    assert length_bias.described(chosen) == {
        "words": 2.5,
        "entities": 1.0,
        "density": 40.0,
        "with_entities": 50.0,
        "types": 4.0,
    }


def test_policies_of_a_trained_model(
    tiny_encoder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    config = small_config(tiny_encoder, **{"trainer.num_rounds": 0, "trainer.augmenter": {"type": "none"}})
    train_model(Params(config), str(tmp_path / "run"))
    corpus, out = str(QUICKSTART / "train.conll"), tmp_path / "study"
    trial = length_bias.Trial(str(tmp_path / "run"), corpus, 60, seed=1)
    assert len(trial.sentences) == len(trial.lengths) == 60
    assert not {row["id"] for row in lines(tmp_path / "run" / "annotated.jsonl")} & {one.id for one in trial.sentences}
    assert len(trial.labelled) == 12

    options = ["--candidates", "60", "--sizes", "4", "9", "--policies", "lc", "bald", "--output", str(out)]
    monkeypatch.setattr(sys, "argv", ["length_bias", str(tmp_path / "run"), "--corpus", corpus, *options])
    capsys.readouterr()
    length_bias.main()
    assert capsys.readouterr().out == out.with_suffix(".md").read_text(encoding="utf-8")
    rows = json.loads(out.with_suffix(".json").read_text(encoding="utf-8"))
    assert len(rows) == 2 + 2 * 2 * len(length_bias.WAYS)
    alone = {row["size"]: row for row in rows if (row["policy"], row["way"]) == ("lc", "score alone")}
    strata = next(row for row in rows if (row["policy"], row["way"]) == ("lc", "5 strata"))
    assert alone[4]["words"] > np.mean(trial.lengths)  # a sum over words
    assert abs(strata["correlation"]) < alone[4]["correlation"]
    assert alone[4]["correlation"] == alone[9]["correlation"]
