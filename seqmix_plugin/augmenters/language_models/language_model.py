"""The abstract language model."""

from abc import abstractmethod
from typing import Any, Dict, Sequence

import numpy as np
from allennlp.common import Registrable

from seqmix_plugin.augmenters.workbench import Workbench


class LanguageModel(Registrable):
    """
    Gives the perplexity of sentences.
    """

    default_implementation = "pretrained"

    def start_round(self, workbench: Workbench) -> None:
        """Called before the sentences of a round are scored; whatever must be fitted is fitted here."""

    @abstractmethod
    def perplexities(self, texts: Sequence[str], frames: Sequence[str]) -> np.ndarray:
        """
        # Parameters

        texts : `Sequence[str]`
            Sentences, words joined by one space.
        frames : `Sequence[str]`
            For each the text of the parent whose words it keeps, so that a model can be asked that has not read it.

        # Returns

        `np.ndarray`
            Equation 9. Shape: `(num_texts,)`
        """

    def statistics(self) -> Dict[str, Any]:
        """Plain data on the model for the round's record."""
        return {}
