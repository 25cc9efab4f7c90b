"""The embedding table of a model's in-context vectors."""

from typing import Sequence

import numpy as np
import torch
from allennlp.common.checks import ConfigurationError
from transformers import PreTrainedModel

from seqmix_plugin.augmenters.embedding_tables.embedding_table import EmbeddingTable, Stretch, WordTable, check_size
from seqmix_plugin.augmenters.embedding_tables.in_context import InContext
from seqmix_plugin.augmenters.embedding_tables.spelling import attested, spellings
from seqmix_plugin.augmenters.workbench import Workbench
from seqmix_plugin.models import SequenceTagger
from seqmix_plugin.sentence import TaggedSentence


@EmbeddingTable.register("contextual")
class ContextualTable(EmbeddingTable):
    """
    The paper's appendix C.3 in its other reading: W is the words of the text that the run may read, E the mean of each
    word's vectors over all places where it stands, at one layer of the current model; what is mixed is the parents'
    vectors in their own context. A word's vector is the mean of its pieces', so words of several pieces can be
    generated too.

    Built anew each round in one batched pass over labelled and pool text. It holds a vector for each word of W and for
    each word of the parents, `4 * dimension * (|W| + words of the parents)` bytes: 61 MB for 20,000 words and 768
    dimensions. While it is built, a batch's hidden states of all layers stand beside it: 4,096 pieces, 164 MB for
    bert-base. A sentence longer than the encoder's input is read in parts.

    Registered as an `EmbeddingTable` with name "contextual".

    # Parameters

    layer : `int`, optional (default = `-1`)
        Which of the encoder's hidden states: 0 is the output of its embedding layer, `num_hidden_layers` or −1 that of
        the last layer.
    distance : `str`, optional (default = `"l2"`)
        `"l2"`, the paper's, or `"cosine"`.

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

    def check_text(self, workbench: Workbench) -> None:
        check_size(
            len(spellings(attested(workbench.text), workbench.word_pieces)), "stand in the text that may be read"
        )

    def build(self, workbench: Workbench, parents: Sequence[TaggedSentence]) -> WordTable:
        encoder = workbench.model.encoder
        assert encoder is not None  # checked by `check`
        readable = {sentence.id: sentence for sentence in [*workbench.text, *parents]}
        entries = spellings(attested(list(readable.values())), workbench.word_pieces)
        check_size(len(entries), "stand in the text that may be read")
        index = {key: row for row, key in enumerate(entries)}
        own = _OwnVectors(parents, encoder)
        # The last row is for words that are not in W.
        sums = torch.zeros(len(index) + 1, encoder.config.hidden_size, device=encoder.device)
        counts = torch.zeros(len(index) + 1, device=encoder.device)
        for batch, vectors in InContext(encoder, workbench.word_pieces, self.layer).batches(list(readable.values())):
            words = [word for stretch in batch for word in stretch.words]
            rows = torch.tensor([index.get(key, len(index)) for key in workbench.word_pieces.pieces(words)])
            rows = rows.to(encoder.device)  # Shape: (num_words,)
            sums.index_add_(0, rows, vectors)
            counts.index_add_(0, rows, torch.ones_like(rows, dtype=counts.dtype))
            own.keep(batch, vectors)
        return WordTable(
            words=list(entries.values()),
            vectors=sums[:-1].div_(counts[:-1].unsqueeze(-1)),
            index=index,
            pieces=workbench.word_pieces.pieces,
            embed=own.embed,
            distance=self.distance,
        )


class _OwnVectors:
    """The vectors of the parents' words, each in its own context."""

    def __init__(self, parents: Sequence[TaggedSentence], encoder: PreTrainedModel) -> None:
        ends = np.cumsum([len(parent) for parent in parents]).tolist()
        self._first = dict(zip((parent.id for parent in parents), [0, *ends], strict=False))
        self._vectors = torch.zeros(sum(map(len, parents)), encoder.config.hidden_size, device=encoder.device)

    def keep(self, batch: Sequence[Stretch], vectors: torch.Tensor) -> None:
        """Takes from a batch what belongs to parents."""
        position = 0
        for sentence, start, end in batch:
            first = self._first.get(sentence.id)
            if first is not None:
                self._vectors[first + start : first + end] = vectors[position : position + end - start]
            position += end - start

    def embed(self, stretches: Sequence[Stretch]) -> torch.Tensor:
        """Shape: `(num_words_of_all, dimension)`"""
        rows = [self._first[s.sentence.id] + t for s in stretches for t in range(s.start, s.end)]
        return self._vectors[torch.tensor(rows, dtype=torch.long, device=self._vectors.device)]
