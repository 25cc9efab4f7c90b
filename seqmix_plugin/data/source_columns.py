"""The sentences of any source as arrays, without a Python object for each of a table on disk."""

from typing import Iterator, List, Tuple

import numpy as np
from allennlp.common.util import lazy_groups_of

from seqmix_plugin.data.arrow_sentences import BATCH_ROWS, ArrowSentences
from seqmix_plugin.data.sentence_block import SentenceBlock
from seqmix_plugin.data.sentence_view import SentenceView
from seqmix_plugin.sentence import SentenceSource


def blocks_of(source: SentenceSource) -> Iterator[SentenceBlock]:
    """All sentences, a few thousand at a time."""
    if isinstance(source, ArrowSentences):
        yield from source.blocks()
    else:
        yield from map(SentenceBlock.of, lazy_groups_of(source, BATCH_ROWS))


def ids_and_lengths(source: SentenceSource) -> Tuple[List[str], np.ndarray]:
    """The id and the number of words of each sentence."""
    if isinstance(source, SentenceView):
        names, sizes = ids_and_lengths(source.source)
        return [names[position] for position in source.positions.tolist()], sizes[source.positions]
    if isinstance(source, ArrowSentences):
        return source.ids(), source.lengths()
    return [sentence.id for sentence in source], np.fromiter(map(len, source), np.int32, len(source))
