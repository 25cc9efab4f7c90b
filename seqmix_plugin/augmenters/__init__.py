"""Augmenters: extra training sentences made from the labelled ones."""

from seqmix_plugin.augmenters import discriminators, embedding_tables, language_models, pairing
from seqmix_plugin.augmenters.augmenter import Augmenter
from seqmix_plugin.augmenters.context import AugmentationContext
from seqmix_plugin.augmenters.duplicate import DuplicateAugmenter
from seqmix_plugin.augmenters.none import NoAugmenter
from seqmix_plugin.augmenters.seqmix import SeqMixAugmenter

__all__ = [
    "AugmentationContext",
    "Augmenter",
    "DuplicateAugmenter",
    "NoAugmenter",
    "SeqMixAugmenter",
    "discriminators",
    "embedding_tables",
    "language_models",
    "pairing",
]
