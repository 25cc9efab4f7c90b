"""Soft labels from a file."""

import logging
from typing import Dict, Sequence

import numpy as np

from seqmix_plugin.data import EncodedSentences, SentenceView
from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.self_training.label_file import LabelFile, Place
from seqmix_plugin.self_training.self_training import SelfTraining, Teacher

logger = logging.getLogger(__name__)


@SelfTraining.register("file_labels")
class FileLabels(SelfTraining):
    """
    What a larger model, a language model, a rule or a gazetteer says about the pool, from a file: distributions of
    words, or spans with a probability. No teacher is trained: the round's model is trained on the labelled sentences
    and those of the file at once, and begins with the pretrained weights in each round. Sentences of the file that are
    labelled by now, or not in the pool, are not used.

    The file is checked before the run and read again in each round, the sentences that are drawn alone; of a large one
    only the places of its lines are in memory.

    Registered as a `SelfTraining` with name "file_labels".

    # Parameters

    labels_path : `str`
        A JSONL file, whose format is in `docs/self_training.md`; `seqmix predict` writes it.
    sentences : `int`, optional (default = `2000`)
        How many unlabelled sentences of the file to draw in a round, at most.
    share : `float`, optional (default = `0.5`)
        The share of each batch that is from the file, above 0 and below 1.
    temperature : `float`, optional (default = `1.0`)
        Temperature T of the soft labels, at least 0: below 1 they get sharper, and 0 makes them hard labels.
    min_confidence : `float`, optional (default = `0.0`)
        Sentences are left out whose soft labels, before they are sharpened, are less confident: the mean over the words
        of the probability of the most probable tag, from 0 to 1.

    # Raises

    `ConfigurationError`
        When a value is out of its range; before any training, with the line, when the file is not as it should be.
    """

    asks_teacher = False

    def __init__(
        self,
        labels_path: str,
        sentences: int = 2000,
        share: float = 0.5,
        temperature: float = 1.0,
        min_confidence: float = 0.0,
    ) -> None:
        super().__init__(sentences, share, temperature, min_confidence)
        self.labels_path = labels_path
        self._places: Dict[int, Place] = {}

    def check(self, pool: SentenceView, labels: Sequence[str]) -> None:
        self._file = LabelFile(self.labels_path, labels)
        self._places = self._file.places(pool)
        if not self._places:
            raise ConfigurationError(f"{self.labels_path}: no sentence of it is in the pool")
        logger.info(
            f"{self.labels_path}: soft labels of {len(self._places):,} of the {len(pool):,} sentences of the pool"
        )

    def candidates(self, unlabelled: SentenceView) -> SentenceView:
        known = np.fromiter(self._places, np.int64, len(self._places))
        return SentenceView(unlabelled, np.flatnonzero(np.isin(unlabelled.positions, known)))

    def probabilities(self, sample: SentenceView, encoded: EncodedSentences, teacher: Teacher) -> np.ndarray:
        sizes = encoded.num_words.tolist()
        places = [self._places[position] for position in sample.positions.tolist()]
        rows = [self._file.read(place)[:size] for place, size in zip(places, sizes, strict=True)]
        return np.concatenate([np.zeros((0, self._file.num_tags), np.float32), *rows])
