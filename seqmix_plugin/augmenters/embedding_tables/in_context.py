"""The vectors of words in their sentences."""

from typing import Iterator, List, Sequence, Tuple

import torch
from allennlp.data import Token, Vocabulary
from torch.nn.utils.rnn import pad_sequence
from transformers import PreTrainedModel

from seqmix_plugin.augmenters.embedding_tables.embedding_table import Stretch
from seqmix_plugin.data import WordPieceIndexer
from seqmix_plugin.distributed import progress_bar
from seqmix_plugin.models.inference import inference
from seqmix_plugin.models.longest_input import longest_input
from seqmix_plugin.sentence import TaggedSentence

BATCH_PIECES = 4096
"""Padded word pieces that are encoded together."""


class InContext:
    """
    Encodes sentences in batches by length, the longest first.

    # Parameters

    encoder : `PreTrainedModel`
        The transformer.
    word_pieces : `WordPieceIndexer`
        Its tokenizer.
    layer : `int`
        Which of its hidden states.
    """

    def __init__(self, encoder: PreTrainedModel, word_pieces: WordPieceIndexer, layer: int) -> None:
        self._encoder = encoder
        self._word_pieces = word_pieces
        self._layer = layer
        self._vocab = Vocabulary.empty()  # the tokenizer has its own
        self._longest = longest_input(encoder, word_pieces.tokenizer) or BATCH_PIECES

    def batches(self, sentences: Sequence[TaggedSentence]) -> Iterator[Tuple[List[Stretch], torch.Tensor]]:
        """
        # Returns

        `Iterator[Tuple[List[Stretch], torch.Tensor]]`
            Sentences, or as much of one as the encoder takes at once, and the vectors of their words, one after the
            other, of shape `(num_words, dimension)`; a word's vector is the mean of its pieces'.
        """
        sized = [some for sentence in sentences for some in self._parts(sentence)]
        sized.sort(key=lambda some: -some[0])
        start = 0
        with progress_bar(total=len(sized), desc="contextual vectors") as progress:
            while start < len(sized):
                size = max(1, BATCH_PIECES // max(sized[start][0], 1))
                batch = [stretch for _, stretch in sized[start : start + size]]
                yield batch, self._encode(batch)
                start += len(batch)
                progress.update(len(batch))

    def _parts(self, sentence: TaggedSentence) -> Iterator[Tuple[int, Stretch]]:
        """Parts of a sentence that the encoder takes, with how many pieces of words each has."""
        room = self._longest - self._word_pieces.num_special_pieces
        start = size = 0
        for position, pieces in enumerate(self._word_pieces.pieces(sentence.tokens)):
            if size and size + len(pieces) > room:
                yield size, Stretch(sentence, start, position)
                start, size = position, 0
            size += len(pieces)
        yield size, Stretch(sentence, start, len(sentence))

    def _encode(self, batch: Sequence[Stretch]) -> torch.Tensor:
        """The vectors of all words of a batch. Shape: `(num_words, dimension)`"""
        indexed = [
            self._word_pieces.tokens_to_indices([Token(word) for word in stretch.words], self._vocab)
            for stretch in batch
        ]
        # Of a word that is longer than the input by itself, the pieces that fit.
        ids, mask = (
            pad_sequence([torch.as_tensor(some[key][: self._longest]) for some in indexed], batch_first=True)
            for key in ("token_ids", "wordpiece_mask")
        )  # Shapes: (batch_size, num_pieces)
        offsets = [torch.as_tensor(some["offsets"]).clamp(max=self._longest - 1) for some in indexed]
        # All pieces of the batch as one list, and where in it those of each word are.
        begin, last = torch.cat([some + row * ids.size(1) for row, some in enumerate(offsets)]).unbind(-1)
        sizes = last + 1 - begin  # Shape: (num_words,)
        starts = sizes.cumsum(0) - sizes  # Shape: (num_words,)
        pieces = torch.arange(int(sizes.sum())) + (begin - starts).repeat_interleave(sizes)
        device = self._encoder.device
        with inference(self._encoder):
            output = self._encoder(
                input_ids=ids.to(device), attention_mask=mask.long().to(device), output_hidden_states=True
            )
            hidden = output.hidden_states[self._layer].float()  # Shape: (batch_size, num_pieces, dimension)
            flat = hidden.reshape(-1, hidden.size(-1))  # Shape: (batch_size * num_pieces, dimension)
            return torch.nn.functional.embedding_bag(pieces.to(device), flat, starts.to(device), mode="mean")
