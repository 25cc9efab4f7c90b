"""Label field of gold and mixed sentences."""

from typing import Dict, List, Optional, Sequence

import torch
from allennlp.data.fields import Field, SequenceField
from allennlp.data.vocabulary import Vocabulary

from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.sentence import TagDistribution


class TagDistributionField(Field[torch.Tensor]):
    """
    A distribution over tags for each word. Gold tags are the one-hot case, so that gold and mixed sentences can share a
    batch.

    # Parameters

    distributions : `Sequence[TagDistribution]`
        One for each word; tags that are missing have probability 0.
    sequence_field : `SequenceField`
        The words that the distributions belong to.
    label_namespace : `str`, optional (default = `"labels"`)
        The namespace of the tags in the vocabulary.

    # Raises

    `ConfigurationError`
        When there are more or fewer distributions than words or, at indexing, for a tag that the vocabulary lacks.
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
        cells = [(row, tag, value) for row, tags in enumerate(self.distributions) for tag, value in tags.items()]
        try:
            columns = [indices[tag] for _, tag, _ in cells]
        except KeyError as error:
            known = ", ".join(sorted(indices))
            raise ConfigurationError(f"tag {error} is not among the labels of this run: {known}") from error
        self._tensor = torch.zeros(len(self.distributions), len(indices))
        self._tensor[[row for row, _, _ in cells], columns] = torch.tensor([value for _, _, value in cells])

    def get_padding_lengths(self) -> Dict[str, int]:
        return {"num_tokens": self.sequence_field.sequence_length()}

    def as_tensor(self, padding_lengths: Dict[str, int]) -> torch.Tensor:
        """Shape: `(padding_lengths["num_tokens"], num_tags)`; rows of padding are 0."""
        if self._tensor is None:
            raise ConfigurationError("index(vocabulary) must be called before as_tensor()")
        missing = padding_lengths["num_tokens"] - len(self._tensor)
        return torch.nn.functional.pad(self._tensor, (0, 0, 0, missing))

    def human_readable_repr(self) -> List[TagDistribution]:
        return list(self.distributions)
