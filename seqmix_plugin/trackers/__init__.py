"""Experiment trackers: where the scores of each round are written beside the run's own folder."""

from seqmix_plugin.trackers import mlflow, tensorboard, wandb
from seqmix_plugin.trackers.run_trackers import RunTrackers
from seqmix_plugin.trackers.tracker import KeptRun, TrackedRun, Tracker
