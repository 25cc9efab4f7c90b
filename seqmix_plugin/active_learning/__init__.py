"""The rounds of active learning: the pool, the loop and what it leaves behind."""

from seqmix_plugin.active_learning.experiment import Experiment
from seqmix_plugin.active_learning.pool import Pool, draw_slice
from seqmix_plugin.active_learning.train_model import ActiveLearningTrainModel
from seqmix_plugin.active_learning.trainer import ActiveLearningTrainer

__all__ = ["ActiveLearningTrainModel", "ActiveLearningTrainer", "Experiment", "Pool", "draw_slice"]
