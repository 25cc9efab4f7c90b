"""Generated sentences as plain data."""

from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any, Dict, Iterable, List, NamedTuple, Optional, Sequence, Tuple, Union

from seqmix_plugin.sentence import TaggedSentence

Turns = Tuple[TaggedSentence, ...]
"""Sentences that share a place in the training data: each pass over it takes the next of them."""
TrainingSentence = Union[TaggedSentence, Turns]
"""A sentence of every pass, or some that take turns."""


class Window(NamedTuple):
    """The words from `start` to `end` (exclusive) of the sentence with this id."""

    sentence_id: str
    start: int
    end: int


@dataclass(frozen=True)
class SyntheticSentence:
    """
    A generated sentence with its parents and the discriminator's decision.

    # Parameters

    sentence : `TaggedSentence`
        Words and labels of the generated sentence.
    parents : `Tuple[Window, ...]`
        Windows that were mixed; the sentence keeps the other words of the first parent.
    lam : `float`, optional (default = `None`)
        Mixing coefficient λ, the weight of the pair's first sentence; `None` when nothing was mixed.
    score : `float`, optional (default = `None`)
        Score on which the discriminator decided, such as a perplexity.
    accepted : `bool`, optional (default = `True`)
        Whether the discriminator accepted the sentence.
    changed : `Tuple[int, int]`, optional (default = `None`)
        First and end (exclusive) of the sentence's words that were generated, where they are not those of the first
        parent's window.
    places : `Tuple[int, ...]`, optional (default = `None`)
        Places of the words that were generated, where they are not all from the first to the last of them.
    slot : `int`, optional (default = `None`)
        Number of the place in the training data that this sentence takes by turns with the others of the same number;
        `None` when it has a place of its own.
    unrestricted : `int`, optional (default = `0`)
        Number of generated words for which no word was left that the embedding table's `restrict` asks for.
    """

    sentence: TaggedSentence
    parents: Tuple[Window, ...]
    lam: Optional[float] = None
    score: Optional[float] = None
    accepted: bool = True
    changed: Optional[Tuple[int, int]] = None
    places: Optional[Tuple[int, ...]] = None
    slot: Optional[int] = None
    unrestricted: int = 0

    @property
    def window(self) -> Tuple[int, int]:
        """First and end (exclusive) of the words that were generated; between them there may be others."""
        return self.changed or self.parents[0][1:]

    @property
    def new_words(self) -> Tuple[str, ...]:
        """The words that were generated."""
        places = range(*self.window) if self.places is None else self.places
        return tuple(self.sentence.tokens[place] for place in places)


@dataclass(frozen=True)
class Augmentation:
    """
    The sentences that an augmenter made in a round.

    # Parameters

    generated : `List[SyntheticSentence]`
        All sentences that were judged until enough were accepted, in order.
    statistics : `Dict[str, Any]`, optional (default = `{}`)
        Plain data for the round's record.
    """

    generated: List[SyntheticSentence]
    statistics: Dict[str, Any] = field(default_factory=dict)

    @property
    def accepted(self) -> List[TaggedSentence]:
        """The sentences to train on."""
        return [synthetic.sentence for synthetic in self.generated if synthetic.accepted]

    @property
    def training(self) -> List[TrainingSentence]:
        """The same sentences, those of one slot together."""
        return take_turns((synthetic.slot, synthetic.sentence) for synthetic in self.generated if synthetic.accepted)


def in_slots(generated: Sequence[SyntheticSentence], num_slots: int, first: int = 0) -> List[SyntheticSentence]:
    """
    Gives the accepted sentences slots from `first` on, one after the other and then again from the first, so that each
    pass over the training data takes the next `num_slots` of them.
    """
    numbers = (first + number % num_slots for number in count())
    return [replace(child, slot=next(numbers)) if child.accepted else child for child in generated]


def take_turns(sentences: Iterable[Tuple[Optional[int], TaggedSentence]]) -> List[TrainingSentence]:
    """Sentences with their slots as training sentences, in the order in which a slot, or one without, comes first."""
    groups: Dict[Tuple[Optional[int], int], List[TaggedSentence]] = {}
    for position, (slot, sentence) in enumerate(sentences):
        groups.setdefault((slot, position if slot is None else 0), []).append(sentence)
    return [tuple(group) if slot is not None else group[0] for (slot, _), group in groups.items()]
