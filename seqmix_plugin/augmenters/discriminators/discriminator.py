"""The abstract discriminator."""

from abc import abstractmethod
from typing import Any, Dict, List, NamedTuple, Optional, Sequence

from allennlp.common import Registrable

from seqmix_plugin.augmenters.workbench import Workbench
from seqmix_plugin.sentence import TaggedSentence
from seqmix_plugin.synthetic import SyntheticSentence


class Verdict(NamedTuple):
    """
    d(x) of one sentence.

    # Parameters

    accepted : `bool`
        Whether it may be trained on.
    score : `float`, optional
        What was judged by.
    """

    accepted: bool
    score: Optional[float]


class Discriminator(Registrable):
    """
    d: judges each generated sentence for itself.
    """

    default_implementation = "accept_all"

    def check_text(self, workbench: Workbench) -> None:
        """Called before any work is done; raises a `ConfigurationError` when there is too little text to judge by."""

    def start_round(self, workbench: Workbench) -> None:
        """Called before the sentences of a round are judged."""

    def first_batch_size(self, wanted: int) -> int:
        """How many sentences the first call of `judge` in a round should be given when `wanted` are to be accepted."""
        return wanted

    @abstractmethod
    def judge(self, children: Sequence[SyntheticSentence], frames: Sequence[TaggedSentence]) -> List[Verdict]:
        """
        # Parameters

        children : `Sequence[SyntheticSentence]`
            Generated sentences; the first parent's window is where the mixed words stand.
        frames : `Sequence[TaggedSentence]`
            For each child the parent whose words it keeps outside the window.
        """

    def statistics(self) -> Dict[str, Any]:
        """Plain data of this round for its record."""
        return {}
