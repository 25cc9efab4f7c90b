"""The abstract augmenter and what it gives back."""

import math
from abc import abstractmethod
from dataclasses import dataclass, field
from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Tuple

from allennlp.common import Registrable
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.augmenters.workbench import Workbench
from seqmix_plugin.models import SequenceTagger
from seqmix_plugin.sentence import TaggedSentence

LARGEST_RATE = 1000
"""What is meant as a share cannot be more."""


class Window(NamedTuple):
    """Words `start` to `end` (exclusive) of the sentence with this id."""

    sentence_id: str
    start: int
    end: int


@dataclass(frozen=True)
class SyntheticSentence:
    """
    A generated sentence and where it comes from.

    # Parameters

    sentence : `TaggedSentence`
        The words and their labels.
    parents : `Tuple[Window, ...]`
        The mixed windows. The first parent is the one whose other words the sentence keeps.
    lam : `float`, optional (default = `None`)
        λ, the weight of the pair's first sentence; `None` when nothing was mixed.
    score : `float`, optional (default = `None`)
        What the discriminator judged by, such as a perplexity.
    accepted : `bool`, optional (default = `True`)
        The discriminator's verdict.
    """

    sentence: TaggedSentence
    parents: Tuple[Window, ...]
    lam: Optional[float] = None
    score: Optional[float] = None
    accepted: bool = True


@dataclass(frozen=True)
class Augmentation:
    """
    What an augmenter made in a round.

    # Parameters

    generated : `List[SyntheticSentence]`
        All that was tried until enough were accepted, in order.
    statistics : `Dict[str, Any]`, optional (default = `{}`)
        Plain data for the round's record.
    """

    generated: List[SyntheticSentence]
    statistics: Dict[str, Any] = field(default_factory=dict)

    @property
    def accepted(self) -> List[TaggedSentence]:
        """What is to be trained on."""
        return [synthetic.sentence for synthetic in self.generated if synthetic.accepted]


class Augmenter(Registrable):
    """
    Makes extra training sentences L* from newly labelled ones.

    # Parameters

    rate : `float`, optional (default = `0.2`)
        How many sentences to make of K labelled ones: N = ⌊rate · K⌋.

    # Raises

    `ConfigurationError`
        When `rate` is negative, or more than 1,000.
    """

    default_implementation = "none"

    def __init__(self, rate: float = 0.2) -> None:
        if not 0 <= rate <= LARGEST_RATE:
            raise ConfigurationError(f"augmenter.rate is {rate}; expected 0 or more, at most {LARGEST_RATE}")
        self.rate = rate

    def number_wanted(self, num_labelled: int) -> int:
        """N = ⌊rate · K⌋, safe against the rounding of decimal rates."""
        return math.floor(self.rate * num_labelled + 1e-9)

    def check(self, model: SequenceTagger) -> None:
        """Called before any work is done; raises a `ConfigurationError` when it cannot work with this model."""

    def check_text(self, workbench: Workbench) -> None:
        """Called before any work is done, too; raises a `ConfigurationError` when there is too little text."""

    @abstractmethod
    def augment(self, labelled: Sequence[TaggedSentence], workbench: Workbench) -> Augmentation:
        """
        # Parameters

        labelled : `Sequence[TaggedSentence]`
            The sentences labelled in this round, with tags.
        workbench : `Workbench`
            The current model and whatever else may be used.
        """
