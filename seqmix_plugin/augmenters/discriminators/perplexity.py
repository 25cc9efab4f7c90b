"""The paper's discriminator."""

import math
from typing import Any, Dict, List, Optional, Sequence, Tuple

import numpy as np
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.augmenters.discriminators.discriminator import Discriminator, Verdict
from seqmix_plugin.augmenters.language_models import LanguageModel
from seqmix_plugin.augmenters.workbench import Workbench
from seqmix_plugin.sentence import TaggedSentence

FEWEST_FOR_A_QUANTILE = 64


@Discriminator.register("perplexity")
class PerplexityDiscriminator(Discriminator):
    """
    d(x) = 1 when s₁ ≤ Perplexity(x) ≤ s₂, the paper's equations 9 and 10. The range is given in perplexities, or as
    quantiles of the round's first candidates: a scale that does not depend on the language model.

    Registered as a `Discriminator` with name "perplexity".

    # Parameters

    language_model : `LanguageModel`
        Gives the perplexities.
    range : `List[Optional[float]]`, optional (default = `None`)
        `[s₁, s₂]`, both inclusive; `null` as s₂ is ∞.
    quantile : `List[float]`, optional (default = `None`)
        `[q₁, q₂]` in [0, 1]: s₁ and s₂ are these quantiles of the perplexities of the first candidates of a round, at
        least 64 of them where there are as many, and hold for the whole round.

    # Raises

    `ConfigurationError`
        Unless exactly one of `range` and `quantile` is given, as two numbers in order.
    """

    def __init__(
        self,
        language_model: LanguageModel,
        range: Optional[List[Optional[float]]] = None,
        quantile: Optional[List[float]] = None,
    ) -> None:
        if (range is None) == (quantile is None):
            raise ConfigurationError(
                "discriminator 'perplexity' takes either 'range' or 'quantile', for instance [0, 500]"
            )
        self._range = None if range is None else _interval("range", range, math.inf)
        self._quantile = None if quantile is None else _interval("quantile", quantile, 1.0)
        self._language_model = language_model
        self._bounds = self._range
        self._seen: List[float] = []

    def start_round(self, workbench: Workbench) -> None:
        self._language_model.start_round(workbench)
        self._bounds = self._range
        self._seen = []

    def first_batch_size(self, wanted: int) -> int:
        if self._quantile is None:
            return wanted
        share = self._quantile[1] - self._quantile[0]
        return max(FEWEST_FOR_A_QUANTILE, math.ceil(wanted / max(share, 0.05)))

    def judge(self, children: Sequence[TaggedSentence], frames: Sequence[TaggedSentence]) -> List[Verdict]:
        if not children:
            return []
        scores = self._language_model.perplexities([c.text for c in children], [frame.text for frame in frames])
        if self._bounds is None:
            assert self._quantile is not None
            low, high = np.quantile(scores, self._quantile)
            self._bounds = (float(low), float(high))
        low, high = self._bounds
        self._seen.extend(float(score) for score in scores)
        return [Verdict(bool(low <= score <= high), float(score)) for score in scores]

    def statistics(self) -> Dict[str, Any]:
        """The accepted range, the median perplexity of what was judged, and what the language model says of itself."""
        low, high = self._bounds or (None, None)
        return {
            "accepted_range": [low, None if high == math.inf else high],
            "median_perplexity": float(np.median(self._seen)) if self._seen else None,
            "language_model": self._language_model.statistics(),
        }


def _interval(name: str, values: Sequence[Optional[float]], largest: float) -> Tuple[float, float]:
    problem = ConfigurationError(
        f"discriminator.{name} is {list(values)}; expected two numbers in order, from 0 to {largest:g}"
    )
    if len(values) != 2 or any(isinstance(v, bool) or not isinstance(v, (int, float, type(None))) for v in values):
        raise problem
    low, high = values[0] or 0.0, largest if values[1] is None else values[1]
    if not 0 <= low <= high <= largest:
        raise problem
    return float(low), float(high)
