"""Transfers of tensors between devices."""

import torch


def on_device(tensor: torch.Tensor, device: torch.device) -> torch.Tensor:
    """
    A tensor on a device. A transfer to a GPU begins from pinned memory, so that the program goes on while it is made;
    what the GPU computes afterwards waits for it.

    # Parameters

    tensor : `torch.Tensor`
        Values on any device. Shape: `(...)`
    device : `torch.device`
        Where they are needed.

    # Returns

    `torch.Tensor`
        The same values. Shape: `(...)`
    """
    if device.type == "cuda" and tensor.device.type == "cpu":
        return tensor.pin_memory().to(device, non_blocking=True)
    return tensor.to(device)
