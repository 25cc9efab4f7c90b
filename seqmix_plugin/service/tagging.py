"""The newest round's model, one at a time."""

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
from seqmix_plugin.models import SequenceTagger
from seqmix_plugin.predictors import SequenceTaggerPredictor
from seqmix_plugin.run.layout import CONFIG, ROUNDS, WEIGHTS, state_path
from seqmix_plugin.run.reader import read_json, read_lines
from seqmix_plugin.sentence import TaggedSentence

logger = logging.getLogger(__name__)

UNTRAINED = "untrained"
"""The version of the model before round 0 is done."""
BATCH_SIZE = 32

Load = Callable[[str], Tuple[SequenceTagger, SentenceReader]]


class Tagged(NamedTuple):
    """
    What the model says of a sentence.

    # Parameters

    spans : `Tuple[Span, ...]`
        With the probability of the least certain word of each.
    score : `float`, optional
        The probability of the tag of the sentence's least certain word; `None` when all words were cut.
    """

    spans: Tuple[Span, ...]
    score: Optional[float]


class _Loaded(NamedTuple):
    version: str
    predictor: SequenceTaggerPredictor
    reader: SentenceReader


class ModelHolder:
    """
    Tags with the weights of the newest whole round. A new round is noticed by the dates of files; it is loaded while
    requests that are under way still use the old model, so that for a moment both are on the device.

    # Parameters

    run : `Path`
        The run's folder.
    load : `Callable[[str], Tuple[SequenceTagger, SentenceReader]]`
        Loads a model and its reader from a run's folder, to the CPU.
    device : `torch.device`
        Where the model works.
    """

    def __init__(self, run: Path, load: Load, device: torch.device) -> None:
        self._run = run
        self._load = load
        self._device = device
        self._loaded: Optional[_Loaded] = None
        self._seen: Any = None
        self._loading = threading.Lock()
        self._using = ThreadPoolExecutor(1)  # a batch at a time, in turn: a large request does not hold up a small one

    @property
    def version(self) -> str:
        """Such as `"round 3"`."""
        loaded = self._loaded
        return UNTRAINED if loaded is None else loaded.version

    @property
    def reader(self) -> Optional[SentenceReader]:
        """That of the model; `None` before there is one."""
        loaded = self._loaded
        return None if loaded is None else loaded.reader

    def refresh(self, wait: bool = True) -> None:
        """
        Loads the model of the newest round if it is not loaded; what cannot be loaded is said once, and the old model
        stays.

        # Parameters

        wait : `bool`, optional (default = `True`)
            Otherwise it is loaded in the background.
        """
        if self._signature() == self._seen:
            return
        if not wait:
            threading.Thread(target=self.refresh, daemon=True).start()
            return
        with self._loading:
            signature = self._signature()
            if signature == self._seen:
                return
            try:
                self._renew()
            except Exception as error:  # of whatever is being written there, or is none of ours
                logger.warning(f"the model of the newest round cannot be loaded: {first_line(error)}")
            self._seen = signature

    def tag(self, sentences: Sequence[TaggedSentence]) -> Tuple[str, List[Tagged]]:
        """
        Tags sentences, in batches of about the same length.

        # Returns

        `Tuple[str, List[Tagged]]`
            The model's version and, in the order of the sentences, what it says; nothing before there is a model.
        """
        loaded = self._loaded
        if loaded is None:
            return UNTRAINED, []
        order = sorted(range(len(sentences)), key=lambda place: len(sentences[place]))
        found: List[Tagged] = [Tagged((), None)] * len(sentences)
        for start in range(0, len(order), BATCH_SIZE):
            places = order[start : start + BATCH_SIZE]
            batch = [sentences[place].without_labels() for place in places]
            for place, output in zip(places, self._using.submit(_outputs, loaded, batch).result(), strict=True):
                found[place] = _tagged(output)
        return loaded.version, found

    def _renew(self) -> None:
        k = self._newest()
        if k is None:
            return
        model, reader = self._load(str(self._run))
        predictor = SequenceTaggerPredictor(model, reader)
        self._using.submit(model.to, self._device).result()
        self._loaded = _Loaded(f"round {k}", predictor, reader)
        logger.info(f"predictions are from the model of round {k}")

    def _newest(self) -> Optional[int]:
        """The round whose weights are there: the last whole one, or the next, as the weights are written first."""
        if not (self._run / ROUNDS).exists():
            return None
        k = len(read_lines(self._run / ROUNDS)) - 1
        following = state_path(self._run, k + 1)
        if k >= 0 and following.exists():
            k += read_json(following).get("weights") == file_digest(self._run / WEIGHTS)
        return k if k >= 0 else None

    def _signature(self) -> Any:
        found = []
        for name in (CONFIG, ROUNDS, WEIGHTS):
            try:
                stat = (self._run / name).stat()
                found.append((stat.st_mtime_ns, stat.st_size, stat.st_ino))
            except OSError:
                found.append((0, 0, 0))
        return found


def _outputs(loaded: _Loaded, sentences: Sequence[TaggedSentence]) -> List[Any]:
    return loaded.predictor.predict_batch_instance(
        [loaded.reader.sentence_to_instance(sentence) for sentence in sentences]
    )


def _tagged(output: Any) -> Tagged:
    spans = tuple(Span(span["start"], span["end"], span["label"], span["probability"]) for span in output["spans"])
    certain = [row[tag] for row, tag in zip(output["tag_probabilities"], output["tags"], strict=False)]
    return Tagged(spans, min(certain, default=None))
