"""What an oracle is asked."""

from dataclasses import dataclass
from pathlib import Path
from typing import List, Sequence

from seqmix_plugin.formats import Question
from seqmix_plugin.sentence import TaggedSentence


@dataclass(frozen=True)
class Request:
    """
    # Parameters

    questions : `Sequence[Question]`
        What is to be labelled, with query scores and, for an oracle that wants them, what the model would say.
    types : `Sequence[str]`
        The entity types.
    round_number : `int`
        0 is the seed set's.
    seed : `int`
        The run's seed.
    folder : `Path`
        The run's folder.
    """

    questions: Sequence[Question]
    types: Sequence[str]
    round_number: int
    seed: int
    folder: Path

    @property
    def sentences(self) -> List[TaggedSentence]:
        """What is to be labelled, without labels."""
        return [question.sentence for question in self.questions]
