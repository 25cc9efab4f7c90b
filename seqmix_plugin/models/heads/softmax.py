"""A softmax for each word."""

import torch

from seqmix_plugin.functional import soft_cross_entropy
from seqmix_plugin.models.heads.tagging_head import TaggingHead, TagPrediction


@TaggingHead.register("softmax")
class SoftmaxHead(TaggingHead):
    """
    A softmax for each word, as in the paper's appendix C.2, trained by cross-entropy. The predicted tag is the most
    probable tag of the word, so that tags need not form valid BIO.

    Registered as a `TaggingHead` with name "softmax".

    # Parameters

    labels : `List[str]`
        Tags in the order of their indices, given by the model and not a key.
    """

    def loss(self, logits: torch.Tensor, tag_distributions: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        return soft_cross_entropy(logits, tag_distributions, mask)

    def predict(self, logits: torch.Tensor, mask: torch.Tensor) -> TagPrediction:
        probabilities = logits.softmax(-1)  # Shape: (batch_size, num_tokens, num_tags)
        return TagPrediction(probabilities, probabilities.argmax(-1).masked_fill(~mask, 0))
