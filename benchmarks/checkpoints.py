"""Folders with untrained models."""

import torch
from tokenizers import ByteLevelBPETokenizer
from transformers import GPT2Config, GPT2LMHeadModel, GPT2TokenizerFast

from benchmarks.setting import Setting

BEGIN = "<|endoftext|>"


def gpt2_folder(setting: Setting) -> str:
    """A checkpoint of GPT-2's shape, initialised at random, with a byte-pair vocabulary of the corpus's text."""
    folder = setting.new_folder()
    bpe = ByteLevelBPETokenizer()
    bpe.train([str(setting.corpus.train)], vocab_size=50_257, special_tokens=[BEGIN], show_progress=False)
    bpe.save_model(str(folder))
    tokenizer = GPT2TokenizerFast(vocab_file=str(folder / "vocab.json"), merges_file=str(folder / "merges.txt"))
    tokenizer.save_pretrained(folder)
    begin = tokenizer.convert_tokens_to_ids(BEGIN)
    torch.manual_seed(0)
    GPT2LMHeadModel(GPT2Config(bos_token_id=begin, eos_token_id=begin)).save_pretrained(folder)
    return str(folder)
