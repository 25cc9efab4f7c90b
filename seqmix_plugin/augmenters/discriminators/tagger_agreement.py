"""The discriminator that asks the tagger itself."""

from typing import Any, Dict, List, Optional, Sequence, Tuple

import numpy as np

from seqmix_plugin.augmenters.context import AugmentationContext
from seqmix_plugin.augmenters.discriminators.discriminator import Discriminator, Verdict
from seqmix_plugin.data import InMemoryLoader
from seqmix_plugin.distributed import summed
from seqmix_plugin.models import SequenceTagger
from seqmix_plugin.models.inference import inference
from seqmix_plugin.parameter_checks import between, one_of
from seqmix_plugin.progress import progress_bar
from seqmix_plugin.sentence import TagDistribution, TaggedSentence
from seqmix_plugin.synthetic import SyntheticSentence


@Discriminator.register("tagger_agreement")
class TaggerAgreementDiscriminator(Discriminator):
    """
    d(x) = 1 when the current model agrees with the labels of x, as far as mixed labels allow: a filter by
    self-consistency for any augmenter. Not in the paper.

    By tags, the score is 1/s Σₜ qₜ(ŷₜ) / maxₘ qₜ(m) over the s words that count, where qₜ is the label of a word and ŷₜ
    the tag that the model predicts for it. For hard labels it is the share of correctly tagged words; a tagger that
    always predicts the most probable tag of the label has score 1, whatever λ is. By probability, it is
    1/s Σₜ Σₘ min(qₜ(m), pₜ(m)), where pₜ are the model's probabilities. For hard labels it is the labels' mean
    probability; a tagger that predicts exactly the mixed labels has score 1.

    Words cut at the reader's `max_length` have no prediction and count as disagreeing. In round 0 the model has not
    been trained, and every sentence is accepted without a score.

    Registered as a `Discriminator` with name "tagger_agreement".

    # Parameters

    min_agreement : `float`, optional (default = `0.8`)
        Smallest score of an accepted sentence, from 0 to 1.
    measure : `str`, optional (default = `"tags"`)
        What is compared with the labels: `"tags"`, the predicted tags, or `"probability"`, the probabilities.
    scope : `str`, optional (default = `"window"`)
        Words that count: `"sentence"`, all, or `"window"`, those from the first to the last generated one.

    # Raises

    `ConfigurationError`
        When `min_agreement` is out of its range, or another value is none of these.
    """

    def __init__(self, min_agreement: float = 0.8, measure: str = "tags", scope: str = "window") -> None:
        self._min_agreement = between("discriminator.min_agreement", min_agreement, 0, 1)
        self._measure = one_of("discriminator.measure", measure, ("tags", "probability"))
        self._scope = one_of("discriminator.scope", scope, ("sentence", "window"))
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
                found = self._agreements(context.model, output, [children[position] for position in positions])
                scores[positions] = found
        scores = summed(scores)  # over all processes of a distributed run
        self._scores.extend(scores.tolist())
        # The mean of equal labels may be rounded below them.
        return [Verdict(score >= self._min_agreement - 1e-9, score) for score in scores.tolist()]

    def _agreements(
        self, model: SequenceTagger, output: Dict[str, Any], children: Sequence[SyntheticSentence]
    ) -> List[float]:
        """The scores of the children of a batch, of which the model's output may have one more."""
        rows = [child.sentence.distributions() or [] for child in children]
        windows = [child.window if self._scope == "window" else (0, len(child.sentence)) for child in children]
        tags = model.decode(output["tag_ids"], output["mask"])
        if self._measure == "tags":
            return [_agreement(*given) for given in zip(rows, tags, windows, strict=False)]
        index = {tag: number for number, tag in enumerate(model.head.labels)}
        probabilities = output["tag_probabilities"].double().cpu().numpy()  # Shape: (batch_size, num_tokens, num_tags)
        cut = [some[: len(kept)] for some, kept in zip(probabilities, tags, strict=True)]
        return [_overlap(*given, index) for given in zip(rows, cut, windows, strict=False)]

    def statistics(self) -> Dict[str, Any]:
        """Whether the model was trained, and the mean agreement of the judged sentences."""
        changed = {"measure": self._measure} if self._measure != "tags" else {}
        return {
            "min_agreement": self._min_agreement,
            **(changed | ({"scope": self._scope} if self._scope != "window" else {})),
            "model_is_trained": self._context is not None and self._context.model_is_trained,
            "mean_agreement": float(np.mean(self._scores)) if self._scores else None,
        }


def _agreement(labels: Sequence[TagDistribution], tags: Sequence[str], window: Tuple[int, int]) -> float:
    start, end = window
    both = zip(labels[start:end], tags[start:end], strict=False)  # words that were cut have no tag
    return sum(label.get(tag, 0.0) / max(label.values()) for label, tag in both) / (end - start)


def _overlap(
    labels: Sequence[TagDistribution], probabilities: np.ndarray, window: Tuple[int, int], index: Dict[str, int]
) -> float:
    start, end = window
    rows = zip(labels[start:end], probabilities[start:end], strict=False)
    shares = ((share, row[index[tag]]) for label, row in rows for tag, share in label.items() if tag in index)
    return float(sum(min(pair) for pair in shares) / (end - start))
