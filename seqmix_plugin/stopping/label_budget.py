"""Stopping when what annotation may cost is spent."""

from typing import Dict, Mapping, Optional

from allennlp.common.checks import ConfigurationError

from seqmix_plugin.stopping.checks import at_least
from seqmix_plugin.stopping.stopping_criterion import Rounds, StoppingCriterion


@StoppingCriterion.register("label_budget")
class LabelBudgetCriterion(StoppingCriterion):
    """
    Stops when so many sentences or tokens are labelled, the seed set counted. Alone or under `any`, the budget is never
    exceeded: the last query is cut to what is left of it, and the sentences that the policy prefers stay. Of a budget
    of tokens, sentences are taken in the policy's order up to the first that does not fit, and the run then ends;
    sentences that are longer than all that is left are not scored. Under `all` nothing is cut, because the other
    criteria may need more rounds.

    Registered as a `StoppingCriterion` with name "label_budget".

    # Parameters

    sentences : `int`, optional (default = `None`)
        The most sentences to have labelled.
    tokens : `int`, optional (default = `None`)
        The most tokens; either this or `sentences`.

    # Raises

    `ConfigurationError`
        When not exactly one of them is given, or it is not positive.
    """

    def __init__(self, sentences: Optional[int] = None, tokens: Optional[int] = None) -> None:
        given = {name: value for name, value in (("sentences", sentences), ("tokens", tokens)) if value is not None}
        if len(given) != 1:
            raise ConfigurationError("stopping: 'label_budget' takes either 'sentences' or 'tokens'")
        [(self._unit, budget)] = given.items()
        self._budget = at_least(f"{self._unit}", budget, 1)

    def left(self, annotated: Mapping[str, int]) -> Dict[str, int]:
        return {self._unit: self._budget - annotated[self._unit]}

    def reason(self, rounds: Rounds) -> Optional[str]:
        spent = rounds[-1]["annotated"][self._unit]
        return f"{spent:,} {self._unit} are labelled, of {self._budget:,}" if spent >= self._budget else None
