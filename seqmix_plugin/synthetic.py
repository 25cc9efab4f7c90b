"""Generated sentences: plain data, beside `TaggedSentence`."""

from dataclasses import dataclass, field
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

from seqmix_plugin.sentence import TaggedSentence


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
