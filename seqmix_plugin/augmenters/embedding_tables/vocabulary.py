"""The embedding table of a model's input embeddings."""

from collections import Counter
from typing import Dict, Mapping, Optional, Sequence, Tuple

import torch
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.augmenters.embedding_tables.embedding_table import (
    EmbeddingTable,
    Pieces,
    Stretch,
    WordTable,
    check_size,
)
from seqmix_plugin.augmenters.embedding_tables.spelling import attested, spellings
from seqmix_plugin.augmenters.workbench import Workbench
from seqmix_plugin.data import WordPieceIndexer
from seqmix_plugin.sentence import SentenceSource, TaggedSentence


@EmbeddingTable.register("vocabulary")
class VocabularyTable(EmbeddingTable):
    """
    W is words that the tokenizer turns into exactly one piece which is neither special nor unknown; E is their input
    embeddings in the current model. Continuation pieces and unused entries are no words, so they are never in it. The
    vector of a word of several pieces is the mean of theirs.

    Registered as an `EmbeddingTable` with name "vocabulary".

    # Parameters

    words : `str`, optional (default = `"attested"`)
        `"attested"`: the words of the text that the run may read, each in its most frequent spelling. `"all"`: every
        whole word of the tokenizer's vocabulary.
    distance : `str`, optional (default = `"l2"`)
        `"l2"`, the paper's, or `"cosine"`.

    # Raises

    `ConfigurationError`
        When a value is none of these, the model has no transformer, or the table is too small to choose from.
    """

    def __init__(self, words: str = "attested", distance: str = "l2") -> None:
        super().__init__(distance)
        if words not in ("attested", "all"):
            raise ConfigurationError(f"embedding_table.words is {words!r}; expected 'attested' or 'all'")
        self.words = words
        # W is the same in all rounds of a run; only E, the encoder's, is not.
        self._entries: Dict[Pieces, str] = {}
        self._found_in: Tuple[Optional[SentenceSource], Optional[WordPieceIndexer]] = (None, None)

    def check_text(self, workbench: Workbench) -> None:
        text, tokenizer = self._found_in
        if text is not workbench.readable or tokenizer is not workbench.word_pieces:
            counts = attested(workbench.text) if self.words == "attested" else _whole_words(workbench)
            found = spellings(counts, workbench.word_pieces)
            self._entries = {key: word for key, word in found.items() if len(key) == 1}
            self._found_in = (workbench.readable, workbench.word_pieces)
        check_size(len(self._entries), "are one piece for the tokenizer")

    def build(self, workbench: Workbench, parents: Sequence[TaggedSentence]) -> WordTable:
        encoder = workbench.model.encoder
        assert encoder is not None  # checked by `check`
        embeddings = encoder.get_input_embeddings().weight.detach()
        self.check_text(workbench)
        entries = self._entries

        def embed(stretches: Sequence[Stretch]) -> torch.Tensor:
            pieces = workbench.word_pieces.pieces([word for stretch in stretches for word in stretch.words])
            flat = torch.tensor([piece for word in pieces for piece in word], device=embeddings.device)
            sizes = [len(word) for word in pieces]
            offsets = torch.tensor([0, *sizes[:-1]], device=embeddings.device).cumsum(0)
            return torch.nn.functional.embedding_bag(flat, embeddings, offsets, mode="mean")

        return WordTable(
            words=list(entries.values()),
            vectors=embeddings[torch.tensor([key[0] for key in entries], device=embeddings.device)],
            index={key: row for row, key in enumerate(entries)},
            pieces=workbench.word_pieces.pieces,
            embed=embed,
            distance=self.distance,
        )


def _whole_words(workbench: Workbench) -> Mapping[str, int]:
    """The tokenizer's vocabulary as it is spelled; the spelling of more entries first."""
    tokenizer = workbench.word_pieces.tokenizer
    spelled = [tokenizer.convert_tokens_to_string([piece]).strip() for piece in sorted(tokenizer.get_vocab())]
    return Counter(word for word in spelled if word)
