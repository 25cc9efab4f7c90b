"""Heads of the tagger, which compute the loss and the tags from its logits."""

from seqmix_plugin.models.heads.crf import CrfHead
from seqmix_plugin.models.heads.softmax import SoftmaxHead
from seqmix_plugin.models.heads.tagging_head import TaggingHead, TagPrediction
