"""The configurations and the small corpus that are installed with the package."""

from pathlib import Path

PACKAGE = Path(__file__).parent
FOLDERS = ("training_configs", "data/quickstart")
"""What is shipped, by the paths in the repository; `setup.py` copies these folders into the wheel, below `shipped/`."""


def shipped(path: str) -> Path:
    """
    The installed file or folder of a path in the repository such as `training_configs/lib`. In a checkout and in an
    editable installation it is the one of the repository, otherwise the copy inside the package.
    """
    copies = PACKAGE / "shipped"
    return (copies if copies.is_dir() else PACKAGE.parent) / path
