"""A file of soft labels."""

import os
from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Sequence, Tuple

import numpy as np

from seqmix_plugin.data import SentenceView
from seqmix_plugin.errors import ConfigurationError, first_line
from seqmix_plugin.io.json_text import Row, is_list_of, parse_at, shown, whole_number

TOLERANCE = 0.01
"""The largest deviation of a distribution's sum from 1: what rounding to a few digits leaves."""
WORDS = ("tokens", "words")
DISTRIBUTIONS = ("tag_distributions", "tag_probabilities")
"""Keys of the same meaning: that of our files, and that of `seqmix predict`."""


class Place(NamedTuple):
    """Where the labels of a sentence are: the line's number, where it begins in bytes, and the number of its words."""

    line: int
    start: int
    num_words: int


class LabelFile:
    """
    A JSONL file of soft labels, a sentence a line.

    # Parameters

    path : `str`
        The file.
    labels : `Sequence[str]`
        The tags in the order of their numbers.
    """

    def __init__(self, path: str, labels: Sequence[str]) -> None:
        self.path = path
        self._numbers = {label: number for number, label in enumerate(labels)}
        self.num_tags = len(labels)

    def places(self, pool: SentenceView) -> Dict[int, Place]:
        """
        The places of the sentences of a pool that the file has, by their positions in its source. Checks the labels of
        each; a `ConfigurationError` with the line for any that is not as it should be.
        """
        known: Dict[str, Tuple[int, int, int]] = {}
        same_words: Dict[int, List[Tuple[int, int, int]]] = {}
        for position, sentence in zip(pool.positions.tolist(), pool, strict=True):
            known[sentence.id] = found = (position, hash(sentence.tokens), len(sentence))
            same_words.setdefault(found[1], []).append(found)
        places: Dict[int, Place] = {}
        for number, start, row in self._rows():
            where = f"{self.path}, line {number}"
            words = _list(where, row, WORDS, str)
            name = row.get("id")
            if name is None and words is None:
                raise ConfigurationError(f"{where}: neither 'id' nor 'tokens' says which sentence it is")
            meant = [known.get(str(name))] if name is not None else same_words.get(hash(tuple(words or ())), [])
            for one in meant:
                if one is None:
                    continue
                position, digest, size = one
                if words is not None and hash(tuple(words)) != digest:
                    raise ConfigurationError(f"{where}: the words are not those of sentence {name!r} of the pool")
                if position in places:
                    raise ConfigurationError(f"{where}: line {places[position].line} has this sentence already")
                if self._distributions(where, row, size) is not None:
                    places[position] = Place(number, start, size)
        return places

    def read(self, place: Place) -> np.ndarray:
        """The labels of a sentence. Shape: `(num_words, num_tags)`"""
        where = f"{self.path}, line {place.line}"
        try:
            with open(self.path, "rb") as file:
                file.seek(place.start)
                line = file.readline()
        except OSError as error:
            raise ConfigurationError(f"{self.path}: cannot be read ({first_line(error)})") from error
        found = self._distributions(where, _row(where, line), place.num_words)
        if found is None:
            raise ConfigurationError(f"{where}: has changed since the run was started")
        return found

    def _rows(self) -> Iterator[Tuple[int, int, Row]]:
        """Number, first byte and object of each line that is not blank."""
        if not os.path.isfile(self.path):
            raise ConfigurationError(f"trainer.self_training.labels_path is {self.path!r}; there is no such file")
        start = 0
        try:
            with open(self.path, "rb") as file:
                for number, line in enumerate(file, 1):
                    if line.strip():
                        yield number, start, _row(f"{self.path}, line {number}", line)
                    start += len(line)
        except OSError as error:
            raise ConfigurationError(f"{self.path}: cannot be read ({first_line(error)})") from error

    def _distributions(self, where: str, row: Row, size: int) -> Optional[np.ndarray]:
        """The labels of a row; `None` where its teacher has not seen all of the sentence's words."""
        found = np.zeros((size, self.num_tags), dtype=np.float32)
        distributions = _list(where, row, DISTRIBUTIONS, dict)
        spans = _list(where, row, ("spans",), dict)
        tags = _list(where, row, ("tags",), str)
        if distributions is not None:
            if row.get("num_cut_words"):
                return None
            _check_number(where, distributions, "distributions", size)
            for word, values in enumerate(distributions):
                self._fill(found[word], f"{where}, word {word + 1}", values)
        elif spans is not None:
            self._fill_spans(found, where, spans)
        elif tags is not None:
            _check_number(where, tags, "tags", size)
            found[np.arange(size), [self._number(where, tag) for tag in tags]] = 1
        else:
            raise ConfigurationError(f"{where}: no labels; expected 'tag_distributions', 'spans' or 'tags'")
        return found

    def _fill(self, row: np.ndarray, where: str, values: Dict[str, Any]) -> None:
        for tag, value in values.items():
            row[self._number(where, tag)] = _probability(where, value)
        total = float(row.sum())
        if abs(total - 1) > TOLERANCE:
            raise ConfigurationError(f"{where}: the probabilities sum to {total:.4g}, not to 1")
        row /= total

    def _fill_spans(self, found: np.ndarray, where: str, spans: Sequence[Row]) -> None:
        """What is missing to the probability of a span is that of O, as is every word outside."""
        outside = self._number(where, "O")
        found[:, outside] = 1
        taken = np.zeros(len(found), dtype=bool)
        for span in spans:
            start, end = (whole_number(span.get(key)) for key in ("start", "end"))
            if start is None or end is None or not 0 <= start < end <= len(found):
                raise ConfigurationError(
                    f"{where}: a span from {shown(span.get('start'))} to {shown(span.get('end'))}; expected positions "
                    f"of words, from 0 to {len(found)}"
                )
            if taken[start:end].any():
                raise ConfigurationError(f"{where}: two spans have the same word, one of them from {start} to {end}")
            taken[start:end] = True
            certain = _probability(where, span.get("probability", 1))
            found[start:end, outside] = 1 - certain
            for word in range(start, end):
                tag = f"{'B' if word == start else 'I'}-{span.get('label')}"
                found[word, self._number(where, tag)] = certain

    def _number(self, where: str, tag: Any) -> int:
        if tag not in self._numbers:
            known = ", ".join(self._numbers)
            raise ConfigurationError(f"{where}: tag {shown(tag)} is not among the labels of this run: {known}")
        return self._numbers[tag]


def _row(where: str, line: bytes) -> Row:
    try:
        row = parse_at(where, line.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{where}: byte 0x{line[error.start]:02x} is not UTF-8") from error
    if not isinstance(row, dict):
        raise ConfigurationError(f"{where}: {shown(row)} is no object; expected one a line")
    return row


def _list(where: str, row: Row, keys: Sequence[str], kind: type) -> Optional[List[Any]]:
    """The list under the first of some keys that is there."""
    key = next((key for key in keys if row.get(key) is not None), None)
    if key is None:
        return None
    if not is_list_of(row[key], kind):
        what = "strings" if kind is str else "objects"
        raise ConfigurationError(f"{where}: {key!r} is {shown(row[key])}; expected a list of {what}")
    return row[key]


def _check_number(where: str, values: Sequence[Any], what: str, size: int) -> None:
    if len(values) != size:
        raise ConfigurationError(f"{where}: {len(values)} {what} for {size} words")


def _probability(where: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 1 + TOLERANCE:
        raise ConfigurationError(f"{where}: the probability {shown(value)}; expected a number from 0 to 1")
    return min(value, 1.0)
