"""The pairing of mention mixup."""

from typing import Dict, Iterator, List, Sequence, Tuple

import numpy as np

from seqmix_plugin.augmenters.pairing.pairing import Pairing, WindowPair, draw_matching_pairs
from seqmix_plugin.sentence import TaggedSentence
from seqmix_plugin.tag_schemes import tags_to_spans


@Pairing.register("mention_mixup")
class MentionMixupPairing(Pairing):
    """
    Pairs two entities of the same number of words, as mention mixup of SegMix does with entities (Pei et al. 2023,
    "SegMix: A Simple Structure-Aware Data Augmentation Method"), where the shorter one is padded instead. With one
    type, which is the default, mixing does not change the labels. Pairs of sentences are drawn uniformly without
    replacement among those that have matching entities, then one of the matching pairs uniformly.

    Registered as a `Pairing` with name "mention_mixup".

    # Parameters

    same_type : `bool`, optional (default = `True`)
        Whether both entities have the same type; otherwise only their lengths agree.
    """

    entity_borders = True

    def __init__(self, same_type: bool = True) -> None:
        self.same_type = same_type

    def pairs(self, labelled: Sequence[TaggedSentence], rng: np.random.Generator) -> Iterator[WindowPair]:
        starts = [self._starts(sentence.tags or ()) for sentence in labelled]
        for (length, _), first, a, second, b in draw_matching_pairs(starts, rng):
            yield WindowPair(first, a, second, b, length)

    def _starts(self, tags: Sequence[str]) -> Dict[Tuple[int, str], List[int]]:
        """The starts of a sentence's entities by length and, where it counts, type."""
        result: Dict[Tuple[int, str], List[int]] = {}
        for span in tags_to_spans(tags, repair=True)[0]:
            result.setdefault((span.end - span.start, span.label if self.same_type else ""), []).append(span.start)
        return result
