"""The abstract augmenter, and the one that makes nothing."""

import math
from abc import abstractmethod
from typing import Sequence

from allennlp.common import Registrable

from seqmix_plugin.augmenters.context import AugmentationContext
from seqmix_plugin.models import SequenceTagger
from seqmix_plugin.parameter_checks import between
from seqmix_plugin.sentence import TaggedSentence
from seqmix_plugin.synthetic import Augmentation


class Augmenter(Registrable):
    """
    Makes extra training sentences L* from newly labelled ones.

    # Parameters

    rate : `float`, optional (default = `0.2`)
        Number of sentences to make for each labelled one, from 0 to 1000: K labelled sentences give N = ⌊rate · K⌋.

    # Raises

    `ConfigurationError`
        When `rate` is out of its range.
    """

    default_implementation = "none"

    def __init__(self, rate: float = 0.2) -> None:
        self.rate = between("augmenter.rate", rate, 0, 1000)

    def number_wanted(self, num_labelled: int) -> int:
        """N = ⌊rate · K⌋, robust against the rounding of decimal rates."""
        return math.floor(self.rate * num_labelled + 1e-9)

    def check(self, model: SequenceTagger) -> None:
        """Raises a `ConfigurationError` when this model cannot be used; called before any work is done."""

    def check_text(self, context: AugmentationContext) -> None:
        """Raises a `ConfigurationError` when there is too little text; called before any work is done."""

    @abstractmethod
    def augment(self, labelled: Sequence[TaggedSentence], context: AugmentationContext) -> Augmentation:
        """
        Makes the sentences of one round.

        # Parameters

        labelled : `Sequence[TaggedSentence]`
            The sentences labelled in this round, with tags.
        context : `AugmentationContext`
            The current model and the text that may be used.
        """


@Augmenter.register("none")
class NoAugmenter(Augmenter):
    """
    Makes no sentences: active learning without augmentation.

    Registered as an `Augmenter` with name "none".
    """

    def __init__(self) -> None:
        super().__init__(rate=0)

    def augment(self, labelled: Sequence[TaggedSentence], context: AugmentationContext) -> Augmentation:
        return Augmentation([])
