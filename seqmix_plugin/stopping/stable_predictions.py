"""Stopping when the model no longer changes its mind."""

from typing import Optional

from seqmix_plugin.stopping.checks import at_least, between
from seqmix_plugin.stopping.stopping_criterion import Rounds, StoppingCriterion


@StoppingCriterion.register("stable_predictions")
class StablePredictionsCriterion(StoppingCriterion):
    """
    Stops when the models of successive rounds agree on a fixed sample of the pool, which needs no labels: the mean of
    Cohen's κ over the last rounds reaches a value (Bloodgood and Vijay-Shanker, CoNLL 2009). Words that are cut
    (`max_length`) do not count, nor do sentences from the round on in which they are labelled, because models agree on
    what they were trained on.

    Registered as a `StoppingCriterion` with name "stable_predictions".

    # Parameters

    min_kappa : `float`, optional (default = `0.99`)
        What the mean κ has to reach.
    patience : `int`, optional (default = `3`)
        Over how many rounds the mean is taken.
    sample_size : `int`, optional (default = `500`)
        Sentences of the pool, drawn once.
    """

    def __init__(self, min_kappa: float = 0.99, patience: int = 3, sample_size: int = 500) -> None:
        self._min_kappa = between("min_kappa", min_kappa, 0, 1)
        self._patience = at_least("patience", patience, 1)
        self.sample_size = at_least("sample_size", sample_size, 1)

    def reason(self, rounds: Rounds) -> Optional[str]:
        kappas = [record["kappa"] for record in rounds[1:][-self._patience :] if "kappa" in record]
        mean = sum(kappas) / max(len(kappas), 1)
        if len(kappas) < self._patience or mean < self._min_kappa:
            return None
        return f"the models of the last rounds agree: mean κ {mean:.4f}, {self._min_kappa:g} was asked for"
