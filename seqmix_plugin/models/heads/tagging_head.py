"""The abstract head of the tagger."""

from abc import abstractmethod
from typing import List, NamedTuple, Optional

import torch
from allennlp.common import Registrable


class TagPrediction(NamedTuple):
    """
    Predictions of a head for a batch.

    # Parameters

    tag_probabilities : `torch.Tensor`
        Probabilities P(yₜ = m | x), meaningless for padding. Shape: `(batch_size, num_tokens, num_tags)`
    tag_ids : `torch.LongTensor`
        Index of the predicted tag of each word, 0 for padding. Shape: `(batch_size, num_tokens)`
    path_log_probability : `torch.Tensor`, optional (default = `None`)
        Log-probability ln P(`tag_ids` | x) of the whole sentence, given by sequence models (CRF); 0 without words.
        Shape: `(batch_size,)`
    """

    tag_probabilities: torch.Tensor
    tag_ids: torch.Tensor
    path_log_probability: Optional[torch.Tensor] = None


class TaggingHead(torch.nn.Module, Registrable):
    """
    Computes the loss and the predicted tags from the tagger's logits.

    # Parameters

    labels : `List[str]`
        Tags in the order of their indices, given by the model and not a key.
    """

    default_implementation = "softmax"

    def __init__(self, labels: List[str]) -> None:
        super().__init__()
        self.labels = list(labels)

    @abstractmethod
    def loss(self, logits: torch.Tensor, tag_distributions: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """
        Computes the loss of a batch.

        # Parameters

        logits : `torch.Tensor`
            Score of each tag of each word. Shape: `(batch_size, num_tokens, num_tags)`
        tag_distributions : `torch.Tensor`
            Gold or mixed labels; rows sum to 1 where the mask is true. Shape: `(batch_size, num_tokens, num_tags)`
        mask : `torch.BoolTensor`
            True for real words, padded on the right. Shape: `(batch_size, num_tokens)`

        # Returns

        `torch.Tensor`
            Scalar in nats, averaged over the real words of the batch; 0 for a batch without words.
        """

    @abstractmethod
    def predict(self, logits: torch.Tensor, mask: torch.Tensor) -> TagPrediction:
        """
        Predicts the tags of a batch.

        # Parameters

        logits : `torch.Tensor`
            Score of each tag of each word. Shape: `(batch_size, num_tokens, num_tags)`
        mask : `torch.BoolTensor`
            True for real words, padded on the right. Shape: `(batch_size, num_tokens)`
        """
