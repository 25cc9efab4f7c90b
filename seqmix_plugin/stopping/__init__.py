"""Stopping criteria: when there are labels enough."""

from seqmix_plugin.stopping.combined import AllCriterion, AnyCriterion
from seqmix_plugin.stopping.label_budget import LabelBudgetCriterion
from seqmix_plugin.stopping.plateau import PlateauCriterion
from seqmix_plugin.stopping.rounds import RoundsCriterion
from seqmix_plugin.stopping.stable_predictions import StablePredictionsCriterion
from seqmix_plugin.stopping.stopping_criterion import StoppingCriterion
from seqmix_plugin.stopping.target_f1 import TargetF1Criterion

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
