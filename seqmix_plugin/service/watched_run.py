"""What the service reads of a run in progress: the model of its newest round, and the questions of all."""

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple

import torch

from seqmix_plugin.data import SentenceReader
from seqmix_plugin.errors import ConfigurationError, first_line
from seqmix_plugin.formats import Question, read_questions
from seqmix_plugin.formats.answer import named
from seqmix_plugin.io.atomic import file_digest
from seqmix_plugin.io.json_text import read_object, read_objects
from seqmix_plugin.models import SequenceTagger
from seqmix_plugin.predictors import SequenceTaggerPredictor
from seqmix_plugin.run.layout import CONFIG, ROUNDS, WEIGHTS, RoundFiles, state_path
from seqmix_plugin.sentence import TaggedSentence

logger = logging.getLogger(__name__)

UNTRAINED = "untrained"
"""The version before round 0 is finished."""
BATCH_SIZE = 32

Load = Callable[[str], Tuple[SequenceTagger, SentenceReader]]


class ModelHolder:
    """
    Tags sentences with the model of the newest round. A new round is noticed by the dates of its files and loaded
    while other requests still use the old model, so that for a moment both are on the device.

    # Parameters

    run : `Path`
        The run's folder.
    load : `Callable[[str], Tuple[SequenceTagger, SentenceReader]]`
        Loads a model and its reader from a run's folder, to the CPU.
    device : `torch.device`
        The device of the model.
    """

    def __init__(self, run: Path, load: Load, device: torch.device) -> None:
        self._run = run
        self._load = load
        self._device = device
        self.loaded: Tuple[str, Optional[SequenceTaggerPredictor], Optional[SentenceReader]] = (UNTRAINED, None, None)
        """The version of the model, such as `"round 3"`, its predictor and its reader."""
        self._seen: Any = None
        self._loading = threading.Lock()
        self._using = ThreadPoolExecutor(1)  # batches take turns: a large request does not hold up a small one

    def refresh(self) -> None:
        """
        Loads the model of the newest round if it is not loaded yet. When that fails, it is logged once and the old
        model stays.
        """
        with self._loading:
            signature = self._signature()
            if signature == self._seen:
                return
            try:
                k = self._newest()
                if k is not None:
                    model, reader = self._load(str(self._run))
                    self._using.submit(model.to, self._device).result()
                    self.loaded = (f"round {k}", SequenceTaggerPredictor(model, reader), reader)
                    logger.info(f"predicting with the model of round {k}")
            except Exception as error:  # whatever is wrong with the files
                logger.warning(f"cannot load the model of the newest round: {first_line(error)}")
            self._seen = signature

    def tag(self, sentences: Sequence[TaggedSentence]) -> Tuple[str, List[Any]]:
        """
        Tags sentences, in batches of similar length.

        # Returns

        `Tuple[str, List[Any]]`
            The model's version, and what its predictor makes of each sentence; empty before there is a model.
        """
        version, predictor, reader = self.loaded
        if predictor is None or reader is None:
            return version, []

        def outputs(places: Sequence[int]) -> List[Any]:
            return predictor.predict_batch_instance(
                [reader.sentence_to_instance(sentences[place].without_labels()) for place in places]
            )

        order = sorted(range(len(sentences)), key=lambda place: len(sentences[place]))
        found: Dict[int, Any] = {}
        for start in range(0, len(order), BATCH_SIZE):
            places = order[start : start + BATCH_SIZE]
            found.update(zip(places, self._using.submit(outputs, places).result(), strict=True))
        return version, [found[place] for place in range(len(sentences))]

    def _newest(self) -> Optional[int]:
        """The round of the weights: the last finished one, or the next, since the weights are written first."""
        if not (self._run / ROUNDS).exists():
            return None
        k = len(read_objects(self._run / ROUNDS)) - 1
        following = state_path(self._run, k + 1)
        if k >= 0 and following.exists():
            k += read_object(following).get("weights") == file_digest(self._run / WEIGHTS)
        return k if k >= 0 else None

    def _signature(self) -> List[Tuple[int, ...]]:
        paths = [self._run / name for name in (CONFIG, ROUNDS, WEIGHTS)]
        stats = [path.stat() for path in paths if path.exists()]
        return [(stat.st_mtime_ns, stat.st_size, stat.st_ino) for stat in stats]


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
        name = named(data.get("sentence_id", data.get("id")))
        if name is None:
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
