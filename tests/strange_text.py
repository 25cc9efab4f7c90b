"""Words that files may hold and that few tokenizers know."""

from typing import Dict, List

from tests.conftest import QUICKSTART

STRANGE: Dict[str, List[str]] = {
    "emoji": ["😀", "👩‍👩‍👧", "🇩🇪", "❤️"],
    "right to left": ["שלום", "مرحبا", "\u202eOslo\u202c"],
    "zero-width": ["\u200b", "\ufeff", "\u200d", "a\u200bb"],
    "control characters": ["\x00", "\x1b", "\x7f", "\x85", "\u2028"],
    "white space": ["\u00a0", "\u3000", "a\u00a0b"],
    "combining": ["\u0301", "\u0327\u0301", "e\u0301"],
    "special pieces": ["[SEP]", "[UNK]", "[PAD]", "<|endoftext|>"],
    "beyond": ["𝔘", "\U0010ffff", "\ufdd0", "\ue000"],
}
WORDS = [word for words in STRANGE.values() for word in words]
HUGE = ["ab" * 3000, "😀" * 500]
"""Longer than any encoder's input by themselves."""


def strange_text(size: int, words: List[str] = WORDS) -> str:
    """Column text: sentences of the shipped corpus with such a word in each, and sentences of nothing else."""
    blocks = []
    for number, block in enumerate((QUICKSTART / "train.conll").read_text(encoding="utf-8").split("\n\n")[:size]):
        table = [line.split("\t") for line in block.strip().split("\n")]
        table[number % len(table)][0] = words[number % len(words)]
        blocks.append("\n".join("\t".join(row) for row in table))
        some = [words[(number + step) % len(words)] for step in range(4)]
        blocks.append("\n".join(f"{word}\t{tag}" for word, tag in zip(some, ("B-PER", "O") * 2, strict=True)))
    return "\n\n".join(blocks) + "\n"
