"""Several criteria as one."""

from typing import Dict, List, Mapping, Optional

from allennlp.common.checks import ConfigurationError

from seqmix_plugin.stopping.stopping_criterion import Rounds, StoppingCriterion


class _Combined(StoppingCriterion):
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
class AnyCriterion(_Combined):
    """
    Stops when one of several criteria does. The next query is cut to what each of them leaves.

    Registered as a `StoppingCriterion` with name "any".

    # Parameters

    criteria : `List[StoppingCriterion]`
        The criteria.
    """

    def reason(self, rounds: Rounds) -> Optional[str]:
        reasons = self._reasons(rounds)
        return "; ".join(reasons) if reasons else None

    def left(self, annotated: Mapping[str, int]) -> Dict[str, int]:
        limits: Dict[str, int] = {}
        for criterion in self._criteria:
            for unit, number in criterion.left(annotated).items():
                limits[unit] = min(number, limits.get(unit, number))
        return limits


@StoppingCriterion.register("all")
class AllCriterion(_Combined):
    """
    Stops when all of several criteria do, after the same round. No query is cut: a `label_budget` among them may be
    exceeded.

    Registered as a `StoppingCriterion` with name "all".

    # Parameters

    criteria : `List[StoppingCriterion]`
        The criteria.
    """

    def reason(self, rounds: Rounds) -> Optional[str]:
        reasons = self._reasons(rounds)
        return "; ".join(reasons) if len(reasons) == len(self._criteria) else None
