"""The corpus of the measurements: CoNLL-2003 if it exists, else the corpus that the repository ships."""

import argparse
import os
from pathlib import Path
from typing import NamedTuple, Optional

ROOT = Path(__file__).parent.parent
QUICKSTART = ROOT / "data" / "quickstart" / "train.conll"
NUM_SENTENCES = 14_041
"""Of CoNLL-2003's training file."""


class Corpus(NamedTuple):
    """
    # Parameters

    name : `str`
        What it is, for the table.
    train : `Path`
        A column file.
    dev, test : `Path`, optional
        The files that an experiment scores.
    scheme : `str`
        Its tag scheme.
    """

    name: str
    train: Path
    dev: Optional[Path]
    test: Optional[Path]
    scheme: str


def add_data_option(parser: argparse.ArgumentParser) -> None:
    """The option `--data` of a command."""
    data = Path(os.environ.get("BENCHMARK_DATA", ROOT.parent / "shared" / "data"))
    parser.add_argument("--data", type=Path, default=data, help="folder that contains conll03")


def find_corpus(data: Path, folder: Path, quick: bool) -> Corpus:
    """
    # Parameters

    data : `Path`
        Where a folder `conll03` may be.
    folder : `Path`
        Where a file may be written.
    quick : `bool`
        Take the small corpus as it is.
    """
    conll = data / "conll03"
    if not quick and conll.is_dir():
        return Corpus("CoNLL-2003", conll / "eng.train", conll / "eng.testa", conll / "eng.testb", "IOB1")
    dev, test = QUICKSTART.with_name("dev.conll"), QUICKSTART.with_name("test.conll")
    if quick:
        return Corpus("quickstart", QUICKSTART, dev, test, "BIO")
    blocks = QUICKSTART.read_text(encoding="utf-8").strip().split("\n\n")
    repeated = folder / "repeated.conll"
    times = -(-NUM_SENTENCES // len(blocks))
    repeated.write_text("\n\n".join((blocks * times)[:NUM_SENTENCES]) + "\n", encoding="utf-8")
    return Corpus(f"quickstart's {len(blocks)} sentences, repeated {times} times", repeated, dev, test, "BIO")
