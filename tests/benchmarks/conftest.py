"""A setting so small that every stage can run."""

from pathlib import Path

import pytest
import torch
from transformers import GPT2Config

from benchmarks.data import find_corpus
from benchmarks.setting import Setting


@pytest.fixture
def setting(tiny_encoder: str, tmp_path: Path) -> Setting:
    """The tiny encoder and a tiny language model on the shipped corpus."""
    corpus = find_corpus(tmp_path, tmp_path, quick=True)
    language_model = GPT2Config(vocab_size=300, n_positions=160, n_embd=32, n_layer=1, n_head=2)
    return Setting(
        torch.device("cpu"), corpus, tmp_path, {"tiny": tiny_encoder}, {"tiny GPT-2": language_model}, quick=True
    )
