"""Column files: one word a line, a blank line between sentences."""

import sys
from typing import Dict, Iterator, List, Optional, Tuple

from allennlp.data import DatasetReader, TokenIndexer

from seqmix_plugin.data.labelled_file import LabelledFile, check_scheme
from seqmix_plugin.data.sentence_reader import SentenceReader
from seqmix_plugin.sentence import TaggedSentence
from seqmix_plugin.tag_schemes import InvalidTagError, to_bio

Row = Tuple[int, str, str]


@DatasetReader.register("conll_columns")
class ConllColumnsReader(SentenceReader):
    """
    Reads column files such as CoNLL-2003's: any number of columns, separated by one tab or by white space; blank lines
    between sentences; `-DOCSTART-` lines and comment lines are passed over, `# id = …` names the next sentence. Tags
    come out as BIO.

    A line is a comment when it begins with `# ` and has no valid tag where its tag should be (`#` is a word as well),
    or when it reads `# name = …` without a tab.

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
    unlabelled : `bool`, optional (default = `False`)
        The files hold words alone, or tags that are not to be read.
    max_instances : `int`, optional (default = `None`)
        As in every reader of AllenNLP.
    serialization_dir : `str`, optional (default = `None`)
        Given by AllenNLP, not a key.

    # Raises

    `ConfigurationError`
        With file and line: an invalid tag or tag sequence, too few columns, a carriage return inside a line, bytes that
        are not UTF-8, a file that is missing or holds no sentence.
    """

    def __init__(
        self,
        token_indexers: Dict[str, TokenIndexer],
        source_scheme: str = "BIO",
        token_column: int = 0,
        tag_column: int = -1,
        max_length: Optional[int] = None,
        repair_tags: bool = False,
        unlabelled: bool = False,
        max_instances: Optional[int] = None,
        serialization_dir: Optional[str] = None,
    ) -> None:
        super().__init__(token_indexers, max_length, max_instances, serialization_dir)
        check_scheme(source_scheme)
        self._scheme = source_scheme
        self._token_column = token_column
        self._tag_column = tag_column
        self._repair = repair_tags
        self._unlabelled = unlabelled

    def parse(self, path: str) -> Iterator[TaggedSentence]:
        file = LabelledFile(path, self._scheme, self._repair)
        return file.checked(
            self._sentence(file, name or str(number), rows) for number, (name, rows) in enumerate(self._blocks(file))
        )

    def _sentence(self, file: LabelledFile, name: str, rows: List[Row]) -> TaggedSentence:
        lines, words, tags = zip(*rows, strict=True)
        if self._unlabelled:
            return TaggedSentence(name, tuple(map(sys.intern, words)))
        return TaggedSentence(
            name, tuple(map(sys.intern, words)), file.to_bio(tags, lambda position: f"line {lines[position]}")
        )

    def _blocks(self, file: LabelledFile) -> Iterator[Tuple[Optional[str], List[Row]]]:
        """The rows of each sentence, with its name if a comment gives one."""
        name: Optional[str] = None
        rows: List[Row] = []
        for number, line in file.lines():
            if not line.strip(" \t") or line.startswith("-DOCSTART-"):
                if rows:
                    yield name, rows
                    name, rows = None, []
                continue
            if "\r" in line:
                raise file.error(f"line {number}", "a carriage return inside the line; lines end with \\n or \\r\\n")
            columns = _columns(line)
            if line.startswith("# ") and (_names_something(line, columns) or not self._has_tag(columns)):
                key, equals, value = line[2:].partition("=")
                if equals and key.strip() == "id" and not rows:
                    name = value.strip()
                continue
            try:
                word, tag = columns[self._token_column], "O" if self._unlabelled else columns[self._tag_column]
            except IndexError:
                word = tag = ""
            if not word or not tag or (len(columns) < 2 and not self._unlabelled):
                raise file.error(
                    f"line {number}",
                    f"{len(columns)} column(s), but token_column is {self._token_column} and tag_column is "
                    f"{self._tag_column}",
                )
            rows.append((number, word, tag))
        if rows:
            yield name, rows

    def _has_tag(self, columns: List[str]) -> bool:
        if self._unlabelled or len(columns) < 2 or not -len(columns) <= self._tag_column < len(columns):
            return False
        try:
            to_bio([columns[self._tag_column]], self._scheme, repair=True)
        except InvalidTagError:
            return False
        return True


def _columns(line: str) -> List[str]:
    """Not by `str.split()`, which also splits at a no-break space inside a word."""
    if "\t" in line:
        return [column.strip(" ") for column in line.split("\t")]
    columns = line.split(" ")
    return columns if "" not in columns else [column for column in columns if column]


def _names_something(line: str, columns: List[str]) -> bool:
    """`# id = B-12` ends with a valid tag and is no word all the same; between tabs words may hold anything."""
    return "\t" not in line and columns[2:3] == ["="]
