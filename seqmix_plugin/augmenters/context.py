"""What an augmenter and its parts may use in a round."""

from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Iterator

import numpy as np
import torch

from seqmix_plugin.data import SentenceReader, WordPieceIndexer
from seqmix_plugin.models import SequenceTagger
from seqmix_plugin.randomness import generator
from seqmix_plugin.sentence import SentenceSource, TaggedSentence


@dataclass(frozen=True)
class AugmentationContext:
    """
    The model, the text and the random seed of one round of augmentation.

    # Parameters

    model : `SequenceTagger`
        The current model; in round 0 it is not trained yet.
    reader : `SentenceReader`
        The reader that makes the model's instances.
    readable : `SentenceSource`
        All sentences of the pool, labelled or not.
    outside : `SentenceSource`
        Sentences of the training file that are not in the pool and so are never parents; may be empty.
    folder : `Path`
        The run's folder, where models fitted for augmentation are kept.
    seed : `int`
        The run's seed.
    round_number : `int`
        Number of the round; 0 augments the seed set.
    model_is_trained : `bool`, optional (default = `True`)
        Whether the current model has been trained, so that its predictions are meaningful.
    seed_set : `SentenceSource`, optional (default = `()`)
        Labelled sentences of a seed file, which are parents but not in the pool.
    labelled : `SentenceSource`, optional (default = `()`)
        All sentences that have been labelled so far, also in earlier rounds; empty when they are those to augment.
    part : `str`, optional (default = `""`)
        Name of a part of an augmenter, which draws other random numbers than its other parts.
    """

    model: SequenceTagger
    reader: SentenceReader
    readable: SentenceSource
    outside: SentenceSource
    folder: Path
    seed: int
    round_number: int
    model_is_trained: bool = True
    seed_set: SentenceSource = ()
    labelled: SentenceSource = ()
    part: str = ""

    @property
    def text(self) -> Iterator[TaggedSentence]:
        """All sentences whose words may be generated: the pool and the seed set."""
        return chain(self.readable, self.seed_set)

    @property
    def word_pieces(self) -> WordPieceIndexer:
        """The token indexer with the current model's tokenizer."""
        assert self.reader.word_pieces is not None  # checked by TrainModel
        return self.reader.word_pieces

    @property
    def device(self) -> torch.device:
        """The device of the current model."""
        return next(self.model.parameters()).device

    def generator(self, purpose: str) -> np.random.Generator:
        """The random generator of this round for one purpose."""
        return generator(self.seed, self.round_number, f"augment/{self.part}{purpose}")
