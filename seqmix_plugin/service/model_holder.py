"""The model of the newest round."""

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Callable, List, NamedTuple, Optional, Sequence, Tuple

import torch

from seqmix_plugin.data import SentenceReader
from seqmix_plugin.errors import first_line
from seqmix_plugin.formats import Span
from seqmix_plugin.io.atomic import file_digest
from seqmix_plugin.io.json_text import read_object, read_objects
from seqmix_plugin.models import SequenceTagger
from seqmix_plugin.predictors import SequenceTaggerPredictor
from seqmix_plugin.run.layout import CONFIG, ROUNDS, WEIGHTS, state_path
from seqmix_plugin.sentence import TaggedSentence

logger = logging.getLogger(__name__)

UNTRAINED = "untrained"
"""The version before round 0 is finished."""
BATCH_SIZE = 32

Load = Callable[[str], Tuple[SequenceTagger, SentenceReader]]


class Tagged(NamedTuple):
    """
    The model's output for a sentence.

    # Parameters

    spans : `Tuple[Span, ...]`
        Each with the probability of its least certain word.
    score : `float`, optional
        The probability of the tag of the sentence's least certain word; `None` when all words were cut.
    """

    spans: Tuple[Span, ...]
    score: Optional[float]


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
        self._loaded: Tuple[str, Optional[SequenceTaggerPredictor], Optional[SentenceReader]] = (UNTRAINED, None, None)
        self._seen: Any = None
        self._loading = threading.Lock()
        self._using = ThreadPoolExecutor(1)  # batches take turns: a large request does not hold up a small one

    @property
    def version(self) -> str:
        """The version of the model, such as `"round 3"`."""
        return self._loaded[0]

    @property
    def reader(self) -> Optional[SentenceReader]:
        """The reader of the model; `None` before there is one."""
        return self._loaded[2]

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
                self._renew()
            except Exception as error:  # whatever is wrong with the files
                logger.warning(f"cannot load the model of the newest round: {first_line(error)}")
            self._seen = signature

    def tag(self, sentences: Sequence[TaggedSentence]) -> Tuple[str, List[Tagged]]:
        """
        Tags sentences, in batches of similar length.

        # Returns

        `Tuple[str, List[Tagged]]`
            The model's version and its output in the order of the sentences; empty before there is a model.
        """
        version, predictor, reader = self._loaded
        if predictor is None or reader is None:
            return version, []
        order = sorted(range(len(sentences)), key=lambda place: len(sentences[place]))
        found: List[Tagged] = [Tagged((), None)] * len(sentences)
        for start in range(0, len(order), BATCH_SIZE):
            places = order[start : start + BATCH_SIZE]
            batch = [sentences[place].without_labels() for place in places]
            outputs = self._using.submit(_outputs, predictor, reader, batch).result()
            for place, output in zip(places, outputs, strict=True):
                found[place] = _tagged(output)
        return version, found

    def _renew(self) -> None:
        k = self._newest()
        if k is not None:
            model, reader = self._load(str(self._run))
            predictor = SequenceTaggerPredictor(model, reader)
            self._using.submit(model.to, self._device).result()
            self._loaded = (f"round {k}", predictor, reader)
            logger.info(f"predicting with the model of round {k}")

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


def _outputs(predictor: SequenceTaggerPredictor, reader: SentenceReader, batch: Sequence[TaggedSentence]) -> List[Any]:
    return predictor.predict_batch_instance([reader.sentence_to_instance(sentence) for sentence in batch])


def _tagged(output: Any) -> Tagged:
    spans = tuple(Span(span["start"], span["end"], span["label"], span["probability"]) for span in output["spans"])
    certain = [row[tag] for row, tag in zip(output["tag_probabilities"], output["tags"], strict=False)]
    return Tagged(spans, min(certain, default=None))
