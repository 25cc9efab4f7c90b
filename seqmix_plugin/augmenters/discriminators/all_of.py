"""The discriminator that asks several others."""

from typing import Any, Dict, List, Sequence

from seqmix_plugin.augmenters.context import AugmentationContext
from seqmix_plugin.augmenters.discriminators.discriminator import Discriminator, Verdict
from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.sentence import TaggedSentence
from seqmix_plugin.synthetic import SyntheticSentence


@Discriminator.register("all_of")
class AllOfDiscriminator(Discriminator):
    """
    d(x) = 1 when all of several discriminators accept x, such as one by perplexity and one by agreement of the tagger.
    Each judges only the sentences that those before it have accepted, so that a cheap one comes first; quantiles are
    those of the sentences that are left, of all so far until there are 64. The score of a sentence is that of the last
    discriminator that judged it: of the one that refused it, or of the last of all.

    Registered as a `Discriminator` with name "all_of".

    # Parameters

    discriminators : `List[Discriminator]`
        The discriminators, in the order in which they judge.

    # Raises

    `ConfigurationError`
        When there is none.
    """

    def __init__(self, discriminators: List[Discriminator]) -> None:
        if not discriminators:
            raise ConfigurationError("discriminator.discriminators is []; expected one discriminator at least")
        self._discriminators = discriminators
        self._start()

    def check_text(self, context: AugmentationContext) -> None:
        for discriminator in self._discriminators:
            discriminator.check_text(context)

    def start_round(self, context: AugmentationContext) -> None:
        self._start()
        for discriminator in self._discriminators:
            discriminator.start_round(context)

    def _start(self) -> None:
        self._judged = [0] * len(self._discriminators)
        self._accepted = [0] * len(self._discriminators)

    def first_batch_size(self, wanted: int) -> int:
        return max(discriminator.first_batch_size(wanted) for discriminator in self._discriminators)

    def judge(self, children: Sequence[SyntheticSentence], frames: Sequence[TaggedSentence]) -> List[Verdict]:
        verdicts = [Verdict(True, None)] * len(children)
        left = list(range(len(children)))
        for number, discriminator in enumerate(self._discriminators):
            if not left:
                break
            if self._judged[number] < discriminator.first_batch_size(1):
                discriminator.reconsider()
            found = discriminator.judge([children[i] for i in left], [frames[i] for i in left])
            for position, verdict in zip(left, found, strict=True):
                verdicts[position] = verdict
            self._judged[number] += len(left)
            left = [position for position in left if verdicts[position].accepted]
            self._accepted[number] += len(left)
        return verdicts

    def statistics(self) -> Dict[str, Any]:
        """How many sentences each discriminator has judged and accepted, and its own statistics."""
        counted = zip(self._discriminators, self._judged, self._accepted, strict=True)
        return {
            "all_of": [
                {"judged": judged, "accepted": accepted, **discriminator.statistics()}
                for discriminator, judged, accepted in counted
            ]
        }
