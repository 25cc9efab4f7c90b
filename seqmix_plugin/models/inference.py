"""Running models over batches without gradients."""

from contextlib import contextmanager
from typing import Iterator

import torch


@contextmanager
def inference(model: torch.nn.Module, dropout: bool = False) -> Iterator[None]:
    """
    Evaluation mode without gradients; the model's own mode comes back afterwards.

    # Parameters

    model : `torch.nn.Module`
        The model to run.
    dropout : `bool`, optional (default = `False`)
        Leaves dropout on, to sample from it: training mode without gradients.
    """
    training = model.training
    model.train(dropout)
    try:
        with torch.inference_mode():
            yield
    finally:
        model.train(training)
