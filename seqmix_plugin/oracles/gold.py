"""The oracle of a simulation, which knows the gold tags."""

from typing import Dict

from seqmix_plugin.oracles.oracle import Answered, Oracle, Request
from seqmix_plugin.sentence import SentenceSource, TaggedSentence


@Oracle.register("gold")
class GoldOracle(Oracle):
    """
    Reveals the gold tags of the queried sentences, which it looks up in the corpus.

    Registered as an `Oracle` with name "gold".

    # Parameters

    corpus : `SentenceSource`
        Given by the trainer, not a key: the labelled sentences that the pool was made of.
    """

    def __init__(self, corpus: SentenceSource) -> None:
        self._corpus = corpus

    def annotate(self, request: Request) -> Answered:
        asked = {sentence.id for sentence in request.sentences}
        gold: Dict[str, TaggedSentence] = {sentence.id: sentence for sentence in self._corpus if sentence.id in asked}
        return Answered([gold[sentence.id] for sentence in request.sentences])
