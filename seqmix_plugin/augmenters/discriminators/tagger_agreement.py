"""Judging by the tagger itself."""

from typing import Any, Dict, List, Optional, Sequence

import numpy as np
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.augmenters.discriminators.discriminator import Discriminator, Verdict
from seqmix_plugin.augmenters.workbench import Workbench
from seqmix_plugin.data import InMemoryLoader
from seqmix_plugin.distributed import progress_bar, summed
from seqmix_plugin.models.inference import inference
from seqmix_plugin.sentence import TaggedSentence
from seqmix_plugin.synthetic import SyntheticSentence


@Discriminator.register("tagger_agreement")
class TaggerAgreementDiscriminator(Discriminator):
    """
    d(x) = 1 when the current model's tags agree with the labels of x, as far as mixed labels allow: its score is
    1/s Σₜ qₜ(ŷₜ) / maxₘ qₜ(m) over the s words of the mixed window, where qₜ is the label of a word and ŷₜ the tag that
    the model predicts there. For hard labels that is the share of words that are tagged alike; a tagger that always
    predicts the most probable tag of the label has score 1, whatever λ is.

    Words that were cut at the reader's `max_length` have no prediction and count as disagreeing. While the model has
    not been trained, in round 0, its tags mean nothing and every sentence is accepted without a score.

    Registered as a `Discriminator` with name "tagger_agreement".

    # Parameters

    min_agreement : `float`, optional (default = `0.8`)
        The lowest score that is accepted, in [0, 1].

    # Raises

    `ConfigurationError`
        When `min_agreement` is not in [0, 1].
    """

    def __init__(self, min_agreement: float = 0.8) -> None:
        if not 0 <= min_agreement <= 1:
            raise ConfigurationError(f"discriminator.min_agreement is {min_agreement}; expected a number in [0, 1]")
        self._min_agreement = min_agreement
        self._workbench: Optional[Workbench] = None
        self._seen: List[float] = []

    def start_round(self, workbench: Workbench) -> None:
        self._workbench = workbench
        self._seen = []

    def judge(self, children: Sequence[SyntheticSentence], frames: Sequence[TaggedSentence]) -> List[Verdict]:
        assert self._workbench is not None, "start_round comes first"
        if not self._workbench.model_is_trained:
            return [Verdict(True, None)] * len(children)
        scores = _agreements(self._workbench, children).tolist()
        self._seen.extend(scores)
        # The mean of equal labels can be rounded below them.
        return [Verdict(score >= self._min_agreement - 1e-9, score) for score in scores]

    def statistics(self) -> Dict[str, Any]:
        """Whether there was a trained model to ask, and the mean agreement of what was judged."""
        return {
            "min_agreement": self._min_agreement,
            "model_is_trained": self._workbench is not None and self._workbench.model_is_trained,
            "mean_agreement": float(np.mean(self._seen)) if self._seen else None,
        }


def _agreements(workbench: Workbench, children: Sequence[SyntheticSentence]) -> np.ndarray:
    """The score of each child; batched by length, and shared out over the processes of a distributed run."""
    model = workbench.model
    # Without labels no loss is taken and no metric counted.
    instances = [workbench.reader.sentence_to_instance(child.sentence.without_labels()) for child in children]
    loader = InMemoryLoader(instances=instances)
    loader.index_with(model.vocab)
    loader.set_target_device(workbench.device)
    scores = np.zeros(len(children))
    with inference(model):
        for positions, batch in progress_bar(
            loader.positioned_batches(), total=len(loader), desc="tagging what was generated"
        ):
            output = model(**batch)
            # A process without a share of the batch has a sentence that does not count, and no position.
            tags = model.decode(output["tag_ids"], output["mask"])[: len(positions)]
            scores[positions] = [_agreement(children[i], row) for i, row in zip(positions.tolist(), tags, strict=True)]
    return summed(scores)


def _agreement(child: SyntheticSentence, tags: Sequence[str]) -> float:
    _, start, end = child.parents[0]
    labels = child.sentence.distributions()
    assert labels is not None  # what is generated has labels
    window = zip(labels[start:end], tags[start:end], strict=False)  # words that were cut have no tag
    return sum(label.get(tag, 0.0) / max(label.values()) for label, tag in window) / (end - start)
