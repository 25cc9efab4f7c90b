"""What an augmenter and its parts may use in a round."""

from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Iterator

import numpy as np
import torch

from seqmix_plugin.data import SentenceReader, WordPieceIndexer
from seqmix_plugin.models import SequenceTagger
from seqmix_plugin.randomness import generator, reseed_globals
from seqmix_plugin.sentence import SentenceSource, TaggedSentence


@dataclass(frozen=True)
class Workbench:
    """
    # Parameters

    model : `SequenceTagger`
        The current model; in round 0 the one that is yet to be trained.
    reader : `SentenceReader`
        Makes its instances of sentences.
    readable : `SentenceSource`
        The pool with what is labelled of it.
    outside : `SentenceSource`
        Sentences of the training file that are not in the slice; no parent comes from them. May be empty.
    folder : `Path`
        The run's folder, for what is worth keeping between rounds.
    seed : `int`
        The run's seed.
    round_number : `int`
        0 is the seed set's.
    model_is_trained : `bool`, optional (default = `True`)
        Whether the current model has learnt from labels, so that its tags mean something.
    seed_set : `SentenceSource`, optional (default = `()`)
        Labelled sentences that are not of the pool; parents come from them as well.
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

    @property
    def text(self) -> Iterator[TaggedSentence]:
        """All sentences that the run may read, with those that parents come from."""
        return chain(self.readable, self.seed_set)

    @property
    def word_pieces(self) -> WordPieceIndexer:
        """The current model's tokenizer."""
        assert self.reader.word_pieces is not None  # checked by TrainModel
        return self.reader.word_pieces

    @property
    def device(self) -> torch.device:
        """Where the current model is."""
        return next(self.model.parameters()).device

    def generator(self, purpose: str) -> np.random.Generator:
        """A generator of this round for one purpose."""
        return generator(self.seed, self.round_number, f"augment/{purpose}")

    def reseed_globals(self, purpose: str) -> None:
        """
        Sets the global generators for something that is made once a run, such as a language model: the same in
        whichever round it is made.
        """
        reseed_globals(self.seed, 0, f"augment/{purpose}")
