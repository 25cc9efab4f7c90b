"""Metrics, registered as AllenNLP `Metric`s."""

from seqmix_plugin.metrics.entity_f1 import EntityF1

__all__ = ["EntityF1"]
