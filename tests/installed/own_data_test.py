"""The walk through docs/own_data.md from the wheel, in an empty folder: its commands print what it shows."""

import json
import os
import re
import shlex
import shutil
from pathlib import Path
from typing import List, Tuple

import pytest

from tests.annotate_walk_test import says, steps
from tests.annotator.pseudo_terminal import PseudoTerminal
from tests.conftest import ROOT, SHARED_DATA
from tests.installed.conftest import Installation

PAGE = ROOT / "docs" / "own_data.md"
MINILM = ROOT / "models" / "all-MiniLM-L6-v2"
SENTENCES = {"train": 70, "dev": 15, "test": 15}
"""As many of WebPage as make the walk short; the sizes of the experiment follow from them."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Nothing but labelled files, a text, and the encoder where its name on the hub finds it without a network."""
    if not SHARED_DATA.exists() or not MINILM.exists():
        pytest.skip(f"{SHARED_DATA} or {MINILM} is not here")
    lines: List[str] = []
    for split, number in SENTENCES.items():
        content = (SHARED_DATA / "webpage" / f"{split}.conll").read_text(encoding="utf-8")
        blocks = content.strip().split("\n\n")[:number]
        (tmp_path / f"{split}.conll").write_text("\n\n".join(blocks) + "\n", encoding="utf-8")
        lines += [" ".join(row.split()[0] for row in block.split("\n")) for block in blocks]
    (tmp_path / "text.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (tmp_path / "sentence-transformers").mkdir()
    shutil.copytree(MINILM, tmp_path / "sentence-transformers" / "all-MiniLM-L6-v2")
    return tmp_path


def label(installation: Installation, command: str, lines: List[str], cwd: Path) -> None:
    """Three sentences in a terminal: the first word of each gets the first label."""

    def program() -> None:
        os.chdir(cwd)
        variables = {**installation.variables(), "TERM": "xterm-256color"}
        os.execvpe("bash", ["bash", "-c", command], variables)

    terminal = PseudoTerminal(program=program)
    terminal.wait_for("sentence 1 of 3")
    for number in (2, 3):
        terminal.type("1\r", f"sentence {number} of 3")
    terminal.type("1\r", "Enter save, quit")
    terminal.type("\r", "next: the command")
    assert terminal.end() == 0
    says(terminal.text(), lines)


def shown() -> List[Tuple[str, List[str]]]:
    """The commands of the page and what each prints, but for the encoder, which is in a folder here."""
    return [(command, [line for line in lines if "encoder=" not in line]) for command, lines in steps(PAGE)]


def test_the_walk(installation: Installation, folder: Path) -> None:
    place = folder
    for command, lines in shown():
        if command.startswith("cd "):
            place = (place / shlex.split(command)[1]).resolve()
            continue
        if command.startswith("seqmix annotate"):
            label(installation, command, lines, place)
            continue
        done = installation.run(f"export HF_HUB_OFFLINE=1; {command}", cwd=place)
        assert "Traceback" not in done.stdout + done.stderr
        says(done.stdout + done.stderr, lines)
    names, labels = folder / "names", folder / "labels"
    for run in ("seqmix", "random"):
        assert len((names / "runs" / run / "rounds.jsonl").read_text(encoding="utf-8").splitlines()) == 6
    assert (names / "report.html").exists()
    assert (names / "runs" / "seqmix" / "huggingface" / "model.safetensors").exists()
    assert json.loads((labels / "tagged.jsonl").read_text(encoding="utf-8"))["words"][-1] == "Oslo"
    rows = (labels / "runs" / "project" / "annotated.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(row)["tags"][0] for row in rows] == ["B-LOC"] * 3


def test_the_commands_of_a_projects_readme_are_those_of_the_page(installation: Installation, folder: Path) -> None:
    walked = {command for command, _ in shown()}
    for command, _ in shown():
        if command.startswith("seqmix start"):
            installation.run(command, cwd=folder)
    for name in ("names", "labels"):
        text = (folder / name / "README.md").read_text(encoding="utf-8")
        commands = re.findall(r"^((?:seqmix|echo) .*)", text, re.M)
        assert len(commands) == 6
        assert set(commands) - walked == set()
