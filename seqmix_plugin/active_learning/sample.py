"""A fixed sample of the pool, on which the models of successive rounds are compared."""

from typing import List, Optional

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


def kappa_of(before: Optional[List[int]], now: List[int]) -> Optional[float]:
    """Cohen's κ of two predictions; `None` before the second."""
    return None if before is None or not now else cohens_kappa(np.array(before), np.array(now))
