"""JSON in, JSON out."""

from seqmix_plugin.predictors.sequence_tagger import SequenceTaggerPredictor

__all__ = ["SequenceTaggerPredictor"]
