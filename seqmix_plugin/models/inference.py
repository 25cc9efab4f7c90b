"""Running models over batches of similar length without gradients."""

from contextlib import contextmanager
from typing import Iterator, List, Sequence

import torch
from transformers import PreTrainedModel

from seqmix_plugin.progress import progress_bar


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
    training, device = model.training, next(model.parameters()).device.type
    model.train(dropout)
    try:
        with torch.inference_mode(), torch.autocast(device, dtype, enabled=dtype != torch.float32):
            yield
    finally:
        model.train(training)


@contextmanager
def inputs_of(layer: torch.nn.Module) -> Iterator[List[torch.Tensor]]:
    """
    Adds the input of each call of a layer to a list, such as the word vectors from which a tagger's `tag_projection`
    computes the logits.
    """
    seen: List[torch.Tensor] = []
    hook = layer.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    try:
        yield seen
    finally:
        hook.remove()


def never_compile(model: PreTrainedModel) -> None:
    """
    Turns off the compilation that ModernBERT starts by itself on a GPU, and only for models that were never run on the
    CPU: a run checks its first model there, so that its models would not be computed in the same way.

    # Parameters

    model : `PreTrainedModel`
        Model of any architecture.
    """
    if hasattr(model.config, "reference_compile"):
        model.config.reference_compile = False


def batches_by_length(lengths: Sequence[int], batch_tokens: int, description: str) -> Iterator[List[int]]:
    """
    Groups inputs into batches of similar length, the longest first, and shows a progress bar.

    # Parameters

    lengths : `Sequence[int]`
        Number of tokens of each input.
    batch_tokens : `int`
        Largest number of padded tokens in a batch; an input longer than this is a batch of its own.
    description : `str`
        Text of the progress bar.

    # Returns

    `Iterator[List[int]]`
        Indices of the inputs of each batch.
    """
    order = sorted(range(len(lengths)), key=lambda position: -lengths[position])
    start = 0
    with progress_bar(total=len(order), desc=description) as bar:
        while start < len(order):
            batch = order[start : start + max(1, batch_tokens // max(lengths[order[start]], 1))]
            yield batch
            start += len(batch)
            bar.update(len(batch))
