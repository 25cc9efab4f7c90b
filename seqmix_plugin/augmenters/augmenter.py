"""The abstract augmenter, and the one that makes nothing."""

import math
from abc import abstractmethod
from typing import Sequence

from allennlp.common import Registrable

from seqmix_plugin.augmenters.context import AugmentationContext
from seqmix_plugin.models import SequenceTagger
from seqmix_plugin.parameter_checks import at_least, between, one_of
from seqmix_plugin.sentence import TaggedSentence
from seqmix_plugin.synthetic import Augmentation


class Augmenter(Registrable):
    """
    Makes extra training sentences L* from newly labelled ones.

    # Parameters

    rate : `float`, optional (default = `0.2`)
        Number of sentences to make for each labelled one, from 0 to 1000: K labelled sentences give N = ⌊rate · K⌋.
    refresh : `str`, optional (default = `"round"`)
        When the training data changes: `"round"` makes the sentences of a round once, `"pass"` `versions` times as many
        and each pass over the training data has the next ⌊rate · K⌋ of them.
    versions : `int`, optional (default = `20`)
        With `"pass"`, number of passes with sentences of their own, at least 2; later passes repeat theirs in order.

    # Raises

    `ConfigurationError`
        When a value is out of its range.
    """

    default_implementation = "none"

    def __init__(self, rate: float = 0.2, refresh: str = "round", versions: int = 20) -> None:
        self.rate = between("augmenter.rate", rate, 0, 1000)
        by_pass = one_of("augmenter.refresh", refresh, ("round", "pass")) == "pass"
        self.versions = at_least("augmenter.versions", versions, 2) if by_pass else 1

    def number_wanted(self, num_labelled: int) -> int:
        """N = ⌊rate · K⌋, the sentences of one pass, robust against the rounding of decimal rates."""
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
