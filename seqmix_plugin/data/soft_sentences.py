"""Encoded sentences with a distribution over tags for each word."""

from dataclasses import dataclass
from typing import Any, Dict, Mapping, Optional, Sequence

import numpy as np
import torch

from seqmix_plugin.data.encoded_sentences import EncodedSentences
from seqmix_plugin.data.sentence_reader import SentenceReader
from seqmix_plugin.sentence import TaggedSentence


@dataclass(frozen=True)
class SoftSentences:
    """
    Sentences to train on as arrays, without an `Instance` for each: gold, mixed or of a teacher. A batch is that of the
    sentences' instances, without metadata.

    # Parameters

    encoded : `EncodedSentences`
        The words.
    targets : `np.ndarray`
        The distribution over the tags of each word, sentence after sentence. Shape: `(sum of num_words, num_tags)`
    """

    encoded: EncodedSentences
    targets: np.ndarray

    @classmethod
    def of(
        cls, sentences: Sequence[TaggedSentence], reader: SentenceReader, labels: Mapping[str, int]
    ) -> Optional["SoftSentences"]:
        """
        Labelled sentences, whose labels have these numbers. Words that the reader cuts are left out. `None` for a
        reader whose instances have more than word pieces.
        """
        encoded = reader.encode(sentences)
        if encoded is None:
            return None
        targets = np.zeros((int(encoded.num_words.sum()), len(labels)), dtype=np.float32)
        kept = zip(sentences, encoded.num_words.tolist(), strict=True)
        words = [tags for sentence, size in kept for tags in (sentence.distributions() or [])[:size]]
        cells = [(row, labels[tag], value) for row, tags in enumerate(words) for tag, value in tags.items()]
        rows, columns, values = zip(*cells, strict=True) if cells else ((), (), ())
        targets[list(rows), list(columns)] = values
        return cls(encoded, targets)

    def __len__(self) -> int:
        return len(self.encoded)

    @property
    def num_words(self) -> np.ndarray:
        """The number of words of each sentence. Shape: `(num_sentences,)`"""
        return self.encoded.num_words.astype(np.int64)

    def at(self, positions: np.ndarray) -> "SoftSentences":
        """The sentences at these positions, in their order."""
        return SoftSentences(self.encoded.at(positions), self._targets_of(positions))

    def joined(self, others: "SoftSentences") -> "SoftSentences":
        """These sentences and then others."""
        return SoftSentences(self.encoded.joined(others.encoded), np.concatenate([self.targets, others.targets]))

    def batch(self, positions: np.ndarray) -> Dict[str, Any]:
        """
        A padded batch.

        # Parameters

        positions : `np.ndarray`
            The sentences. Shape: `(batch_size,)`

        # Returns

        `Dict[str, Any]`
            The field `tokens`, as from `EncodedSentences`, and `tag_distributions` of shape
            `(batch_size, num_tokens, num_tags)`, 0 for padding.
        """
        num_words = self.num_words[positions]
        mask = np.arange(int(num_words.max(initial=0))) < num_words[:, None]  # Shape: (batch_size, num_tokens)
        distributions = np.zeros((*mask.shape, self.targets.shape[1]), dtype=np.float32)
        distributions[mask] = self._targets_of(positions)
        return {**self.encoded.batch(positions), "tag_distributions": torch.from_numpy(distributions)}

    def _targets_of(self, positions: np.ndarray) -> np.ndarray:
        return self.targets[word_rows(self.num_words, positions)]


def word_rows(num_words: np.ndarray, positions: np.ndarray) -> np.ndarray:
    """
    Where the words of some sentences are among those of all, which have so many words each. Shape: `(sum of the
    selected sentences' words,)`
    """
    starts = np.cumsum(num_words) - num_words
    counts = num_words[positions]
    return np.arange(counts.sum()) + np.repeat(starts[positions] - (np.cumsum(counts) - counts), counts)
