"""The conversions of `make models-all`, on tiny models in the formats of the real ones."""

import hashlib
import struct
from pathlib import Path
from typing import Any, Dict, List, Sequence, Tuple

import numpy as np
import pytest
import torch
from transformers import (
    AutoModel,
    AutoTokenizer,
    BertConfig,
    BertModel,
)

from scripts import convert_e5

PIECES = ["▁Oslo", "▁", "▁is", "▁Осло", *"OsloiaнÅé1,"]
VOCABULARY = [*convert_e5.SPECIAL.values(), *dict.fromkeys(PIECES), convert_e5.MASK]
SHAPE = {
    "hidden_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 128,
    "max_position_embeddings": 80,
}


def four_bits(values: np.ndarray) -> Tuple[bytes, np.ndarray]:
    """Weights in blocks of 32 with a scale each, and the weights that the bits stand for."""
    blocks = values.reshape(-1, 32)
    scales = (np.abs(blocks).max(axis=1, keepdims=True) / 7).clip(1e-6).astype(np.float16)  # padding is zero
    numbers = np.rint(blocks / scales.astype(np.float32)).clip(-8, 7)
    nibbles = (numbers + 8).astype(np.uint8)
    rows = np.concatenate((scales.view(np.uint8), nibbles[:, :16] | nibbles[:, 16:] << 4), axis=1)
    return rows.tobytes(), numbers * scales.astype(np.float32)


def write_packed(path: Path, vocabulary: Sequence[str] = VOCABULARY) -> Dict[str, torch.Tensor]:
    """Writes a random encoder in the layout of `e5-small-q4.bin`; returns its weights by transformers' names."""
    torch.manual_seed(0)
    size = len(vocabulary) + 3  # the real file, too, has rows without a piece
    state = BertModel(BertConfig(vocab_size=size, pad_token_id=1, **SHAPE), add_pooling_layer=False).state_dict()
    parts = ("q", "k", "v", "ao", "aln", "fi", "fo", "oln")
    layers = [f"l{number}.{part}.{kind}" for number in range(2) for part in parts for kind in "wb"]
    names = ["emb.word", "emb.pos", "emb.type", "emb.ln.w", "emb.ln.b", *layers]
    pieces = [piece.encode() for piece in vocabulary]
    head = struct.pack("<4sI7ifi", b"E5S1", 1, 64, 2, 2, 128, size, 80, 2, 1e-12, 32)
    head += struct.pack("<5iQ", len(pieces), 0, 2, 1, 3, sum(map(len, pieces)))
    head += np.cumsum([0, *map(len, pieces)]).astype("<u4").tobytes()
    head += np.linspace(0, -20, len(pieces)).astype("<f4").tobytes() + b"".join(pieces)
    head += struct.pack("<iI", 1, 9) + struct.pack("<IBI", 9, 1, 32) + struct.pack("<i", len(names))
    offset = len(head) + sum(len(name) + 23 for name in names)
    weights, data = {}, b""
    for name in names:
        ours = convert_e5.transformers_name(name)
        values = state[ours].numpy()
        in_bits = name == "emb.word" or (name.endswith(".w") and "ln" not in name)
        content, values = four_bits(values) if in_bits else (values.tobytes(), values)
        head += struct.pack("<H", len(name)) + name.encode()
        head += struct.pack("<BIQQ", in_bits, values.size, offset + len(data), len(content))
        data += content
        weights[ours] = torch.from_numpy(values).reshape(state[ours].shape)
    assert weights.keys() == state.keys()
    path.write_bytes(head + data)
    return weights


def convert(script: Any, path: Path, monkeypatch: pytest.MonkeyPatch, *options: str) -> Path:
    """Runs a script on a file of which it knows the checksum; returns the folder."""
    target = path.parent / "model"
    monkeypatch.setattr(script, "SHA256", hashlib.sha256(path.read_bytes()).hexdigest())
    monkeypatch.setattr("sys.argv", ["script", str(path), str(target), *options])
    script.main()
    return target


@pytest.fixture
def unasked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A random model knows no translations."""
    monkeypatch.setattr(convert_e5, "check", lambda folder, scripts: None)


@pytest.mark.parametrize(("options", "lost"), [([], ["▁Осло", "н"]), (["--also", "Cyrillic"], [])])
def test_e5_keeps_the_weights_of_the_pieces_that_it_keeps(
    options: List[str], lost: List[str], unasked: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights = write_packed(tmp_path / "e5-small-q4.bin")
    folder = convert(convert_e5, tmp_path / "e5-small-q4.bin", monkeypatch, *options)
    kept = [piece for piece in VOCABULARY if piece not in lost]
    assert AutoTokenizer.from_pretrained(folder).convert_ids_to_tokens(range(len(kept))) == kept
    state = AutoModel.from_pretrained(folder).state_dict()
    words = "embeddings.word_embeddings.weight"
    weights[words] = weights[words][[VOCABULARY.index(piece) for piece in kept]]
    for name, value in weights.items():
        torch.testing.assert_close(state.pop(name), value, rtol=1e-3, atol=1e-7)  # half precision
    assert all(name.startswith("pooler.") and not value.any() for name, value in state.items())
    assert "Microsoft" in (folder / "LICENSE").read_text(encoding="utf-8")
    assert f"of the {len(VOCABULARY)} word pieces, the {len(kept)} are kept" in (folder / "README.md").read_text()


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("Oslo is  Oslo ", ["▁Oslo", "▁is", "▁Oslo"]),
        ("Ｏｓｌｏ\u200b1", ["▁Oslo", "▁", "1"]),  # full width, and a space of no width
        ("A\u030a, Осло", ["▁", "Å", ",", "▁", "<unk>"]),
    ],
)
def test_e5_reads_text_as_xlm_r(text: str, pieces: List[str], unasked: None) -> None:
    vocabulary = [(piece, -float(number)) for number, piece in enumerate(VOCABULARY) if piece != "▁Осло"]
    tokenizer = convert_e5.new_tokenizer(vocabulary, 40)
    ids = tokenizer(text, add_special_tokens=False)["input_ids"]
    assert tokenizer.convert_ids_to_tokens(ids) == pieces
    assert tokenizer.decode(tokenizer("Oslo is")["input_ids"]) == "<s> Oslo is</s>"


def test_a_model_that_knows_no_translations_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alphabet = sorted(
        {letter for pairs in convert_e5.TRANSLATIONS.values() for pair in pairs for letter in "".join(pair)}
    )
    write_packed(
        tmp_path / "e5-small-q4.bin", list(dict.fromkeys([*VOCABULARY[:-1], *alphabet, *"query:", convert_e5.MASK]))
    )
    with pytest.raises(SystemExit, match="error: .*/model: '.*' is nearer to '.*' than its translation"):
        convert(convert_e5, tmp_path / "e5-small-q4.bin", monkeypatch)


def test_arguments_of_e5_that_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "e5-small-q4.bin"
    monkeypatch.setattr("sys.argv", ["script", str(path), str(tmp_path / "model")])
    with pytest.raises(SystemExit, match="error: .*/e5-small-q4.bin: No such file or directory"):
        convert_e5.main()
    write_packed(path)
    with pytest.raises(SystemExit, match="error: .*/e5-small-q4.bin has SHA-256 [0-9a-f]{64}, expected 1571fc98"):
        convert_e5.main()
    with pytest.raises(
        SystemExit, match="error: --also Elvish: unknown property .*; expected names of Unicode, such as"
    ):
        convert(convert_e5, path, monkeypatch, "--also", "Elvish")
    path.write_bytes(b"E5S2" + path.read_bytes()[4:])
    with pytest.raises(SystemExit, match="error: the file begins with b'E5S2', expected b'E5S1'"):
        convert(convert_e5, path, monkeypatch)
    assert not (tmp_path / "model").exists()
