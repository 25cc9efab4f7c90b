"""How much text a transformer takes at once."""

from typing import Optional

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

NO_LIMIT = 1_000_000
"""Tokenizers that know no longest input state a number that does not fit into a machine word."""


def max_input_length(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> Optional[int]:
    """
    The most pieces, special ones counted, that tokenizer, configuration and table of positions allow.

    # Returns

    `int`, optional
        `None` when none of them names a limit.
    """
    limits = [NO_LIMIT, tokenizer.model_max_length, getattr(model.config, "max_position_embeddings", None) or NO_LIMIT]
    for name, table in model.named_modules():
        if name.endswith("position_embeddings") and isinstance(table, torch.nn.Embedding):
            # RoBERTa and its kin count positions from the one after the padding index.
            limits.append(table.num_embeddings - (0 if table.padding_idx is None else table.padding_idx + 1))
    limit = min(limit for limit in limits if limit > 0)
    return None if limit == NO_LIMIT else limit
