"""Embedding tables {W, E}: the words that a mixed vector can become."""

from seqmix_plugin.augmenters.embedding_tables.contextual import ContextualTable
from seqmix_plugin.augmenters.embedding_tables.embedding_table import EmbeddingTable
from seqmix_plugin.augmenters.embedding_tables.vocabulary import VocabularyTable
from seqmix_plugin.augmenters.embedding_tables.word_table import SubSequence, WordTable
