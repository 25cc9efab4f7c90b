"""Vectors of words in their sentences, from a transformer."""

from typing import Iterator, List, Sequence, Tuple

import torch
from allennlp.data import Token, Vocabulary
from torch.nn.utils.rnn import pad_sequence
from transformers import PreTrainedModel

from seqmix_plugin.augmenters.batching import batches_by_length
from seqmix_plugin.augmenters.embedding_tables.embedding_table import SubSequence
from seqmix_plugin.data import WordPieceIndexer
from seqmix_plugin.models.inference import inference
from seqmix_plugin.models.input_length import max_input_length
from seqmix_plugin.sentence import TaggedSentence

BATCH_PIECES = 4096
"""Largest number of padded word pieces in a batch."""


def encode_words(
    encoder: PreTrainedModel, word_pieces: WordPieceIndexer, layer: int, sentences: Sequence[TaggedSentence]
) -> Iterator[Tuple[List[SubSequence], torch.Tensor]]:
    """
    Encodes sentences in batches by length, the longest first.

    # Parameters

    encoder : `PreTrainedModel`
        The transformer.
    word_pieces : `WordPieceIndexer`
        Token indexer with the transformer's tokenizer.
    layer : `int`
        Index of the hidden states to return.
    sentences : `Sequence[TaggedSentence]`
        Sentences to encode; one longer than the encoder's input is encoded in parts.

    # Returns

    `Iterator[Tuple[List[SubSequence], torch.Tensor]]`
        The sentences, or parts of sentences, of a batch, and the vectors of all their words, one after the other; a
        word's vector is the mean of its pieces' vectors. Shape: `(num_words, dimension)`
    """
    longest = max_input_length(encoder, word_pieces.tokenizer) or BATCH_PIECES
    room = longest - word_pieces.num_special_pieces
    sized = [part for sentence in sentences for part in _parts(sentence, word_pieces, room)]
    for batch in batches_by_length([size for size, _ in sized], BATCH_PIECES, "contextual vectors"):
        parts = [sized[position][1] for position in batch]
        yield parts, _encode(parts, encoder, word_pieces, layer, longest)


def _parts(sentence: TaggedSentence, word_pieces: WordPieceIndexer, room: int) -> Iterator[Tuple[int, SubSequence]]:
    """The parts of a sentence that fit into `room` pieces, with the number of pieces of each."""
    start = size = 0
    for position, pieces in enumerate(word_pieces.pieces(sentence.tokens)):
        if size and size + len(pieces) > room:
            yield size, SubSequence(sentence, start, position)
            start, size = position, 0
        size += len(pieces)
    yield size, SubSequence(sentence, start, len(sentence))


def _encode(
    batch: List[SubSequence], encoder: PreTrainedModel, word_pieces: WordPieceIndexer, layer: int, longest: int
) -> torch.Tensor:
    """The vectors of all words of a batch. Shape: `(num_words, dimension)`"""
    vocab = Vocabulary.empty()  # the indexer has its own
    indexed = [word_pieces.tokens_to_indices([Token(word) for word in part.words], vocab) for part in batch]
    # A single word longer than the input is represented by the pieces that fit.
    ids, mask = (
        pad_sequence([torch.as_tensor(row[key][:longest]) for row in indexed], batch_first=True)
        for key in ("token_ids", "wordpiece_mask")
    )  # Shapes: (batch_size, num_pieces)
    offsets = [torch.as_tensor(row["offsets"]).clamp(max=longest - 1) for row in indexed]
    # First and last piece of each word, where the pieces of the batch are numbered row by row.
    begin, last = torch.cat([some + row * ids.size(1) for row, some in enumerate(offsets)]).unbind(-1)
    sizes = last + 1 - begin  # Shape: (num_words,)
    starts = sizes.cumsum(0) - sizes  # Shape: (num_words,)
    pieces = torch.arange(int(sizes.sum())) + (begin - starts).repeat_interleave(sizes)
    with inference(encoder):
        output = encoder(
            input_ids=ids.to(encoder.device),
            attention_mask=mask.long().to(encoder.device),
            output_hidden_states=True,
        )
        hidden = output.hidden_states[layer].float()  # Shape: (batch_size, num_pieces, dimension)
        flat = hidden.reshape(-1, hidden.size(-1))  # Shape: (batch_size * num_pieces, dimension)
        return torch.nn.functional.embedding_bag(
            pieces.to(encoder.device), flat, starts.to(encoder.device), mode="mean"
        )
