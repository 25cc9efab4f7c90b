"""The control with the same number of training steps."""

import logging
from dataclasses import replace
from itertools import islice
from typing import Iterator, List, Optional, Sequence

from seqmix_plugin.augmenters.augmenter import Augmenter
from seqmix_plugin.augmenters.context import AugmentationContext
from seqmix_plugin.augmenters.pairing import Pairing
from seqmix_plugin.sentence import TaggedSentence
from seqmix_plugin.synthetic import Augmentation, SyntheticSentence, Window

logger = logging.getLogger(__name__)


@Augmenter.register("duplicate")
class DuplicateAugmenter(Augmenter):
    """
    Repeats labelled sentences: a control with as many training steps as SeqMix of the same rate, but no new data.

    Without a pairing, sentences are drawn without replacement; at a rate above 1 every sentence is repeated before any
    is repeated again. With a pairing, both sentences of each pair are repeated with their own labels, in the order in
    which SeqMix with the same pairing and seed would use them. This keeps SeqMix's preference for sentences with many
    entities, without its words and soft labels; the discriminator's choice is not reproduced.

    Registered as an `Augmenter` with name "duplicate".

    # Parameters

    rate : `float`, optional (default = `0.2`)
        Number of sentences to make for each labelled one, from 0 to 1000: K labelled sentences give N = ⌊rate · K⌋.
    pairing : `Pairing`, optional (default = `None`)
        Pairing function ζ whose sentences are repeated; by default any labelled sentence may be repeated.

    # Raises

    `ConfigurationError`
        When `rate` is out of its range.
    """

    def __init__(self, rate: float = 0.2, pairing: Optional[Pairing] = None) -> None:
        super().__init__(rate)
        self.pairing = pairing
        self._warned = False

    def augment(self, labelled: Sequence[TaggedSentence], context: AugmentationContext) -> Augmentation:
        wanted = self.number_wanted(len(labelled))
        generated: List[SyntheticSentence] = []
        for parent in islice(self._parents(labelled, context), wanted):
            copy = replace(parent, id=f"r{context.round_number}-{len(generated)}")
            generated.append(SyntheticSentence(copy, (Window(parent.id, 0, 0),)))
        made = len(generated)
        if made < wanted and not self._warned:
            self._warned = True
            logger.warning(f"duplicate: {made} of {wanted} wanted sentences were repeated; there are no more pairs")
        return Augmentation(generated, {"wanted": wanted, "tried": made, "accepted": made, "refused": 0})

    def _parents(self, labelled: Sequence[TaggedSentence], context: AugmentationContext) -> Iterator[TaggedSentence]:
        """The sentences to repeat, without end or until there are no more pairs."""
        if self.pairing is not None:
            for pair in self.pairing.of_round(labelled, context):
                yield from (labelled[pair.first], labelled[pair.second])
            return
        rng = context.generator("duplicate")
        while labelled:
            yield from (labelled[position] for position in rng.permutation(len(labelled)))
