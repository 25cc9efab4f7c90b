"""A JSONL file while it is read: one sentence a line, an object."""

import sys
from itertools import count, repeat
from typing import Any, Dict, Iterator, Optional

from seqmix_plugin.io.json_text import is_text, parse_at, shown
from seqmix_plugin.sentence import TagDistribution, TaggedSentence
from seqmix_plugin.sentence_files.sentence_file import SentenceFile, tag_error

TOLERANCE = 0.01
"""The largest deviation of a distribution's sum from 1: what rounding to a few digits leaves."""
EXACT = 1e-9
"""The largest deviation of the sum of numbers that were not rounded for people to read."""
LISTS = {
    "tokens": (str, "a list of words, none of them empty"),
    "tags": (str, "a list of strings, one a token"),
    "tag_distributions": (dict, "a list of objects, one a token"),
    "spaces": (str, "a list of white space, a string a token"),
}
"""The type of the items of each list and the description of the list."""


class JsonlFile(SentenceFile):
    """A JSONL file while it is read; the parameters are those of `JsonlSentencesReader`."""

    def __init__(self, path: str, scheme: str, repair: bool, unlabelled: bool) -> None:
        super().__init__(path, scheme, repair)
        self._unlabelled = unlabelled

    def sentences(self) -> Iterator[TaggedSentence]:
        """The sentences of the file, with BIO tags."""
        lines = ((number, line) for number, line in self.lines() if line.strip())
        for position, (number, line) in enumerate(lines):
            place = f"line {number}"
            record = parse_at(f"{self.path}, {place}", line)
            if not isinstance(record, dict):
                raise self.error(place, f'{shown(record)} is not an object; expected {{"tokens": […], "tags": […]}}')
            yield sentence_of(self, place, record, position, self._unlabelled)


def sentence_of(
    file: SentenceFile, place: str, record: Dict[str, Any], position: int, unlabelled: bool
) -> TaggedSentence:
    """
    The sentence of an object with the keys of `JsonlSentencesReader`; a `ConfigurationError` that names the place in
    `file` when it is none. Without `id` its id is `position`.
    """
    tokens = _list(file, place, record, "tokens")
    if not tokens or not all(tokens):
        raise _wrong(file, place, record, "tokens")
    words = tuple(map(sys.intern, tokens))
    name = record.get("id")
    if name is not None and (isinstance(name, bool) or not isinstance(name, (str, int)) or name == ""):
        raise file.error(place, f"'id' is {shown(name)}; expected a string or a whole number")
    name = str(position if name is None else name)
    if not is_text(" ".join((name, *words))):
        raise file.error(place, "half of a surrogate pair in 'id' or 'tokens'")
    spaces = _list(file, place, record, "spaces", len(words))
    if spaces is not None and "".join(spaces).strip():
        raise _wrong(file, place, record, "spaces")
    spaces = None if spaces is None else tuple(map(sys.intern, spaces))
    file.check_words(words, repeat(place))
    if unlabelled:
        return TaggedSentence(name, words, spaces=spaces)
    tags = _list(file, place, record, "tags", len(words))
    soft = _list(file, place, record, "tag_distributions", len(words))
    if tags is None and soft is None:
        raise file.error(place, "neither 'tags' nor 'tag_distributions'")
    bio = None if tags is None else file.to_bio(tags, (f"{place}, word {number}" for number in count(1)))
    rows = None if soft is None else tuple(_distribution(file, place, *item) for item in enumerate(soft, 1))
    return TaggedSentence(name, words, bio, rows, spaces)


def _list(file: SentenceFile, place: str, record: Dict[str, Any], key: str, size: Optional[int] = None) -> Any:
    """The list under a key, or `None` without one; of `size` items of the right type."""
    values = record.get(key)
    if values is None:
        return None
    if not isinstance(values, list) or not set(map(type, values)) <= {LISTS[key][0]}:
        raise _wrong(file, place, record, key)
    if size not in (None, len(values)):
        raise file.error(place, f"{len(values)} {key} for {size} tokens")
    return values


def _wrong(file: SentenceFile, place: str, record: Dict[str, Any], key: str) -> Exception:
    return file.error(place, f"'{key}' is {shown(record.get(key))}; expected {LISTS[key][1]}")


def _distribution(file: SentenceFile, place: str, word: int, row: Dict[str, Any]) -> TagDistribution:
    """A distribution over BIO tags; one whose sum shows that it was rounded is divided by its sum."""
    place = f"{place}, word {word}"
    for tag, value in row.items():
        if complaint := tag_error(tag, "BIO"):
            raise file.error(place, f"{complaint} (tag_distributions are BIO)")
        if type(value) not in (int, float) or not 0 <= value <= 1 + TOLERANCE:
            raise file.error(place, f"the probability of {tag!r} is {shown(value)}; expected a number from 0 to 1")
    total = sum(row.values())
    if abs(total - 1) > TOLERANCE + EXACT:
        raise file.error(place, f"the probabilities sum to {total:.4g}, not to 1")
    divisor = 1.0 if abs(total - 1) <= EXACT else total
    return {sys.intern(tag): probability / divisor for tag, probability in row.items()}
