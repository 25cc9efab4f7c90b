"""The embedding table of a model's input embeddings."""

from typing import Dict, List, Optional, Sequence, Tuple

import torch

from seqmix_plugin.augmenters.context import AugmentationContext
from seqmix_plugin.augmenters.embedding_tables.embedding_table import EmbeddingTable
from seqmix_plugin.augmenters.embedding_tables.word_table import Pieces, SubSequence, WordTable
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
        When a value is none of these, the model has no transformer, or there are too few words to choose from.
    """

    def __init__(
        self,
        words: str = "attested",
        distance: str = "l2",
        restore_norm: bool = False,
        restrict: Optional[List[str]] = None,
    ) -> None:
        super().__init__(distance, restore_norm, restrict)
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

        def embed_words(words: Sequence[str]) -> torch.Tensor:
            pieces = context.word_pieces.pieces(words)
            flat = torch.tensor([piece for word in pieces for piece in word], device=embeddings.device)
            sizes = [len(word) for word in pieces]
            offsets = torch.tensor([0, *sizes[:-1]], device=embeddings.device).cumsum(0)
            return torch.nn.functional.embedding_bag(flat, embeddings, offsets, mode="mean")

        def embed(sub_sequences: Sequence[SubSequence]) -> torch.Tensor:
            return embed_words([word for part in sub_sequences for word in part.words])

        return WordTable(
            words=list(entries.values()),
            vectors=embeddings[torch.tensor([key[0] for key in entries], device=embeddings.device)],
            index={key: row for row, key in enumerate(entries)},
            pieces=context.word_pieces.pieces,
            embed=embed,
            embed_words=embed_words,
            distance=self.distance,
            restore_norm=self.restore_norm,
            restrict=self.restrict,
            tagged=parents,
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
