"""No augmentation."""

from typing import Sequence

from seqmix_plugin.augmenters.augmenter import Augmenter
from seqmix_plugin.augmenters.context import AugmentationContext
from seqmix_plugin.sentence import TaggedSentence
from seqmix_plugin.synthetic import Augmentation


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
