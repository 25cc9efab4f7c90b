"""Stopping when the annotation budget is spent."""

from typing import Dict, Mapping, Optional

from allennlp.common.checks import ConfigurationError

from seqmix_plugin.parameter_checks import at_least
from seqmix_plugin.stopping.stopping_criterion import Rounds, StoppingCriterion


@StoppingCriterion.register("label_budget")
class LabelBudgetCriterion(StoppingCriterion):
    """
    Stops when a number of sentences or tokens is labelled, including the seed set.

    Alone or under `any`, the budget is never exceeded: the last query is cut to the remaining budget, keeping the
    sentences that the query policy prefers. With a budget in tokens, sentences are taken in the policy's order up to
    the first that does not fit, and the run then ends; sentences longer than the remaining budget are not scored. Under
    `all` nothing is cut, because the other criteria may need more rounds.

    Registered as a `StoppingCriterion` with name "label_budget".

    # Parameters

    sentences : `int`, optional (default = `None`)
        Largest number of labelled sentences, at least 1.
    tokens : `int`, optional (default = `None`)
        Largest number of labelled tokens, at least 1; give either this or `sentences`.

    # Raises

    `ConfigurationError`
        When not exactly one of the two is given, or it is not positive.
    """

    def __init__(self, sentences: Optional[int] = None, tokens: Optional[int] = None) -> None:
        given = {name: value for name, value in (("sentences", sentences), ("tokens", tokens)) if value is not None}
        if len(given) != 1:
            raise ConfigurationError("stopping: 'label_budget' takes either 'sentences' or 'tokens'")
        [(self._unit, budget)] = given.items()
        self._budget = at_least(f"stopping.{self._unit}", budget, 1)

    def left(self, annotated: Mapping[str, int]) -> Dict[str, int]:
        return {self._unit: self._budget - annotated[self._unit]}

    def reason(self, rounds: Rounds) -> Optional[str]:
        spent = rounds[-1]["annotated"][self._unit]
        return f"{spent:,} of {self._budget:,} {self._unit} are labelled" if spent >= self._budget else None
