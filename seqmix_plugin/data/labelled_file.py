"""What the readers of all file formats do alike."""

import logging
import os
import sys
from collections import Counter
from functools import cached_property, lru_cache
from typing import Callable, Dict, Iterable, Iterator, Sequence, Tuple

from allennlp.common.checks import ConfigurationError
from allennlp.common.file_utils import cached_path

from seqmix_plugin.data.odd_words import are_usual, oddity
from seqmix_plugin.errors import first_line, shortened
from seqmix_plugin.sentence import TaggedSentence
from seqmix_plugin.tag_schemes import PREFIXES, InvalidTagError, to_bio

logger = logging.getLogger(__name__)

MARK = "\ufeff"
"""The byte order mark, which stands in the middle of a file when files were put together."""


def check_scheme(scheme: str) -> None:
    """Raises a `ConfigurationError` for a `source_scheme` that is not known."""
    if scheme not in PREFIXES:
        raise ConfigurationError(f"source_scheme {scheme!r} is none of {', '.join(PREFIXES)}")


class LabelledFile:
    """
    One file on its way to sentences: its lines, its tags as BIO, and what has to hold of the whole.

    # Parameters

    path : `str`
        A file, or an address that AllenNLP's cache fetches.
    scheme : `str`
        The tag scheme of the file.
    repair : `bool`
        Repair invalid tag sequences as conlleval reads them, and count them, instead of stopping.
    """

    def __init__(self, path: str, scheme: str, repair: bool) -> None:
        self.path = path
        self._scheme = scheme
        self._repair = repair
        self._repaired = 0
        self._counted: Counter = Counter()
        self._first: Dict[str, str] = {}

    def error(self, place: str, message: str) -> ConfigurationError:
        """To be raised: names the file and the place in it, such as `"line 3"`."""
        return ConfigurationError(f"{self.path}, {place}: {message}")

    @cached_property
    def _local(self) -> str:
        """The file on this machine."""
        try:
            local = cached_path(self.path)
        except Exception as error:  # the libraries that fetch from S3 and others have errors of their own
            reason = first_line(error)
            raise ConfigurationError(f"{self.path}: no such file, and nothing to fetch it from ({reason})") from error
        if not os.path.isfile(local):
            raise ConfigurationError(f"{self.path}: not a file")
        return str(local)

    def lines(self) -> Iterator[Tuple[int, str]]:
        """
        The lines with their numbers, from 1, without a byte order mark that begins them; raises a `ConfigurationError`
        for what cannot be read as UTF-8.
        """
        local = self._local
        try:
            with open(local, encoding="utf-8-sig", newline="\n") as file:
                for number, line in enumerate(file, 1):
                    if line[0] == MARK and line[1:2] not in (" ", "\t"):  # before a separator it is a word
                        line = line.lstrip(MARK)
                    yield number, line.rstrip("\r\n")
        except UnicodeDecodeError as error:  # of a stretch of the file, somewhere after the last line
            number, byte = _not_utf8(local)
            raise self.error(f"line {number}", f"byte 0x{byte:02x} is not UTF-8; convert the file first") from error
        except OSError as error:
            raise ConfigurationError(f"{self.path}: cannot be read ({first_line(error)})") from error

    def to_bio(self, tags: Sequence[str], place: Callable[[int], str]) -> Tuple[str, ...]:
        """
        A sentence's tags as BIO.

        # Parameters

        tags : `Sequence[str]`
            In the file's scheme.
        place : `Callable[[int], str]`
            Where the tag of a position stands, for the error.

        # Raises

        `ConfigurationError`
            When they are not valid and not to be repaired.
        """
        try:
            bio, repaired = _as_bio(tuple(tags), self._scheme, self._repair)
        except InvalidTagError as error:
            hint = "; repair_tags: true repairs" if error.repairable else ""
            raise self.error(place(error.position), f"{error} (source_scheme is {self._scheme}{hint})") from error
        self._repaired += repaired
        return bio

    def count(self, what: str, value: str, place: str) -> None:
        """Something to be warned of when the file has been read: how often it was there, and the first."""
        self._counted[what] += 1
        self._first.setdefault(what, f"{shortened(repr(value))} in {place}")

    def look_at(self, words: Sequence[str], place: Callable[[int], str]) -> None:
        """
        Counts the words of a sentence that hold characters that nobody sees, or a blank and a tag.

        # Parameters

        words : `Sequence[str]`
            As they will be used.
        place : `Callable[[int], str]`
            Where the word of a position stands, such as `"line 3"`.
        """
        if are_usual(words):
            return
        for position, word in enumerate(words):
            what = oddity(word, self._scheme)
            if what is not None:
                self.count(what, word, place(position))

    def checked(self, sentences: Iterable[TaggedSentence]) -> Iterator[TaggedSentence]:
        """
        Passes the file's sentences on. After the last one, raises a `ConfigurationError` when there was none or two
        have one id, and warns of what was repaired or counted.
        """
        names: Counter = Counter()
        for sentence in sentences:
            names[sentence.id] += 1
            yield sentence
        if not names:
            raise ConfigurationError(f"{self.path}: no sentence in this file")
        [(name, count)] = names.most_common(1)
        if count > 1:
            raise ConfigurationError(
                f"{self.path}: two sentences have the same id {name!r} (without an id, it is the position, from 0)"
            )
        if self._repaired:
            logger.warning(f"{self.path}: {self._repaired} tags were not valid {self._scheme} and have been repaired")
        for what, number in self._counted.items():
            logger.warning(f"{self.path}: {number:,} {what}, such as {self._first[what]}")


@lru_cache(maxsize=10_000)
def _as_bio(tags: Tuple[str, ...], scheme: str, repair: bool) -> Tuple[Tuple[str, ...], int]:
    """Many sentences have the same few tags, which share their strings."""
    bio, repaired = to_bio(tags, scheme, repair)
    return tuple(map(sys.intern, bio)), repaired


def _not_utf8(path: str) -> Tuple[int, int]:
    """The number of the first line that is not UTF-8, and its first wrong byte."""
    with open(path, "rb") as file:
        for number, raw in enumerate(file, 1):
            try:
                raw.decode("utf-8")
            except UnicodeDecodeError as error:
                return number, raw[error.start]
    raise ValueError(f"{path} is UTF-8")
