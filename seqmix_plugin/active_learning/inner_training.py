"""What is around a training by the inner trainer: its type of numbers, its steps, and what it leaves behind."""

import gc
from contextlib import contextmanager
from typing import Any, Iterator

import torch
from allennlp.common.util import is_distributed
from allennlp.training import TrainerCallback

from seqmix_plugin.io.folder_guard import check_own


@contextmanager
def trains_in(model: torch.nn.Module, dtype: torch.dtype) -> Iterator[None]:
    """
    Has matrices multiplied in this type while a model in training mode computes its loss. `autocast` is entered for
    each forward pass alone: until the outermost one ends, torch keeps the converted weights, so that an `autocast`
    around the training would compute all its steps with the first weights, and AllenNLP's trainer turns it off on a
    GPU.
    """
    if dtype == torch.float32:
        yield
        return
    forward, device = model.forward, next(model.parameters()).device.type

    def converted(*arguments: Any, **keywords: Any) -> Any:
        with torch.autocast(device, dtype, enabled=model.training):
            return forward(*arguments, **keywords)

    model.forward = converted  # type: ignore[method-assign]
    try:
        yield
    finally:
        del model.forward  # that of the class is seen again


class WhileOurs(TrainerCallback):
    """
    Ends the training, which writes files of its own, when another start has taken the run's folder, and counts its
    steps: it is called once for all the batches whose gradients a step accumulates, and for each batch of validation.

    # Parameters

    serialization_dir : `str`
        The folder of the run, which AllenNLP's class keeps.
    """

    steps = 0

    def on_batch(self, *arguments: Any, is_training: bool = True, is_primary: bool = True, **keywords: Any) -> None:
        self.steps += int(is_training)
        if is_primary:
            check_own()


def let_go() -> None:
    """
    Frees the object that averages the gradients of all processes: it is attached to the weights as long as it exists,
    and would average them in the next round as well.
    """
    if is_distributed():
        gc.collect()
