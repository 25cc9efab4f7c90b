"""Stopping criteria: when a run has enough labels."""

from seqmix_plugin.stopping import combined, criteria
from seqmix_plugin.stopping.stopping_criterion import StoppingCriterion
