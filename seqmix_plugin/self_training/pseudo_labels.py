"""Soft labels of the round's own model."""

import numpy as np

from seqmix_plugin.data import EncodedSentences, SentenceView
from seqmix_plugin.parameter_checks import at_least
from seqmix_plugin.self_training.self_training import SelfTraining, Teacher


@SelfTraining.register("pseudo_labels")
class PseudoLabels(SelfTraining):
    """
    Self-training: the round's model is trained as without it and, as teacher, gives its tag probabilities, with a CRF
    the marginals, to unlabelled sentences. Lee 2013 (Pseudo-Label); with students that begin anew, Xie et al. 2020
    (Noisy Student) and, for few labels of sequences, Wang et al. 2021 (MetaST).

    With a `moving_average` of the inner trainer, teacher and student are averages of their weights over the last steps.

    Registered as a `SelfTraining` with name "pseudo_labels".

    # Parameters

    sentences : `int`, optional (default = `2000`)
        How many unlabelled sentences to draw for each student, at most.
    share : `float`, optional (default = `0.5`)
        The share of each batch of the student that is from the pool, above 0 and below 1.
    temperature : `float`, optional (default = `1.0`)
        Temperature T of the soft labels, at least 0: below 1 they get sharper, and 0 makes them hard labels.
    min_confidence : `float`, optional (default = `0.0`)
        Sentences are left out whose soft labels, before they are sharpened, are less confident: the mean over the words
        of the probability of the most probable tag, from 0 to 1.
    generations : `int`, optional (default = `1`)
        How many students are trained in a round, 1 or more. Each is the teacher of the next, for which sentences are
        drawn anew.

    # Raises

    `ConfigurationError`
        When a value is out of its range.
    """

    def __init__(
        self,
        sentences: int = 2000,
        share: float = 0.5,
        temperature: float = 1.0,
        min_confidence: float = 0.0,
        generations: int = 1,
    ) -> None:
        generations = at_least("trainer.self_training.generations", generations, 1)
        super().__init__(sentences, share, temperature, min_confidence, generations)

    def probabilities(self, sample: SentenceView, encoded: EncodedSentences, teacher: Teacher) -> np.ndarray:
        return teacher.predict(sample)
