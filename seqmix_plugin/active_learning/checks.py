"""What has to hold of readers, files and models before any work is done; runs and sub-commands share it."""

import logging
from itertools import pairwise
from typing import List, Mapping, NamedTuple, Optional, Sequence, Set

from allennlp.common.checks import ConfigurationError
from allennlp.data import Batch, DatasetReader, Vocabulary

from seqmix_plugin.active_learning.repeats import RepeatCounter, Repeats, leaked
from seqmix_plugin.data import SentenceReader
from seqmix_plugin.errors import first_line
from seqmix_plugin.formats.labels import entity_types, tags_of
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


class Labels(NamedTuple):
    """
    What the sentences of a file are labelled with.

    # Parameters

    tags : `Set[str]`
        The tags.
    soft : `Set[str]`
        The tags that have a probability.
    repeats : `Repeats`, optional (default = `Repeats()`)
        The sentences that occur more than once.
    untagged : `str`, optional (default = `None`)
        The id of the first sentence without tags.
    words : `Sequence[int]`, optional (default = `()`)
        A hash of each sentence's words.
    """

    tags: Set[str]
    soft: Set[str]
    repeats: Repeats = Repeats()
    untagged: Optional[str] = None
    words: Sequence[int] = ()

    @property
    def types(self) -> Set[str]:
        """The entity types of the tags."""
        return {tag[2:] for tag in self.tags if tag != "O"}


def labels_of(sentences: SentenceSource) -> Labels:
    """All labels of some sentences, in one pass."""
    labels, repeats, untagged = Labels(set(), set()), RepeatCounter(), None
    for sentence in sentences:
        labels.tags.update(sentence.tags or ())
        labels.soft.update(*(sentence.tag_distributions or ()))
        repeats.add(sentence)
        if sentence.tags is None and untagged is None:
            untagged = sentence.id
    return labels._replace(repeats=repeats.count(sentences), untagged=untagged, words=repeats.words)


def check_tagged(path: str, labels: Labels) -> None:
    """Raises a `ConfigurationError` unless all have tags: soft labels alone can neither be uncovered nor scored."""
    if labels.untagged is not None:
        raise ConfigurationError(f"{path}: sentence {labels.untagged!r} has no tags")


def with_labels(vocab: Vocabulary, splits: Mapping[str, Labels], types: Optional[Sequence[str]] = None) -> Vocabulary:
    """
    The vocabulary with all labels, sorted, so that their numbers do not depend on the files' order.

    # Parameters

    vocab : `Vocabulary`
        Is added to.
    splits : `Mapping[str, Labels]`
        What each file is labelled with, by its path.
    types : `Sequence[str]`, optional (default = `None`)
        The entity types; `None` for those of the files.

    # Raises

    `ConfigurationError`
        When there is no label at all, or a file has one of another type.
    """
    everything = {tag for labels in splits.values() for tag in labels.tags | labels.soft}
    if types is not None:
        known = tags_of(types)
        for path, labels in splits.items():
            strange = sorted((labels.tags | labels.soft) - known)
            if strange:
                raise ConfigurationError(f"{path}: tag {strange[0]} is of none of the labels, {', '.join(types)}")
        everything = known
    if not everything:
        raise ConfigurationError(
            "labels is missing; expected the entity types, such as ['PER', 'LOC']: no file has tags"
        )
    named = sorted(entity_types(everything), key=str.casefold)
    alike = [f"{one} and {other}" for one, other in pairwise(named) if one.casefold() == other.casefold()]
    if alike:
        logger.warning(f"entity types differ only in case: {', '.join(alike)}")
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
    check_pieces(model, reader)
    longest = longest_input(model.encoder, reader.word_pieces.tokenizer)
    if longest is not None and (reader.max_length is None or reader.max_length > longest):
        raise ConfigurationError(
            f"dataset_reader.max_length is {reader.max_length}; the encoder takes {longest} word pieces at most"
        )


def check_pieces(model: SequenceTagger, reader: SentenceReader) -> None:
    """Raises a `ConfigurationError` when the indexer may give pieces that the encoder does not have."""
    if model.encoder is None or reader.word_pieces is None:
        return
    name, num_rows = reader.word_pieces.model_name, model.encoder.get_input_embeddings().weight.size(0)
    largest = max(reader.word_pieces.tokenizer.get_vocab().values())
    if largest >= num_rows:
        raise ConfigurationError(
            f"dataset_reader.token_indexers: the tokenizer of {name!r} has a word piece {largest}, but the encoder's "
            f"last is {num_rows - 1}; expected the tokenizer_kwargs of the model's embedder, and files of one encoder"
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


def warn_of_labels(train_path: str, corpus: Labels, others: Mapping[str, Labels]) -> None:
    """
    Warns of entity types that can never be learned, of a training file without any or with nothing else, and of
    sentences with different tags in different places of a file.
    """
    known = corpus.types
    if not known:
        logger.warning(f"{train_path}: no entity in this file; all tags are O")
    if not any("O" in labels.tags | labels.soft for labels in (corpus, *others.values())):
        logger.warning(f"{train_path}: every word is in an entity, here and in dev and test; no word will be tagged O")
    for split, labels in others.items():
        unknown = sorted(labels.types - known)
        if known and unknown:
            logger.warning(f"{split} has entity types that the training file lacks: {', '.join(unknown)}")
    warn_of_repeats({train_path: corpus, **others})


def warn_of_repeats(files: Mapping[str, Labels]) -> None:
    """In one line for all files, as corpora that many work with have a few."""
    parts: List[str] = []
    for name, labels in files.items():
        repeats = labels.repeats
        if repeats.example is not None:
            verb = "" if parts else " sentences occur more than once"
            ids = " and ".join(map(repr, repeats.example))
            parts.append(
                f"{name}: {repeats.sentences}{verb}, {repeats.conflicting} of them with different tags, such as {ids}"
            )
    if parts:
        logger.warning("; ".join(parts))


def warn_of_leaks(files: Mapping[str, Labels], measured: Mapping[str, SentenceSource]) -> None:
    """
    Warns, in one line, of sentences that are measured although there are others of the same words to learn from.

    # Parameters

    files : `Mapping[str, Labels]`
        What all files are labelled with, by their names.
    measured : `Mapping[str, SentenceSource]`
        The sentences of those that are measured.
    """
    known = {name: labels.words for name, labels in files.items() if name not in measured}
    parts: List[str] = []
    for name, sentences in measured.items():
        found = leaked(files[name].words, list(known.values()))
        if len(found):
            example = sentences[int(found[0])].id
            parts.append(f"{len(found):,} of the {len(sentences):,} sentences of {name}, such as {example!r}")
    if parts:
        logger.warning(f"{' or '.join(known)}: has {' and '.join(parts)}: scores are higher for it")
