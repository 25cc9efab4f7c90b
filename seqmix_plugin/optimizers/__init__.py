"""Optimizers, registered as AllenNLP `Optimizer`s."""

from seqmix_plugin.optimizers.fused_adamw import FusedAdamWOptimizer
