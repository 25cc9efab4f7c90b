"""The control with the same number of training steps."""

from dataclasses import replace
from typing import List, Sequence

from seqmix_plugin.augmenters.augmenter import Augmentation, Augmenter, SyntheticSentence, Window
from seqmix_plugin.augmenters.workbench import Workbench
from seqmix_plugin.sentence import TaggedSentence


@Augmenter.register("duplicate")
class DuplicateAugmenter(Augmenter):
    """
    Repeats labelled sentences: as many training steps as SeqMix of the same rate where that finds enough, and no new
    data. Sentences are drawn without replacement; at a rate above 1 every one is repeated before any is again.

    Registered as an `Augmenter` with name "duplicate".

    # Parameters

    rate : `float`, optional (default = `0.2`)
        How many sentences to make of K labelled ones: N = ⌊rate · K⌋.
    """

    def augment(self, labelled: Sequence[TaggedSentence], workbench: Workbench) -> Augmentation:
        rng = workbench.generator("duplicate")
        wanted = self.number_wanted(len(labelled))
        generated: List[SyntheticSentence] = []
        while len(generated) < wanted:
            for position in rng.permutation(len(labelled))[: wanted - len(generated)]:
                parent = labelled[position]
                copy = replace(parent, id=f"r{workbench.round_number}-{len(generated)}")
                generated.append(SyntheticSentence(copy, (Window(parent.id, 0, 0),)))
        return Augmentation(generated, {"wanted": wanted, "tried": wanted, "accepted": wanted, "refused": 0})
