"""The number formats in which is measured."""

from pathlib import Path
from typing import Any, Callable, Iterator

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


def in_half(work: Callable[[], Any], device: torch.device) -> Any:
    """What work returns that multiplies matrices in bfloat16."""
    with torch.autocast(device.type, torch.bfloat16):
        return work()


def has_bfloat16_units() -> bool:
    """Whether the CPU multiplies bfloat16 natively."""
    path = Path("/proc/cpuinfo")
    flags = path.read_text(encoding="utf-8").split() if path.exists() else []
    return "avx512_bf16" in flags or "amx_bf16" in flags
