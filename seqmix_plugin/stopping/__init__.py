"""Stopping criteria: when a run has enough labels."""

from seqmix_plugin.stopping.combined import AllCriterion, AnyCriterion
from seqmix_plugin.stopping.dev_f1 import PlateauCriterion, TargetF1Criterion
from seqmix_plugin.stopping.label_budget import LabelBudgetCriterion
from seqmix_plugin.stopping.rounds import RoundsCriterion
from seqmix_plugin.stopping.stable_predictions import StablePredictionsCriterion
from seqmix_plugin.stopping.stopping_criterion import StoppingCriterion

__all__ = [
    "AllCriterion",
    "AnyCriterion",
    "LabelBudgetCriterion",
    "PlateauCriterion",
    "RoundsCriterion",
    "StablePredictionsCriterion",
    "StoppingCriterion",
    "TargetF1Criterion",
]
