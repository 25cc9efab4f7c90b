"""The abstract augmenter and what it gives back."""

import math
from abc import abstractmethod
from typing import Sequence

from allennlp.common import Registrable
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.augmenters.workbench import Workbench
from seqmix_plugin.models import SequenceTagger
from seqmix_plugin.sentence import TaggedSentence
from seqmix_plugin.synthetic import Augmentation

LARGEST_RATE = 1000
"""What is meant as a share cannot be more."""


class Augmenter(Registrable):
    """
    Makes extra training sentences L* from newly labelled ones.

    # Parameters

    rate : `float`, optional (default = `0.2`)
        How many sentences to make of K labelled ones: N = ⌊rate · K⌋.

    # Raises

    `ConfigurationError`
        When `rate` is negative, or more than 1,000.
    """

    default_implementation = "none"

    def __init__(self, rate: float = 0.2) -> None:
        if not 0 <= rate <= LARGEST_RATE:
            raise ConfigurationError(f"augmenter.rate is {rate}; expected 0 or more, at most {LARGEST_RATE}")
        self.rate = rate

    def number_wanted(self, num_labelled: int) -> int:
        """N = ⌊rate · K⌋, safe against the rounding of decimal rates."""
        return math.floor(self.rate * num_labelled + 1e-9)

    def check(self, model: SequenceTagger) -> None:
        """Called before any work is done; raises a `ConfigurationError` when it cannot work with this model."""

    def check_text(self, workbench: Workbench) -> None:
        """Called before any work is done, too; raises a `ConfigurationError` when there is too little text."""

    @abstractmethod
    def augment(self, labelled: Sequence[TaggedSentence], workbench: Workbench) -> Augmentation:
        """
        # Parameters

        labelled : `Sequence[TaggedSentence]`
            The sentences labelled in this round, with tags.
        workbench : `Workbench`
            The current model and whatever else may be used.
        """
