"""The abstract stopping criterion."""

from abc import abstractmethod
from typing import Any, Dict, Mapping, Optional, Sequence

from allennlp.common import Registrable

Rounds = Sequence[Dict[str, Any]]
"""The records of `rounds.jsonl`, from round 0 on."""


class StoppingCriterion(Registrable):
    """
    Says after a round whether the run has labels enough. A run ends after `num_rounds` anyway.
    """

    needed_splits: Sequence[str] = ()
    """The splits that have to be measured."""
    sample_size: int = 0
    """How many sentences of the pool the models of successive rounds are compared on."""

    @abstractmethod
    def reason(self, rounds: Rounds) -> Optional[str]:
        """
        # Parameters

        rounds : `Sequence[Dict[str, Any]]`
            The records of all rounds so far. Where a sample is asked for, each but the first has `kappa`, the agreement
            of its model with that of the round before, as long as the sample has sentences that are not labelled.

        # Returns

        `Optional[str]`
            Why to stop, in words for the last line of the run, or `None`.
        """

    def left(self, annotated: Mapping[str, int]) -> Dict[str, int]:
        """
        How much may still be labelled. The next query is cut to it.

        # Parameters

        annotated : `Mapping[str, int]`
            The `sentences` and `tokens` that are labelled.

        # Returns

        `Dict[str, int]`
            A number of `sentences`, of `tokens`, of both, or nothing where the criterion limits neither. It is below 0
            when too much is labelled.
        """
        return {}
