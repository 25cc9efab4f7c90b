"""What a run has asked so far, in all its rounds."""

import logging
import threading
from pathlib import Path
from typing import Any, Dict, NamedTuple, Optional, Tuple

from allennlp.common.checks import ConfigurationError

from seqmix_plugin.errors import first_line
from seqmix_plugin.formats import Question, read_questions
from seqmix_plugin.run.layout import RoundFiles

logger = logging.getLogger(__name__)


class _Round(NamedTuple):
    signature: Tuple[int, int, int]
    questions: Dict[str, Question]


class Asked:
    """
    The questions of a run's rounds. Rounds that come later are seen when they are asked for.

    # Parameters

    run : `Path`
        The run's folder.
    """

    def __init__(self, run: Path) -> None:
        self._run = run
        self._rounds: Dict[int, _Round] = {}
        self._lock = threading.Lock()

    @property
    def newest(self) -> int:
        """The number of the last round that has asked, or 0."""
        return max(self._look(), default=0)

    def find(self, data: Dict[str, Any]) -> Optional[Tuple[int, Question]]:
        """
        The question of a task, with the number of its round.

        # Parameters

        data : `Dict[str, Any]`
            The task's, as we have exported it: the id in `sentence_id` or `id`, the round in `round`; when that round
            has not asked this, the last that has.
        """
        name = data.get("sentence_id", data.get("id"))
        name = str(name) if isinstance(name, int) and not isinstance(name, bool) else name
        rounds = self._look()
        found = [k for k in sorted(rounds) if isinstance(name, str) and name in rounds[k].questions]
        if not found:
            return None
        k = next((k for k in found if k == data.get("round")), found[-1])
        return k, rounds[k].questions[str(name)]

    def _look(self) -> Dict[int, _Round]:
        """All rounds; files are read only when they are new or another."""
        with self._lock:
            rounds = {}
            for k, files in RoundFiles.all(self._run).items():
                try:
                    stat = files.questions.stat()
                    signature = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
                    before = self._rounds.get(k)
                    if before is not None and before.signature == signature:
                        rounds[k] = before
                    else:
                        questions = {question.sentence.id: question for question in read_questions(files.questions)}
                        rounds[k] = _Round(signature, questions)
                except (ConfigurationError, OSError) as error:
                    logger.warning(f"the questions of round {k} are passed over: {first_line(error)}")
            self._rounds = rounds
            return rounds
