"""The abstract oracle."""

from abc import abstractmethod
from typing import List, Sequence

from allennlp.common import Registrable

from seqmix_plugin.sentence import TaggedSentence


class Oracle(Registrable):
    """
    Labels the sentences that a query policy selected.
    """

    default_implementation = "gold"

    @abstractmethod
    def annotate(self, queried: Sequence[TaggedSentence]) -> List[TaggedSentence]:
        """
        # Parameters

        queried : `Sequence[TaggedSentence]`
            Sentences without labels.

        # Returns

        `List[TaggedSentence]`
            The same sentences in the same order, with tags.
        """
