"""The rounds of active learning: data, pool, loop, and how a run is resumed."""

from seqmix_plugin.active_learning.experiment import Experiment
from seqmix_plugin.active_learning.pool import Pool, draw_slice
from seqmix_plugin.active_learning.train_model import ActiveLearningTrainModel
from seqmix_plugin.active_learning.trainer import ActiveLearningTrainer

__all__ = ["ActiveLearningTrainModel", "ActiveLearningTrainer", "Experiment", "Pool", "draw_slice"]
