"""Tiny random encoders of the families that `docs/models.md` names, each with a tokenizer of its own kind."""

from pathlib import Path
from typing import Any, Callable, Dict, NamedTuple, Optional

import sentencepiece
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import (
    AutoModel,
    DebertaV2Config,
    DebertaV2TokenizerFast,
    GPT2Config,
    LlamaConfig,
    ModernBertConfig,
    PretrainedConfig,
    PreTrainedTokenizerFast,
    XLMRobertaConfig,
    XLMRobertaTokenizerFast,
)

from tests.conftest import quickstart_words

SHAPE = {
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 64,
    "max_position_embeddings": 160,
}
BERT_PIECES = {
    "pad_token": "[PAD]",
    "unk_token": "[UNK]",
    "cls_token": "[CLS]",
    "sep_token": "[SEP]",
    "mask_token": "[MASK]",
}


class Family(NamedTuple):
    """How an encoder of a family is made, and the keys that it needs."""

    tokenizer: Callable[[Path], Any]
    config: Callable[[Any], PretrainedConfig]
    tokenizer_kwargs: Optional[Dict[str, Any]] = None


def byte_level(before: str = "", after: str = "", **special: str) -> PreTrainedTokenizerFast:
    """A byte-level tokenizer fitted to the shipped corpus, with special pieces around a sentence."""
    backend = Tokenizer(models.BPE())
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    names = list(dict.fromkeys(special.values()))
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=1200, special_tokens=names, initial_alphabet=alphabet, show_progress=False)
    backend.train_from_iterator([f" {word}" for word in sorted(quickstart_words().elements())], trainer)
    around = [piece for piece in (before, after) if piece]
    if around:
        backend.post_processor = processors.TemplateProcessing(
            single=" ".join(piece for piece in (before, "$A", after) if piece),
            pair=" ".join(piece for piece in (before, "$A", after, "$B", after) if piece),
            special_tokens=[(piece, backend.token_to_id(piece)) for piece in dict.fromkeys(around)],
        )
    inputs = ["input_ids", "attention_mask"]
    return PreTrainedTokenizerFast(tokenizer_object=backend, model_input_names=inputs, **special)


def sentence_piece(folder: Path, **options: Any) -> str:
    """A SentencePiece model fitted to the shipped corpus."""
    text = folder / "text.txt"
    words = [*sorted(quickstart_words().elements()), *["a", "b"] * 50]  # AllenNLP looks for two short pieces
    text.write_text("\n".join(words), encoding="utf-8")
    sentencepiece.SentencePieceTrainer.train(
        input=str(text),
        model_prefix=str(folder / "spm"),
        vocab_size=900,
        character_coverage=1.0,
        hard_vocab_limit=False,
        minloglevel=2,
        **options,
    )
    text.unlink()
    (folder / "spm.vocab").unlink()
    return str(folder / "spm.model")


FAMILIES: Dict[str, Family] = {
    "modernbert": Family(
        lambda folder: byte_level("[CLS]", "[SEP]", **BERT_PIECES),
        lambda tokenizer: ModernBertConfig(
            **SHAPE,
            vocab_size=len(tokenizer),
            local_attention=8,
            pad_token_id=tokenizer.pad_token_id,
            cls_token_id=tokenizer.cls_token_id,
            sep_token_id=tokenizer.sep_token_id,
        ),
        {"add_prefix_space": True},
    ),
    "gpt2": Family(
        lambda folder: byte_level(bos_token="<|endoftext|>", eos_token="<|endoftext|>", unk_token="<|endoftext|>"),
        lambda tokenizer: GPT2Config(vocab_size=len(tokenizer), n_positions=160, n_embd=32, n_layer=2, n_head=2),
        {"add_prefix_space": True},
    ),
    "llama": Family(
        lambda folder: byte_level("<|begin_of_text|>", bos_token="<|begin_of_text|>", eos_token="<|end_of_text|>"),
        lambda tokenizer: LlamaConfig(**SHAPE, vocab_size=len(tokenizer), num_key_value_heads=1),
        {"add_prefix_space": True},
    ),
    "deberta-v3": Family(
        lambda folder: DebertaV2TokenizerFast(
            vocab_file=sentence_piece(
                folder,
                pad_id=0,
                bos_id=1,
                eos_id=2,
                unk_id=3,
                pad_piece="[PAD]",
                bos_piece="[CLS]",
                eos_piece="[SEP]",
                unk_piece="[UNK]",
            )
        ),
        lambda tokenizer: DebertaV2Config(
            **SHAPE,
            vocab_size=len(tokenizer),
            relative_attention=True,
            position_buckets=8,
            norm_rel_ebd="layer_norm",
            share_att_key=True,
            pos_att_type=["p2c", "c2p"],
            position_biased_input=False,
            type_vocab_size=0,
        ),
    ),
    "xlm-r": Family(
        lambda folder: XLMRobertaTokenizerFast(vocab_file=sentence_piece(folder)),
        lambda tokenizer: XLMRobertaConfig(**SHAPE, vocab_size=len(tokenizer), pad_token_id=tokenizer.pad_token_id),
    ),
}


def make_encoder(family: str, folder: Path) -> str:
    """Makes a tiny random encoder of a family in a folder, which is returned."""
    made = FAMILIES[family]
    folder.mkdir(parents=True)
    tokenizer = made.tokenizer(folder)
    tokenizer.save_pretrained(folder)
    torch.manual_seed(0)
    AutoModel.from_config(made.config(tokenizer)).save_pretrained(folder)
    return str(folder)
