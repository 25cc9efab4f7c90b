"""A conditional random field."""

import math
from typing import List

import torch
from allennlp.modules.conditional_random_field import ConditionalRandomField, allowed_transitions

from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.functional import at_least_float32
from seqmix_plugin.functional.crf import TransitionScores, expected_score, forward_backward, log_partition, viterbi
from seqmix_plugin.models.heads.tagging_head import TaggingHead, TagPrediction
from seqmix_plugin.tag_schemes import InvalidTagError, tags_to_spans


@TaggingHead.register("crf")
class CrfHead(TaggingHead):
    """
    AllenNLP's `ConditionalRandomField`, which also learns the transitions between tags. Predicted tags are always valid
    BIO.

    The loss is −E_q[score] + ln Z with q(y) = Πₜ qₜ(yₜ), over all tag sequences as in AllenNLP: the product q of mixed
    labels gives weight to forbidden transitions too, whose score must not be −∞. For gold labels it is the negative
    log-likelihood. It is averaged over the words of the batch (AllenNLP sums over sentences), so that the same learning
    rates suit it as a softmax.

    Predictions are normalised over the valid BIO sequences: the most probable sequence (Viterbi), its probability, and
    the marginals of each word.

    Registered as a `TaggingHead` with name "crf".

    # Parameters

    labels : `List[str]`
        Tags in the order of their indices, given by the model and not a key.

    # Raises

    `ConfigurationError`
        When a label is not a BIO tag, or no label may start a sentence.
    """

    def __init__(self, labels: List[str]) -> None:
        super().__init__(labels)
        _check(labels)
        allowed = allowed_transitions("BIO", dict(enumerate(labels)))
        self.crf = ConditionalRandomField(len(labels), allowed, include_start_end_transitions=True)
        # AllenNLP keeps the constraints as a parameter; as a buffer of the same name no initializer overwrites them.
        constraints = self.crf._constraint_mask.detach()  # Shape: (num_tags + 2, num_tags + 2), start and end last
        del self.crf._constraint_mask
        self.crf.register_buffer("_constraint_mask", constraints)

    def loss(self, logits: torch.Tensor, tag_distributions: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        with torch.autocast(logits.device.type, enabled=False):  # long sums of scores need float32
            logits, transitions = at_least_float32(logits), self._transitions()
            # Shape: (batch_size,)
            expected = expected_score(logits, tag_distributions.to(logits.dtype), mask, transitions)
            return (log_partition(logits, mask, transitions) - expected).sum() / mask.sum().clamp(min=1)

    def predict(self, logits: torch.Tensor, mask: torch.Tensor) -> TagPrediction:
        with torch.autocast(logits.device.type, enabled=False):
            # Normalising each word changes no probability, but ln P(y*) = score(y*) − ln Z is more precise.
            scores = at_least_float32(logits).log_softmax(-1)  # Shape: (batch_size, num_tokens, num_tags)
            transitions = self._valid_transitions()
            marginals, log_z = forward_backward(scores, mask, transitions)
            tags, score = viterbi(scores, mask, transitions)
            return TagPrediction(marginals, tags, (score - log_z).clamp(max=0.0))

    def _transitions(self) -> TransitionScores:
        crf = self.crf
        learned = (crf.start_transitions, crf.transitions, crf.end_transitions)
        return TransitionScores(*(at_least_float32(scores) for scores in learned))

    def _valid_transitions(self) -> TransitionScores:
        start, between, end = self._transitions()
        forbidden, num_tags = self.crf._constraint_mask == 0, len(self.labels)
        return TransitionScores(
            start.masked_fill(forbidden[num_tags, :num_tags], -math.inf),
            between.masked_fill(forbidden[:num_tags, :num_tags], -math.inf),
            end.masked_fill(forbidden[:num_tags, num_tags + 1], -math.inf),
        )


def _check(labels: List[str]) -> None:
    for label in labels:
        try:
            tags_to_spans([label], repair=True)
        except InvalidTagError as error:
            raise ConfigurationError(f"model.head 'crf' needs BIO labels: {error}") from error
    # O and B- tags may follow every tag, so that one of them is enough for sentences of every length.
    if all(label.startswith("I-") for label in labels):
        raise ConfigurationError(
            f"model.head 'crf': none of the labels {labels} may start a sentence, only O and B-TYPE"
        )
