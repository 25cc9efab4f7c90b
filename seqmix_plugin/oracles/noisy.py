"""A simulated annotator who makes mistakes."""

from typing import Collection, List, Optional, Sequence

import numpy as np

from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.oracles.gold import GoldOracle
from seqmix_plugin.oracles.oracle import Answered, Oracle, Request, check_tags
from seqmix_plugin.parameter_checks import between
from seqmix_plugin.randomness import generator
from seqmix_plugin.sentence import SentenceSource, TaggedSentence
from seqmix_plugin.tag_schemes import Span, spans_to_tags, tags_to_spans


@Oracle.register("noisy")
class NoisyOracle(Oracle):
    """
    Reveals the gold tags with mistakes: some of the entities are missed, some get another type, some another border.
    The mistakes of a sentence depend on the run's seed and the sentence's id only. Words outside of entities are not
    changed, except where a border is moved over them.

    Registered as an `Oracle` with name "noisy".

    # Parameters

    corpus : `SentenceSource`
        Given by the trainer, not a key: the labelled sentences that the pool was made of.
    missed : `float`, optional (default = `0.0`)
        Share of the entities that get no label.
    wrong_type : `float`, optional (default = `0.0`)
        Share of the entities that get another type, drawn uniformly; none where there is only one type.
    wrong_border : `float`, optional (default = `0.0`)
        Share of the entities of which one border is moved by one word, such that the entity keeps a word and does not
        overlap another one; an entity for which this is not possible is not changed.

    # Raises

    `ConfigurationError`
        When a share is negative or their sum is above 1; when another type or border could lead to a tag that is in no
        file, such as `I-LOC` where all places are one word, and `labels` is not given.
    """

    def __init__(
        self, corpus: SentenceSource, missed: float = 0.0, wrong_type: float = 0.0, wrong_border: float = 0.0
    ) -> None:
        shares = {"missed": missed, "wrong_type": wrong_type, "wrong_border": wrong_border}
        for name, share in shares.items():
            between(f"oracle.{name}", share, 0, 1)
        if sum(shares.values()) > 1 + 1e-9:
            raise ConfigurationError(
                f"oracle: missed, wrong_type and wrong_border sum to {sum(shares.values())}, above 1"
            )
        self._gold = GoldOracle(corpus)
        self._limits = np.cumsum([missed, wrong_type, wrong_border])

    def check(self, sentences: SentenceSource, tags: Collection[str]) -> None:
        if self._limits[-1] > self._limits[0]:
            check_tags(tags)

    def annotate(self, request: Request) -> Answered:
        gold = self._gold.annotate(request).sentences
        return Answered([self._with_mistakes(sentence, request) for sentence in gold])

    def _with_mistakes(self, sentence: TaggedSentence, request: Request) -> TaggedSentence:
        rng = generator(request.seed, 0, f"noise/{sentence.id}")
        spans: List[Optional[Span]] = list(tags_to_spans(sentence.tags or ())[0])
        for number, span in enumerate(spans):
            assert span is not None
            kind = int(np.searchsorted(self._limits, rng.random(), side="right"))
            if kind == 0:
                spans[number] = None
                continue
            others = [name for name in request.types if name != span.label]
            taken = [other for other in spans if other is not None and other is not span]
            choices = {1: [span._replace(label=name) for name in others], 2: _moved(span, taken, len(sentence))}
            chosen = choices.get(kind)
            spans[number] = chosen[rng.integers(len(chosen))] if chosen else span
        return sentence.with_tags(tuple(spans_to_tags([span for span in spans if span is not None], len(sentence))))


def _moved(span: Span, taken: Sequence[Span], length: int) -> List[Span]:
    """The places of a span when one of its borders is moved by one word."""
    steps = [(-1, 0), (1, 0), (0, -1), (0, 1)]
    places = [Span(span.start + left, span.end + right, span.label) for left, right in steps]
    inside = [place for place in places if 0 <= place.start < place.end <= length]
    return [place for place in inside if all(place.end <= other.start or other.end <= place.start for other in taken)]
