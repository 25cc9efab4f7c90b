"""The embedding table of a model's in-context vectors."""

from typing import Dict, Iterator, List, NamedTuple, Sequence, Tuple

import numpy as np
import torch
from allennlp.common.checks import ConfigurationError
from allennlp.common.tqdm import Tqdm
from allennlp.data import Token
from torch.nn.utils.rnn import pad_sequence
from transformers import PreTrainedModel

from seqmix_plugin.augmenters.embedding_tables.embedding_table import EmbeddingTable, Stretch, WordTable, check_size
from seqmix_plugin.augmenters.embedding_tables.spelling import attested, spellings
from seqmix_plugin.augmenters.workbench import Workbench
from seqmix_plugin.data import WordPieceIndexer
from seqmix_plugin.models import SequenceTagger
from seqmix_plugin.models.inference import inference
from seqmix_plugin.models.longest_input import longest_input
from seqmix_plugin.sentence import TaggedSentence

BATCH_PIECES = 4096
"""Padded word pieces that are encoded together."""


class Segment(NamedTuple):
    """Words `start` to `end` of sentence number `sentence`: as much of it as the encoder takes at once."""

    sentence: int
    start: int
    end: int


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

    def build(self, workbench: Workbench, parents: Sequence[TaggedSentence]) -> WordTable:
        encoder = workbench.model.encoder
        assert encoder is not None  # checked by `check`
        readable = {sentence.id: sentence for sentence in [*workbench.readable, *parents]}
        entries = spellings(attested(list(readable.values())), workbench.word_pieces)
        check_size(len(entries), "stand in the text that may be read")
        index = {key: row for row, key in enumerate(entries)}
        # Where the vectors of each parent's words begin.
        sizes = [len(parent) for parent in parents]
        first = dict(zip((p.id for p in parents), np.cumsum([0, *sizes[:-1]]).tolist(), strict=True)) if sizes else {}
        sums, counts, own = self._collect(
            encoder, workbench.word_pieces, list(readable.values()), index, first, sum(sizes)
        )

        def embed(stretches: Sequence[Stretch]) -> torch.Tensor:
            rows = [first[s.sentence.id] + t for s in stretches for t in range(s.start, s.end)]
            return own[torch.tensor(rows, dtype=torch.long, device=own.device)]

        vectors = sums.div_(counts.unsqueeze(-1))  # Shape: (num_words, dimension)
        words = list(entries.values())
        return WordTable(words, vectors, index, workbench.word_pieces.pieces, embed, self.distance)

    def _collect(
        self,
        encoder: PreTrainedModel,
        word_pieces: WordPieceIndexer,
        sentences: Sequence[TaggedSentence],
        index: Dict[Tuple[int, ...], int],
        first: Dict[str, int],
        num_own: int,
    ) -> Tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Sums and counts of the vectors of each word of W, and the vectors of the parents' words."""
        dimension, device = encoder.config.hidden_size, encoder.device
        sums = torch.zeros(len(index) + 1, dimension, device=device)  # The last row is for words that are not in W.
        counts = torch.zeros(len(index) + 1, device=device)
        own = torch.zeros(num_own + 1, dimension, device=device)  # The last row is for words of no parent.
        for batch in _batches(sentences, word_pieces, _longest(encoder, word_pieces)):
            vectors = self._encode(encoder, word_pieces, sentences, batch)  # Shape: (num_words, dimension)
            rows: List[int] = []
            places: List[int] = []
            for number, start, end in batch:
                sentence = sentences[number]
                rows += [index.get(key, -1) for key in word_pieces.pieces(sentence.tokens[start:end])]
                begin = first.get(sentence.id)
                places += [-1] * (end - start) if begin is None else range(begin + start, begin + end)
            where = torch.tensor(rows, device=device) % len(sums)
            sums.index_add_(0, where, vectors)
            counts.index_add_(0, where, torch.ones_like(where, dtype=counts.dtype))
            own[torch.tensor(places, device=device) % len(own)] = vectors
        return sums[:-1], counts[:-1], own[:-1]

    def _encode(
        self,
        encoder: PreTrainedModel,
        word_pieces: WordPieceIndexer,
        sentences: Sequence[TaggedSentence],
        batch: Sequence[Segment],
    ) -> torch.Tensor:
        """The vectors of all words of some segments, one after the other. Shape: `(num_words, dimension)`"""
        indexed = [
            word_pieces.tokens_to_indices([Token(word) for word in sentences[number].tokens[start:end]], None)  # type: ignore
            for number, start, end in batch
        ]
        longest = (
            _longest(encoder, word_pieces) + word_pieces.num_special_pieces
        )  # of a word alone, the pieces that fit
        ids = pad_sequence([some["token_ids"][:longest] for some in indexed], batch_first=True)  # type: ignore
        mask = pad_sequence([some["wordpiece_mask"][:longest] for some in indexed], batch_first=True)  # type: ignore
        with inference(encoder):
            output = encoder(
                input_ids=ids.to(encoder.device),
                attention_mask=mask.long().to(encoder.device),
                output_hidden_states=True,
            )
            hidden = output.hidden_states[self.layer].float()  # Shape: (batch_size, num_pieces, dimension)
            # All pieces of a batch as one list, and where in it each word's begin.
            flat = hidden.reshape(-1, hidden.size(-1))  # Shape: (batch_size * num_pieces, dimension)
            offsets = [some["offsets"].clamp(max=longest - 1) for some in indexed]  # type: ignore[attr-defined]
            begin, last = torch.cat([some + row * ids.size(1) for row, some in enumerate(offsets)]).unbind(-1)
            sizes = last + 1 - begin  # Shape: (num_words,)
            starts = sizes.cumsum(0) - sizes  # Shape: (num_words,)
            pieces = torch.arange(int(sizes.sum())) + (begin - starts).repeat_interleave(sizes)
            return torch.nn.functional.embedding_bag(
                pieces.to(encoder.device), flat, starts.to(encoder.device), mode="mean"
            )


def _longest(encoder: PreTrainedModel, word_pieces: WordPieceIndexer) -> int:
    """How many pieces of words the encoder takes at once."""
    return (longest_input(encoder, word_pieces.tokenizer) or BATCH_PIECES) - word_pieces.num_special_pieces


def _batches(
    sentences: Sequence[TaggedSentence], word_pieces: WordPieceIndexer, longest: int
) -> Iterator[List[Segment]]:
    """Segments of all sentences, the longest first, as many together as `BATCH_PIECES` allows."""
    segments: List[Segment] = []
    sizes: List[int] = []
    for number, sentence in enumerate(sentences):
        start = size = 0
        for position, pieces in enumerate(word_pieces.pieces(sentence.tokens)):
            if size and size + len(pieces) > longest:
                segments.append(Segment(number, start, position))
                sizes.append(size)
                start, size = position, 0
            size += len(pieces)
        segments.append(Segment(number, start, len(sentence)))
        sizes.append(size)
    order = sorted(range(len(segments)), key=lambda n: (-sizes[n], n))
    with Tqdm.tqdm(total=len(order), desc="contextual vectors", leave=False) as progress:
        while order:
            size = max(1, BATCH_PIECES // max(sizes[order[0]], 1))
            batch, order = order[:size], order[size:]
            yield [segments[n] for n in batch]
            progress.update(len(batch))
