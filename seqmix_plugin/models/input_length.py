"""The maximum input length of a transformer."""

from typing import Optional

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

NO_LIMIT = 1_000_000
"""Tokenizers without a limit state a number that does not fit into a machine word."""


def max_input_length(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> Optional[int]:
    """
    The largest number of pieces, including special ones, that the tokenizer, the configuration and the position
    embeddings allow.

    # Parameters

    model : `PreTrainedModel`
        The transformer.
    tokenizer : `PreTrainedTokenizerBase`
        The transformer's tokenizer.

    # Returns

    `int`, optional
        `None` when none of them names a limit.
    """
    limits = [NO_LIMIT, tokenizer.model_max_length, getattr(model.config, "max_position_embeddings", None) or NO_LIMIT]
    for name, table in model.named_modules():
        if name.endswith("position_embeddings") and isinstance(table, torch.nn.Embedding):
            # RoBERTa and similar models count positions from the one after the padding index.
            limits.append(table.num_embeddings - (0 if table.padding_idx is None else table.padding_idx + 1))
    limit = min(limit for limit in limits if limit > 0)
    return None if limit == NO_LIMIT else limit
