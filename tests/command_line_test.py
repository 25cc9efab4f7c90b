"""The command line as a user types it, from the repository root."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import List

import pytest

from tests.conftest import ROOT

SMALL = {
    "trainer.pool.size": 40,
    "trainer.seed_size": 12,
    "trainer.num_rounds": 1,
    "trainer.query_size": 6,
    "trainer.trainer.num_epochs": 1,
    "trainer.augmenter.discriminator": {"type": "accept_all"},
}


def allennlp(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return run([str(Path(sys.executable).with_name("allennlp")), *arguments], ROOT)


def seqmix(*arguments: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    return run([sys.executable, "-m", "seqmix_plugin", *arguments], folder)


def run(command: List[str], folder: Path) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=500)


def train(target: Path, tiny_encoder: str, **overrides: object) -> List[str]:
    names = ["dataset_reader.token_indexers.tokens", "model.text_field_embedder.token_embedders.tokens"]
    changes = {**SMALL, **{f"{name}.model_name": tiny_encoder for name in names}, **overrides}
    return ["train", str(ROOT / "training_configs/quickstart.jsonnet"), "-s", str(target), "-o", json.dumps(changes)]


def test_train_evaluate_and_predict(tiny_encoder: str, tmp_path: Path) -> None:
    done = allennlp(*train(tmp_path / "run", tiny_encoder), "--include-package", "seqmix_plugin")
    assert done.returncode == 0, done.stderr
    ours = [line for line in done.stdout.splitlines() if line.startswith("round ")]
    assert [line.split(" (")[0] for line in ours] == ["round 0: 12 sentences", "round 1: 18 sentences"]
    assert "learning curve" in done.stdout
    assert done.stderr == ""
    assert all(character.isprintable() for character in done.stdout.replace("\n", "")), "no bars, no colours"
    log = (tmp_path / "run" / "out.log").read_text().splitlines()
    assert [line.split(" - ")[-1] for line in log[:2]] == ["Plugin seqmix_plugin available", "evaluation = None"]
    assert any("scoring dev and test:   0%" in line for line in log)
    last = json.loads((tmp_path / "run" / "rounds.jsonl").read_text().splitlines()[-1])

    archive = str(tmp_path / "run" / "model.tar.gz")
    evaluated = seqmix("evaluate", archive, str(ROOT / "data/quickstart/test.conll"), folder=tmp_path)
    assert (evaluated.returncode, evaluated.stderr) == (0, "")
    assert json.loads(evaluated.stdout)["f1"] == last["scores"]["test"]["f1"]

    sentences = tmp_path / "sentences.jsonl"
    sentences.write_text('{"sentence": "Anna sings in Oslo"}\n{"tokens": ["Paris", "flights"], "id": "x"}\n')
    predicted = seqmix("predict", archive, str(sentences), "--batch-size", "2", folder=tmp_path)
    assert (predicted.returncode, predicted.stderr) == (0, "")
    first, second = (json.loads(line) for line in predicted.stdout.splitlines())
    assert first["words"] == ["Anna", "sings", "in", "Oslo"]
    assert len(first["tags"]) == len(first["tag_probabilities"]) == 4
    assert sum(first["tag_probabilities"][0].values()) == pytest.approx(1, abs=1e-5)
    assert second["id"] == "x"


def test_a_mistake_is_one_line_and_the_log_has_the_rest(tiny_encoder: str, tmp_path: Path) -> None:
    (tmp_path / "data").symlink_to(ROOT / "data")
    failed = seqmix(*train(tmp_path / "run", tiny_encoder, **{"trainer.seed_size": 0}), folder=tmp_path)
    assert failed.returncode == 1
    assert failed.stdout == ""
    assert "error: trainer.seed_size is 0; expected 1 or more sentences" in failed.stderr.splitlines()
    assert "Traceback" not in failed.stdout + failed.stderr
    assert "Traceback" in (tmp_path / "run" / "out.log").read_text()
