"""Running models over batches without gradients."""

from contextlib import contextmanager, nullcontext
from typing import ContextManager, Iterator

import torch


@contextmanager
def inference(model: torch.nn.Module, dropout: bool = False, dtype: torch.dtype = torch.float32) -> Iterator[None]:
    """
    Evaluation mode without gradients; the model's own mode comes back afterwards.

    # Parameters

    model : `torch.nn.Module`
        The model to run.
    dropout : `bool`, optional (default = `False`)
        Leaves dropout on, to sample from it: training mode without gradients.
    dtype : `torch.dtype`, optional (default = `torch.float32`)
        `torch.bfloat16` multiplies matrices in this type, by torch's automatic mixed precision; sums of many numbers
        stay in float32, and so do the weights.
    """
    training = model.training
    model.train(dropout)
    try:
        with torch.inference_mode(), _precision(model, dtype):
            yield
    finally:
        model.train(training)


def _precision(model: torch.nn.Module, dtype: torch.dtype) -> ContextManager[None]:
    if dtype == torch.float32:
        return nullcontext()
    return torch.autocast(next(model.parameters()).device.type, dtype=dtype)
