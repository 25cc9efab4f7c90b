"""What a run ran on, for those who compare runs."""

import json
import logging
import os
import platform
import socket
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Dict, Optional

import torch

from seqmix_plugin.distributed import world_size
from seqmix_plugin.errors import first_line, shortened

logger = logging.getLogger(__name__)

PACKAGE_FOLDER = Path(__file__).parent.parent
PACKAGES = ("seqmix_plugin", "allennlp", "torch", "transformers", "tokenizers", "seqeval", "numpy")


def environment(device: torch.device) -> Dict[str, Any]:
    """
    Versions, machine and git revision as plain data.

    # Parameters

    device : `torch.device`
        Where the models are.
    """
    cuda = device.type == "cuda"
    return {
        "versions": {"python": platform.python_version(), **{name: _version(name) for name in PACKAGES}},
        "revision": revision(),
        "host": socket.gethostname(),
        "platform": platform.platform(),
        "device": torch.cuda.get_device_name(device) if cuda else platform.processor() or platform.machine(),
        "cpus": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "processes": world_size(),
    }


def warn_of_changes(path: Path, now: Dict[str, Any]) -> None:
    """
    Warns when a run goes on in another environment than the one it began in: its numbers may then differ in the last
    digits, and with them what is queried.

    # Parameters

    path : `Path`
        What was kept of the first one.
    now : `Dict[str, Any]`
        The present one.
    """
    try:
        before = json.loads(path.read_text(encoding="utf-8"))
        pairs = [(name, before["versions"].get(name), value) for name, value in now["versions"].items()]
        pairs += [(name, before.get(name), now[name]) for name in ("device", "threads", "processes")]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        logger.warning(f"{path} cannot be read ({first_line(error)}); whether the environment has changed is not known")
        return
    # What stands in the file may be anything; `ascii` leaves nothing that a terminal obeys.
    shown = [(name, ascii(old).strip("'"), new) for name, old, new in pairs if old != new]
    changes = [f"{name} {shortened(old)} → {new}" for name, old, new in shown]
    if changes:
        logger.warning(f"the run goes on in another environment and may round differently: {', '.join(changes)}")


def revision() -> Optional[str]:
    """The commit that the package's code is at, with a `+` where files of the package differ from it; or `None`."""
    try:
        head = _git("rev-parse", "--short=12", "HEAD")
        return head + ("+" if _git("status", "--porcelain", "--", ".") else "") if _git("ls-files", ".") else None
    except (OSError, subprocess.SubprocessError):  # no git, no repository
        return None


def _git(*arguments: str) -> str:
    command = ["git", "-C", str(PACKAGE_FOLDER), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=10).stdout.strip()


def _version(package: str) -> Optional[str]:
    try:
        return version(package)
    except PackageNotFoundError:  # run from a folder that was not installed
        return None
