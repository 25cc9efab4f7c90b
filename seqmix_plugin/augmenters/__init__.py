"""Augmenters: extra training sentences made from the labelled ones."""

from seqmix_plugin.augmenters import discriminators, embedding_tables, language_models, pairing
from seqmix_plugin.augmenters.augmenter import Augmenter, NoAugmenter
from seqmix_plugin.augmenters.context import AugmentationContext
from seqmix_plugin.augmenters.duplicate import DuplicateAugmenter
from seqmix_plugin.augmenters.label_token_replacement import LabelTokenReplacementAugmenter
from seqmix_plugin.augmenters.mention_replacement import MentionReplacementAugmenter
from seqmix_plugin.augmenters.mixture import MixtureAugmenter
from seqmix_plugin.augmenters.seqmix import SeqMixAugmenter
from seqmix_plugin.augmenters.shuffle_segments import ShuffleSegmentsAugmenter
