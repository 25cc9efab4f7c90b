"""The embedding table of a model's input embeddings."""

from collections import Counter
from typing import Dict, List, Sequence, Tuple

import torch
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.augmenters.embedding_tables.embedding_table import EmbeddingTable, WordTable
from seqmix_plugin.augmenters.workbench import Workbench

SMALLEST_TABLE = 3
"""Two parents are never chosen, so a third word must be there."""


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
        if words not in ("attested", "all"):
            raise ConfigurationError(f"embedding_table.words is {words!r}; expected 'attested' or 'all'")
        if distance not in ("l2", "cosine"):
            raise ConfigurationError(f"embedding_table.distance is {distance!r}; expected 'l2' or 'cosine'")
        self.words = words
        self.distance = distance

    def build(self, workbench: Workbench) -> WordTable:
        encoder = workbench.model.encoder
        if encoder is None:
            raise ConfigurationError("embedding_table 'vocabulary' needs a model with a pretrained transformer")
        embeddings = encoder.get_input_embeddings().weight.detach()
        words, rows = self._entries(workbench)
        if len(words) < SMALLEST_TABLE:
            raise ConfigurationError(
                f"embedding_table: only {len(words)} words are one piece for the tokenizer; at least {SMALLEST_TABLE} "
                f"are needed"
            )
        table = embeddings[torch.tensor([pieces[0] for pieces in rows], device=embeddings.device)]

        def find(some: Sequence[str]) -> torch.Tensor:
            found = [rows.get(pieces, -1) for pieces in workbench.word_pieces.pieces(some)]
            return torch.tensor(found, device=embeddings.device)

        def embed(some: Sequence[str]) -> torch.Tensor:
            pieces = workbench.word_pieces.pieces(some)
            flat = torch.tensor([piece for word in pieces for piece in word], device=embeddings.device)
            sizes = [len(word) for word in pieces]
            offsets = torch.tensor([0, *sizes[:-1]], device=embeddings.device).cumsum(0)
            return torch.nn.functional.embedding_bag(flat, embeddings, offsets, mode="mean")

        return WordTable(words, table, find, embed, self.distance)

    def _entries(self, workbench: Workbench) -> Tuple[List[str], Dict[Tuple[int, ...], int]]:
        """W and the row of each word by its pieces."""
        tokenizer = workbench.word_pieces.tokenizer
        special = set(tokenizer.all_special_ids)
        if self.words == "attested":
            counts = Counter(word for sentence in workbench.readable for word in sentence.tokens)
        else:
            vocabulary = tokenizer.get_vocab()
            spelled = [tokenizer.convert_tokens_to_string([piece]).strip() for piece in sorted(vocabulary)]
            counts = Counter(word for word in spelled if word)
        # The most frequent spelling of a piece first; equal counts in the order of the alphabet.
        ordered = sorted(counts, key=lambda word: (-counts[word], word))
        spelling: Dict[Tuple[int, ...], str] = {}
        for word, pieces in zip(ordered, workbench.word_pieces.pieces(ordered), strict=True):
            if len(pieces) == 1 and pieces[0] not in special:
                spelling.setdefault(pieces, word)
        rows = {pieces: row for row, pieces in enumerate(sorted(spelling))}
        return [spelling[pieces] for pieces in rows], rows
