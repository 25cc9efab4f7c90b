"""The abstract discriminator, and the one that accepts everything."""

from abc import abstractmethod
from typing import Any, Dict, List, NamedTuple, Optional, Sequence

from allennlp.common import Registrable

from seqmix_plugin.augmenters.context import AugmentationContext
from seqmix_plugin.sentence import TaggedSentence
from seqmix_plugin.synthetic import SyntheticSentence


class Verdict(NamedTuple):
    """
    The discriminator's decision d(x) on one sentence.

    # Parameters

    accepted : `bool`
        Whether the sentence is added to the training data.
    score : `float`, optional
        Score on which the decision is based, such as a perplexity.
    """

    accepted: bool
    score: Optional[float]


class Discriminator(Registrable):
    """
    Discriminator d: accepts or refuses each generated sentence independently of the others.
    """

    default_implementation = "accept_all"

    def check_text(self, context: AugmentationContext) -> None:
        """Raises a `ConfigurationError` when there is too little text; called before any work is done."""

    def start_round(self, context: AugmentationContext) -> None:
        """Prepares for a round, before its sentences are judged."""

    def first_batch_size(self, wanted: int) -> int:
        """The number of sentences to judge first in a round in which `wanted` sentences are to be accepted."""
        return wanted

    def reconsider(self) -> None:
        """
        Is called before `judge` when too few sentences were judged so far for limits that follow from them, as where
        other discriminators left few: they follow from those and the next together.
        """

    @abstractmethod
    def judge(self, children: Sequence[SyntheticSentence], frames: Sequence[TaggedSentence]) -> List[Verdict]:
        """
        Decides on generated sentences.

        # Parameters

        children : `Sequence[SyntheticSentence]`
            Generated sentences; the generated words are in the `window` of each.
        frames : `Sequence[TaggedSentence]`
            The parent whose words each child keeps outside the window.
        """

    def statistics(self) -> Dict[str, Any]:
        """Plain data about this round for its record."""
        return {}


@Discriminator.register("accept_all")
class AcceptAllDiscriminator(Discriminator):
    """
    Accepts every sentence, as the range (0, ∞) of perplexities does, without the cost of a language model.

    Registered as a `Discriminator` with name "accept_all".
    """

    def judge(self, children: Sequence[SyntheticSentence], frames: Sequence[TaggedSentence]) -> List[Verdict]:
        return [Verdict(True, None)] * len(children)
