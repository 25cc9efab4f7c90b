"""Several criteria combined into one."""

from typing import Dict, List, Mapping, Optional

from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.stopping.stopping_criterion import Rounds, StoppingCriterion


class _CombinedCriterion(StoppingCriterion):
    def __init__(self, criteria: List[StoppingCriterion]) -> None:
        if not criteria:
            raise ConfigurationError("stopping.criteria is empty; expected a list of criteria")
        self._criteria = criteria
        self.needed_splits = sorted({split for criterion in criteria for split in criterion.needed_splits})
        self.sample_size = max(criterion.sample_size for criterion in criteria)

    def _reasons(self, rounds: Rounds) -> List[str]:
        reasons = (criterion.reason(rounds) for criterion in self._criteria)
        return [reason for reason in reasons if reason is not None]


@StoppingCriterion.register("any")
class AnyCriterion(_CombinedCriterion):
    """
    Stops when one of several criteria does. The next query is cut to the smallest remaining budget.

    Registered as a `StoppingCriterion` with name "any".

    # Parameters

    criteria : `List[StoppingCriterion]`
        Criteria of which one is enough to stop.

    # Raises

    `ConfigurationError`
        When the list is empty.
    """

    def reason(self, rounds: Rounds) -> Optional[str]:
        return "; ".join(self._reasons(rounds)) or None

    def left(self, annotated: Mapping[str, float]) -> Dict[str, float]:
        limits: Dict[str, float] = {}
        for criterion in self._criteria:
            for unit, number in criterion.left(annotated).items():
                limits[unit] = min(number, limits.get(unit, number))
        return limits


@StoppingCriterion.register("all")
class AllCriterion(_CombinedCriterion):
    """
    Stops when all of several criteria do so after the same round. Queries are not cut, so that a `label_budget` among
    the criteria may be exceeded.

    Registered as a `StoppingCriterion` with name "all".

    # Parameters

    criteria : `List[StoppingCriterion]`
        Criteria that all have to hold.

    # Raises

    `ConfigurationError`
        When the list is empty.
    """

    def reason(self, rounds: Rounds) -> Optional[str]:
        reasons = self._reasons(rounds)
        return "; ".join(reasons) if len(reasons) == len(self._criteria) else None
