"""No discriminator."""

from typing import List, Sequence

from seqmix_plugin.augmenters.discriminators.discriminator import Discriminator, Verdict
from seqmix_plugin.sentence import TaggedSentence
from seqmix_plugin.synthetic import SyntheticSentence


@Discriminator.register("accept_all")
class AcceptAllDiscriminator(Discriminator):
    """
    Accepts every sentence, as the range (0, ∞) of perplexities does, without the cost of a language model.

    Registered as a `Discriminator` with name "accept_all".
    """

    def judge(self, children: Sequence[SyntheticSentence], frames: Sequence[TaggedSentence]) -> List[Verdict]:
        return [Verdict(True, None)] * len(children)
