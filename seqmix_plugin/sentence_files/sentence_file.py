"""One file of sentences: its lines, errors that name the line, tags as BIO, and warnings about its content."""

import logging
import os
import sys
from codecs import BOM_UTF8
from collections import Counter
from contextlib import contextmanager
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Dict, Iterable, Iterator, Optional, Sequence, Set, Tuple

from seqmix_plugin.errors import ConfigurationError, first_line, quoted
from seqmix_plugin.io.json_text import decode
from seqmix_plugin.sentence import TaggedSentence
from seqmix_plugin.sentence_files.unusual_words import are_usual, oddity
from seqmix_plugin.tag_schemes import PREFIXES, InvalidTagError, to_bio

logger = logging.getLogger(__name__)

BYTE_ORDER_MARK = "\ufeff"
"""Also found in the middle of a file that was concatenated from several."""


def check_scheme(scheme: str) -> None:
    """Raises a `ConfigurationError` for an unknown `source_scheme`."""
    if scheme not in PREFIXES:
        raise ConfigurationError(f"source_scheme is {scheme!r}; expected one of {', '.join(PREFIXES)}")


def without_ends(line: str) -> str:
    """A line without its end and without leading byte order marks."""
    if line[:1] == BYTE_ORDER_MARK and line[1:2] not in (" ", "\t"):  # before a separator it is a word
        line = line.lstrip(BYTE_ORDER_MARK)
    return line.rstrip("\r\n")


class SentenceFile:
    """A file or URL while it is read, the scheme of its tags, and whether invalid ones are repaired."""

    def __init__(self, path: str, scheme: str = "BIO", repair: bool = False) -> None:
        self.path = path
        self._scheme = scheme
        self._repair = repair
        self._repaired = 0
        self._counts: Counter = Counter()
        self._examples: Dict[str, str] = {}
        self._ids: Set[str] = set()

    def error(self, place: str, message: str) -> ConfigurationError:
        """An error that names the file and the place in it, such as `"line 3"`."""
        return ConfigurationError(f"{self.path}, {place}: {message}")

    def lines(self) -> Iterator[Tuple[int, str]]:
        """The lines, numbered from 1, without line ends and leading byte order marks."""
        local = self._local()
        try:
            with open(local, encoding="utf-8-sig", newline="\n") as file:
                for number, line in enumerate(file, 1):
                    yield number, without_ends(line)
        except UnicodeDecodeError:
            decode(self.path, Path(local).read_bytes().removeprefix(BOM_UTF8))  # raises an error that names the line
        except OSError as error:
            raise ConfigurationError(f"{self.path}: cannot be read ({first_line(error)})") from error

    @contextmanager
    def opened(self) -> Iterator[BinaryIO]:
        """The file as bytes, behind its byte order mark."""
        local = self._local()
        try:
            with open(local, "rb") as file:
                if file.read(len(BOM_UTF8)) != BOM_UTF8:
                    file.seek(0)
                yield file
        except OSError as error:
            raise ConfigurationError(f"{self.path}: cannot be read ({first_line(error)})") from error

    def _local(self) -> str:
        """The path of the file or of its copy."""
        local = self.path if os.path.exists(self.path) else self._downloaded()
        if not os.path.isfile(local):
            raise ConfigurationError(f"{self.path}: not a file")
        return local

    def _downloaded(self) -> str:
        """The copy of an address in AllenNLP's cache, or the file of a path in the user's home."""
        try:
            if "://" not in self.path:
                local = os.path.expanduser(self.path)
                if not os.path.exists(local):
                    raise FileNotFoundError(f"file {self.path} not found")
                return local
            from allennlp.common.file_utils import cached_path  # takes seconds to import

            return cached_path(self.path)
        except Exception as error:  # the libraries that download from S3 and others have errors of their own
            raise ConfigurationError(
                f"{self.path}: no such file, and it cannot be downloaded ({first_line(error)})"
            ) from error

    def check_line_end(self, place: str, line: str) -> None:
        """Raises a `ConfigurationError` for a line that old Mac line ends should have divided."""
        if "\r" in line:
            raise self.error(place, "a carriage return inside the line; lines end with \\n or \\r\\n")

    def to_bio(self, tags: Sequence[str], places: Iterable[str]) -> Tuple[str, ...]:
        """The tags of a sentence as BIO; raises a `ConfigurationError` with the place of an invalid tag."""
        try:
            bio, repaired = self.as_bio(tags)
        except InvalidTagError as error:
            hint = "; repair_tags: true repairs" if error.repairable else ""
            place = next(islice(places, error.position, None))
            raise self.error(place, f"{error} (source_scheme is {self._scheme}{hint})") from error
        self.add_repaired(repaired)
        return bio

    def as_bio(self, tags: Sequence[str]) -> Tuple[Tuple[str, ...], int]:
        """The tags of a sentence as BIO and the number of repaired ones; raises an `InvalidTagError`."""
        return _as_bio(tuple(tags), self._scheme, self._repair)

    def add_repaired(self, number: int) -> None:
        """Counts repaired tags, which are warned about once the file has been read."""
        self._repaired += number

    def count(self, what: str, value: str, place: str) -> None:
        """Counts a finding, which is warned about once the file has been read, with the first as an example."""
        self._counts[what] += 1
        self._examples.setdefault(what, f"{quoted(value)} in {place}")

    def check_words(self, words: Sequence[str], places: Iterable[str]) -> None:
        """Counts words, each with its place, that have invisible characters or a tag in them."""
        if not are_usual(words):
            for word, place in zip(words, places, strict=False):  # places may be endless
                if what := oddity(word, self._scheme):
                    self.count(what, word, place)

    def checked(self, sentences: Iterable[TaggedSentence]) -> Iterator[TaggedSentence]:
        """
        Yields the sentences of the file, then warns of what was counted. Raises a `ConfigurationError` for a repeated
        id and for a file without sentences.
        """
        for sentence in sentences:
            yield self.noted(sentence)
        self.end()

    def noted(self, sentence: TaggedSentence) -> TaggedSentence:
        """The sentence itself; raises a `ConfigurationError` for a repeated id."""
        self.note([sentence.id])
        return sentence

    def note(self, ids: Sequence[str]) -> None:
        """Raises a `ConfigurationError` for a repeated id."""
        new = set(ids)
        if len(new) < len(ids) or not new.isdisjoint(self._ids):
            name = next(name for place, name in enumerate(ids) if name in self._ids or name in ids[:place])
            raise ConfigurationError(
                f"{self.path}: two sentences have the same id {name!r}; a sentence without an "
                f"id has its position, from 0, as id"
            )
        self._ids |= new

    def end(self) -> None:
        """Warns of what was counted; raises a `ConfigurationError` for a file without sentences."""
        if not self._ids:
            raise ConfigurationError(f"{self.path}: no sentence in this file")
        if self._repaired:
            logger.warning(f"{self.path}: {self._repaired} tags were not valid {self._scheme} and have been repaired")
        for what, number in self._counts.items():
            logger.warning(f"{self.path}: {number:,} {what}, such as {self._examples[what]}")


@lru_cache(maxsize=10_000)
def _as_bio(tags: Tuple[str, ...], scheme: str, repair: bool) -> Tuple[Tuple[str, ...], int]:
    """Cached, because many sentences have the same few tags; their strings are shared."""
    bio, repaired = to_bio(tags, scheme, repair)
    return tuple(map(sys.intern, bio)), repaired


@lru_cache(maxsize=4096)
def tag_error(tag: str, scheme: str) -> Optional[str]:
    """The error of a text that is not a tag of the scheme, or `None` for a tag."""
    try:
        to_bio([tag], scheme, repair=True)
    except InvalidTagError as error:
        return str(error)
    return None
