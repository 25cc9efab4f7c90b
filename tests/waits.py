"""Counts the calls that would make a program wait for a GPU, on tensors of any device."""

from collections import Counter
from typing import Any, Callable, Dict, Optional, Tuple

import torch
from torch.overrides import TorchFunctionMode

ALWAYS = {"item", "tolist", "cpu", "numpy", "__bool__", "__int__", "__float__", "__index__", "nonzero", "is_nonzero"}
ALWAYS |= {"equal", "allclose", "masked_select", "unique", "unique_consecutive", "repeat_interleave"}
INDEXED = {"__getitem__", "__setitem__"}
"""Waits where a mask of truth values is the index: how many are true decides the shape."""


class Waits(TorchFunctionMode):
    """
    While it is entered, counts by name the functions of torch that wait for a GPU when their tensor is on one. The
    addresses of data (`numpy`) and numbers (`item`) of a tensor need the value, masks as indices need its sum.
    """

    def __init__(self) -> None:
        super().__init__()
        self.calls: Counter = Counter()

    def __torch_function__(
        self, function: Callable[..., Any], types: Any, args: Tuple[Any, ...] = (), kwargs: Optional[Dict] = None
    ) -> Any:
        name = getattr(function, "__name__", "")
        if name in ALWAYS or (name in INDEXED and _has_mask(args[1])):
            self.calls[name] += 1
        return function(*args, **(kwargs or {}))


def _has_mask(index: Any) -> bool:
    parts = index if isinstance(index, tuple) else (index,)
    return any(isinstance(part, torch.Tensor) and part.dtype == torch.bool for part in parts)


def waits_a_batch(work: Callable[[int], Any], few: int = 2, many: int = 5) -> Dict[str, float]:
    """The calls of each name that a further batch adds, where `work` takes a number of batches."""
    counted = []
    for number in (few, many):
        with Waits() as waits:
            work(number)
        counted.append(waits.calls)
    names = counted[0].keys() | counted[1].keys()
    added = {name: (counted[1][name] - counted[0][name]) / (many - few) for name in sorted(names)}
    return {name: number for name, number in added.items() if number}
