"""Reader of column files: one word a line, a blank line between sentences."""

from typing import Dict, Iterator, Optional

from allennlp.data import DatasetReader, TokenIndexer

from seqmix_plugin.data.column_blocks import ColumnBlocks
from seqmix_plugin.data.sentence_block import SentenceBlock
from seqmix_plugin.data.sentence_reader import SentenceReader
from seqmix_plugin.sentence import TaggedSentence
from seqmix_plugin.sentence_files.column_file import ColumnFile
from seqmix_plugin.sentence_files.sentence_file import check_scheme


@DatasetReader.register("conll_columns")
class ConllColumnsReader(SentenceReader):
    """
    Reads column files such as CoNLL-2003's: any number of columns, separated by tabs or by spaces, and blank lines
    between sentences. `-DOCSTART-` lines and comments are skipped; `# id = …` gives the next sentence its id. Tags are
    converted to BIO.

    A line that begins with `# ` is a comment unless it looks like a row of the word `#`: it has a valid tag, or as many
    columns as the first row and what may be meant as a tag (with `unlabelled`, as many columns).

    A file of ten columns separated by tabs, whose words are not in the first one, is CoNLL-U: lines of multi-word
    ranges (`1-2`) and empty nodes (`2.1`) are skipped, and `# sent_id = …` gives the sentence its id.

    A warning counts words with invisible characters, words with white space and a tag in them, and rows with more or
    fewer columns than the first. They are read as they are. A byte order mark at the beginning of a line is dropped.

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
        Repair invalid tag sequences as conlleval reads them and count them in a warning, instead of raising an error.
    unlabelled : `bool`, optional (default = `False`)
        The files have no tags, or tags that are not to be read.
    max_instances : `int`, optional (default = `None`)
        As in every reader of AllenNLP.

    # Raises

    `ConfigurationError`
        With file and line: an invalid tag or tag sequence, too few columns, another column separator than in the first
        row, row numbers instead of words, a carriage return inside a line, bytes that are not UTF-8, a missing file or
        one without sentences.
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
    ) -> None:
        super().__init__(token_indexers, max_length, max_instances)
        check_scheme(source_scheme)
        self._settings = (source_scheme, repair_tags, token_column, tag_column, unlabelled)

    def parse(self, path: str) -> Iterator[TaggedSentence]:
        file = ColumnFile(path, *self._settings)
        return file.checked(file.sentences())

    def blocks(self, path: str) -> Iterator[SentenceBlock]:
        return ColumnBlocks(ColumnFile(path, *self._settings)).blocks()
