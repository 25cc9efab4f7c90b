"""Stopping after a number of rounds."""

from typing import Optional

from seqmix_plugin.parameter_checks import at_least
from seqmix_plugin.stopping.stopping_criterion import Rounds, StoppingCriterion


@StoppingCriterion.register("rounds")
class RoundsCriterion(StoppingCriterion):
    """
    Stops after a number of rounds. Useful under `any` and `all`; alone it does the same as `trainer.num_rounds`.

    Registered as a `StoppingCriterion` with name "rounds".

    # Parameters

    num_rounds : `int`
        Number of rounds after round 0.

    # Raises

    `ConfigurationError`
        When it is negative.
    """

    def __init__(self, num_rounds: int) -> None:
        self._num_rounds = at_least("stopping.num_rounds", num_rounds, 0)

    def reason(self, rounds: Rounds) -> Optional[str]:
        done = rounds[-1]["round"]
        return f"{done} rounds are done" if done >= self._num_rounds else None
