"""The sentences of a run, as its configuration names them, and their labels."""

import logging
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Dict, List, Mapping, NamedTuple, Optional, Sequence

import numpy as np
from allennlp.data import Vocabulary

from seqmix_plugin.active_learning.file_labels import Labels, labels_of
from seqmix_plugin.data import SentenceReader, SentenceView
from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.formats import check_labels
from seqmix_plugin.formats.labels import entity_types, tags_of
from seqmix_plugin.sentence import SentenceSource, TaggedSentence

logger = logging.getLogger(__name__)


class Corpora(NamedTuple):
    """
    The training file without the sentences of the seed file, the vocabulary with the labels, the sentences that are
    scored each round, by their split, those that are labelled before the first round, and a message that names a
    sentence of the training file without tags, if there is one.
    """

    train: SentenceSource
    vocab: Vocabulary
    evaluation: Dict[str, List[TaggedSentence]]
    seed_set: Sequence[TaggedSentence] = ()
    untagged: Optional[str] = None


def read_corpora(
    reader: SentenceReader,
    evaluation_reader: SentenceReader,
    paths: Dict[str, Optional[str]],
    folder: Path,
    vocab: Vocabulary,
    types: Optional[Sequence[str]],
) -> Corpora:
    """
    Reads a run's files, given by their keys in the configuration; `evaluation_reader` reads all but the training file,
    which is kept as a table in `folder` where it is large. The labels are added to the vocabulary. A
    `ConfigurationError` when entity types are not as they should be, a file cannot be read, one that has to have tags
    has none, tags are of other types, or the seed file has all sentences of the training file.
    """
    if types is not None:
        check_labels(types)
    train_path = str(paths["train_data_path"])
    train = reader.read_sentences(train_path, folder)
    labels = {train_path: labels_of(train)}
    splits: Dict[str, List[TaggedSentence]] = {}
    names = {"seed_data_path": "seed", "validation_data_path": "dev", "test_data_path": "test"}
    for key, split in names.items():
        path = paths.get(key)
        if path is not None:
            splits[split] = list(evaluation_reader.read_sentences(path))
            labels[split] = labels_of(splits[split])
            check_tagged(path, labels[split])
    with_labels(vocab, labels, types)
    others = {split: labels[split] for split in splits}
    if labels[train_path].untagged is None:
        warn_of_labels(train_path, labels[train_path], others)
    else:  # a pool without labels
        warn_of_repeats(others)
    warn_of_leaks(labels, {split: sentences for split, sentences in splits.items() if split != "seed"})
    # Their ids must differ from those of sentences of the pool.
    seed_set = [replace(sentence, id=f"seed-{sentence.id}") for sentence in splits.pop("seed", [])]
    train = _without(train, seed_set, train_path, str(paths.get("seed_data_path")))
    first = labels[train_path].untagged
    untagged = None if first is None else f"{train_path}: sentence {first!r} has no tags"
    return Corpora(train, vocab, splits, seed_set, untagged)


def _without(
    train: SentenceSource, seed_set: Sequence[TaggedSentence], train_path: str, seed_path: str
) -> SentenceSource:
    """The training file without the sentences that are labelled already, compared by their words."""
    known = {sentence.tokens for sentence in seed_set}
    left = np.array([sentence.tokens not in known for sentence in train], dtype=bool) if known else np.ones(1, bool)
    if left.all():
        return train
    if not left.any():
        raise ConfigurationError(f"{train_path}: seed_data_path, {seed_path}, has all of its sentences")
    logger.info(f"{train_path}: {(~left).sum():,} sentences are in {seed_path} already and are not in the pool")
    return SentenceView(train, np.flatnonzero(left))


def check_tagged(path: str, labels: Labels) -> None:
    """Raises a `ConfigurationError` unless all have tags: soft labels alone can neither be revealed nor scored."""
    if labels.untagged is not None:
        raise ConfigurationError(f"{path}: sentence {labels.untagged!r} has no tags")


def with_labels(vocab: Vocabulary, splits: Mapping[str, Labels], types: Optional[Sequence[str]] = None) -> Vocabulary:
    """
    Adds all labels to the vocabulary, sorted, so that their numbers do not depend on the files' order. `splits` has
    each file's labels by its path, `types` the entity types if they are given. A `ConfigurationError` when there is no
    label at all, or a file has one of another type.
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
    """Warns, in one line, of measured sentences (by their split) whose words stand in another file as well."""
    known = {name: labels.words for name, labels in files.items() if name not in measured}
    parts: List[str] = []
    for name, sentences in measured.items():
        found = leaked(files[name].words, list(known.values()))
        if len(found):
            example = sentences[int(found[0])].id
            parts.append(f"{len(found):,} of the {len(sentences):,} sentences of {name}, such as {example!r}")
    if parts:
        logger.warning(f"{' or '.join(known)}: has {' and '.join(parts)}: scores are higher for it")


def leaked(words: Sequence[int], known: Sequence[Sequence[int]]) -> np.ndarray:
    """The positions of a file's sentences that also stand in others, all by the hashes of their words."""
    return np.flatnonzero(np.isin(words, np.concatenate([np.empty(0, np.int64), *known])))
