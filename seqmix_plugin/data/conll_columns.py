"""Column files: one word a line, a blank line between sentences."""

import logging
import os
import re
from typing import Dict, Iterator, List, Optional, Tuple

from allennlp.common.checks import ConfigurationError
from allennlp.common.file_utils import cached_path
from allennlp.data import DatasetReader, TokenIndexer

from seqmix_plugin.data.sentence_reader import SentenceReader
from seqmix_plugin.sentence import TaggedSentence
from seqmix_plugin.tag_schemes import PREFIXES, InvalidTagError, to_bio

logger = logging.getLogger(__name__)

Row = Tuple[int, str, str]


@DatasetReader.register("conll_columns")
class ConllColumnsReader(SentenceReader):
    """
    Reads column files such as CoNLL-2003's: any number of columns, separated by one tab or by white space; blank lines
    between sentences; `-DOCSTART-` lines and comment lines are passed over, `# id = …` names the next sentence. Tags
    come out as BIO.

    A line is a comment when it begins with `# ` and has no valid tag where its tag should be: `#` is a word as well.

    Registered as a `DatasetReader` with name "conll_columns".

    # Parameters

    token_indexers : `Dict[str, TokenIndexer]`
        How words are indexed.
    source_scheme : `str`, optional (default = `"BIO"`)
        The tag scheme of the files: `IOB1`, `BIO`, `BIOES` or `BIOUL`.
    token_column : `int`, optional (default = `0`)
        The column of the word; negative numbers count from the last.
    tag_column : `int`, optional (default = `-1`)
        The column of the tag.
    max_length : `int`, optional (default = `None`)
        The longest input in word pieces; see `SentenceReader`.
    repair_tags : `bool`, optional (default = `False`)
        Repair invalid tag sequences as conlleval reads them, and count them in a warning, instead of stopping.
    max_instances : `int`, optional (default = `None`)
        As in every reader of AllenNLP.
    serialization_dir : `str`, optional (default = `None`)
        Given by AllenNLP, not a key.

    # Raises

    `ConfigurationError`
        With file and line: an invalid tag or tag sequence, too few columns, bytes that are not UTF-8, a file that is
        missing or holds no sentence.
    """

    def __init__(
        self,
        token_indexers: Dict[str, TokenIndexer],
        source_scheme: str = "BIO",
        token_column: int = 0,
        tag_column: int = -1,
        max_length: Optional[int] = None,
        repair_tags: bool = False,
        max_instances: Optional[int] = None,
        serialization_dir: Optional[str] = None,
    ) -> None:
        super().__init__(token_indexers, max_length, max_instances, serialization_dir)
        if source_scheme not in PREFIXES:
            raise ConfigurationError(f"source_scheme {source_scheme!r} is none of {', '.join(PREFIXES)}")
        self._scheme = source_scheme
        self._token_column = token_column
        self._tag_column = tag_column
        self._repair = repair_tags

    def parse(self, path: str) -> List[TaggedSentence]:
        sentences: List[TaggedSentence] = []
        repaired = 0
        for number, (name, rows) in enumerate(self._blocks(path)):
            words, tags = [word for _, word, _ in rows], [tag for _, _, tag in rows]
            try:
                bio, count = to_bio(tags, self._scheme, self._repair)
            except InvalidTagError as error:
                hint = "; repair_tags: true repairs" if error.repairable else ""
                raise ConfigurationError(
                    f"{path}, line {rows[error.position][0]}: {error} (source_scheme is {self._scheme}{hint})"
                ) from error
            repaired += count
            sentences.append(TaggedSentence(name or str(number), tuple(words), tuple(bio)))
        if not sentences:
            raise ConfigurationError(f"{path}: no sentence in this file")
        if len({sentence.id for sentence in sentences}) < len(sentences):
            raise ConfigurationError(f"{path}: two sentences have the same id")
        if repaired:
            logger.warning(f"{path}: {repaired} tags were not valid {self._scheme} and have been repaired")
        return sentences

    def _blocks(self, path: str) -> Iterator[Tuple[Optional[str], List[Row]]]:
        """The rows of each sentence, with its name if a comment gives one."""
        name: Optional[str] = None
        rows: List[Row] = []
        for number, line in self._lines(path):
            if not line.strip(" \t") or line.startswith("-DOCSTART-"):
                if rows:
                    yield name, rows
                    name, rows = None, []
                continue
            # Not `split()`, which also splits at a no-break space inside a word.
            columns = line.split("\t") if "\t" in line else re.split(" +", line.strip(" "))
            if line.startswith("# ") and not self._has_tag(columns):
                key, equals, value = line[2:].partition("=")
                if equals and key.strip() == "id" and not rows:
                    name = value.strip()
                continue
            rows.append(self._row(path, number, columns))
        if rows:
            yield name, rows

    def _row(self, path: str, number: int, columns: List[str]) -> Row:
        try:
            word, tag = columns[self._token_column].strip(" "), columns[self._tag_column].strip(" ")
        except IndexError:
            word = tag = ""
        if len(columns) < 2 or not word or not tag:
            raise ConfigurationError(
                f"{path}, line {number}: {len(columns)} column(s), but token_column is {self._token_column} and "
                f"tag_column is {self._tag_column}"
            )
        return number, word, tag

    def _has_tag(self, columns: List[str]) -> bool:
        if len(columns) < 2 or not -len(columns) <= self._tag_column < len(columns):
            return False
        try:
            to_bio([columns[self._tag_column].strip(" ")], self._scheme, repair=True)
        except InvalidTagError:
            return False
        return True

    @staticmethod
    def _lines(path: str) -> Iterator[Tuple[int, str]]:
        try:
            local = cached_path(path)
        except (OSError, ValueError) as error:
            raise ConfigurationError(f"{path}: no such file, and nothing to fetch it from ({error})") from error
        if not os.path.isfile(local):
            raise ConfigurationError(f"{path}: not a file")
        with open(local, "rb") as file:
            for number, raw in enumerate(file, 1):
                try:
                    line = raw.decode("utf-8-sig" if number == 1 else "utf-8")
                except UnicodeDecodeError as error:
                    raise ConfigurationError(
                        f"{path}, line {number}: byte 0x{raw[error.start]:02x} is not UTF-8; convert the file first"
                    ) from error
                yield number, line.rstrip("\r\n")
