"""The number formats in which a GPU is measured."""

from typing import Iterator

import torch

TOLERANCE = {"": 1e-4, ", fp32": 1e-3, ", tf32": 2e-2}
"""The largest difference of ours and the reference in a format: TF32 has ten bits."""


def precisions(device: torch.device) -> Iterator[str]:
    """
    What to add to a row's label, a format at a time; while it is held, both ours and the reference work in it. On a CPU
    there is float32 alone.
    """
    if device.type != "cuda":
        yield ""
        return
    before = torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.allow_tf32
    try:
        for allowed, name in ((False, ", fp32"), (True, ", tf32")):
            torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = allowed
            yield name
    finally:
        torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.allow_tf32 = before
