"""The packages that are compared, and where their environments are."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Dict, NamedTuple

from benchmarks.data import ROOT

DRIVERS = Path(__file__).parent / "drivers"
REQUIREMENTS = Path(__file__).parent / "requirements"
ENVIRONMENTS = ROOT / "build" / "peers"
PYTHON = "3.11"
OURS = "seqmix_plugin"


class Peer(NamedTuple):
    """
    # Parameters

    head : `str`
        The head of our tagger that it is compared with.
    differs : `str`
        What it does otherwise than ours, for the page.
    """

    head: str
    differs: str


PEERS: Dict[str, Peer] = {
    "flair": Peer(
        "softmax",
        "flair has no active learning: the driver computes the score of a sentence from the probabilities that its "
        "`predict` attaches to every word, each an object of Python",
    ),
    "acleto": Peer(
        "softmax",
        "training by the `Trainer` of transformers; two patches: `datasets.load_metric`, which downloads a script, is "
        "replaced, as nothing is evaluated, and numpy is 1.23, since later versions refuse its arrays of rows with "
        "different lengths",
    ),
    "seqal": Peer(
        "crf",
        "SeqAL needs a tagger with a CRF, here of flair 0.10, which clips gradients at a norm of 5 instead of 1; the "
        "transitions have the encoder's learning rate, ours a hundred times as much",
    ),
}
HEADS = {"softmax": "a linear head", "crf": "a CRF"}


def python_of(name: str) -> Path:
    """The interpreter of a peer's environment, or the one that runs this for our own package."""
    return Path(sys.executable) if name == OURS else ENVIRONMENTS / name / "bin" / "python"


def driver_of(name: str) -> Path:
    """The script that does the job by a package."""
    return DRIVERS / ("run_ours.py" if name == OURS else f"run_{name}.py")


def make_environment(name: str) -> None:
    """
    Installs the pinned requirements of a peer in an environment of its own, where that has not been done. A gigabyte or
    two are downloaded.
    """
    folder = ENVIRONMENTS / name
    requirements = REQUIREMENTS / f"{name}.txt"
    done = folder / "installed.txt"
    if done.exists() and done.read_bytes() == requirements.read_bytes():
        return
    beside = Path(sys.executable).with_name("uv")
    uv = str(beside) if beside.exists() else shutil.which("uv")
    if uv is None:
        sys.exit("error: uv is missing; `make env` installs it")
    ENVIRONMENTS.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "VIRTUAL_ENV": str(folder)}
    if not python_of(name).exists():
        subprocess.run([uv, "venv", "--quiet", "--python", PYTHON, str(folder)], check=True)
    subprocess.run([uv, "pip", "install", "--no-deps", "-r", str(requirements)], check=True, env=environment)
    done.write_bytes(requirements.read_bytes())
