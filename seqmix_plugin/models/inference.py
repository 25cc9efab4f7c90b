"""Running models over batches without gradients."""

from contextlib import contextmanager, nullcontext
from typing import ContextManager, Iterator

import torch


@contextmanager
def inference(model: torch.nn.Module, dropout: bool = False, dtype: torch.dtype = torch.float32) -> Iterator[None]:
    """
    Evaluation mode without gradients; the model's own mode is restored afterwards.

    # Parameters

    model : `torch.nn.Module`
        Model to run.
    dropout : `bool`, optional (default = `False`)
        Whether to keep dropout on, to draw samples: training mode without gradients.
    dtype : `torch.dtype`, optional (default = `torch.float32`)
        Type in which matrices are multiplied. `torch.bfloat16` uses torch's automatic mixed precision, in which weights
        and long sums stay in float32.
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
