"""The abstract head of the tagger."""

from abc import abstractmethod
from typing import List, NamedTuple, Optional

import torch
from allennlp.common import Registrable


class TagPrediction(NamedTuple):
    """
    What a head makes of a batch.

    # Parameters

    tag_probabilities : `torch.Tensor`
        P(yₜ = m | x). Padding's rows sum to 1 too and mean nothing. Shape: `(batch_size, num_tokens, num_tags)`
    tag_ids : `torch.LongTensor`
        The predicted tag of each word; 0 for padding. Shape: `(batch_size, num_tokens)`
    path_log_probability : `torch.Tensor`, optional
        ln P(`tag_ids` | x) of the whole sentence, when the head gives one; 0 for a sentence without words.
        Shape: `(batch_size,)`
    """

    tag_probabilities: torch.Tensor
    tag_ids: torch.Tensor
    path_log_probability: Optional[torch.Tensor] = None


class TaggingHead(torch.nn.Module, Registrable):
    """
    Turns the tagger's logits into a loss and into tags.

    # Parameters

    labels : `List[str]`
        The tags in the order of their indices. Given by the model, not a key.
    """

    default_implementation = "softmax"

    def __init__(self, labels: List[str]) -> None:
        super().__init__()
        self.labels = list(labels)

    @abstractmethod
    def loss(self, logits: torch.Tensor, tag_distributions: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """
        # Parameters

        logits : `torch.Tensor`
            Shape: `(batch_size, num_tokens, num_tags)`
        tag_distributions : `torch.Tensor`
            Gold or mixed labels; rows sum to 1 where the mask is true. Shape: `(batch_size, num_tokens, num_tags)`
        mask : `torch.BoolTensor`
            Padded on the right. Shape: `(batch_size, num_tokens)`

        # Returns

        `torch.Tensor`
            A scalar in nats, averaged over the real words of the batch; 0 for a batch without words.
        """

    @abstractmethod
    def predict(self, logits: torch.Tensor, mask: torch.Tensor) -> TagPrediction:
        """
        # Parameters

        logits : `torch.Tensor`
            Shape: `(batch_size, num_tokens, num_tags)`
        mask : `torch.BoolTensor`
            Padded on the right. Shape: `(batch_size, num_tokens)`
        """
