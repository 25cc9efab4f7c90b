"""The sentences of a run, as its configuration names them, and their labels."""

import logging
from dataclasses import replace
from pathlib import Path
from typing import Dict, List, NamedTuple, Optional, Sequence

import numpy as np
from allennlp.common.checks import ConfigurationError
from allennlp.data import Vocabulary

from seqmix_plugin.active_learning.checks import (
    check_tagged,
    labels_of,
    warn_of_labels,
    warn_of_leaks,
    warn_of_repeats,
    with_labels,
)
from seqmix_plugin.data import SentenceReader, SentenceView
from seqmix_plugin.formats import check_labels
from seqmix_plugin.sentence import SentenceSource, TaggedSentence

logger = logging.getLogger(__name__)


class Corpora(NamedTuple):
    """
    # Parameters

    train : `SentenceSource`
        What the pool is made of: the training file without the sentences of the seed file; they may be without labels.
    untagged : `str`, optional
        Says which sentence of it has no tags, if there is one.
    seed_set : `List[TaggedSentence]`
        Sentences that are labelled before the first round, if there is a file of them.
    evaluation : `Dict[str, List[TaggedSentence]]`
        The sentences that are scored each round, by the name of their split.
    vocab : `Vocabulary`
        With the labels.
    """

    train: SentenceSource
    untagged: Optional[str]
    seed_set: List[TaggedSentence]
    evaluation: Dict[str, List[TaggedSentence]]
    vocab: Vocabulary


def read_corpora(
    reader: SentenceReader,
    evaluation_reader: SentenceReader,
    paths: Dict[str, Optional[str]],
    folder: Path,
    vocab: Vocabulary,
    types: Optional[Sequence[str]],
) -> Corpora:
    """
    # Parameters

    reader : `SentenceReader`
        Reads the training file.
    evaluation_reader : `SentenceReader`
        Reads the other ones.
    paths : `Dict[str, Optional[str]]`
        The files by their keys in the configuration.
    folder : `Path`
        The run's, where a large training file is kept as a table.
    vocab : `Vocabulary`
        The labels are added to it.
    types : `Sequence[str]`, optional
        The entity types; `None` for those of the files.

    # Raises

    `ConfigurationError`
        When the entity types are not as they should be, a file cannot be read, one that has to have tags has none, tags
        are of other types, or the seed file has all sentences of the training file.
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
    measured = {split: labels[split] for split in splits if split != "seed"}
    others = {split: labels[split] for split in splits}
    if types is None or labels[train_path].untagged is None:
        warn_of_labels(train_path, labels[train_path], others)
    else:  # a pool without labels
        warn_of_repeats(others)
    warn_of_leaks(labels, {split: splits[split] for split in measured})
    # Their ids shall not be those of sentences of the pool.
    seed_set = [replace(sentence, id=f"seed-{sentence.id}") for sentence in splits.pop("seed", [])]
    train = _without(train, seed_set, train_path, str(paths.get("seed_data_path")))
    first = labels[train_path].untagged
    untagged = None if first is None else f"{train_path}: sentence {first!r} has no tags"
    return Corpora(train, untagged, seed_set, splits, vocab)


def _without(
    train: SentenceSource, seed_set: Sequence[TaggedSentence], train_path: str, seed_path: str
) -> SentenceSource:
    """The training file without the sentences that are labelled already, by their words: nobody is asked for them."""
    known = {sentence.tokens for sentence in seed_set}
    left = np.array([sentence.tokens not in known for sentence in train], dtype=bool) if known else np.ones(1, bool)
    if left.all():
        return train
    if not left.any():
        raise ConfigurationError(f"{train_path}: seed_data_path, {seed_path}, has all of its sentences")
    logger.info(f"{train_path}: {(~left).sum():,} sentences are in {seed_path} already and are not in the pool")
    return SentenceView(train, np.flatnonzero(left))
