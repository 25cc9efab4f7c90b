"""Reader of JSONL files: one sentence a line."""

from typing import Dict, Iterator, Optional

from allennlp.data import DatasetReader, TokenIndexer

from seqmix_plugin.data.sentence_reader import SentenceReader
from seqmix_plugin.sentence import TaggedSentence
from seqmix_plugin.sentence_files.jsonl_file import JsonlFile
from seqmix_plugin.sentence_files.sentence_file import check_scheme


@DatasetReader.register("jsonl_sentences")
class JsonlSentencesReader(SentenceReader):
    """
    Reads JSONL files with one object, a sentence, a line. Blank lines and further keys are ignored. Tags are converted
    to BIO.

    | key | value |
    |---|---|
    | `tokens` | the words, a list of strings |
    | `tags` | one tag a word, in `source_scheme`; may be left out when there are `tag_distributions` |
    | `tag_distributions` | soft labels, the targets of the loss: one object a word, from BIO tags (whatever `source_scheme` is) to probabilities that sum to 1; a sum that rounding has changed by up to 0.01 is normalized |
    | `id` | a string or an integer, unique in the file; by default the position among the sentences, from 0 |
    | `spaces` | the white space that followed each word in the text, a list of strings; by default one space between words |

    A sentence with both keeps both: its tags are used for scores, its soft labels for training. `seqmix augment`
    writes such files.

    Registered as a `DatasetReader` with name "jsonl_sentences".

    # Parameters

    token_indexers : `Dict[str, TokenIndexer]`
        How words are indexed.
    source_scheme : `str`, optional (default = `"BIO"`)
        The tag scheme of `tags`: `IOB1`, `BIO`, `BIOES` or `BIOUL`.
    max_length : `int`, optional (default = `None`)
        The longest input in word pieces; see `SentenceReader`.
    repair_tags : `bool`, optional (default = `False`)
        Repair invalid tag sequences as conlleval reads them and count them in a warning, instead of raising an error.
    unlabelled : `bool`, optional (default = `False`)
        The files have no labels, or labels that are not to be read.
    max_instances : `int`, optional (default = `None`)
        As in every reader of AllenNLP.

    # Raises

    `ConfigurationError`
        With file and line: a line that is not such an object, an invalid tag or tag sequence, a distribution that does
        not sum to 1, `spaces` that are not white space, bytes that are not UTF-8, a missing file or one without
        sentences.
    """  # noqa: E501  a table cannot be wrapped

    def __init__(
        self,
        token_indexers: Dict[str, TokenIndexer],
        source_scheme: str = "BIO",
        max_length: Optional[int] = None,
        repair_tags: bool = False,
        unlabelled: bool = False,
        max_instances: Optional[int] = None,
    ) -> None:
        super().__init__(token_indexers, max_length, max_instances)
        check_scheme(source_scheme)
        self._settings = (source_scheme, repair_tags, unlabelled)

    def parse(self, path: str) -> Iterator[TaggedSentence]:
        file = JsonlFile(path, *self._settings)
        return file.checked(file.sentences())
