"""Numerical precision."""

import torch


def at_least_float32(values: torch.Tensor) -> torch.Tensor:
    """
    Converts values of lower precision to float32, which logarithms and sums of them need.

    # Parameters

    values : `torch.Tensor`
        Values of any floating-point type.

    # Returns

    `torch.Tensor`
        The values as float64 if they were, and as float32 otherwise.
    """
    return values if values.dtype == torch.float64 else values.float()
