"""No augmentation."""

from typing import Sequence

from seqmix_plugin.augmenters.augmenter import Augmenter
from seqmix_plugin.augmenters.workbench import Workbench
from seqmix_plugin.sentence import TaggedSentence
from seqmix_plugin.synthetic import Augmentation


@Augmenter.register("none")
class NoAugmenter(Augmenter):
    """
    Makes nothing: active learning alone.

    Registered as an `Augmenter` with name "none".
    """

    def __init__(self) -> None:
        super().__init__(rate=0)

    def augment(self, labelled: Sequence[TaggedSentence], workbench: Workbench) -> Augmentation:
        return Augmentation([])
