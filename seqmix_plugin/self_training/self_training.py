"""The abstract way of learning from the unlabelled pool, and the one that leaves it alone."""

import logging
from abc import abstractmethod
from dataclasses import dataclass
from typing import Callable, Sequence

import numpy as np
import torch
from allennlp.common import Registrable

from seqmix_plugin.data import EncodedSentences, SentenceView, SoftSentences
from seqmix_plugin.functional import mean_confidence, sharpened
from seqmix_plugin.parameter_checks import at_least, between, not_negative

logger = logging.getLogger(__name__)

ROUNDING = 1e-6
"""What single precision may take from a confidence that equals `min_confidence`."""


@dataclass(frozen=True)
class Teacher:
    """
    What gives soft labels may use of the run.

    # Parameters

    encode : `Callable[[SentenceView], EncodedSentences]`
        Encodes sentences of the pool.
    predict : `Callable[[SentenceView], np.ndarray]`
        The current model's probabilities of the tags of each word that is not cut, sentence after sentence.
        Shape of its result: `(num_words, num_tags)`
    """

    encode: Callable[[SentenceView], EncodedSentences]
    predict: Callable[[SentenceView], np.ndarray]


class SelfTraining(Registrable):
    """
    Gives soft labels to a sample of the unlabelled pool. With them and the labelled sentences a student is trained,
    which begins with the pretrained weights and is the round's model. Soft labels are made anew in each round; they are
    no annotations, and no oracle sees them.

    # Parameters

    sentences : `int`, optional (default = `2000`)
        How many unlabelled sentences to draw in a round, at most.
    share : `float`, optional (default = `0.5`)
        The share of each batch of the student that is from the pool, above 0 and below 1.
    temperature : `float`, optional (default = `1.0`)
        Temperature T of the soft labels, at least 0: below 1 they get sharper, and 0 makes them hard labels.
    min_confidence : `float`, optional (default = `0.0`)
        Sentences are left out whose soft labels, before they are sharpened, are less confident: the mean over the words
        of the probability of the most probable tag, from 0 to 1.
    generations : `int`, optional (default = `1`)
        How many students are trained in a round, one after the other.

    # Raises

    `ConfigurationError`
        When a value is out of its range.
    """

    default_implementation = "none"

    asks_teacher: bool = True
    """Whether a teacher is trained first, on what is labelled and was generated."""

    def __init__(
        self,
        sentences: int = 2000,
        share: float = 0.5,
        temperature: float = 1.0,
        min_confidence: float = 0.0,
        generations: int = 1,
    ) -> None:
        self.sentences = at_least("trainer.self_training.sentences", sentences, 1)
        self.share = between("trainer.self_training.share", share, 0, 1)
        self.temperature = not_negative("trainer.self_training.temperature", temperature)
        self.min_confidence = between("trainer.self_training.min_confidence", min_confidence, 0, 1)
        self.generations = generations

    def check(self, pool: SentenceView, labels: Sequence[str]) -> None:
        """
        Raises a `ConfigurationError` when this cannot be used.

        # Parameters

        pool : `SentenceView`
            All sentences of the pool, without labels.
        labels : `Sequence[str]`
            The tags in the order of their numbers.
        """

    def label(self, unlabelled: SentenceView, teacher: Teacher, rng: np.random.Generator) -> SoftSentences:
        """
        Draws unlabelled sentences and gives them soft labels.

        # Parameters

        unlabelled : `SentenceView`
            The unlabelled sentences of the pool.
        teacher : `Teacher`
            The current model.
        rng : `np.random.Generator`
            Draws the sentences.

        # Returns

        `SoftSentences`
            As many as were drawn, without those that are not confident or have no word.
        """
        sample = self.candidates(unlabelled).sampled(self.sentences, rng)
        encoded = teacher.encode(sample)
        probabilities = self.probabilities(sample, encoded, teacher)
        num_words, rows = torch.from_numpy(encoded.num_words.astype(np.int64)), torch.from_numpy(probabilities)
        confident = mean_confidence(rows, num_words) >= self.min_confidence - ROUNDING
        kept = torch.nonzero(confident & (num_words > 0)).squeeze(1).numpy()
        if len(kept) == 0:
            logger.warning(
                f"self_training: none of {len(sample)} unlabelled sentences has soft labels of a confidence of "
                f"{self.min_confidence} (min_confidence); the student is trained on labelled sentences alone"
            )
        return SoftSentences(encoded, sharpened(rows, self.temperature).numpy()).at(kept)

    def candidates(self, unlabelled: SentenceView) -> SentenceView:
        """The unlabelled sentences that can be given soft labels."""
        return unlabelled

    @abstractmethod
    def probabilities(self, sample: SentenceView, encoded: EncodedSentences, teacher: Teacher) -> np.ndarray:
        """
        The soft labels of some sentences.

        # Parameters

        sample : `SentenceView`
            The sentences.
        encoded : `EncodedSentences`
            Has the number of words of each that are not cut.
        teacher : `Teacher`
            The current model.

        # Returns

        `np.ndarray`
            Of type float32. Shape: `(num_words, num_tags)`
        """


@SelfTraining.register("none")
class NoSelfTraining(SelfTraining):
    """
    Leaves the unlabelled pool alone: the teacher is the round's model.

    Registered as a `SelfTraining` with name "none".
    """

    def __init__(self) -> None:
        super().__init__(generations=0)

    def probabilities(self, sample: SentenceView, encoded: EncodedSentences, teacher: Teacher) -> np.ndarray:
        raise NotImplementedError
