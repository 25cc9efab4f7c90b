"""From files to batches: readers, tokenizer, sentences on disk, label field, word-piece indexer and data loader."""

from seqmix_plugin.data.arrow_sentences import ArrowSentences
from seqmix_plugin.data.conll_columns import ConllColumnsReader
from seqmix_plugin.data.encoded_sentences import EncodedSentences
from seqmix_plugin.data.hf_dataset import HfDatasetReader
from seqmix_plugin.data.in_memory_loader import BatchSizes, InMemoryLoader
from seqmix_plugin.data.jsonl_sentences import JsonlSentencesReader
from seqmix_plugin.data.plain_text import PlainTextReader
from seqmix_plugin.data.sentence_block import SentenceBlock
from seqmix_plugin.data.sentence_reader import SentenceReader
from seqmix_plugin.data.sentence_view import SentenceView
from seqmix_plugin.data.soft_sentences import SoftSentences, word_rows
from seqmix_plugin.data.source_columns import blocks_of, ids_and_lengths
from seqmix_plugin.data.tag_distribution_field import TagDistributionField
from seqmix_plugin.data.two_stream_loader import TwoStreamLoader
from seqmix_plugin.data.unicode_words import UnicodeWordsTokenizer
from seqmix_plugin.data.word_piece_indexer import WordPieceIndexer
from seqmix_plugin.sentence_files.unusual_words import SegmentationCheck
