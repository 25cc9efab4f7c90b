"""The questions of all rounds of a run."""

import logging
import threading
from pathlib import Path
from typing import Any, Dict, Optional, Tuple

from allennlp.common.checks import ConfigurationError

from seqmix_plugin.errors import first_line
from seqmix_plugin.formats import Question, read_questions
from seqmix_plugin.run.layout import RoundFiles

logger = logging.getLogger(__name__)


class RunQuestions:
    """
    Finds questions by their ids. Files of new rounds are read when they appear.

    # Parameters

    run : `Path`
        The run's folder.
    """

    def __init__(self, run: Path) -> None:
        self._run = run
        self._files: Dict[Tuple[int, ...], Dict[str, Question]] = {}
        """The questions of each file, by round, modification time, size and inode."""
        self._lock = threading.Lock()

    @property
    def newest(self) -> int:
        """The number of the last round with questions, or 0."""
        return max(self._rounds(), default=0)

    def find(self, data: Dict[str, Any]) -> Optional[Tuple[int, Question]]:
        """
        The question of a task, with the number of its round.

        # Parameters

        data : `Dict[str, Any]`
            The task's data as exported: the sentence's id in `sentence_id` or `id`, and the `round`. Without that round
            the last one with this sentence is taken.
        """
        name = data.get("sentence_id", data.get("id"))
        name = str(name) if isinstance(name, int) and not isinstance(name, bool) else name
        if not isinstance(name, str):
            return None
        found = {k: questions[name] for k, questions in self._rounds().items() if name in questions}
        k = data["round"] if data.get("round") in list(found) else max(found, default=0)
        return (k, found[k]) if found else None

    def _rounds(self) -> Dict[int, Dict[str, Question]]:
        with self._lock:
            known, self._files = self._files, {}
            for k, files in RoundFiles.all(self._run).items():
                try:
                    stat = files.questions.stat()
                    key = (k, stat.st_mtime_ns, stat.st_size, stat.st_ino)
                    if key not in known:
                        known[key] = {question.sentence.id: question for question in read_questions(files.questions)}
                    self._files[key] = known[key]
                except (ConfigurationError, OSError) as error:
                    logger.warning(f"cannot read the questions of round {k}: {first_line(error)}")
            return {key[0]: questions for key, questions in self._files.items()}
