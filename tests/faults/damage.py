"""Damage to each file of a run's folder, and what the run says and does about it."""

import csv
import hashlib
import io
import json
import re
import shutil
import signal
import tarfile
from functools import partial
from pathlib import Path
from typing import Any, Callable, Dict, List, NamedTuple, Tuple

from tests.faults.drill import Ended

TOLD = "told"
"""The command ends with an error that names the file, or the result differs after a warning that names it."""
HEALED = "healed"
"""A warning names the file, and the result is that of the undamaged run."""
HARMLESS = "harmless"
"""Nothing is said, and the result is that of the undamaged run, this file included where a later command reads it."""
ANSWERS = "counted"
"""The result differs, and the file is what an annotation tool wrote, of which the run cannot know what it should be."""
FINE = (TOLD, HEALED, HARMLESS, ANSWERS)

SILENT = "SILENT"
TRACEBACK = "TRACEBACK"
UNNAMED = "UNNAMED"
"""An error that does not say which file it is about."""
HANGS = "HANGS"

LOGS = re.compile(
    r"out(_worker\d+)?\.log|meta\.json|.*\.lock|state/lock|round_\d+/(\w+/)?metrics_epoch_\d+\.json|.*\.damaged\d+(/.*)?"
)
"""Files that are written for people alone and that no command reads."""
READ_BY_PEOPLE = re.compile(r"environment\.json|queries/.*")
"""
Files that no label, score or weight of the run depends on once the run has come to its end; when one of them was
damaged and nothing else differs, such as a score of a question, it is harmless.
"""
STOCK = {"config.json", "vocabulary/labels.txt", "vocabulary/non_padded_namespaces.txt"}
"""Files that AllenNLP reads before the plugin runs, the vocabulary in distributed runs; its own error will do."""
COMPARED = {"state/data.json": "has changed since the run"}
"""Files whose contents are compared with something; the error says what differs, and either may be the damaged one."""
REFUSED = ("configuration we're recovering from", "allennlp/common/params.py", "allennlp/data/vocabulary.py")
"""What shows that error: the given configuration is not that of the folder, or a file could not be read."""


PLACES = {"first": 0.0, "middle": 0.5, "last": 1.0}


def _flip(path: Path, place: float) -> None:
    """Changes a bit."""
    content = bytearray(path.read_bytes())
    content[min(int(place * len(content)), len(content) - 1)] ^= 1
    path.write_bytes(content)


def _change(path: Path, place: float) -> None:
    """Changes a bit of a digit, or of a letter where there is none, so that text stays what can be read."""
    content = bytearray(path.read_bytes())
    start = int(place * len(content) * 0.9)
    found = next(filter(None, (re.compile(kind).search(content, start) for kind in (rb"\d", rb"[a-z]"))), None)
    if found is not None:
        content[found.start()] ^= 1
        path.write_bytes(content)


def _cut(path: Path, place: float) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: int(place * len(content))])


DAMAGES: Dict[str, Callable[[Path], None]] = {
    **{f"{name} bit": partial(_flip, place=place) for name, place in PLACES.items()},
    **{f"{name} digit": partial(_change, place=place) for name, place in PLACES.items()},
    "half": partial(_cut, place=0.5),
    "empty": partial(_cut, place=0),
    "gone": Path.unlink,
}
"""What is done to a file. A digit is only changed where a file is text."""


class Target(NamedTuple):
    """
    # Parameters

    name : `str`
        For the table.
    folder : `Path`
        A run's folder, which is copied and damaged.
    go_on : `Callable[[Path], Ended]`
        Brings a run in a folder to its end; what all of its commands printed.
    whole : `Path`
        The folder of the undamaged run after `go_on`.
    """

    name: str
    folder: Path
    go_on: Callable[[Path], Ended]
    whole: Path

    @classmethod
    def of(cls, name: str, folder: Path, go_on: Callable[[Path], Ended]) -> "Target":
        """Brings a copy of the undamaged run to its end."""
        whole = folder.with_name(f"{folder.name}_whole")
        shutil.copytree(folder, whole)
        ended = go_on(whole)
        assert ended.code == 0, ended.output
        assert not _said(ended), ended.output
        return cls(name, folder, go_on, whole)

    def files(self) -> List[str]:
        """Those of the run's folder."""
        return sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file())


class Try(NamedTuple):
    """A damage that was done to a file, and what came of it: one of the words above, and why."""

    target: str
    file: str
    damage: str
    verdict: str
    reason: str


def tries(target: Target, files: str = "") -> List[Tuple[Target, str, str]]:
    """What to try with the files whose names begin so; what cannot be done to a file is left out."""
    found = []
    for name in (name for name in target.files() if name.startswith(files)):
        content = (target.folder / name).read_bytes()
        kinds = [kind for kind in DAMAGES if content or kind == "gone"]
        found += [(target, name, kind) for kind in kinds if "digit" not in kind or _is_text(content)]
    return found


def _is_text(content: bytes) -> bool:
    try:
        return bool(content.decode())
    except UnicodeDecodeError:
        return False


def attempt(target: Target, file: str, damage: str) -> Try:
    """Damages a file in a copy of the folder, brings the run to its end, and judges."""
    number = int.from_bytes(hashlib.sha256(f"{target.name}/{file}/{damage}".encode()).digest()[:6], "big")
    folder = target.folder.with_name(f"try{number}")  # a name in which no file's name is
    shutil.copytree(target.folder, folder)
    DAMAGES[damage](folder / file)
    ended = target.go_on(folder)
    verdict, reason = judged(ended, file, unlike(target.whole, folder) if ended.code == 0 else [])
    shutil.rmtree(folder)
    return Try(target.name, file, damage, verdict, reason.replace(str(folder), "RUN"))


def judged(ended: Ended, file: str, differing: List[str]) -> Tuple[str, str]:
    """A word, and what was said or what differs."""
    said = _said(ended)
    names = [line for line in said if names_file(line, file) or COMPARED.get(file, "\n") in line]
    shown = (names or said or [ended.output[-500:]])[-1]
    if ended.code == -signal.SIGALRM:
        return HANGS, shown
    if ended.code != 0:
        if file in STOCK and (names or any(sign in ended.output for sign in REFUSED)):
            return TOLD, shown
        if "Traceback" in ended.output:
            return TRACEBACK, ended.output.strip().splitlines()[-1]
        return (TOLD if names else UNNAMED), shown
    if READ_BY_PEOPLE.fullmatch(file):
        differing = [name for name in differing if not READ_BY_PEOPLE.fullmatch(name)]
    if not differing:
        return (HEALED, shown) if names else (HARMLESS, "")
    if names:
        return TOLD, shown
    if "/answers/" in file:
        return ANSWERS, ", ".join(differing)
    return SILENT, ", ".join(differing)


def names_file(line: str, file: str) -> bool:
    """Whether a line says which file is meant, or the folder of a model that it is part of."""
    path = Path(file)
    folder = str(path.parent)
    return path.name in line or (folder.split("/")[0] in ("encoder", "language_model", "vocabulary") and folder in line)


def _said(ended: Ended) -> List[str]:
    """The warnings and errors."""
    return [
        line
        for line in re.split(r"[\r\n]+", ended.output)
        if "warning: " in line or "error: " in line or "Error" in line
    ]


def unlike(whole: Path, folder: Path) -> List[str]:
    """The files in which a folder differs from that of the undamaged run, but for logs and seconds."""
    ours, theirs = _contents(whole), _contents(folder)
    return sorted(name for name in {*ours, *theirs} if ours.get(name) != theirs.get(name))


def _contents(folder: Path) -> Dict[str, Any]:
    names = (str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    return {name: _content(folder / name) for name in names if not LOGS.fullmatch(name)}


def _content(path: Path) -> Any:
    """What a file holds, in a form that does not know of time."""
    content = path.read_bytes()
    try:
        if path.name == "model.tar.gz":
            with tarfile.open(path) as archive:
                members = {member.name: archive.extractfile(member) for member in archive if member.isfile()}
                return {name: _digest(file.read()) for name, file in members.items() if file is not None}
        if path.suffix == ".csv":
            rows = csv.DictReader(io.StringIO(content.decode()))
            return [_timeless(row) for row in rows]
        if path.suffix == ".json":
            return _timeless(json.loads(content))
        if path.name == "rounds.jsonl":
            return [_timeless(json.loads(line)) for line in content.splitlines()]
    except (ValueError, OSError, tarfile.TarError, EOFError):
        pass
    return _digest(content)


def _timeless(value: Any) -> Any:
    """Without seconds, and without the digest of a state that has some."""
    if isinstance(value, dict):
        kept = {key: _timeless(one) for key, one in value.items() if "seconds" not in key}
        return {key: one for key, one in kept.items() if key != "sha256" or "version" not in kept}
    return [_timeless(one) for one in value] if isinstance(value, list) else value


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
