"""The names of all files in a run's folder; README describes their content."""

import os
import re
from pathlib import Path
from typing import Dict, List, NamedTuple, Optional, Tuple

from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.io.folder_guard import not_own

CONFIG = "config.json"
ENVIRONMENT = "environment.json"
ROUNDS = "rounds.jsonl"
ANNOTATED = "annotated.jsonl"
SYNTHETIC = "synthetic.jsonl"
METRICS = "metrics.json"
WEIGHTS = "best.th"
CORPUS = "corpus.arrow"
CURVE = "learning_curve.csv"
PICTURE = "learning_curve.png"
OF_A_RUN = (
    *(CONFIG, ENVIRONMENT, ROUNDS, ANNOTATED, SYNTHETIC, METRICS, WEIGHTS, CORPUS, CURVE, PICTURE),
    *("meta.json", "out.log", "model.tar.gz"),
)
"""All of them, and those of AllenNLP."""
WRITTEN = (ANNOTATED, SYNTHETIC, ROUNDS, CURVE, PICTURE, ENVIRONMENT)
"""Those that the plugin writes in one step, so that a killed run may leave a temporary file beside them."""
STATE = "state"
"""The folder with the files from which a run resumes."""
DATA_DIGESTS = "data.json"
"""The file in it with the digests of the data files and models."""
TRACKERS = "trackers.json"
"""The file in it with the runs of the trackers, and how many rounds they have."""
ENCODER = "encoder"
"""The folder of a run and of its archive that carries the encoder's configuration and tokenizer, without weights."""
ENCODER_DIGESTS = "encoder.json"
"""The file in `state/` with the digests of that folder's files."""
NOT_MEASURED = "not measured"
"""Stands in place of F1 in a run without a dev and a test file."""
LOCK = "lock"
ROUND_FILE = re.compile(r"round_(0|[1-9]\d{0,5})\.json", re.ASCII)

QUERIES = "queries"
"""The folder, in that of a run."""
QUESTIONS = "questions.jsonl"
ANSWERS = "answers"
OWN = ".answers.jsonl"
"""The ending of files of answers in our own format, whichever tool the run works with."""
ANSWER_FILES = f"{QUERIES}/round_*/{ANSWERS}/*"
"""The annotators' files in the folder of a run, which are only read and may be links."""

_BACKUP = re.compile(r".*(~|\.bak|\.orig|\.sw[op])|#.*#", re.IGNORECASE | re.DOTALL)
"""Names under which editors keep what a file was before."""
_ROUND = re.compile(r"round_(0|[1-9]\d{0,5})", re.ASCII)


def state_path(folder: Path, k: int) -> Path:
    """The file with the state of a round."""
    return folder / STATE / f"round_{k}.json"


def member_weights(folder: Path, name: str) -> Path:
    """The file with the newest weights of a member of a committee."""
    return folder / STATE / f"{name}.th"


def query_scores(folder: Path, k: int) -> Path:
    """The file with the scores of all candidates of a round."""
    return folder / STATE / f"scores_{k}.npy"


def kept_round(folder: Path, k: int) -> Path:
    """The folder of a round whose weights are kept."""
    return folder / f"round_{k}"


def state_files(folder: Path) -> Dict[int, Path]:
    """The files with the states of rounds, by the rounds' numbers."""
    found = ((ROUND_FILE.fullmatch(path.name), path) for path in folder.glob(f"{STATE}/*"))
    return {int(name[1]): path for name, path in found if name is not None}


class RoundFiles(NamedTuple):
    """
    # Parameters

    folder : `Path`
        The folder of the round, `queries/round_<k>` in that of the run.
    """

    folder: Path

    @classmethod
    def of(cls, run: Path, k: int) -> "RoundFiles":
        """The files of a round."""
        return cls(run / QUERIES / f"round_{k}")

    @classmethod
    def newest(cls, run: Path) -> "RoundFiles":
        """
        The files of the last round that has questions.

        # Raises

        `ConfigurationError`
            When no round has any.
        """
        found = cls.all(run)
        if not found:
            raise ConfigurationError(f"{run / QUERIES}: no questions of a round; expected a run that waits for labels")
        return found[max(found)]

    @classmethod
    def all(cls, run: Path) -> Dict[int, "RoundFiles"]:
        """The files of all rounds that have questions, by the rounds' numbers."""
        found = [(_ROUND.fullmatch(path.parent.name), path) for path in (run / QUERIES).glob(f"*/{QUESTIONS}")]
        return {int(name[1]): cls(path.parent) for name, path in found if name is not None}

    @classmethod
    def around(cls, questions: Path) -> Optional["RoundFiles"]:
        """The files of the round whose questions a file holds; `None` when it is not in the folder of a run."""
        path = Path(os.path.abspath(questions))
        placed = path.name == QUESTIONS and path.parent.parent.name == QUERIES and _ROUND.fullmatch(path.parent.name)
        return cls(path.parent) if placed else None

    @staticmethod
    def run_around(path: Path) -> Optional[Path]:
        """The run in whose `queries/round_<k>` a path lies; `None` when it lies elsewhere."""
        found = (place for place in Path(os.path.abspath(path)).parents if _ROUND.fullmatch(place.name))
        return next((place.parent.parent for place in found if place.parent.name == QUERIES), None)

    @property
    def number(self) -> int:
        """The round's number."""
        return int(self.folder.name.removeprefix("round_"))

    @property
    def run(self) -> Path:
        """The run's folder."""
        return self.folder.parent.parent

    @property
    def questions(self) -> Path:
        """Our own file of questions."""
        return self.folder / QUESTIONS

    @property
    def answers(self) -> Path:
        """The folder of all files with answers."""
        return self.folder / ANSWERS

    def own(self, name: str) -> Path:
        """A file among the answers that is in our own format."""
        return self.answers / f"{name}{OWN}"

    def own_to_write(self, name: str) -> Path:
        """
        The same file, for a program that writes it: the folder may have an untrusted origin.

        # Raises

        `ConfigurationError`
            When it is a link, or in one.
        """
        path = self.own(name)
        for part in (self.folder.parent, self.folder, path):
            if part.is_symlink():
                raise not_own(part)
        return path

    def answer_files(self) -> List[Path]:
        """
        The files with answers, sorted by name, without folders, hidden files, files that are being written, and what
        editors keep of files.
        """
        found = [path for path in self._visible_files() if not _BACKUP.fullmatch(path.name)]
        return sorted(found, key=_natural)

    def unread_folders(self) -> List[Path]:
        """The folders among the answers that are not empty; they are not read."""
        found = [path for path in self.answers.glob("*") if path.is_dir() and not path.name.startswith(".")]
        return sorted(path for path in found if any(path.iterdir()))

    def unread_backups(self) -> List[Path]:
        """The files among the answers that an editor keeps of others; they are not read."""
        return sorted(path for path in self._visible_files() if _BACKUP.fullmatch(path.name))

    def _visible_files(self) -> List[Path]:
        """The files among the answers that are neither hidden nor being written."""
        found = (path for path in self.answers.glob("*") if path.suffix not in (".tmp", ".part"))
        return [path for path in found if path.is_file() and not path.name.startswith(".")]


def _natural(path: Path) -> Tuple[List[Tuple[int, str]], str]:
    """For sorting by name. When a file was last changed does not matter: a copy of a run is read as the run is."""
    parts = re.split(r"([0-9]+)", path.stem)
    return [(int(part), "") if place % 2 else (0, part) for place, part in enumerate(parts)], path.name
