"""Augmenters: extra training sentences from the queried ones."""

from seqmix_plugin.augmenters import discriminators, embedding_tables, language_models, pairing
from seqmix_plugin.augmenters.augmenter import Augmenter
from seqmix_plugin.augmenters.duplicate import DuplicateAugmenter
from seqmix_plugin.augmenters.none import NoAugmenter
from seqmix_plugin.augmenters.seqmix import SeqMixAugmenter
from seqmix_plugin.augmenters.workbench import Workbench

__all__ = [
    "Augmenter",
    "DuplicateAugmenter",
    "NoAugmenter",
    "SeqMixAugmenter",
    "Workbench",
    "discriminators",
    "embedding_tables",
    "language_models",
    "pairing",
]
