"""The abstract oracle, what it is asked and what it answers."""

from abc import abstractmethod
from dataclasses import dataclass, field
from pathlib import Path
from typing import Collection, Dict, List, NamedTuple, Sequence, Union

from allennlp.common import Registrable

from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.formats import Question
from seqmix_plugin.formats.labels import entity_types, tags_of
from seqmix_plugin.sentence import SentenceSource, TaggedSentence


@dataclass(frozen=True)
class Request:
    """
    A request to an oracle.

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


class Answered(NamedTuple):
    """
    The labels for a request.

    # Parameters

    sentences : `List[TaggedSentence]`
        The same sentences with tags. A sentence that is left out returns to the pool; one without tags was rejected
        and is never queried again.
    """

    sentences: List[TaggedSentence]


class Waiting(NamedTuple):
    """
    The oracle has asked and has no labels yet: the run ends without an error, and resumes with `--recover`.

    # Parameters

    message : `str`
        One line with the missing labels and how to provide them.
    num_open : `int`
        Number of sentences without an answer.
    """

    message: str
    num_open: int


class Oracle(Registrable):
    """
    Labels the sentences that a query policy selected.
    """

    default_implementation = "gold"
    needs_gold = True
    """Whether it reveals the tags of the training file, which must have them."""
    keeps_answers = False
    """Whether a repeated request for the same sentences gives the same answers."""
    wants_predictions = False
    """Whether it shows annotators the model's predictions."""

    def check(self, sentences: SentenceSource, tags: Collection[str]) -> None:
        """
        Called before any work is done; raises a `ConfigurationError` when annotators may give labels that the run
        cannot hold.

        # Parameters

        sentences : `SentenceSource`
            The pool.
        tags : `Collection[str]`
            The tags that the run's model knows.
        """

    def recall(self, request: Request) -> Request:
        """
        Called before `annotate`, in the primary process: the request as this oracle has asked it in an earlier start,
        with the predictions of that time and `is_asked`; otherwise the request itself.
        """
        return request

    @abstractmethod
    def annotate(self, request: Request) -> Union[Answered, Waiting]:
        """
        # Parameters

        request : `Request`
            The sentences, with everything that an oracle may need.

        # Returns

        `Union[Answered, Waiting]`
            The labelled sentences or, when there are no labels yet, the reason to wait.
        """


def check_tags(tags: Collection[str]) -> None:
    """Raises a `ConfigurationError` when an answer could have a tag that is not among these."""
    types = entity_types(tags)
    missing = sorted(tags_of(types) - set(tags))
    if missing:
        raise ConfigurationError(
            f"labels is missing; expected the entity types, such as {types}: an answer may have the tag {missing[0]}, "
            f"which no file has"
        )
