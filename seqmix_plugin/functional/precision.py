"""Numbers of enough bits."""

import torch


def at_least_float32(values: torch.Tensor) -> torch.Tensor:
    """The values in float32, where they have fewer bits: logarithms and their sums need it."""
    return values if values.dtype == torch.float64 else values.float()
