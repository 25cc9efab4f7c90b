"""Stopping when more labels no longer help."""

from typing import Optional

from seqmix_plugin.stopping.checks import at_least, between, measured
from seqmix_plugin.stopping.stopping_criterion import Rounds, StoppingCriterion


@StoppingCriterion.register("plateau")
class PlateauCriterion(StoppingCriterion):
    """
    Stops when the best F1 of the last rounds is not better than the best before them.

    Registered as a `StoppingCriterion` with name "plateau".

    # Parameters

    patience : `int`, optional (default = `3`)
        How many rounds to wait for a better one.
    min_delta : `float`, optional (default = `0.005`)
        By how much F1, which goes from 0 to 1, has to be better. With 0 any rise counts; an F1 that stays is no rise.
    split : `str`, optional (default = `"dev"`)
        Where it is measured: only `"dev"`.
    """

    def __init__(self, patience: int = 3, min_delta: float = 0.005, split: str = "dev") -> None:
        self._patience = at_least("patience", patience, 1)
        self._min_delta = between("min_delta", min_delta, 0, 1)
        self._split = measured("split", split)
        self.needed_splits = (self._split,)

    def reason(self, rounds: Rounds) -> Optional[str]:
        f1 = [record["scores"][self._split]["f1"] for record in rounds]
        if len(f1) <= self._patience:
            return None
        before, late = max(f1[: -self._patience]), max(f1[-self._patience :])
        if late > before and late >= before + self._min_delta:
            return None
        by = f" by {100 * self._min_delta:g}" if self._min_delta > 0 else ""
        return f"{self._split} F1 has not risen{by} in {self._patience} rounds"
