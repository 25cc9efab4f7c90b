"""The embedding table of a model's contextual vectors."""

from typing import Iterator, List, Optional, Sequence, Tuple

import torch
from allennlp.data import Token, Vocabulary
from torch.nn.utils.rnn import pad_sequence
from transformers import PreTrainedModel

from seqmix_plugin.augmenters.context import AugmentationContext
from seqmix_plugin.augmenters.embedding_tables.embedding_table import EmbeddingTable
from seqmix_plugin.augmenters.embedding_tables.word_table import SubSequence, WordTable
from seqmix_plugin.data import WordPieceIndexer
from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.models import SequenceTagger
from seqmix_plugin.models.inference import batches_by_length, inference
from seqmix_plugin.models.input_length import max_input_length
from seqmix_plugin.sentence import TaggedSentence

BATCH_PIECES = 4096
"""Largest number of padded word pieces in a batch."""


@EmbeddingTable.register("contextual")
class ContextualTable(EmbeddingTable):
    """
    The second reading of the paper's appendix C.3: W is the words of the pool and the seed set, and E the mean of each
    word's contextual vectors over all its occurrences, at one layer of the current model. The parents' vectors in their
    own context are mixed. A word's vector is the mean of its pieces' vectors, so that words of several pieces can be
    generated too.

    The table is built anew in each round, in one batched pass over the text. It holds a vector for each word of W and
    of the parents, `4 * dimension * (|W| + words of the parents)` bytes: 61 MB for 20,000 words and 768 dimensions.
    While it is built, the hidden states of all layers of a batch of 4,096 pieces are held too: 164 MB for bert-base. A
    sentence longer than the encoder's input is encoded in parts.

    Registered as an `EmbeddingTable` with name "contextual".

    # Parameters

    layer : `int`, optional (default = `-1`)
        Index of the encoder's hidden states: 0 is the output of its embedding layer, `num_hidden_layers` or -1 the
        output of its last layer.
    distance : `str`, optional (default = `"l2"`)
        Distance by which the nearest word is chosen: `"l2"`, as in the paper, `"cosine"`, or `"csls"`: cross-domain
        similarity local scaling of centred vectors (Conneau, Lample et al. 2018), in which words with many near
        neighbours are less near, so that more different words are generated.
    restore_norm : `bool`, optional (default = `False`)
        Whether a mixed vector gets the length λ ‖a‖ + (1 − λ) ‖b‖, for parents a and b, before the nearest word is
        looked up. Mixing shortens vectors, and short ones are near the same few words. It changes nothing with
        `distance: 'cosine'`.
    restrict : `List[str]`, optional (default = `None`)
        What a generated word must share with its parents. `"shape"`: capitals, digits and marks of the word of the
        parent with the larger weight (`Xx` for Oslo, `0.0` for 12.5). `"tags"`: it occurs with a tag of one of the two
        parents in the sentences that are mixed. Where no word of the table has all that is asked for, the nearest of
        all words is taken, which the statistics count as `unrestricted_tokens`. By default there is no restriction.

    # Raises

    `ConfigurationError`
        When a value is out of its range, the model has no transformer, or there are too few words to choose from.
    """

    def __init__(
        self,
        layer: int = -1,
        distance: str = "l2",
        restore_norm: bool = False,
        restrict: Optional[List[str]] = None,
    ) -> None:
        super().__init__(distance, restore_norm, restrict)
        self.layer = layer

    def check(self, model: SequenceTagger) -> None:
        super().check(model)
        assert model.encoder is not None  # checked above
        layers = model.encoder.config.num_hidden_layers
        if not -layers - 1 <= self.layer <= layers:
            raise ConfigurationError(
                f"embedding_table.layer is {self.layer}; the encoder has layers 0 to {layers}, or {-layers - 1} to -1 "
                f"from the last"
            )

    def check_text(self, context: AugmentationContext) -> None:
        self.spellings((word for sentence in context.text for word in sentence.tokens), context.word_pieces)

    def build(self, context: AugmentationContext, parents: Sequence[TaggedSentence]) -> WordTable:
        encoder, word_pieces = context.model.encoder, context.word_pieces
        assert encoder is not None  # checked by `check`
        text = list({sentence.id: sentence for sentence in [*context.text, *parents]}.values())
        entries = self.spellings((word for sentence in text for word in sentence.tokens), word_pieces)
        index = {key: row for row, key in enumerate(entries)}
        # The last row is for words that are not in W.
        sums = torch.zeros(len(index) + 1, encoder.config.hidden_size, device=encoder.device)
        counts = torch.zeros(len(index) + 1, device=encoder.device)
        own = {parent.id: sums.new_zeros(len(parent), sums.size(1)) for parent in parents}
        for batch, vectors in encode_words(encoder, word_pieces, self.layer, text):
            words = [word for part in batch for word in part.words]
            rows = torch.tensor([index.get(key, len(index)) for key in word_pieces.pieces(words)], dtype=torch.long)
            rows = rows.to(encoder.device)  # Shape: (num_words,)
            sums.index_add_(0, rows, vectors)
            counts.index_add_(0, rows, torch.ones_like(rows, dtype=counts.dtype))
            for part, some in zip(batch, vectors.split([len(part.words) for part in batch]), strict=True):
                if part.sentence.id in own:
                    own[part.sentence.id][part.start : part.end] = some

        def embed(sub_sequences: Sequence[SubSequence]) -> torch.Tensor:
            return torch.cat([own[part.sentence.id][part.start : part.end] for part in sub_sequences])

        return WordTable(
            words=list(entries.values()),
            vectors=sums[:-1].div_(counts[:-1].unsqueeze(-1)),
            index=index,
            pieces=word_pieces.pieces,
            embed=embed,
            distance=self.distance,
            restore_norm=self.restore_norm,
            restrict=self.restrict,
            tagged=parents,
        )


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
