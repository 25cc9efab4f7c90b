"""The abstract oracle."""

from abc import abstractmethod
from typing import List

from allennlp.common import Registrable

from seqmix_plugin.oracles.request import Request
from seqmix_plugin.sentence import TaggedSentence


class Oracle(Registrable):
    """
    Labels the sentences that a query policy selected.
    """

    default_implementation = "gold"
    needs_gold = True
    """Whether it uncovers tags of the training file, which then has to have them."""

    @abstractmethod
    def annotate(self, request: Request) -> List[TaggedSentence]:
        """
        # Parameters

        request : `Request`
            The sentences and whatever else may be needed.

        # Returns

        `List[TaggedSentence]`
            The same sentences in the same order, with tags.
        """
