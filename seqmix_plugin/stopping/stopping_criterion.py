"""The abstract stopping criterion."""

from abc import abstractmethod
from typing import Any, Dict, Mapping, Optional, Sequence

from allennlp.common import Registrable

Rounds = Sequence[Dict[str, Any]]
"""The records of `rounds.jsonl`, from round 0 on."""


class StoppingCriterion(Registrable):
    """
    Decides after each round whether the run has enough labels. A run ends after `trainer.num_rounds` in any case.
    """

    needed_splits: Sequence[str] = ()
    """Splits that have to be measured."""
    sample_size: int = 0
    """Number of sentences of the pool on which the models of successive rounds are compared."""

    @abstractmethod
    def reason(self, rounds: Rounds) -> Optional[str]:
        """
        The reason to stop after the last of these rounds.

        # Parameters

        rounds : `Sequence[Dict[str, Any]]`
            The records of all rounds so far. With a `sample_size`, each record but the first has `kappa`, the agreement
            of its model with that of the round before, as long as some sentence of the sample is unlabelled.

        # Returns

        `Optional[str]`
            A reason for the last log line of the run, or `None` to continue.
        """

    def left(self, annotated: Mapping[str, float]) -> Dict[str, float]:
        """
        The remaining annotation budget, to which the next query is cut.

        # Parameters

        annotated : `Mapping[str, float]`
            The number of labelled `sentences` and `tokens`, and the `seconds` that labelling them cost.

        # Returns

        `Dict[str, float]`
            A number of `sentences`, `tokens` or `seconds`, of several, or nothing when the criterion limits none of
            them. Negative when the budget is exceeded.
        """
        return {}
