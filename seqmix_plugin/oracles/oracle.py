"""The abstract oracle."""

from abc import abstractmethod
from typing import Collection, List, NamedTuple, Union

from allennlp.common import Registrable
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.formats.labels import entity_types, tags_of
from seqmix_plugin.oracles.request import Request
from seqmix_plugin.sentence import SentenceSource, TaggedSentence


class Answered(NamedTuple):
    """
    What an oracle has said of a request.

    # Parameters

    sentences : `List[TaggedSentence]`
        The same sentences with tags. One that is left out stays in the pool; one without tags was rejected, and is
        never asked for again.
    """

    sentences: List[TaggedSentence]


class Waiting(NamedTuple):
    """
    An oracle has asked and has no labels yet: the run ends in order, and resumes with `--recover`.

    # Parameters

    message : `str`
        One line that says which labels are missing and how to provide them.
    num_open : `int`
        How many sentences have no answer.
    """

    message: str
    num_open: int


class Oracle(Registrable):
    """
    Labels the sentences that a query policy selected.
    """

    default_implementation = "gold"
    needs_gold = True
    """Whether it uncovers tags of the training file, which then has to have them."""
    keeps_answers = False
    """Whether it finds the same answers again when it is asked again for the same sentences."""
    wants_predictions = False
    """Whether it shows annotators the model's predictions."""

    def check(self, sentences: SentenceSource, tags: Collection[str]) -> None:
        """
        Called before any work is done; raises a `ConfigurationError` when there may be labels that the run cannot take.

        # Parameters

        sentences : `SentenceSource`
            The pool.
        tags : `Collection[str]`
            Those that the run's model knows.
        """

    def recall(self, request: Request) -> Request:
        """
        Called before `annotate`, in the primary process: the request as this oracle has asked it before, with the
        predictions of then and `is_asked`, or as it is.
        """
        return request

    @abstractmethod
    def annotate(self, request: Request) -> Union[Answered, Waiting]:
        """
        # Parameters

        request : `Request`
            The sentences and whatever else may be needed.

        # Returns

        `Union[Answered, Waiting]`
            The labelled sentences, or, when there are no labels yet, what the run waits for.
        """


def check_tags(tags: Collection[str]) -> None:
    """Raises a `ConfigurationError` when an answer could have a tag that is none of these."""
    types = entity_types(tags)
    missing = sorted(tags_of(types) - set(tags))
    if missing:
        raise ConfigurationError(
            f"labels is missing; expected the entity types, such as {types}: an answer may have the tag {missing[0]}, "
            f"which no file has"
        )
