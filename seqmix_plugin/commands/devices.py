"""The device that `--cuda-device` names."""

from typing import Optional

import torch

from seqmix_plugin.errors import ConfigurationError


def pick_device(cuda_device: Optional[int]) -> torch.device:
    """The GPU of this number, the CPU for -1; for `None` as AllenNLP's trainer: the first GPU, if there is one."""
    if cuda_device is None:
        cuda_device = 0 if torch.cuda.is_available() else -1
    if cuda_device >= torch.cuda.device_count():
        raise ConfigurationError(
            f"--cuda-device is {cuda_device}; this machine has {torch.cuda.device_count()} GPUs, and -1 is the CPU"
        )
    return torch.device("cpu" if cuda_device < 0 else f"cuda:{cuda_device}")
