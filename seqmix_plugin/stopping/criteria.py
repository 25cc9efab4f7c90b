"""Criteria on the number of rounds, on the labelled text, on F1 and on the models' predictions."""

from typing import Dict, List, Mapping, Optional

from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.parameter_checks import above_zero, at_least, between
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


@StoppingCriterion.register("label_budget")
class LabelBudgetCriterion(StoppingCriterion):
    """
    Stops when a number of sentences or tokens is labelled, or a number of seconds is spent on labelling by
    `trainer.annotation_cost`, including the seed set.

    Alone or under `any`, the last query is cut to the remaining budget, keeping the sentences that the query policy
    prefers. With a budget in tokens or seconds, sentences are taken in the policy's order up to the first that does not
    fit, and the run then ends; sentences that exceed the remaining budget alone are not scored. A budget in sentences
    or tokens is never exceeded. The seconds of a query are estimated with as many entities a token as are labelled so
    far, so that a budget in seconds is exceeded where its sentences have more. Under `all` nothing is cut, because the
    other criteria may need more rounds.

    Registered as a `StoppingCriterion` with name "label_budget".

    # Parameters

    sentences : `int`, optional (default = `None`)
        Largest number of labelled sentences, at least 1.
    tokens : `int`, optional (default = `None`)
        Largest number of labelled tokens, at least 1.
    seconds : `float`, optional (default = `None`)
        Seconds to spend on labelling, above 0; give exactly one of the three.

    # Raises

    `ConfigurationError`
        When not exactly one of the three is given, or it is not positive.
    """

    def __init__(
        self, sentences: Optional[int] = None, tokens: Optional[int] = None, seconds: Optional[float] = None
    ) -> None:
        budgets = {"sentences": sentences, "tokens": tokens, "seconds": seconds}
        given = {unit: budget for unit, budget in budgets.items() if budget is not None}
        if len(given) != 1:
            raise ConfigurationError(
                "stopping: 'label_budget' takes exactly one of 'sentences', 'tokens' and 'seconds'; given: "
                + (" and ".join(map(repr, given)) or "none")
            )
        [(self._unit, self._budget)] = given.items()
        if seconds is None:
            at_least(f"stopping.{self._unit}", self._budget, 1)  # type: ignore[arg-type]
        else:
            above_zero("stopping.seconds", seconds)

    def left(self, annotated: Mapping[str, float]) -> Dict[str, float]:
        return {self._unit: self._budget - annotated[self._unit]}

    def reason(self, rounds: Rounds) -> Optional[str]:
        of_time = self._unit == "seconds"
        spent = rounds[-1]["annotation_seconds"] if of_time else rounds[-1]["annotated"][self._unit]
        what = "seconds of annotation are spent" if of_time else f"{self._unit} are labelled"
        return f"{spent:,.0f} of {self._budget:,.0f} {what}" if spent >= self._budget else None


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


@StoppingCriterion.register("stable_predictions")
class StablePredictionsCriterion(StoppingCriterion):
    """
    Stops when the models of successive rounds agree on a fixed sample of the pool, which needs no labels: the mean of
    Cohen's κ over the last rounds reaches a threshold (Bloodgood and Vijay-Shanker, CoNLL 2009). Words cut at
    `max_length` do not count. A sentence no longer counts from the round in which it is labelled, because models agree
    on their training data.

    Registered as a `StoppingCriterion` with name "stable_predictions".

    # Parameters

    min_kappa : `float`, optional (default = `0.99`)
        Smallest mean κ at which the run stops, from 0 to 1.
    patience : `int`, optional (default = `3`)
        Number of rounds over which the mean is taken, at least 1.
    sample_size : `int`, optional (default = `500`)
        Number of sentences of the pool to compare, drawn once, at least 1.

    # Raises

    `ConfigurationError`
        When a value is out of its range.
    """

    def __init__(self, min_kappa: float = 0.99, patience: int = 3, sample_size: int = 500) -> None:
        self._min_kappa = between("stopping.min_kappa", min_kappa, 0, 1)
        self._patience = at_least("stopping.patience", patience, 1)
        self.sample_size = at_least("stopping.sample_size", sample_size, 1)

    def reason(self, rounds: Rounds) -> Optional[str]:
        kappas = [record["kappa"] for record in rounds[1:][-self._patience :] if "kappa" in record]
        mean = sum(kappas) / max(len(kappas), 1)
        if len(kappas) < self._patience or mean < self._min_kappa:
            return None
        return f"the models of the last rounds agree: mean κ is {mean:.4f}, the threshold is {self._min_kappa:g}"
