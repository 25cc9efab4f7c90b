"""The discriminator that asks the tagger itself."""

from typing import Any, Dict, List, Optional, Sequence

import numpy as np

from seqmix_plugin.augmenters.context import AugmentationContext
from seqmix_plugin.augmenters.discriminators.discriminator import Discriminator, Verdict
from seqmix_plugin.data import InMemoryLoader
from seqmix_plugin.distributed import summed
from seqmix_plugin.models.inference import inference
from seqmix_plugin.parameter_checks import between
from seqmix_plugin.progress import progress_bar
from seqmix_plugin.sentence import TaggedSentence
from seqmix_plugin.synthetic import SyntheticSentence


@Discriminator.register("tagger_agreement")
class TaggerAgreementDiscriminator(Discriminator):
    """
    d(x) = 1 when the current model's tags agree with the labels of x, as far as mixed labels allow. The score is
    1/s Σₜ qₜ(ŷₜ) / maxₘ qₜ(m) over the s words of the mixed window, where qₜ is the label of a word and ŷₜ the tag that
    the model predicts for it. For hard labels it is the share of correctly tagged words; a tagger that always predicts
    the most probable tag of the label has score 1, whatever λ is. Not in the paper.

    Words cut at the reader's `max_length` have no prediction and count as disagreeing. In round 0 the model has not
    been trained, and every sentence is accepted without a score.

    Registered as a `Discriminator` with name "tagger_agreement".

    # Parameters

    min_agreement : `float`, optional (default = `0.8`)
        Smallest score of an accepted sentence, from 0 to 1.

    # Raises

    `ConfigurationError`
        When `min_agreement` is out of its range.
    """

    def __init__(self, min_agreement: float = 0.8) -> None:
        self._min_agreement = between("discriminator.min_agreement", min_agreement, 0, 1)
        self._context: Optional[AugmentationContext] = None
        self._scores: List[float] = []

    def start_round(self, context: AugmentationContext) -> None:
        self._context = context
        self._scores = []

    def judge(self, children: Sequence[SyntheticSentence], frames: Sequence[TaggedSentence]) -> List[Verdict]:
        context = self._context
        assert context is not None, "start_round comes first"
        if not context.model_is_trained:
            return [Verdict(True, None)] * len(children)
        # Without labels there is neither a loss nor a metric.
        instances = [context.reader.sentence_to_instance(child.sentence.without_labels()) for child in children]
        loader = InMemoryLoader(instances=instances)
        loader.index_with(context.model.vocab)
        loader.set_target_device(context.device)
        scores = np.zeros(len(children))
        with inference(context.model):
            batches = loader.positioned_batches()
            for positions, batch in progress_bar(batches, total=len(loader), desc="tagging generated sentences"):
                output = context.model(**batch)
                # A process without a share of the batch gets a sentence without a position, which is not counted.
                tags = context.model.decode(output["tag_ids"], output["mask"])[: len(positions)]
                scores[positions] = [_agreement(children[i], row) for i, row in zip(positions, tags, strict=True)]
        scores = summed(scores)  # over all processes of a distributed run
        self._scores.extend(scores.tolist())
        # The mean of equal labels may be rounded below them.
        return [Verdict(score >= self._min_agreement - 1e-9, score) for score in scores.tolist()]

    def statistics(self) -> Dict[str, Any]:
        """Whether the model was trained, and the mean agreement of the judged sentences."""
        return {
            "min_agreement": self._min_agreement,
            "model_is_trained": self._context is not None and self._context.model_is_trained,
            "mean_agreement": float(np.mean(self._scores)) if self._scores else None,
        }


def _agreement(child: SyntheticSentence, tags: Sequence[str]) -> float:
    _, start, end = child.parents[0]
    labels = child.sentence.distributions()
    assert labels is not None  # generated sentences have labels
    window = zip(labels[start:end], tags[start:end], strict=False)  # words that were cut have no tag
    return sum(label.get(tag, 0.0) / max(label.values()) for label, tag in window) / (end - start)
