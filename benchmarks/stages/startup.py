"""Commands from the start of their process to their first output, in seconds of CPU."""

import os
import pty
import statistics
import subprocess
import sys
import termios
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator, List, NamedTuple, Optional

from benchmarks.data import ROOT
from benchmarks.measure import FEWEST_PAIRS, Target, at_most
from benchmarks.row import Entry, Row, Value
from benchmarks.setting import Setting
from seqmix_plugin.formats import Question, write_questions
from seqmix_plugin.io.json_text import to_lines
from seqmix_plugin.run.layout import RoundFiles
from seqmix_plugin.sentence import TaggedSentence

PROGRAMS = {
    "seqmix": "from seqmix_plugin.commands.main import main; main()",
    "allennlp": "from allennlp.__main__ import run; run()",
}
"""What the console scripts run."""
LABELS = ("PER", "ORG", "LOC", "MISC")
NUM_QUESTIONS = 100
LIMITS = {"--help": 1.0, "annotate": 2.0, "import-annotations": 2.0, "export-queries": 2.0, "compare": 3.0}
"""The most CPU seconds of the commands that need no AllenNLP."""


class Command(NamedTuple):
    """
    # Parameters

    label : `str`
        What is run.
    arguments : `List[str]`
        The command line, without the program.
    until : `Optional[str]`
        The text of its output until which the CPU seconds are counted; `None` for the end of the process.
    """

    label: str
    arguments: List[str]
    until: Optional[str]


@dataclass
class Processes:
    """Starts processes, and adds up the CPU seconds that they took."""

    spent: float = 0.0

    def run(self, program: str, command: Command) -> float:
        """Starts a program, ends it when its output has the command's text, and gives its CPU seconds."""
        seconds = cpu_seconds([sys.executable, "-c", PROGRAMS[program], *command.arguments], command.until)
        self.spent += seconds
        return seconds


def rows(setting: Setting) -> Iterator[Entry]:
    """`--help` and `train` by `seqmix` and by `allennlp`; the medians of the commands that need no AllenNLP."""
    found = {command.label: command for command in commands(setting.new_folder(), setting.corpus.train)}
    for name, target in (("--help", None), ("train", at_most(1.1))):
        yield compared(found[name], target)
    processes = Processes()
    for name, limit in LIMITS.items():
        each = [processes.run("seqmix", found[name]) for _ in range(setting.size(FEWEST_PAIRS, 1))]
        parts = {"the fastest (s)": min(each), "the slowest (s)": max(each)}
        yield Value(f"seqmix {name}, median of {len(each)}", statistics.median(each), "s", limit, parts)


def compared(command: Command, target: Optional[Target]) -> Row:
    """A command by `seqmix` and by `allennlp`."""
    processes = Processes()
    return Row(
        label=f"seqmix {command.label}",
        reference_label=f"allennlp {command.label}",
        target=target,
        ours=lambda: processes.run("seqmix", command),
        reference=lambda: processes.run("allennlp", command),
        clock=lambda: processes.spent,
        profiled=False,
    )


def commands(folder: Path, corpus: Path) -> List[Command]:
    """The commands that are measured; what they read is written in a folder."""
    asked = questions_of(corpus)
    run = waiting_run(folder / "run", asked)
    questions = str(RoundFiles.newest(run).questions)
    export = folder / "export.jsonl"
    answers = [{"id": one.sentence.id, "tokens": one.sentence.tokens, "tags": one.predicted_tags()} for one in asked]
    export.write_bytes(to_lines(answers))
    formats = ["--format", "jsonl", "--labels", *LABELS]
    records = sorted(str(path) for path in (ROOT / "results" / "unequal_steps").glob("webpage_*"))
    reading = ["import-annotations", str(export), *formats, "--queries", questions, "--dry-run"]
    writing = ["export-queries", questions, *formats, "--force", "--output", str(folder / "tasks.jsonl")]
    comparing = ["compare", *records, "--output", str(folder / "report.html")]
    training = ["train", "training_configs/quickstart.jsonnet", "--force"]
    return [
        Command("--help", ["--help"], None),
        Command("annotate", ["annotate", str(run)], "sentence 1 of"),
        Command("import-annotations", reading, "answers in"),
        Command("export-queries", writing, "wrote"),
        Command("compare", comparing, "drawing"),
        Command("train", [*training, "-s", str(folder / "trained")], "language model:"),
    ]


def waiting_run(folder: Path, asked: List[Question]) -> Path:
    """The folder of a run that waits for labels."""
    (folder / "vocabulary").mkdir(parents=True)
    tags = [f"{prefix}-{label}" for label in LABELS for prefix in "BI"]
    (folder / "vocabulary" / "labels.txt").write_text("\n".join(["O", *tags, ""]), encoding="utf-8")
    files = RoundFiles.of(folder, 1)
    files.folder.mkdir(parents=True)
    write_questions(files.questions, asked)
    return folder


def questions_of(corpus: Path) -> List[Question]:
    """The first sentences of a column file as questions."""
    blocks = corpus.read_text(encoding="utf-8").strip().split("\n\n")
    sentences = [[line.split()[0] for line in block.split("\n")] for block in blocks[1 : NUM_QUESTIONS + 1]]
    return [Question(TaggedSentence(str(number), tuple(words))) for number, words in enumerate(sentences)]


def cpu_seconds(command: List[str], until: Optional[str]) -> float:
    """
    User and system seconds of a program that runs in a terminal of its own, until its output has a text, or to its end.

    # Parameters

    command : `List[str]`
        The program and its arguments.
    until : `Optional[str]`
        The text; the program is killed when it is there. `None` to wait for the end.

    # Raises

    `RuntimeError`
        When the program ends without the text.
    """
    screen, terminal = pty.openpty()
    termios.tcsetwinsize(terminal, (40, 120))
    process = subprocess.Popen(command, cwd=ROOT, stdin=terminal, stdout=terminal, stderr=terminal)
    os.close(terminal)
    output = b""
    try:
        while until is None or until.encode() not in output:
            try:
                block = os.read(screen, 1 << 16)
            except OSError:  # of a terminal whose program has ended
                block = b""
            if not block:
                break
            output += block
        if until is not None and until.encode() not in output:
            raise RuntimeError(f"{command}: ended without {until!r}: {output.decode(errors='replace')}")
        return spent_by(process.pid)
    finally:
        process.kill()
        process.wait()
        os.close(screen)


def spent_by(process: int) -> float:
    """User and system seconds of a process, with its children that have ended."""
    values = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return sum(map(int, values[11:15])) / os.sysconf("SC_CLK_TCK")
