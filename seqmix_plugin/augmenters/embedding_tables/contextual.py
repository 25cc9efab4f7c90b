"""The embedding table of a model's contextual vectors."""

from typing import Dict, Iterable, Sequence

import torch
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.augmenters.context import AugmentationContext
from seqmix_plugin.augmenters.embedding_tables.embedding_table import (
    EmbeddingTable,
    Pieces,
    SubSequence,
    WordTable,
    check_size,
    spellings,
    word_counts,
)
from seqmix_plugin.augmenters.embedding_tables.encoding import encode_words
from seqmix_plugin.models import SequenceTagger
from seqmix_plugin.sentence import TaggedSentence


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
        Distance by which the nearest word is chosen: `"l2"`, as in the paper, or `"cosine"`.

    # Raises

    `ConfigurationError`
        When a value is out of its range, the model has no transformer, or there are too few words to choose from.
    """

    def __init__(self, layer: int = -1, distance: str = "l2") -> None:
        super().__init__(distance)
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
        _entries(context, context.text)

    def build(self, context: AugmentationContext, parents: Sequence[TaggedSentence]) -> WordTable:
        encoder, word_pieces = context.model.encoder, context.word_pieces
        assert encoder is not None  # checked by `check`
        text = list({sentence.id: sentence for sentence in [*context.text, *parents]}.values())
        entries = _entries(context, text)
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
        )


def _entries(context: AugmentationContext, text: Iterable[TaggedSentence]) -> Dict[Pieces, str]:
    """W by the pieces of each word."""
    entries = spellings(word_counts(text), context.word_pieces)
    check_size(len(entries), "stand in the text that may be read")
    return entries
