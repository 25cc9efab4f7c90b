"""A fixed sample of the pool, on which the models of successive rounds are compared."""

from typing import Collection, List, Optional

import numpy as np
import torch

from seqmix_plugin.active_learning.experiment import Experiment
from seqmix_plugin.active_learning.predictions import predict_tags
from seqmix_plugin.data import SentenceView
from seqmix_plugin.functional.agreement import cohens_kappa
from seqmix_plugin.models import SequenceTagger


class Sample:
    """
    # Parameters

    sentences : `SentenceView`
        The sentences, without labels.
    """

    def __init__(self, sentences: SentenceView) -> None:
        self._sentences = sentences

    @classmethod
    def drawn(cls, unlabelled: SentenceView, size: int, rng: np.random.Generator) -> "Sample":
        """So many of the pool's sentences, or all that there are."""
        drawn = rng.choice(len(unlabelled), min(size, len(unlabelled)), replace=False)
        return cls(SentenceView(unlabelled, np.sort(drawn)))

    def tags(self, experiment: Experiment, model: SequenceTagger, device: torch.device) -> List[int]:
        """The number of the tag that a model predicts for each word; -1 for a word that was cut."""
        return predict_tags(experiment, model, self._sentences, device).tags.tolist()

    def kappa(self, before: List[int], now: List[int], labelled: Collection[str]) -> Optional[float]:
        """
        Cohen's κ of two predictions over the words that were not cut, in sentences that are not among the labelled ids;
        `None` when no word is left.
        """
        lengths = [len(sentence) for sentence in self._sentences]
        counts = np.repeat([sentence.id not in labelled for sentence in self._sentences], lengths)
        first, second = np.array(before, int), np.array(now, int)
        counts &= (first >= 0) & (second >= 0)
        return cohens_kappa(first[counts], second[counts]) if counts.any() else None
