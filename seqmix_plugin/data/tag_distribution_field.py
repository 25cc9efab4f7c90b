"""One label field for gold and mixed sentences."""

from typing import Dict, List, Optional, Sequence

import torch
from allennlp.common.checks import ConfigurationError
from allennlp.data.fields import Field, SequenceField
from allennlp.data.vocabulary import Vocabulary

from seqmix_plugin.sentence import TagDistribution


class TagDistributionField(Field[torch.Tensor]):
    """
    A distribution over tags for each word; gold tags are the one-hot case, so that gold and mixed sentences go into one
    batch.

    # Parameters

    distributions : `Sequence[TagDistribution]`
        One a word; tags that are left out have probability 0.
    sequence_field : `SequenceField`
        The words that the distributions belong to.
    label_namespace : `str`, optional (default = `"labels"`)
        The vocabulary's namespace of tags.

    # Raises

    `ConfigurationError`
        When the number of distributions is not that of the words, or, at indexing, for a tag the vocabulary lacks.
    """

    __slots__ = ["_label_namespace", "_tensor", "distributions", "sequence_field"]

    def __init__(
        self,
        distributions: Sequence[TagDistribution],
        sequence_field: SequenceField,
        label_namespace: str = "labels",
    ) -> None:
        if len(distributions) != sequence_field.sequence_length():
            raise ConfigurationError(
                f"{len(distributions)} tag distributions for {sequence_field.sequence_length()} words"
            )
        self.distributions = distributions
        self.sequence_field = sequence_field
        self._label_namespace = label_namespace
        self._tensor: Optional[torch.Tensor] = None

    def count_vocab_items(self, counter: Dict[str, Dict[str, int]]) -> None:
        for distribution in self.distributions:
            for tag in distribution:
                counter[self._label_namespace][tag] += 1

    def index(self, vocab: Vocabulary) -> None:
        indices = vocab.get_token_to_index_vocabulary(self._label_namespace)
        rows: List[int] = []
        columns: List[int] = []
        values: List[float] = []
        for row, distribution in enumerate(self.distributions):
            for tag, probability in distribution.items():
                if tag not in indices:
                    known = ", ".join(sorted(indices))
                    raise ConfigurationError(f"tag {tag!r} is not among the labels of this run: {known}")
                rows.append(row)
                columns.append(indices[tag])
                values.append(probability)
        self._tensor = torch.zeros(len(self.distributions), len(indices))
        self._tensor[rows, columns] = torch.tensor(values)

    def get_padding_lengths(self) -> Dict[str, int]:
        return {"num_tokens": self.sequence_field.sequence_length()}

    def as_tensor(self, padding_lengths: Dict[str, int]) -> torch.Tensor:
        """Shape: `(padding_lengths["num_tokens"], num_tags)`; rows of padding are 0."""
        if self._tensor is None:
            raise ConfigurationError("index(vocabulary) must be called before as_tensor()")
        missing = padding_lengths["num_tokens"] - len(self._tensor)
        return torch.nn.functional.pad(self._tensor, (0, 0, 0, missing))

    def empty_field(self) -> "TagDistributionField":
        empty = TagDistributionField([], self.sequence_field.empty_field(), self._label_namespace)
        empty._tensor = torch.zeros(0, 0 if self._tensor is None else self._tensor.size(1))
        return empty

    def human_readable_repr(self) -> List[TagDistribution]:
        return list(self.distributions)
