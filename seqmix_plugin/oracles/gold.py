"""The oracle of a simulation."""

from typing import Dict, List, Sequence

from seqmix_plugin.oracles.oracle import Oracle
from seqmix_plugin.sentence import TaggedSentence


@Oracle.register("gold")
class GoldOracle(Oracle):
    """
    Uncovers the gold tags of the corpus.

    Registered as an `Oracle` with name "gold".

    # Parameters

    corpus : `Sequence[TaggedSentence]`
        Given by the trainer, not a key: the labelled sentences that the pool was made of.
    """

    def __init__(self, corpus: Sequence[TaggedSentence]) -> None:
        self._gold: Dict[str, TaggedSentence] = {sentence.id: sentence for sentence in corpus}

    def annotate(self, queried: Sequence[TaggedSentence]) -> List[TaggedSentence]:
        return [self._gold[sentence.id] for sentence in queried]
