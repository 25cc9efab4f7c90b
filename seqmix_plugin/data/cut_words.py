"""How many words of a file are cut."""

import logging
from dataclasses import dataclass

import numpy as np

logger = logging.getLogger(__name__)


@dataclass
class CutWords:
    """Counts the sentences of a file, those of them that are cut, and the words."""

    sentences: int = 0
    cut_sentences: int = 0
    words: int = 0

    def add(self, cut: np.ndarray) -> None:
        """Adds sentences by the number of words that each loses."""
        self.sentences += len(cut)
        self.cut_sentences += int(np.count_nonzero(cut))
        self.words += int(cut.sum())

    def warn(self, path: str, max_length: object) -> None:
        """Warns when there are any."""
        if self.cut_sentences:
            logger.warning(
                f"{path}: {self.cut_sentences} of {self.sentences} sentences are longer than max_length {max_length} "
                f"word pieces; {self.words} words are cut and count as misses at evaluation"
            )
