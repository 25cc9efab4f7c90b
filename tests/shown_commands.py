"""The commands that the pages of the documentation show, each with the block of code in which it stands."""

import re
from pathlib import Path
from typing import Iterator, List, NamedTuple, Optional

from tests.conftest import ROOT

PAGES = [
    *(ROOT / name for name in ("README.md", "training_configs/README.md")),
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "docs/site").glob("*.md")),
]
PROGRAMS = ("allennlp", "cd", "docker", "echo", "git", "huggingface-cli", "make", "mlflow", "pip", "python", "ray")
PROGRAMS += ("sbatch", "scontrol", "seqmix", "sed", "srun", "tensorboard", "uv", "wandb")
"""Where a block has no language, these begin a command; other blocks without a language are output or data."""
SHELLS = ("bash", "sh", "shell")
FENCED = re.compile(
    r"^(?P<indent> *)(?:<!-- not run: (?P<reason>[^\n]*?) -->\n+ *)?```(?P<language>\w*)\n(?P<code>.*?)^ *```$",
    re.S | re.M,
)


class Shown(NamedTuple):
    """A command, its page, and why it is not run where the page says so."""

    page: Path
    command: str
    not_run: Optional[str]

    @property
    def form(self) -> str:
        """The program, its sub-command and its options, without their values."""
        words = self.command.split()
        number = {"python": 3 if words[1:2] == ["-m"] else 2, "uv": 3}.get(words[0], 2)
        options = sorted(set(re.findall(r"(?<!\S)--?[a-zA-Z][\w-]*", " ".join(words[number:]))))
        return " ".join([word for word in words[:number] if not re.match(r"-[^mc]", word)] + options)


def shown_commands() -> Iterator[Shown]:
    """All of them, in the order of the pages."""
    for page in PAGES:
        for block in FENCED.finditer(page.read_text(encoding="utf-8")):
            for command in commands_of(block["language"], block["code"]):
                yield Shown(page, command, block["reason"])


def commands_of(language: str, code: str) -> List[str]:
    """The commands of a block of code, without comments and with their continuation lines."""
    lines = [line.strip() for line in code.replace("\\\n", " ").splitlines()]
    if language == "console":
        lines = [line[2:] for line in lines if line.startswith("$ ")]
    elif language not in SHELLS and (language or not lines[0].startswith(tuple(f"{name} " for name in PROGRAMS))):
        lines = []
    return [command for line in lines if (command := re.sub(r"(^|\s+)#.*", "", line))]
