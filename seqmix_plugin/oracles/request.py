"""A request to an oracle."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Dict, List, Sequence

from seqmix_plugin.formats import Question
from seqmix_plugin.sentence import TaggedSentence


@dataclass(frozen=True)
class Request:
    """
    # Parameters

    questions : `Sequence[Question]`
        The sentences to label, with query scores and, for an oracle that wants them, the model's predictions.
    types : `Sequence[str]`
        The entity types.
    round_number : `int`
        The number of the round; the seed set is labelled in round 0.
    seed : `int`
        The run's seed.
    folder : `Path`
        The run's folder.
    known : `Dict[str, TaggedSentence]`, optional (default = `{}`)
        For an oracle that keeps its answers: labels that an interrupted round has left, by the sentences' ids; these
        sentences need no answer.
    is_asked : `bool`, optional (default = `False`)
        Whether the oracle has asked these questions before.
    """

    questions: Sequence[Question]
    types: Sequence[str]
    round_number: int
    seed: int
    folder: Path
    known: Dict[str, TaggedSentence] = field(default_factory=dict)
    is_asked: bool = False

    @property
    def sentences(self) -> List[TaggedSentence]:
        """The sentences to label, without labels."""
        return [question.sentence for question in self.questions]
