"""The tagger and its heads."""

from seqmix_plugin.models.heads import CrfHead, SoftmaxHead, TaggingHead, TagPrediction
from seqmix_plugin.models.hidden_mixing import HiddenMixing
from seqmix_plugin.models.sequence_tagger import SequenceTagger
