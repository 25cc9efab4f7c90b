"""Base class of the readers of sentences."""

import logging
from abc import abstractmethod
from bisect import bisect_right
from itertools import accumulate, chain, islice
from pathlib import Path
from typing import Dict, Iterable, Iterator, List, Optional, Sequence

import numpy as np
from allennlp.common.file_utils import cached_path
from allennlp.common.util import lazy_groups_of
from allennlp.data import DatasetReader, Instance, Token, TokenIndexer
from allennlp.data.fields import Field, MetadataField, TextField

from seqmix_plugin.data.arrow_sentences import ArrowSentences
from seqmix_plugin.data.cut_words import CutWords
from seqmix_plugin.data.encoded_sentences import EncodedSentences, sums, words_within
from seqmix_plugin.data.sentence_block import Coded, SentenceBlock
from seqmix_plugin.data.tag_distribution_field import TagDistributionField
from seqmix_plugin.data.word_piece_indexer import WordPieceIndexer
from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.io.atomic import file_digest
from seqmix_plugin.run.layout import CORPUS
from seqmix_plugin.sentence import SentenceSource, TagDistribution, TaggedSentence, one_hot

logger = logging.getLogger(__name__)

LARGEST_LIST = 100_000
"""A file with more sentences is kept in an Arrow file, if there is a folder for it."""
CHUNK = 4096
"""Number of sentences whose words are tokenized together."""


class SentenceReader(DatasetReader):
    """
    Reads sentences as plain data, which active learning works with, and makes AllenNLP `Instance`s of them for a model.
    A subclass parses a file format.

    # Parameters

    token_indexers : `Dict[str, TokenIndexer]`
        How words are indexed.
    max_length : `int`, optional (default = `None`)
        The longest input in word pieces, special ones included. The instance of a longer sentence lacks its last words;
        the sentence itself stays whole, so that at evaluation the entities of cut words count as misses. Needs an
        indexer of type `word_piece`.
    max_instances : `int`, optional (default = `None`)
        As in every reader of AllenNLP; has no effect on `read_sentences`.

    # Raises

    `ConfigurationError`
        When `max_length` is too small, or set without an indexer that counts word pieces.
    """

    def __init__(
        self,
        token_indexers: Dict[str, TokenIndexer],
        max_length: Optional[int] = None,
        max_instances: Optional[int] = None,
    ) -> None:
        super().__init__(
            max_instances=max_instances, manual_distributed_sharding=True, manual_multiprocess_sharding=True
        )
        self._token_indexers = token_indexers
        self.max_length = max_length
        self.word_pieces: Optional[WordPieceIndexer] = next(
            (indexer for indexer in token_indexers.values() if isinstance(indexer, WordPieceIndexer)), None
        )
        if max_length is not None:
            if self.word_pieces is None:
                raise ConfigurationError(
                    "max_length needs a token indexer of type 'word_piece', which counts the pieces; there is none in "
                    "token_indexers"
                )
            if max_length <= self.word_pieces.num_special_pieces:
                raise ConfigurationError(f"max_length {max_length} leaves no room for words; 128 is usual")

    @abstractmethod
    def parse(self, path: str) -> Iterator[TaggedSentence]:
        """
        Yields the sentences of a file, with BIO tags, and raises a `ConfigurationError` that names file and line. The
        file is known to be valid only once all of them have been read.
        """

    def digest(self, path: str) -> str:
        """The digest of what is read from a path, by which a resumed run knows that it has not changed."""
        return file_digest(Path(cached_path(path)))

    def read_sentences(self, path: str, folder: Optional[Path] = None) -> SentenceSource:
        """
        Reads a whole file, neither sharded nor limited, unlike `read`. Warns of sentences that exceed `max_length`.

        # Parameters

        path : `str`
            A file or a URL.
        folder : `Path`, optional (default = `None`)
            The folder where a file of more than 100,000 sentences is kept, as `corpus.arrow`. Without it all sentences
            are kept in memory.

        # Returns

        `SentenceSource`
            A list, or the sentences in `corpus.arrow`.
        """
        if (blocks := self.blocks(path)) is not None:
            return self._read_blocks(path, folder, self._tokenized_blocks(path, blocks))
        stream = self._tokenized(path)
        sentences = list(islice(stream, None if folder is None else LARGEST_LIST + 1))
        if folder is None or len(sentences) <= LARGEST_LIST:
            return sentences
        return _announced(path, ArrowSentences.write(folder / CORPUS, chain(sentences, stream)))

    def blocks(self, path: str) -> Optional[Iterator[SentenceBlock]]:
        """The sentences of `parse` as arrays, which are read faster, or `None` for a format that has no such reader."""
        return None

    def _read_blocks(self, path: str, folder: Optional[Path], blocks: Iterator[SentenceBlock]) -> SentenceSource:
        first: List[SentenceBlock] = []
        size = 0
        for block in blocks:
            first.append(block)
            size += len(block.ids)
            if folder is not None and size > LARGEST_LIST:
                return _announced(path, ArrowSentences.write_blocks(folder / CORPUS, chain(first, blocks)))
        return [sentence for block in first for sentence in block.sentences()]

    def _tokenized(self, path: str) -> Iterator[TaggedSentence]:
        """The sentences of a file, with their words known to the indexer; then warns of those that will be cut."""
        counts = CutWords()
        for chunk in lazy_groups_of(self.parse(path), CHUNK):
            counts.add(self._num_words_cut(chunk))
            yield from chunk
        counts.warn(path, self.max_length)

    def _tokenized_blocks(self, path: str, blocks: Iterator[SentenceBlock]) -> Iterator[SentenceBlock]:
        counts = CutWords()
        for block in blocks:
            counts.add(self._cut(block.words, block.num_words))
            yield block
        counts.warn(path, self.max_length)

    def _read(self, file_path: str) -> Iterable[Instance]:
        for sentence in self.shard_iterable(self.read_sentences(file_path)):
            yield self.sentence_to_instance(sentence)

    def sentence_to_instance(self, sentence: TaggedSentence) -> Instance:
        """An instance of a sentence, with its labels if it has any."""
        return self.text_to_instance(sentence.tokens, sentence.tags, sentence.tag_distributions, sentence.id)

    def truncated(self, sentences: Sequence[TaggedSentence]) -> List[TaggedSentence]:
        """The sentences without the words that `max_length` cuts."""
        cut = self._num_words_cut(sentences).tolist()
        return [
            sentence.first(len(sentence) - words) if words else sentence
            for sentence, words in zip(sentences, cut, strict=True)
        ]

    def encode(self, sentences: Iterable[TaggedSentence]) -> Optional[EncodedSentences]:
        """
        Encodes the words of sentences, without labels, as the input of a model.

        # Returns

        `EncodedSentences`, optional
            `None` for a reader whose instances have more than word pieces.
        """
        usual = type(self).text_to_instance is SentenceReader.text_to_instance
        if self.word_pieces is None or len(self._token_indexers) > 1 or not usual:
            return None
        [name] = self._token_indexers
        return EncodedSentences.of(sentences, self.word_pieces, self.max_length, name)

    def text_to_instance(  # type: ignore[override]
        self,
        tokens: Sequence[str],
        tags: Optional[Sequence[str]] = None,
        tag_distributions: Optional[Sequence[TagDistribution]] = None,
        sentence_id: Optional[str] = None,
    ) -> Instance:
        """
        # Parameters

        tokens : `Sequence[str]`
            The words.
        tags : `Sequence[str]`, optional (default = `None`)
            Gold BIO tags, which predictions are compared with.
        tag_distributions : `Sequence[TagDistribution]`, optional (default = `None`)
            Targets of the loss; by default the one-hot distributions of `tags`.
        sentence_id : `str`, optional (default = `None`)
            Part of the metadata and of the output.

        # Returns

        `Instance`
            Fields `tokens`, `metadata` and, with labels, `tag_distributions`. Words beyond `max_length` are cut from
            `tokens` and `tag_distributions`; `metadata` has the whole sentence.

        # Raises

        `ConfigurationError`
            When there are not as many labels as words.
        """
        if tag_distributions is None and tags is not None:
            tag_distributions = one_hot(tags)
        if tag_distributions is not None and len(tag_distributions) != len(tokens):
            raise ConfigurationError(f"{len(tag_distributions)} labels for {len(tokens)} words: {' '.join(tokens)!r}")
        kept = self._num_words_kept(tokens)
        text = TextField([Token(word) for word in tokens[:kept]], self._token_indexers)
        fields: Dict[str, Field] = {
            "tokens": text,
            "metadata": MetadataField(
                {"id": sentence_id, "words": list(tokens), "tags": None if tags is None else list(tags)}
            ),
        }
        if tag_distributions is not None:
            fields["tag_distributions"] = TagDistributionField(tag_distributions[:kept], text)
        return Instance(fields)

    def _num_words_cut(self, sentences: Sequence[TaggedSentence]) -> np.ndarray:
        """The number of words cut from each sentence. Tokenizes the words of all of them together."""
        counts = np.array([len(sentence) for sentence in sentences], dtype=np.int64)
        return self._cut(Coded.of(word for sentence in sentences for word in sentence.tokens), counts)

    def _cut(self, words: Coded, counts: np.ndarray) -> np.ndarray:
        """The number of words cut from each sentence of so many words, given all words; the indexer learns them."""
        if self.word_pieces is None:
            return np.zeros_like(counts)
        _, sizes = self.word_pieces.encode(words.names)
        if self.max_length is None:
            return np.zeros_like(counts)
        room = self.max_length - self.word_pieces.num_special_pieces
        return counts - sums(words_within(sizes[words.numbers], counts, room), counts)

    def _num_words_kept(self, tokens: Sequence[str]) -> int:
        if self.max_length is None or self.word_pieces is None:
            return len(tokens)
        ends = list(accumulate(len(pieces) for pieces in self.word_pieces.pieces(tokens)))
        return bisect_right(ends, self.max_length - self.word_pieces.num_special_pieces)


def _announced(path: str, table: ArrowSentences) -> ArrowSentences:
    logger.info(f"{path}: {len(table):,} sentences, kept in {table.path} instead of in memory")
    return table
