"""The arithmetic of linear layers."""

import torch

from benchmarks.products import linear_layers, multiplied, num_operations


def test_operations_are_two_for_each_weight_and_row() -> None:
    model = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.GELU(), torch.nn.Linear(4, 2))
    assert linear_layers(model) == [(3, 4), (4, 2)]
    assert num_operations(linear_layers(model), rows=5) == 2 * 5 * (12 + 8)


def test_each_layer_is_multiplied_once_a_batch() -> None:
    with torch.profiler.profile(record_shapes=True) as profile:
        multiplied([(3, 4), (4, 2), (3, 4)], [5, 1], torch.device("cpu"))
    shapes = [event.input_shapes for event in profile.events() if event.name == "aten::mm"]
    assert shapes == [[[rows, i], [i, o]] for rows in (5, 1) for i, o in ((3, 4), (4, 2), (3, 4))]
