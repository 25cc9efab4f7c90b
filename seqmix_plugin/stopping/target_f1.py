"""Stopping when the model is good enough."""

from typing import Optional

from seqmix_plugin.stopping.checks import between, measured
from seqmix_plugin.stopping.stopping_criterion import Rounds, StoppingCriterion


@StoppingCriterion.register("target_f1")
class TargetF1Criterion(StoppingCriterion):
    """
    Stops when F1 reaches a value.

    Registered as a `StoppingCriterion` with name "target_f1".

    # Parameters

    f1 : `float`
        Entity F1, from 0 to 1.
    split : `str`, optional (default = `"dev"`)
        Where it is measured: only `"dev"`.
    """

    def __init__(self, f1: float, split: str = "dev") -> None:
        self._f1 = between("f1", f1, 0, 1)
        self._split = measured("split", split)
        self.needed_splits = (self._split,)

    def reason(self, rounds: Rounds) -> Optional[str]:
        f1 = rounds[-1]["scores"][self._split]["f1"]
        return f"{self._split} F1 is {100 * f1:.2f}, {100 * self._f1:g} was asked for" if f1 >= self._f1 else None
