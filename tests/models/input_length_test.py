"""How much text encoders take."""

import pytest
import torch
from transformers import AutoModel, AutoTokenizer, BertConfig, PretrainedConfig, RobertaConfig, T5Config

from seqmix_plugin.models.input_length import max_input_length

SMALL = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 1, "intermediate_size": 8, "vocab_size": 50}


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        (BertConfig(**SMALL, max_position_embeddings=34), 34),
        (RobertaConfig(**SMALL, max_position_embeddings=34, pad_token_id=1), 32),
    ],
    ids=["bert", "roberta"],
)
def test_as_many_positions_as_can_be_run(config: PretrainedConfig, expected: int, tiny_encoder: str) -> None:
    """The tokenizer names no limit. RoBERTa's table has two rows that no piece stands in."""
    model = AutoModel.from_config(config).eval()
    assert max_input_length(model, AutoTokenizer.from_pretrained(tiny_encoder)) == expected
    model(torch.full((1, expected), 7))
    with pytest.raises((IndexError, RuntimeError)):
        model(torch.full((1, expected + 1), 7))


def test_a_tokenizer_may_know_less(tiny_encoder: str) -> None:
    tokenizer = AutoTokenizer.from_pretrained(tiny_encoder, model_max_length=20)
    assert max_input_length(AutoModel.from_pretrained(tiny_encoder), tokenizer) == 20


def test_relative_positions_have_no_limit(tiny_encoder: str) -> None:
    config = T5Config(vocab_size=50, d_model=8, d_kv=8, d_ff=8, num_layers=1, num_heads=1)
    assert max_input_length(AutoModel.from_config(config), AutoTokenizer.from_pretrained(tiny_encoder)) is None
