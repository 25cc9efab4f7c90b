"""Perplexities under a causal language model."""

from typing import Any, Iterator, List, Sequence

import numpy as np
import torch
from transformers import AutoTokenizer, GPT2Config, GPT2LMHeadModel

from benchmarks.measure import at_least, at_most
from benchmarks.precision import TOLERANCE, precisions
from benchmarks.row import Entry, Row
from benchmarks.setting import Setting
from benchmarks.stages.scoring import drawn, whole_batches
from seqmix_plugin.augmenters.language_models.causal import causal_perplexities

NUM_SENTENCES = 1000
SIZES = {"GPT-2 shape": (144, 20, 1024), "small GPT-2": (NUM_SENTENCES, 200, 8192)}
"""How many of them on a CPU, sentences of the reference that takes one a call, and padded tokens a batch."""
TOGETHER = 48
"""Sentences of like length of which all or none are taken: about a batch."""


def rows(setting: Setting) -> Iterator[Entry]:
    """Each model shape compared with the bare loop and with one sentence per call."""
    for name, config in setting.language_models.items():
        yield from rows_of(setting, name, config)


def rows_of(setting: Setting, name: str, config: GPT2Config) -> Iterator[Entry]:
    """The rows of a shape."""
    on_gpu = setting.device.type == "cuda"
    size, alone, batch_tokens = SIZES.get(name, (1000, 200, 1024))
    alone = 60 if on_gpu else alone
    torch.manual_seed(0)
    model = GPT2LMHeadModel(config).to(setting.device).eval()
    everything = token_ids(setting, setting.size(NUM_SENTENCES, 12), config.vocab_size)
    kept = whole_batches(np.array([len(row) for row in everything]), NUM_SENTENCES if on_gpu else size, TOGETHER)
    sequences = [everything[position] for position in kept]
    some = drawn(range(len(sequences)), setting.size(alone, 3))
    chosen = [sequences[position] for position in some]
    for said in precisions(setting.device):
        label = f"perplexities of {len(sequences):,} of {len(everything):,} sentences, {name}{said}"
        yield Row(
            label=label,
            reference_label="bare loop, same batches",
            target=at_most(1.2 if on_gpu else 1.1),
            ours=lambda: causal_perplexities(model, sequences, 0, batch_tokens),
            reference=lambda: by_length(model, sequences, 0, batch_tokens),
            ours_size=len(sequences),
            reference_size=len(sequences),
            difference=lambda ours, reference: float(np.abs(ours / reference - 1).max()),
            tolerance=TOLERANCE[said],
        )
        yield Row(
            label=label,
            reference_label="one sentence a call",
            target=None if on_gpu else at_least(2),
            ours=lambda: causal_perplexities(model, sequences, 0, batch_tokens),
            reference=lambda: one_by_one(model, chosen, 0),
            ours_size=len(sequences),
            reference_size=len(some),
            difference=lambda ours, reference: float(np.abs(ours[some] / reference - 1).max()),
            tolerance=TOLERANCE[said],
            note=f"the reference scores {len(some)} of the sentences",
        )
    if on_gpu:
        half = model.bfloat16()
        yield Row(
            label=f"perplexities of {len(sequences):,} of {len(everything):,} sentences, {name} in bfloat16",
            reference_label="bare loop in bfloat16, same batches",
            target=at_most(1.2),
            ours=lambda: causal_perplexities(half, sequences, 0, batch_tokens),
            reference=lambda: by_length(half, sequences, 0, batch_tokens),
            ours_size=len(sequences),
            reference_size=len(sequences),
        )


def token_ids(setting: Setting, size: int, vocabulary: int) -> List[List[int]]:
    """Word pieces of the corpus's sentences, modulo the vocabulary; the cost depends on their number only."""
    lines = setting.corpus.train.read_text(encoding="utf-8").split("\n")
    sentences: List[List[str]] = [[]]
    for line in lines:
        if line and not line.startswith("-DOCSTART-"):
            sentences[-1].append(line.split()[0])
        elif sentences[-1]:
            sentences.append([])
    texts = [" ".join(words) for words in drawn([words for words in sentences if words], size)]
    tokenizer = AutoTokenizer.from_pretrained(next(iter(setting.encoders.values())))
    return [[piece % vocabulary for piece in row] for row in tokenizer(texts, add_special_tokens=False)["input_ids"]]


def by_length(model: GPT2LMHeadModel, sequences: Sequence[List[int]], begin: int, batch_tokens: int) -> np.ndarray:
    """Longest first, as many a batch as `batch_tokens` padded tokens hold."""
    order = sorted(range(len(sequences)), key=lambda i: (-len(sequences[i]), i))
    result = np.empty(len(sequences))
    with torch.inference_mode():
        while order:
            size = max(1, batch_tokens // (len(sequences[order[0]]) + 1))
            batch, order = order[:size], order[size:]
            result[batch] = _perplexities(model, [sequences[i] for i in batch], begin).cpu().numpy()
    return result


def one_by_one(model: GPT2LMHeadModel, sequences: Sequence[List[int]], begin: int) -> np.ndarray:
    """The perplexity of a batch of one."""
    with torch.inference_mode():
        return np.array([_perplexities(model, [sequence], begin).item() for sequence in sequences])


def _perplexities(model: GPT2LMHeadModel, sequences: Sequence[List[int]], begin: int) -> Any:
    longest = max(map(len, sequences))
    inputs = torch.tensor([[begin, *row[:-1]] + [0] * (longest - len(row)) for row in sequences], device=model.device)
    targets = torch.tensor([row + [-100] * (longest - len(row)) for row in sequences], device=model.device)
    lengths = torch.tensor([len(row) for row in sequences], device=model.device)
    logits = model(input_ids=inputs, attention_mask=(targets >= 0).long()).logits
    losses = torch.nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="none")
    return (losses.view_as(targets).sum(-1) / lengths).exp().double()
