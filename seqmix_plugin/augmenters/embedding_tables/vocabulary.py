"""The embedding table of a model's input embeddings."""

from typing import Dict, Optional, Sequence, Tuple

import torch

from seqmix_plugin.augmenters.context import AugmentationContext
from seqmix_plugin.augmenters.embedding_tables.embedding_table import EmbeddingTable, Pieces, SubSequence, WordTable
from seqmix_plugin.data import WordPieceIndexer
from seqmix_plugin.parameter_checks import one_of
from seqmix_plugin.sentence import SentenceSource, TaggedSentence


@EmbeddingTable.register("vocabulary")
class VocabularyTable(EmbeddingTable):
    """
    W is a set of words that the tokenizer turns into exactly one ordinary piece, and E their input embeddings in the
    current model (the paper's appendix C.3). Continuation pieces, special and unused entries are not words and are
    never in the table. The vector of a parent's word of several pieces is the mean of theirs.

    Registered as an `EmbeddingTable` with name "vocabulary".

    # Parameters

    words : `str`, optional (default = `"attested"`)
        Which words are in the table. `"attested"`: the words of the pool and the seed set, each in its most frequent
        spelling. `"all"`: every whole word of the tokenizer's vocabulary.
    distance : `str`, optional (default = `"l2"`)
        Distance by which the nearest word is chosen: `"l2"`, as in the paper, or `"cosine"`.

    # Raises

    `ConfigurationError`
        When a value is none of these, the model has no transformer, or there are too few words to choose from.
    """

    def __init__(self, words: str = "attested", distance: str = "l2") -> None:
        super().__init__(distance)
        self.words = one_of("embedding_table.words", words, ("attested", "all"))
        # W is the same in all rounds of a run; only E, of the encoder, changes.
        self._found: Optional[Tuple[SentenceSource, WordPieceIndexer, Dict[Pieces, str]]] = None

    def check_text(self, context: AugmentationContext) -> None:
        self._entries(context)

    def build(self, context: AugmentationContext, parents: Sequence[TaggedSentence]) -> WordTable:
        encoder = context.model.encoder
        assert encoder is not None  # checked by `check`
        embeddings = encoder.get_input_embeddings().weight.detach()
        entries = self._entries(context)

        def embed(sub_sequences: Sequence[SubSequence]) -> torch.Tensor:
            pieces = context.word_pieces.pieces([word for part in sub_sequences for word in part.words])
            flat = torch.tensor([piece for word in pieces for piece in word], device=embeddings.device)
            sizes = [len(word) for word in pieces]
            offsets = torch.tensor([0, *sizes[:-1]], device=embeddings.device).cumsum(0)
            return torch.nn.functional.embedding_bag(flat, embeddings, offsets, mode="mean")

        return WordTable(
            words=list(entries.values()),
            vectors=embeddings[torch.tensor([key[0] for key in entries], device=embeddings.device)],
            index={key: row for row, key in enumerate(entries)},
            pieces=context.word_pieces.pieces,
            embed=embed,
            distance=self.distance,
        )

    def _entries(self, context: AugmentationContext) -> Dict[Pieces, str]:
        """W by the piece of each word; found once for each text and tokenizer."""
        text, word_pieces = context.readable, context.word_pieces
        if self._found is None or self._found[0] is not text or self._found[1] is not word_pieces:
            self._found = text, word_pieces, self._find_entries(context)
        return self._found[2]

    def _find_entries(self, context: AugmentationContext) -> Dict[Pieces, str]:
        words = (word for sentence in context.text for word in sentence.tokens)
        if self.words == "all":
            tokenizer = context.word_pieces.tokenizer
            spelled = (tokenizer.convert_tokens_to_string([piece]).strip() for piece in sorted(tokenizer.get_vocab()))
            words = (word for word in spelled if word)
        return self.spellings(words, context.word_pieces, single=True)
