"""The abstract augmenter that changes words of a sentence and keeps its labels aligned with them."""

import logging
from abc import abstractmethod
from collections import Counter
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Callable, Dict, Hashable, Iterator, List, Sequence, Tuple

import numpy as np

from seqmix_plugin.augmenters.augmenter import Augmenter
from seqmix_plugin.augmenters.context import AugmentationContext
from seqmix_plugin.augmenters.discriminators import AcceptAllDiscriminator, Discriminator
from seqmix_plugin.augmenters.selection import Candidate, Selection, accept_enough, word_counts
from seqmix_plugin.functional import select_some
from seqmix_plugin.parameter_checks import at_least, between
from seqmix_plugin.sentence import TaggedSentence
from seqmix_plugin.synthetic import Augmentation, SyntheticSentence, in_slots
from seqmix_plugin.tag_schemes import Span

logger = logging.getLogger(__name__)

Visible = Sequence[Tuple[TaggedSentence, int]]
"""Sentences, and the number of words of each that the model sees."""


class Numbers(Dict[Hashable, int]):
    """Numbers from 0 for values, in the order of their first use."""

    def __missing__(self, value: Hashable) -> int:
        self[value] = len(self)
        return self[value]


@dataclass(frozen=True)
class Rewriting:
    """
    What may be changed in the sentences of a round, and how.

    # Parameters

    items : `Sequence[np.ndarray]`
        The items of each sentence that may be changed, such as the indices of its words, one or more columns each.
    rewrite : `Callable[[Sequence[int], Sequence[np.ndarray], np.random.Generator], List[SyntheticSentence]]`
        Makes a child of each of the sentences at these positions by a change of these items of each.
    """

    items: Sequence[np.ndarray]
    rewrite: Callable[[Sequence[int], Sequence[np.ndarray], np.random.Generator], List[SyntheticSentence]]


class LabelAlignedAugmenter(Augmenter):
    """
    Changes words of labelled sentences so that each word still has a label that fits it. Sentences take turns in random
    order; of the items that may be changed in a sentence, each is selected with the same probability, and one where
    chance selects none, as a child without a change would only repeat its parent.

    # Parameters

    rate : `float`, optional (default = `0.2`)
        Number of sentences to make for each labelled one, from 0 to 1000: K labelled sentences give N = ⌊rate · K⌋.
    probability : `float`, optional (default = `0.3`)
        Probability p with which an item of a sentence is changed, from 0 to 1.
    discriminator : `Discriminator`, optional (default = `AcceptAllDiscriminator()`)
        Discriminator d that accepts or refuses each generated sentence.
    max_tries : `int`, optional (default = `100`)
        Largest number of children to make for each wanted one, at least 1; a round ends there even with too few.
    refresh : `str`, optional (default = `"round"`)
        When the training data changes: `"round"` makes the sentences of a round once, `"pass"` `versions` times as many
        and each pass over the training data has the next ⌊rate · K⌋ of them.
    versions : `int`, optional (default = `20`)
        With `"pass"`, number of passes with sentences of their own, at least 2; later passes repeat theirs in order.

    # Raises

    `ConfigurationError`
        When a value is out of its range.
    """

    name: str
    """The name under which the class is registered, which is that of its random numbers too."""

    def __init__(
        self,
        rate: float = 0.2,
        probability: float = 0.3,
        discriminator: Discriminator = AcceptAllDiscriminator(),
        max_tries: int = 100,
        refresh: str = "round",
        versions: int = 20,
    ) -> None:
        super().__init__(rate, refresh, versions)
        self.probability = between("augmenter.probability", probability, 0, 1)
        self.discriminator = discriminator
        self.max_tries = at_least("augmenter.max_tries", max_tries, 1)
        self._warned = False

    def check_text(self, context: AugmentationContext) -> None:
        if self.rate > 0:
            self.discriminator.check_text(context)

    @abstractmethod
    def rewriting(self, frames: Visible, source: Visible) -> Rewriting:
        """
        Finds what may be changed.

        # Parameters

        frames : `Visible`
            The sentences to change.
        source : `Visible`
            The labelled sentences that words and mentions are taken from.
        """

    def augment(self, labelled: Sequence[TaggedSentence], context: AugmentationContext) -> Augmentation:
        per_pass = self.number_wanted(len(labelled))
        wanted = per_pass * self.versions
        if wanted == 0:
            return Augmentation([])
        frames, source = _visible(labelled, context), _visible(context.labelled or labelled, context)
        rewriting, rng = self.rewriting(frames, source), context.generator(self.name)
        eligible = np.array([position for position, items in enumerate(rewriting.items) if len(items)], dtype=np.int64)
        left = islice(_in_turns(eligible, rng), self.max_tries * wanted)
        made = Counter[str]()

        def draw(size: int) -> List[Candidate]:
            changed: List[Candidate] = []
            while not changed and (drawn := list(islice(left, size))):
                children = rewriting.rewrite(drawn, self._selected(rewriting, drawn, rng), rng)
                pairs = [(child, labelled[position]) for child, position in zip(children, drawn, strict=True)]
                changed = [(child, frame) for child, frame in pairs if child.sentence.tokens != frame.tokens]
                made.update(tried=len(pairs), unchanged=len(pairs) - len(changed))
            return changed

        result = accept_enough(wanted, draw, self.discriminator, context)
        self._warn_of_too_few(wanted, result.accepted, made["tried"])
        generated = result.generated if self.versions == 1 else in_slots(result.generated, per_pass)
        return Augmentation(generated, self._statistics(wanted, result, made["unchanged"]))

    def _selected(self, rewriting: Rewriting, drawn: Sequence[int], rng: np.random.Generator) -> List[np.ndarray]:
        """The items to change in each of the drawn sentences."""
        items = [rewriting.items[position] for position in drawn]
        owners = np.repeat(np.arange(len(items)), [len(some) for some in items])
        flags = split_like(select_some(owners, self.probability, rng), items)
        return [some[chosen] for some, chosen in zip(items, flags, strict=True)]

    def _warn_of_too_few(self, wanted: int, accepted: int, tried: int) -> None:
        if accepted == wanted:
            return
        end = f"{tried} were tried (augmenter.max_tries)" if tried else "no labelled sentence has anything to change"
        if not self._warned:
            self._warned = True
            logger.warning(f"{self.name}: {accepted} of {wanted} wanted sentences were accepted; {end}")

    def _statistics(self, wanted: int, result: Selection, unchanged: int) -> Dict[str, Any]:
        return {
            "wanted": wanted,
            "judged": result.judged,
            "tried": len(result.generated),
            "accepted": result.accepted,
            "refused": len(result.generated) - result.accepted,
            "unchanged": unchanged,
            **word_counts(result.generated),
            **({"versions": self.versions} if self.versions > 1 else {}),
            "discriminator": self.discriminator.statistics(),
        }


def _visible(sentences: Sequence[TaggedSentence], context: AugmentationContext) -> Visible:
    """The sentences with the number of words that the reader's `max_length` leaves of each."""
    return [(one, len(cut)) for one, cut in zip(sentences, context.reader.truncated(sentences), strict=True)]


def _in_turns(positions: np.ndarray, rng: np.random.Generator) -> Iterator[int]:
    """Each position once in random order, then each again, without end."""
    while len(positions):
        yield from rng.permutation(positions).tolist()


def split_like(values: np.ndarray, parts: Sequence[np.ndarray]) -> List[np.ndarray]:
    """Values in parts of the same lengths as others."""
    return np.split(values, np.cumsum([len(part) for part in parts])[:-1])


def with_part(frame: TaggedSentence, old: Span, source: TaggedSentence, new: Span) -> TaggedSentence:
    """The frame with a mention of another sentence, and its labels, in place of its own one; it has no id yet."""
    soft = None
    if frame.tag_distributions is not None or source.tag_distributions is not None:
        rows, others = tuple(frame.distributions() or ()), tuple(source.distributions() or ())
        soft = rows[: old.start] + others[new.start : new.end] + rows[old.end :]
    tokens, tags = (
        mine[: old.start] + other[new.start : new.end] + mine[old.end :]
        for mine, other in ((frame.tokens, source.tokens), (frame.tags or (), source.tags or ()))
    )
    return TaggedSentence("", tokens, tags, soft)


def with_words(frame: TaggedSentence, words: Sequence[str]) -> TaggedSentence:
    """The frame with other words under the same labels; it has no id yet."""
    return replace(frame, id="", tokens=tuple(words), spaces=None)
