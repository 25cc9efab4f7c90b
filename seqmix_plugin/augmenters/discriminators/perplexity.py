"""The paper's discriminator."""

import math
from typing import Any, Dict, List, Optional, Sequence, Tuple

import numpy as np
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.augmenters.augmenter import SyntheticSentence
from seqmix_plugin.augmenters.discriminators.discriminator import Discriminator, Verdict
from seqmix_plugin.augmenters.language_models import LanguageModel
from seqmix_plugin.augmenters.workbench import Workbench
from seqmix_plugin.ranks import share, summed
from seqmix_plugin.sentence import TaggedSentence

FEWEST_FOR_A_QUANTILE = 64


@Discriminator.register("perplexity")
class PerplexityDiscriminator(Discriminator):
    """
    d(x) = 1 when s₁ ≤ Perplexity(x) ≤ s₂, the paper's equations 9 and 10. The range is given in perplexities, or on a
    scale that does not depend on the language model: as quantiles of the round's first candidates, or relative to the
    parent's perplexity.

    Registered as a `Discriminator` with name "perplexity".

    # Parameters

    language_model : `LanguageModel`
        Gives the perplexities.
    range : `List[Optional[float]]`, optional (default = `None`)
        `[s₁, s₂]`, both inclusive; `null` as s₂ is ∞.
    quantile : `List[float]`, optional (default = `None`)
        `[q₁, q₂]` in [0, 1]: s₁ and s₂ are these quantiles of the perplexities of the first candidates of a round, at
        least 64 of them where there are as many, and hold for the whole round.
    ratio_to_parents : `List[Optional[float]]`, optional (default = `None`)
        `[a, b]`: accepted when a ≤ Perplexity(x) / Perplexity(parent) ≤ b, both inclusive, where the parent is the one
        whose words x keeps outside the mixed window; `null` as b is ∞. [0, 1.5] says: at most half as surprising again
        as the sentence it was made of.

    # Raises

    `ConfigurationError`
        Unless exactly one of `range`, `quantile` and `ratio_to_parents` is given, as two numbers in order.
    """

    def __init__(
        self,
        language_model: LanguageModel,
        range: Optional[List[Optional[float]]] = None,
        quantile: Optional[List[float]] = None,
        ratio_to_parents: Optional[List[Optional[float]]] = None,
    ) -> None:
        ways = {"range": range, "quantile": quantile, "ratio_to_parents": ratio_to_parents}
        given = [name for name, values in ways.items() if values is not None]
        if len(given) != 1:
            raise ConfigurationError(
                f"discriminator 'perplexity' takes exactly one of 'range', 'quantile' and 'ratio_to_parents', for "
                f"instance range: [0, 500]; given: {', '.join(given) or 'none'}"
            )
        self._language_model = language_model
        self._quantile = None if quantile is None else _interval("quantile", quantile, 1.0)
        self._relative = ratio_to_parents is not None
        limits = range if ratio_to_parents is None else ratio_to_parents
        self._limits = None if limits is None else _interval(given[0], limits, math.inf)
        if range is not None and self._limits is not None and self._limits[1] < 1:
            raise ConfigurationError(f"discriminator.range is {range!r}; no perplexity is below 1")
        self._forget()

    def check_text(self, workbench: Workbench) -> None:
        self._language_model.check_text(workbench)

    def start_round(self, workbench: Workbench) -> None:
        self._language_model.start_round(workbench)
        self._forget()

    def _forget(self) -> None:
        """The state of a round before its first sentence."""
        self._bounds = self._limits
        self._seen: List[float] = []
        self._ratios: List[float] = []
        self._of_frames: Dict[Tuple[str, ...], float] = {}

    def first_batch_size(self, wanted: int) -> int:
        if self._quantile is None:
            return wanted
        share = self._quantile[1] - self._quantile[0]
        return max(FEWEST_FOR_A_QUANTILE, math.ceil(wanted / max(share, 0.05)))

    def judge(self, children: Sequence[SyntheticSentence], frames: Sequence[TaggedSentence]) -> List[Verdict]:
        if not children:
            return []
        scores = self._perplexities([child.sentence for child in children], frames)
        self._seen.extend(scores.tolist())
        compared = scores
        if self._relative:
            compared = scores / np.array([self._of_frames[frame.tokens] for frame in frames])
            self._ratios.extend(compared.tolist())
        if self._bounds is None:
            assert self._quantile is not None
            low, high = np.quantile(scores, self._quantile)
            self._bounds = (float(low), float(high))
        low, high = self._bounds
        inside = (low <= compared) & (compared <= high)
        return [Verdict(*verdict) for verdict in zip(inside.tolist(), scores.tolist(), strict=True)]

    def statistics(self) -> Dict[str, Any]:
        """
        The accepted range and what it is a range of, the median perplexity of what was judged and, where they are
        compared, the median ratio to the parent's, and what the language model says of itself.
        """
        low, high = self._bounds or (None, None)
        medians = {"median_perplexity": _median(self._seen)}
        if self._relative:
            medians["median_ratio"] = _median(self._ratios)
        return {
            "accepted_range": [low, None if high == math.inf else high],
            "accepted_range_of": "ratio_to_parents" if self._relative else "perplexity",
            **medians,
            "language_model": self._language_model.statistics(),
        }

    def _perplexities(self, sentences: List[TaggedSentence], frames: Sequence[TaggedSentence]) -> np.ndarray:
        """Of the sentences; where ratios are asked for, of frames that are new in this round as well, in one call."""
        if not self._relative:
            return self._shared_out(sentences, frames)
        new = list({frame.tokens: frame for frame in frames if frame.tokens not in self._of_frames}.values())
        # A frame is its own frame: the same model is asked for it as for its children.
        scores = self._shared_out([*sentences, *new], [*frames, *new])
        self._of_frames.update(
            (frame.tokens, score) for frame, score in zip(new, scores[len(sentences) :].tolist(), strict=True)
        )
        return scores[: len(sentences)]

    def _shared_out(self, sentences: Sequence[TaggedSentence], frames: Sequence[TaggedSentence]) -> np.ndarray:
        """The perplexities of all sentences, of which each process asks for a share; long and short ones alternate."""
        by_length = sorted(range(len(sentences)), key=lambda position: len(sentences[position]))
        mine = sorted(share(by_length))
        scores = np.zeros(len(sentences))
        scores[mine] = self._language_model.perplexities([sentences[i] for i in mine], [frames[i] for i in mine])
        return summed(scores)


def _median(values: Sequence[float]) -> Optional[float]:
    return float(np.median(values)) if values else None


def _interval(name: str, values: Sequence[Optional[float]], largest: float) -> Tuple[float, float]:
    problem = ConfigurationError(
        f"discriminator.{name} is {values!r}; expected two numbers in order, from 0 to {largest:g}"
    )
    if not isinstance(values, (list, tuple)) or len(values) != 2:
        raise problem
    if any(isinstance(v, bool) or not isinstance(v, (int, float, type(None))) for v in values):
        raise problem
    low, high = values[0] or 0.0, largest if values[1] is None else values[1]
    if not 0 <= low <= high <= largest:
        raise problem
    return float(low), float(high)
