"""The walk through docs/annotate.md: its commands in its order, with annotators between them, say what it says."""

import json
import os
import re
import signal
import sys
import time
from pathlib import Path
from typing import Callable, Dict, List, Tuple

import pytest
from allennlp.commands import main

from seqmix_plugin.formats import labels_of_run, read_questions
from seqmix_plugin.run.layout import RoundFiles
from tests.annotator.pseudo_terminal import PseudoTerminal
from tests.conftest import QUICKSTART, ROOT
from tests.faults.drill import in_process, start
from tests.label_studio import Project, gold

PAGE = ROOT / "docs" / "annotate.md"
RUN = Path("runs") / "annotate"
AT_THE_SCREEN = "seqmix annotate runs/annotate"


def steps(page: Path = PAGE) -> List[Tuple[str, List[str]]]:
    """The commands of a page, and what each prints."""
    found: List[Tuple[str, List[str]]] = []
    for block in re.findall(r"```console\n(.*?)```", page.read_text(encoding="utf-8"), re.S):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append((line[2:], []))
            elif line.strip():
                found[-1][1].append(line)
    return found


def pattern(line: str) -> str:
    """A line with any numbers and any spacing; the labels to an F1 may be those of the first round or not."""
    words = line.replace("≤ ", "").replace(",", "").split()
    return r"\s+".join(r"[\d,.]+".join(map(re.escape, re.split(r"[\d,.]*\d", word))) for word in words)


def says(output: str, lines: List[str]) -> None:
    """Whether the lines are in the output, in their order, but for what the tiny encoder does not learn."""
    output = output.replace(" | collapsed: F1 near 0 on its own labels", "")
    found = [line.replace(",", "") for line in re.split(r"[\r\n]+", output)]
    for line in lines:
        while found and not re.search(pattern(line), found[0].replace("≤ ", "")):
            found.pop(0)
        assert found, f"{line!r} is not in its place in:\n{output}"


@pytest.fixture
def project(tiny_encoder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A folder as the repository is after `make models`, with a tiny encoder."""
    for name in ("data", "training_configs"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "all-MiniLM-L6-v2").symlink_to(tiny_encoder)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sentences.jsonl").write_text('{"sentence": "Anna Berg (48) sings in Oslo."}\n', encoding="utf-8")
    return Project(gold(QUICKSTART / "pool.txt"))


def allennlp(command: str) -> Callable[[], None]:
    def work() -> None:
        sys.argv = command.split()
        main(prog="allennlp")

    return work


def label_in_the_terminal(lines: List[str]) -> None:
    """By keys: everything off, then each entity from its first word on."""
    questions = read_questions(RoundFiles.newest(RUN).questions)
    labels, spans = labels_of_run(str(RUN)), gold(QUICKSTART / "pool.txt")
    terminal = PseudoTerminal(*AT_THE_SCREEN.split()[1:])
    terminal.wait_for("sentence 1 of 20")
    assert lines[0].split("]")[0] in terminal.text()
    assert all(line in terminal.text() for line in lines if line.startswith(("1 ", "Enter ")))
    for number, question in enumerate(questions, 2):
        keys = "c"
        for start_, end, label in spans[question.sentence.raw_text]:
            inside = [n for n, (a, b) in enumerate(question.sentence.offsets()) if start_ <= a and b <= end]
            keys += "\x1b[H" + "l" * inside[0] + " " * len(inside) + str(labels.index(label) + 1)
        terminal.type(keys + "\r", f"sentence {number} of" if number <= len(questions) else "Enter save, quit")
    terminal.type("\r", "next: the command")
    says(terminal.text(), [line for line in lines if line.startswith(("labelled", "sentences", "answers", "next"))])


def killed_when_it_takes_the_labels(command: str) -> None:
    process = start(allennlp(command), Path("killed.log"))
    end = time.monotonic() + 60
    while not (RUN / "annotated.jsonl").exists() and time.monotonic() < end:
        time.sleep(0.002)
    os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)
    assert not (RUN / "rounds.jsonl").exists()


def test_the_walk(project: Project) -> None:
    def answers(k: int, name: str, size: int = 1000) -> None:
        project.label(size)
        project.export(RoundFiles.of(RUN, k).answers / name)

    before: Dict[int, Callable[[], None]] = {
        1: lambda: answers(0, "first.json", 12),
        3: lambda: answers(0, "second.json"),
        5: lambda: answers(1, "all.json"),
        8: lambda: answers(3, "all.json"),
    }
    commands = steps()
    assert [name for name, _ in commands].index(AT_THE_SCREEN) == 6
    for number, (command, lines) in enumerate(commands):
        before.get(number, lambda: None)()
        if command == AT_THE_SCREEN:
            label_in_the_terminal(lines)
            continue
        if number == 3:
            killed_when_it_takes_the_labels(command)
            continue
        ended = in_process(allennlp(command), Path(f"{number}.log"))
        assert ended.code == 0, ended.output
        assert "Traceback" not in ended.output
        says(ended.output, lines)
        asked = sorted(RUN.glob("queries/*/label_studio.json"))
        if lines and "waits for labels of 20 of 20" in lines[-1]:
            project.load(asked[-1])
    assert json.loads((RUN / "metrics.json").read_text())["status"] == "finished"
    labelled = [json.loads(line) for line in (RUN / "annotated.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len(labelled) == 80
    right = gold(QUICKSTART / "pool.txt")
    for row in labelled:
        spaces = row.get("spaces", [" "] * (len(row["tokens"]) - 1) + [""])
        text = "".join(word + space for word, space in zip(row["tokens"], spaces, strict=True))
        assert sum(tag[0] == "B" for tag in row["tags"]) == len(right[text])
    [tagged] = (RUN / "tagged.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(tagged)["words"] == ["Anna", "Berg", "(", "48", ")", "sings", "in", "Oslo", "."]
    assert {"precision", "recall", "f1"} <= set(json.loads((RUN / "test.json").read_text()))
