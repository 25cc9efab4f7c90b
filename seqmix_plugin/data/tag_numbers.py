"""Tags of a column file as numbers, and as BIO without a look at each sentence."""

from typing import Dict, List, Optional

import numpy as np

from seqmix_plugin.sentence_files.column_file import ColumnFile

LEAST = 2**11
"""More than the number of different tags."""


class TagNumbers:
    """
    Whether a tag is valid, and what it is in BIO, depends in every scheme on the tag before it alone, and on the end of
    the sentence. The pairs of neighbours in valid sentences are remembered: a sentence of such pairs is valid.

    # Parameters

    file : `ColumnFile`
        Converts the other sentences.
    """

    def __init__(self, file: ColumnFile) -> None:
        self._file = file
        self._raw: List[str] = [""]  # 0 is both ends of a sentence
        self._numbers: Dict[str, int] = {}
        self.bio: List[str] = []
        self._bio_numbers: Dict[str, int] = {}
        self._after = np.full((8, 8), -1, dtype=np.int64)  # The BIO tag of the second of a pair. Shape: (tags, tags)

    def number(self, tag: str) -> Optional[int]:
        """The number of a tag of the file; `None` for one too many."""
        number = self._numbers.get(tag)
        if number is None:
            if len(self._raw) == LEAST:
                return None
            number = self._numbers[tag] = len(self._raw)
            self._raw.append(tag)
            while len(self._after) < len(self._raw):
                self._after = np.pad(self._after, (0, len(self._after)), constant_values=-1)
        return number

    def bio_number(self, tag: str) -> int:
        """The number of a BIO tag, its place in `bio`."""
        number = self._bio_numbers.setdefault(tag, len(self.bio))
        if number == len(self.bio):
            self.bio.append(tag)
        return number

    def to_bio(self, tags: np.ndarray, sizes: np.ndarray) -> np.ndarray:
        """
        The BIO tags of sentences, none for an unlabelled file; an `InvalidTagError` for one that is not valid.

        # Parameters

        tags : `np.ndarray`
            The numbers of their tags. Shape: `(num_words,)`
        sizes : `np.ndarray`
            How many words each has. Shape: `(num_sentences,)`
        """
        if self._file.unlabelled:
            return tags[:0]
        ends = np.cumsum(sizes)
        starts = ends - sizes
        before = np.concatenate(([0], tags[:-1]))[: len(tags)]
        before[starts] = 0
        bio = self._after[before, tags]
        known = np.logical_and.reduceat(bio >= 0, starts) if len(sizes) else np.empty(0, bool)
        known &= self._after[tags[ends - 1], 0] >= 0
        num_repaired = 0
        for sentence in np.flatnonzero(~known).tolist():
            place = slice(starts[sentence], ends[sentence])
            names, repaired = self._file.as_bio([self._raw[number] for number in tags[place].tolist()])
            bio[place] = [self.bio_number(name) for name in names]
            num_repaired += repaired
            if not repaired:
                self._after[before[place], tags[place]] = bio[place]
                self._after[tags[ends[sentence] - 1], 0] = 0
        self._file.add_repaired(num_repaired)
        return bio
