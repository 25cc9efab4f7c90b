"""What all readers of labelled sentences share."""

import logging
from abc import abstractmethod
from bisect import bisect_right
from itertools import accumulate, chain, islice
from pathlib import Path
from typing import Dict, Iterable, Iterator, List, Optional, Sequence

import numpy as np
from allennlp.common.checks import ConfigurationError
from allennlp.data import DatasetReader, Instance, Token, TokenIndexer
from allennlp.data.fields import Field, MetadataField, TextField

from seqmix_plugin.data.arrow_sentences import ArrowSentences
from seqmix_plugin.data.encoded_sentences import EncodedSentences
from seqmix_plugin.data.tag_distribution_field import TagDistributionField
from seqmix_plugin.data.word_piece_indexer import WordPieceIndexer
from seqmix_plugin.run.layout import CORPUS
from seqmix_plugin.sentence import SentenceSource, TagDistribution, TaggedSentence, one_hot

logger = logging.getLogger(__name__)

LARGEST_LIST = 100_000
"""A file with more sentences goes to a table on disk, where there is a folder for it."""
CHUNK = 4096
"""Sentences whose words are tokenized together."""


class SentenceReader(DatasetReader):
    """
    Reads labelled sentences as plain data, which active learning works with, and makes AllenNLP `Instance`s of them at
    the model's door. A subclass says how a file is parsed.

    # Parameters

    token_indexers : `Dict[str, TokenIndexer]`
        How words are indexed.
    max_length : `int`, optional (default = `None`)
        The longest input in word pieces, special ones counted. Longer sentences are cut in the instance, whole words at
        a time; the sentence itself stays whole, so that at evaluation the cut words count as misses. Needs an indexer
        of type `word_piece`.
    max_instances : `int`, optional (default = `None`)
        As in every reader of AllenNLP; has no effect on `read_sentences`.
    serialization_dir : `str`, optional (default = `None`)
        Given by AllenNLP, not a key.

    # Raises

    `ConfigurationError`
        When `max_length` is too small or no indexer counts word pieces.
    """

    def __init__(
        self,
        token_indexers: Dict[str, TokenIndexer],
        max_length: Optional[int] = None,
        max_instances: Optional[int] = None,
        serialization_dir: Optional[str] = None,
    ) -> None:
        super().__init__(
            max_instances=max_instances,
            manual_distributed_sharding=True,
            manual_multiprocess_sharding=True,
            serialization_dir=serialization_dir,
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
        Reads a file into sentences with BIO tags, one after the other; raises a `ConfigurationError` that names file
        and line. Only when it has ended without one is the file as it should be.
        """

    def read_sentences(self, path: str, folder: Optional[Path] = None) -> SentenceSource:
        """
        Reads a whole file; never sharded and never shortened, unlike `read`. Warns of the sentences that will be cut.

        # Parameters

        path : `str`
            A file, or an address that AllenNLP's cache fetches.
        folder : `Path`, optional (default = `None`)
            Where the sentences of a file with more than 100,000 are kept, as `corpus.arrow`. Without it all are held
            in memory.

        # Returns

        `SentenceSource`
            A list, or the table in `folder`.
        """
        stream = self._prepared(path)
        sentences = list(islice(stream, None if folder is None else LARGEST_LIST + 1))
        if folder is None or len(sentences) <= LARGEST_LIST:
            return sentences
        table = ArrowSentences.write(folder / CORPUS, chain(sentences, stream))
        logger.info(f"{path}: {len(table):,} sentences, which are kept in {table.path} and not in memory")
        return table

    def _prepared(self, path: str) -> Iterator[TaggedSentence]:
        """The sentences of a file, each distinct word of which is tokenized; says after the last what will be cut."""
        stream = self.parse(path)
        num_sentences = num_cut = num_cut_words = 0
        for chunk in iter(lambda: list(islice(stream, CHUNK)), []):
            cut = self._num_words_cut(chunk)
            num_sentences += len(chunk)
            num_cut += sum(words > 0 for words in cut)
            num_cut_words += sum(cut)
            yield from chunk
        if num_cut:
            logger.warning(
                f"{path}: {num_cut} of {num_sentences} sentences are longer than max_length {self.max_length} word "
                f"pieces; {num_cut_words} words are cut and count as misses at evaluation"
            )

    def _read(self, file_path: str) -> Iterable[Instance]:
        for sentence in self.shard_iterable(self.read_sentences(file_path)):
            yield self.sentence_to_instance(sentence)

    def sentence_to_instance(self, sentence: TaggedSentence) -> Instance:
        """An instance of a sentence, with labels when it has any."""
        return self.text_to_instance(sentence.tokens, sentence.tags, sentence.tag_distributions, sentence.id)

    def kept(self, sentences: Sequence[TaggedSentence]) -> List[TaggedSentence]:
        """The sentences as far as their instances hold them: without the words past `max_length`."""
        cut = self._num_words_cut(sentences) if sentences else []
        if not any(cut):
            return list(sentences)
        return [
            sentence.first(len(sentence) - words) if words else sentence
            for sentence, words in zip(sentences, cut, strict=True)
        ]

    def encode(self, sentences: Iterable[TaggedSentence]) -> Optional[EncodedSentences]:
        """
        The words of sentences, without labels, as the numbers that a model is given.

        # Returns

        `EncodedSentences`, optional
            `None` for a reader whose instances hold more than word pieces.
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
            Gold BIO tags, which the metric compares with.
        tag_distributions : `Sequence[TagDistribution]`, optional (default = `None`)
            What the loss is taken against; by default the one-hot distributions of `tags`.
        sentence_id : `str`, optional (default = `None`)
            Carried through to the output.

        # Returns

        `Instance`
            Fields `tokens`, `metadata` and, when there are labels, `tag_distributions`. Words past `max_length` are cut
            from the first and the last; `metadata` has the whole sentence.

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

    def _num_words_cut(self, sentences: Sequence[TaggedSentence]) -> List[int]:
        """Of each sentence; the words of all are tokenized on the way."""
        if self.word_pieces is None:
            return []
        _, sizes = self.word_pieces.encode([word for sentence in sentences for word in sentence.tokens])
        if self.max_length is None:
            return []
        ends = np.cumsum([len(sentence) for sentence in sentences])
        totals = np.diff(np.cumsum(sizes)[ends - 1], prepend=0) + self.word_pieces.num_special_pieces
        return [
            len(sentences[position]) - self._num_words_kept(sentences[position].tokens)
            for position in np.flatnonzero(totals > self.max_length).tolist()
        ]

    def _num_words_kept(self, tokens: Sequence[str]) -> int:
        if self.max_length is None or self.word_pieces is None:
            return len(tokens)
        ends = list(accumulate(len(pieces) for pieces in self.word_pieces.pieces(tokens)))
        return bisect_right(ends, self.max_length - self.word_pieces.num_special_pieces)
