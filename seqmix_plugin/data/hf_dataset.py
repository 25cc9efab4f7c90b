"""Reader of Hugging Face data sets, by name or from a folder."""

import hashlib
from typing import Dict, Iterator, List, Optional

from allennlp.data import DatasetReader, TokenIndexer

from seqmix_plugin.data.dataset_splits import load_split
from seqmix_plugin.data.sentence_reader import SentenceReader
from seqmix_plugin.extras import check_extra
from seqmix_plugin.sentence import TaggedSentence
from seqmix_plugin.sentence_files.dataset_rows import dataset_records, names_of_tags
from seqmix_plugin.sentence_files.records import check_column, sentences_of_records, with_tag_names
from seqmix_plugin.sentence_files.sentence_file import check_scheme

USUAL_ID = "id"
"""The column of ids that need not be there."""


@DatasetReader.register("hf_dataset")
class HfDatasetReader(SentenceReader):
    """
    Reads Hugging Face data sets. The keys of data files, such as `train_data_path`, are not paths of files but name a
    split, `NAME:SPLIT` or `NAME:CONFIGURATION:SPLIT`:

    | form | what is read |
    |---|---|
    | `conll2003:train` | a split of a data set on the Hugging Face hub, or in the cache of `datasets` |
    | `wikiann:en:validation` | a split of one of its configurations |
    | `folder/of/saved:train` | a folder that `save_to_disk` has written, also of one split |
    | `folder/of/files:train` | a folder of Parquet, JSON or Arrow files, as `datasets.load_dataset` reads it |
    | `wnut_17:train[:80%]` | a part of a split, in the notation of `datasets` |

    A name is that of a folder if there is one. The words are in a column of lists of strings, and so are the tags,
    which may be numbers with the names of `ClassLabel`. Tags are converted to BIO. A row without an id has its position
    in the split, from 0, as id. Rows are decoded a few thousand at a time.

    Needs the extra `datasets` to read, not to predict with an archive.

    Registered as a `DatasetReader` with name "hf_dataset".

    # Parameters

    token_indexers : `Dict[str, TokenIndexer]`
        How words are indexed.
    tokens_column : `str`, optional (default = `"tokens"`)
        The column of the words.
    tags_column : `str`, optional (default = `"ner_tags"`)
        The column of the tags.
    id_column : `str`, optional (default = `"id"`)
        The column of the ids, strings or whole numbers. `id` need not be there; with `null` all ids are positions.
    tag_names : `List[str]`, optional (default = `None`)
        The tags that numbers stand for, where the column has no names, or other ones.
    source_scheme : `str`, optional (default = `"BIO"`)
        The tag scheme of the data set: `IOB1`, `BIO`, `BIOES` or `BIOUL`.
    revision : `str`, optional (default = `None`)
        The branch, tag or commit of the data set on the hub; by default its newest. It is of no use for folders.
    max_length : `int`, optional (default = `None`)
        The longest input in word pieces; see `SentenceReader`.
    repair_tags : `bool`, optional (default = `False`)
        Repair invalid tag sequences as conlleval reads them and count them in a warning, instead of raising an error.
    unlabelled : `bool`, optional (default = `False`)
        The data set has no tags, or tags that are not to be read.
    max_instances : `int`, optional (default = `None`)
        As in every reader of AllenNLP.

    # Raises

    `ConfigurationError`
        For a missing extra, folder, split or column (with those that there are), a data set that cannot be loaded, and
        with the row, from 0, for an invalid tag or tag sequence, a number without a name, or words that are none.
    """

    def __init__(
        self,
        token_indexers: Dict[str, TokenIndexer],
        tokens_column: str = "tokens",
        tags_column: str = "ner_tags",
        id_column: Optional[str] = USUAL_ID,
        tag_names: Optional[List[str]] = None,
        source_scheme: str = "BIO",
        revision: Optional[str] = None,
        max_length: Optional[int] = None,
        repair_tags: bool = False,
        unlabelled: bool = False,
        max_instances: Optional[int] = None,
    ) -> None:
        super().__init__(token_indexers, max_length, max_instances)
        check_scheme(source_scheme)
        self._columns = (tokens_column, None if unlabelled else tags_column, id_column)
        self._tag_names = tag_names
        self._revision = revision
        self._settings = (source_scheme, repair_tags, unlabelled)
        self._digests: Dict[str, str] = {}

    def parse(self, path: str) -> Iterator[TaggedSentence]:
        check_extra("datasets", "dataset_reader of type hf_dataset")  # not to load an archive, which predicts without
        dataset = load_split(path, self._revision)
        tokens, tags, name = self._columns
        there = list(dataset.column_names)
        name = None if name == USUAL_ID and name not in there else name
        columns = [None if column is None else check_column(path, column, there) for column in (tokens, tags, name)]
        rows = dataset_records(dataset, *columns)  # type: ignore[arg-type]
        records = with_tag_names(path, rows, self._tag_names or names_of_tags(dataset, tags))
        digest = hashlib.sha256()
        for sentence in sentences_of_records(path, records, *self._settings):
            digest.update(repr((sentence.id, sentence.tokens, sentence.tags)).encode("utf-8"))
            yield sentence
        self._digests[path] = digest.hexdigest()

    def digest(self, path: str) -> str:
        """The digest of a split's sentences, which is the same in a folder and on the hub."""
        if path not in self._digests:
            for _ in self.parse(path):
                pass
        return self._digests[path]
