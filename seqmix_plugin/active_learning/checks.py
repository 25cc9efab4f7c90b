"""What has to hold of readers, files and models before any work is done; runs and sub-commands share it."""

import logging
from pathlib import Path
from typing import Iterable, Mapping, NamedTuple, Optional, Set

from allennlp.common.checks import ConfigurationError
from allennlp.data import Batch, DatasetReader, Vocabulary

from seqmix_plugin.data import SentenceReader
from seqmix_plugin.errors import first_line
from seqmix_plugin.models import SequenceTagger
from seqmix_plugin.models.inference import inference
from seqmix_plugin.models.longest_input import longest_input
from seqmix_plugin.sentence import SentenceSource, TaggedSentence

logger = logging.getLogger(__name__)


def sentence_reader(reader: DatasetReader) -> SentenceReader:
    """The reader itself; raises a `ConfigurationError` unless active learning can work with it."""
    if not isinstance(reader, SentenceReader) or reader.word_pieces is None:
        raise ConfigurationError(
            "dataset_reader: active learning needs a reader of sentences, such as 'conll_columns', with a token "
            "indexer of type 'word_piece'"
        )
    if reader.max_instances is not None:
        raise ConfigurationError("dataset_reader.max_instances has no effect in active learning; set trainer.pool_size")
    return reader


def labelled_sentences(reader: SentenceReader, path: str, folder: Optional[Path] = None) -> SentenceSource:
    """The sentences of a file, each of which must have tags: soft labels alone can neither be uncovered nor scored."""
    sentences = reader.read_sentences(path, folder)
    bare = next((sentence for sentence in sentences if sentence.tags is None), None)
    if bare is not None:
        raise ConfigurationError(f"{path}: sentence {bare.id!r} has no tags")
    return sentences


class Labels(NamedTuple):
    """
    What the sentences of a file are labelled with.

    # Parameters

    tags : `Set[str]`
        The tags.
    soft : `Set[str]`
        The tags that have a probability.
    """

    tags: Set[str]
    soft: Set[str]

    @property
    def types(self) -> Set[str]:
        """The entity types of the tags."""
        return {tag[2:] for tag in self.tags if tag != "O"}


def labels_of(sentences: SentenceSource) -> Labels:
    """All labels of some sentences, in one pass."""
    labels = Labels(set(), set())
    for sentence in sentences:
        labels.tags.update(sentence.tags or ())
        labels.soft.update(*(sentence.tag_distributions or ()))
    return labels


def with_labels(vocab: Vocabulary, splits: Iterable[Labels]) -> Vocabulary:
    """The vocabulary with the labels of all files, sorted, so that their numbers do not depend on the files' order."""
    everything = {tag for labels in splits for tag in labels.tags | labels.soft}
    vocab.add_tokens_to_namespace(sorted(everything), "labels")
    return vocab


def check_encoder(model: SequenceTagger, reader: SentenceReader) -> None:
    """Indexer and embedder must mean the same encoder, and the reader must not make inputs it cannot take."""
    if model.encoder is None or reader.word_pieces is None:
        return
    indexed, embedded = reader.word_pieces.model_name, model.encoder.config._name_or_path
    if embedded and indexed != embedded:
        raise ConfigurationError(
            f"dataset_reader.token_indexers name the encoder {indexed!r}, but the model's embedder {embedded!r}"
        )
    longest = longest_input(model.encoder, reader.word_pieces.tokenizer)
    if longest is not None and (reader.max_length is None or reader.max_length > longest):
        raise ConfigurationError(
            f"dataset_reader.max_length is {reader.max_length}; the encoder takes {longest} word pieces at most"
        )


def check_reading(model: SequenceTagger, reader: SentenceReader, sentence: TaggedSentence) -> None:
    """Raises a `ConfigurationError` when the model cannot tag what the reader makes of a sentence: it is tried."""
    batch = Batch([reader.sentence_to_instance(sentence.without_labels())])
    batch.index_instances(model.vocab)
    try:
        with inference(model):
            model(**batch.as_tensor_dict())
    except Exception as error:  # of whatever code the embedder is made of
        raise ConfigurationError(
            f"model: it cannot tag what dataset_reader makes of sentence {sentence.id!r} ({first_line(error)})"
        ) from error


def warn_of_labels(train_path: str, corpus: Labels, evaluation: Mapping[str, Labels]) -> None:
    """Warns of entity types that can never be learned, and of a training file without any."""
    known = corpus.types
    if not known:
        logger.warning(f"{train_path}: no entity in this file; all tags are O")
    for split, labels in evaluation.items():
        unknown = sorted(labels.types - known)
        if known and unknown:
            logger.warning(f"{split} has entity types that the training file lacks: {', '.join(unknown)}")
