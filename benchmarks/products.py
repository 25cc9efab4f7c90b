"""Plain matrix products of the shapes of an encoder's linear layers: the arithmetic that scoring cannot do without."""

from typing import List, Sequence, Tuple

import torch


def linear_layers(encoder: torch.nn.Module) -> List[Tuple[int, int]]:
    """The numbers of inputs and outputs of all linear layers."""
    return [
        (layer.in_features, layer.out_features) for layer in encoder.modules() if isinstance(layer, torch.nn.Linear)
    ]


def num_operations(layers: Sequence[Tuple[int, int]], rows: int) -> int:
    """The floating-point operations of all layers on so many rows: a multiplication and an addition a weight."""
    return 2 * rows * sum(inputs * outputs for inputs, outputs in layers)


def multiplied(layers: Sequence[Tuple[int, int]], batches: Sequence[int], device: torch.device) -> None:
    """One product for each layer and each batch, of which `batches` has the numbers of rows."""
    shapes = sorted(set(layers))
    weights = {shape: torch.ones(shape, device=device) for shape in shapes}
    most = max(batches, default=0)
    inputs = {width: torch.ones(most, width, device=device) for width, _ in shapes}
    with torch.inference_mode():
        for rows in batches:
            for layer in layers:
                inputs[layer[0]][:rows] @ weights[layer]
