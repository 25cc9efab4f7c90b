"""The conversion of GGUF files, on a tiny model that is written as llama.cpp's converter does."""

import hashlib
from pathlib import Path
from typing import Any

import pytest
import torch
from tokenizers import pre_tokenizers
from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaConfig, LlamaForCausalLM

gguf: Any = pytest.importorskip("gguf")

from scripts import convert_smollm2  # noqa: E402  imports gguf

LLAMA = LlamaConfig(
    vocab_size=280,
    hidden_size=64,
    intermediate_size=96,
    num_hidden_layers=2,
    num_attention_heads=4,
    num_key_value_heads=2,
    rope_theta=1e5,
    rms_norm_eps=1e-5,
    tie_word_embeddings=True,
)
GGUF_NAMES = {
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
    "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
}


def write_gguf(path: Path) -> LlamaForCausalLM:
    """Writes a random Llama as llama.cpp's converter does, with queries and keys permuted; returns it."""
    torch.manual_seed(0)
    model = LlamaForCausalLM(LLAMA).eval()
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_name("tiny")
    writer.add_context_length(64)
    writer.add_embedding_length(64)
    writer.add_block_count(2)
    writer.add_feed_forward_length(96)
    writer.add_rope_dimension_count(16)
    writer.add_rope_freq_base(1e5)
    writer.add_head_count(4)
    writer.add_head_count_kv(2)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(280)
    bytes_ = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokens = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", *bytes_, "Ġt", "he", "Ġthe"]
    tokens += [f"unused{number}" for number in range(280 - len(tokens))]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    writer.add_token_list(tokens)
    writer.add_token_types([gguf.TokenType.CONTROL] * 3 + [gguf.TokenType.NORMAL] * 277)
    writer.add_token_merges(["Ġ t", "h e", "Ġt he"])
    for name, tensor in model.model.state_dict().items():
        writer.add_tensor(gguf_name(name), permuted(name, tensor).contiguous().numpy())
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return model


def gguf_name(name: str) -> str:
    """`layers.0.mlp.up_proj.weight` is `blk.0.ffn_up.weight`."""
    if name.startswith("layers."):
        _, layer, part = name.removesuffix(".weight").split(".", 2)
        return f"blk.{layer}.{GGUF_NAMES[part]}.weight"
    return {"embed_tokens.weight": "token_embd.weight", "norm.weight": "output_norm.weight"}[name]


def permuted(name: str, tensor: torch.Tensor) -> torch.Tensor:
    """Queries and keys in llama.cpp's order: the two halves of a head alternate."""
    heads = 4 if "q_proj" in name else 2 if "k_proj" in name else 0
    if not heads:
        return tensor
    return tensor.reshape(heads, 2, -1, tensor.shape[1]).transpose(1, 2).reshape(tensor.shape)


@pytest.fixture
def converted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that the script makes of the tiny model, which knows no facts."""
    path = tmp_path / "tiny.gguf"
    write_gguf(path)
    monkeypatch.setattr(convert_smollm2, "SHA256", hashlib.sha256(path.read_bytes()).hexdigest())
    monkeypatch.setattr("sys.argv", ["script", str(path), str(tmp_path / "model")])
    with pytest.raises(
        SystemExit, match="error: .*/model: 'The capital of France is' is continued with '.*', expected"
    ):
        convert_smollm2.main()
    return tmp_path / "model"


def test_the_converted_model_is_the_one_before(converted: Path) -> None:
    before, now = write_gguf(converted.parent / "again.gguf"), AutoModelForCausalLM.from_pretrained(converted).eval()
    pieces = torch.randint(0, 280, (2, 12), generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        torch.testing.assert_close(now(pieces).logits, before(pieces).logits, rtol=1e-2, atol=1e-3)  # half precision
    assert [now.config.bos_token_id, now.generation_config.bos_token_id] == [0, 0]
    assert "Apache License" in (converted / "LICENSE").read_text(encoding="utf-8")


def test_a_digit_is_a_piece_and_text_begins_with_the_separator(converted: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(converted)
    assert tokenizer.tokenize("he the 1996 é") == ["he", "Ġthe", "Ġ", "1", "9", "9", "6", "Ġ", "Ã", "©"]
    assert tokenizer("the<|im_end|>")["input_ids"][-1] == tokenizer.eos_token_id == 2
    assert (tokenizer.bos_token, tokenizer.bos_token_id) == ("<|endoftext|>", 0)
    assert tokenizer.decode(tokenizer("he the 1996 é")["input_ids"]) == "he the 1996 é"
