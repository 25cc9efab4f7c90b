"""Augmenters: extra training sentences made from the labelled ones."""

from seqmix_plugin.augmenters import discriminators, embedding_tables, language_models, pairing
from seqmix_plugin.augmenters.augmenter import Augmenter, NoAugmenter
from seqmix_plugin.augmenters.context import AugmentationContext
from seqmix_plugin.augmenters.duplicate import DuplicateAugmenter
from seqmix_plugin.augmenters.seqmix import SeqMixAugmenter
