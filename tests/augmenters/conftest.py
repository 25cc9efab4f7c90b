"""A small masked language model that has really learnt something."""

import shutil
from pathlib import Path
from typing import List

import pytest
import torch
from transformers import AutoTokenizer, BertConfig, BertForMaskedLM, BertJapaneseTokenizer

from tests.conftest import QUICKSTART


@pytest.fixture(scope="session")
def tiny_masked(tiny_encoder: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A BERT of two layers, fitted in seconds to the shipped corpus without its first 100 sentences, as a folder."""
    blocks = (QUICKSTART / "train.conll").read_text(encoding="utf-8").strip().split("\n\n")
    texts = [" ".join(line.split("\t")[0] for line in block.split("\n")) for block in blocks[100:]]
    tokenizer = AutoTokenizer.from_pretrained(tiny_encoder)
    torch.manual_seed(0)
    model = BertForMaskedLM(
        BertConfig(
            vocab_size=len(tokenizer),
            hidden_size=64,
            num_hidden_layers=2,
            num_attention_heads=2,
            intermediate_size=128,
            max_position_embeddings=160,
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
        )
    )
    rows = [tokenizer(text)["input_ids"] for text in texts]
    fit(model, [row for row in rows if len(row) <= 40], tokenizer.mask_token_id)
    folder = tmp_path_factory.mktemp("tiny_masked")
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return str(folder)


def fit(model: BertForMaskedLM, rows: List[List[int]], mask_id: int, steps: int = 200) -> None:
    """Masks a fifth of the pieces of 32 rows a step."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=3e-3, total_steps=steps)
    for _ in range(steps):
        drawn = [torch.tensor(rows[i]) for i in torch.randint(len(rows), (32,)).tolist()]
        ids = torch.nn.utils.rnn.pad_sequence(drawn, batch_first=True)  # [PAD] is 0
        hidden = (torch.rand(ids.shape) < 0.2) & (ids != 0)
        loss = model(
            input_ids=ids.masked_fill(hidden, mask_id),
            attention_mask=(ids != 0).long(),
            labels=ids.masked_fill(~hidden, -100),
        ).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()


@pytest.fixture
def masked_without_mask(tiny_gpt2: str, tmp_path: Path) -> str:
    """A masked model with a tokenizer that has no mask token, as a folder."""
    tokenizer = AutoTokenizer.from_pretrained(tiny_gpt2)
    tokenizer.save_pretrained(tmp_path / "without_mask")
    config = BertConfig(
        vocab_size=len(tokenizer), hidden_size=16, num_hidden_layers=1, num_attention_heads=1, intermediate_size=16
    )
    BertForMaskedLM(config).save_pretrained(tmp_path / "without_mask")
    return str(tmp_path / "without_mask")


@pytest.fixture
def slow_masked(tiny_masked: str, tmp_path: Path) -> str:
    """The masked model with a tokenizer of which there is no fast one, as a folder."""
    folder = tmp_path / "slow_masked"
    shutil.copytree(tiny_masked, folder)
    (folder / "tokenizer.json").unlink()
    (folder / "tokenizer_config.json").unlink()
    BertJapaneseTokenizer(str(folder / "vocab.txt"), do_lower_case=False, word_tokenizer_type="basic").save_pretrained(
        folder
    )
    return str(folder)
