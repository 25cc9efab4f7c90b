"""The name of the experiment that a run belongs to, from the name of its folder."""

import re
from pathlib import Path

OF_A_SEED = re.compile(r"(seed|s)?[-_.]?\d+")
"""The name of a folder or record, without its ending, of which the name above it names the experiment."""


def experiment_name(run: Path) -> str:
    """`nte` for `nte`, and for `nte/1` and `nte/seed2`, which `repeat` and `sweep` may have made."""
    path = run.resolve()
    return path.parent.name if OF_A_SEED.fullmatch(path.name) and path.parent.name else path.name
