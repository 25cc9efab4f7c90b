"""The control with the same number of training steps."""

import logging
from dataclasses import replace
from itertools import islice
from typing import Iterator, List, Optional, Sequence

from seqmix_plugin.augmenters.augmenter import Augmenter
from seqmix_plugin.augmenters.pairing import Pairing
from seqmix_plugin.augmenters.workbench import Workbench
from seqmix_plugin.sentence import TaggedSentence
from seqmix_plugin.synthetic import Augmentation, SyntheticSentence, Window

logger = logging.getLogger(__name__)


@Augmenter.register("duplicate")
class DuplicateAugmenter(Augmenter):
    """
    Repeats labelled sentences: as many training steps as SeqMix of the same rate where that finds enough, and no new
    data. Without a pairing, sentences are drawn without replacement; at a rate above 1 every one is repeated before any
    is again. With a pairing, both sentences of each pair are repeated with the labels that they have, in the order in
    which SeqMix of the same pairing and seed would put its mixed windows into them: the frames that it draws, dense in
    entities as they are, without its words and its soft labels. What a discriminator would refuse is not known here.

    Registered as an `Augmenter` with name "duplicate".

    # Parameters

    rate : `float`, optional (default = `0.2`)
        How many sentences to make of K labelled ones: N = ⌊rate · K⌋.
    pairing : `Pairing`, optional (default = `None`)
        ζ, whose sentences are repeated; by default any sentence may be.
    """

    def __init__(self, rate: float = 0.2, pairing: Optional[Pairing] = None) -> None:
        super().__init__(rate)
        self.pairing = pairing
        self._said = False

    def augment(self, labelled: Sequence[TaggedSentence], workbench: Workbench) -> Augmentation:
        wanted = self.number_wanted(len(labelled))
        generated: List[SyntheticSentence] = []
        for parent in islice(self._parents(labelled, workbench), wanted):
            copy = replace(parent, id=f"r{workbench.round_number}-{len(generated)}")
            generated.append(SyntheticSentence(copy, (Window(parent.id, 0, 0),)))
        made = len(generated)
        if made < wanted and not self._said:
            self._said = True  # the record has the later rounds
            logger.warning(f"duplicate: {made} of {wanted} wanted sentences were repeated; there are no more pairs")
        return Augmentation(generated, {"wanted": wanted, "tried": made, "accepted": made, "refused": 0})

    def _parents(self, labelled: Sequence[TaggedSentence], workbench: Workbench) -> Iterator[TaggedSentence]:
        """What to repeat, without an end or until there are no more pairs."""
        if self.pairing is not None:
            for pair in self.pairing.of_round(labelled, workbench):
                yield from (labelled[pair.first], labelled[pair.second])
            return
        rng = workbench.generator("duplicate")
        while labelled:
            yield from (labelled[position] for position in rng.permutation(len(labelled)))
