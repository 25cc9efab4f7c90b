"""Stopping when the predictions of successive models no longer change."""

from typing import Optional

from seqmix_plugin.parameter_checks import at_least, between
from seqmix_plugin.stopping.stopping_criterion import Rounds, StoppingCriterion


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
