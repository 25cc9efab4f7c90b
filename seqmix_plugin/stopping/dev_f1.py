"""Criteria on the F1 of the development set."""

from typing import List, Optional

from allennlp.common.checks import ConfigurationError

from seqmix_plugin.parameter_checks import at_least, between
from seqmix_plugin.stopping.stopping_criterion import Rounds, StoppingCriterion


@StoppingCriterion.register("plateau")
class PlateauCriterion(StoppingCriterion):
    """
    Stops when the best F1 of the last `patience` rounds is not better than the best F1 before them.

    Registered as a `StoppingCriterion` with name "plateau".

    # Parameters

    patience : `int`, optional (default = `3`)
        Number of rounds to wait for a better F1, at least 1.
    min_delta : `float`, optional (default = `0.005`)
        Smallest rise of F1, on the scale from 0 to 1, that counts as better. With 0 every rise counts.
    split : `str`, optional (default = `"dev"`)
        Split on which F1 is measured; only `"dev"` is allowed.

    # Raises

    `ConfigurationError`
        When a value is out of its range.
    """

    def __init__(self, patience: int = 3, min_delta: float = 0.005, split: str = "dev") -> None:
        self._patience = at_least("stopping.patience", patience, 1)
        self._min_delta = between("stopping.min_delta", min_delta, 0, 1)
        self.needed_splits = _only_dev(split)

    def reason(self, rounds: Rounds) -> Optional[str]:
        f1 = [record["scores"]["dev"]["f1"] for record in rounds]
        if len(f1) <= self._patience:
            return None
        before, late = max(f1[: -self._patience]), max(f1[-self._patience :])
        if late > before and late >= before + self._min_delta:
            return None
        by = f" by {100 * self._min_delta:g}" if self._min_delta > 0 else ""
        return f"dev F1 has not risen{by} in {self._patience} rounds"


@StoppingCriterion.register("target_f1")
class TargetF1Criterion(StoppingCriterion):
    """
    Stops when F1 reaches a target.

    Registered as a `StoppingCriterion` with name "target_f1".

    # Parameters

    f1 : `float`
        Entity F1 to reach, from 0 to 1.
    split : `str`, optional (default = `"dev"`)
        Split on which F1 is measured; only `"dev"` is allowed.

    # Raises

    `ConfigurationError`
        When a value is out of its range.
    """

    def __init__(self, f1: float, split: str = "dev") -> None:
        self._f1 = between("stopping.f1", f1, 0, 1)
        self.needed_splits = _only_dev(split)

    def reason(self, rounds: Rounds) -> Optional[str]:
        f1 = rounds[-1]["scores"]["dev"]["f1"]
        return f"dev F1 is {100 * f1:.2f}, the target is {100 * self._f1:g}" if f1 >= self._f1 else None


def _only_dev(split: str) -> List[str]:
    """The split as a list; raises a `ConfigurationError` for another than dev, as test must not end a run."""
    if split != "dev":
        why = " (scores on test would no longer be those of unseen data)" if split == "test" else ""
        raise ConfigurationError(f"stopping.split is {split!r}; expected 'dev'{why}")
    return [split]
