"""The tagger."""

from seqmix_plugin.models.sequence_tagger import SequenceTagger

__all__ = ["SequenceTagger"]
