"""A real pretrained encoder on real text: a wrong implementation does not get here."""

import json
from pathlib import Path

import pytest
from _jsonnet import evaluate_file
from allennlp.commands.train import train_model
from allennlp.common import Params
from allennlp.common.params import with_overrides

from tests.active_learning.conftest import lines
from tests.conftest import ROOT, SHARED_DATA

MINILM = ROOT / "models" / "all-MiniLM-L6-v2"
CONLL = SHARED_DATA / "conll03"


@pytest.mark.skipif(not MINILM.is_dir(), reason="`make models` puts the encoder there")
@pytest.mark.skipif(not CONLL.is_dir(), reason="CoNLL-2003 is not there; it is not ours to give away")
def test_minilm_learns_conll_from_200_sentences(tmp_path: Path) -> None:
    """About 69 F1 is expected on the whole of dev; here on its first 600 sentences."""
    dev = tmp_path / "dev.conll"
    blocks = (CONLL / "eng.testa").read_text(encoding="utf-8").strip().split("\n\n")
    dev.write_text("\n\n".join(blocks[:600]) + "\n", encoding="utf-8")
    config = json.loads(evaluate_file(str(ROOT / "training_configs" / "conll_seqmix_minilm.jsonnet")))
    changes = {
        "train_data_path": str(CONLL / "eng.train"),
        "validation_data_path": str(dev),
        "test_data_path": None,
        "trainer.num_rounds": 0,
        "trainer.augmenter": {"type": "none"},
        "dataset_reader.token_indexers.tokens.model_name": str(MINILM),
        "model.text_field_embedder.token_embedders.tokens.model_name": str(MINILM),
    }
    train_model(Params(with_overrides(config, changes)), str(tmp_path / "run"))
    [record] = lines(tmp_path / "run" / "rounds.jsonl")
    assert record["scores"]["dev"]["f1"] > 0.62
