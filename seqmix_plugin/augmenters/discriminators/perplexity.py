"""The discriminator of the paper, which judges by perplexity."""

import math
from typing import Any, Dict, List, Optional, Sequence, Tuple

import numpy as np

from seqmix_plugin.augmenters.context import AugmentationContext
from seqmix_plugin.augmenters.discriminators.discriminator import Discriminator, Verdict
from seqmix_plugin.augmenters.language_models import LanguageModel
from seqmix_plugin.augmenters.language_models.language_model import Interval
from seqmix_plugin.distributed import share, summed
from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.parameter_checks import one_of
from seqmix_plugin.sentence import TaggedSentence
from seqmix_plugin.synthetic import SyntheticSentence


@Discriminator.register("perplexity")
class PerplexityDiscriminator(Discriminator):
    """
    d(x) = 1 when s₁ ≤ Perplexity(x) ≤ s₂, the paper's equations 9 and 10. The range is given in perplexities, or
    independently of the language model's scale: as quantiles of the round's first candidates, or relative to the
    parent's perplexity.

    The perplexity is that of the whole sentence, in which a few mixed words have little weight, or that of the window:
    of its words given those before them (with a `masked` model: given the whole sentence).

    Registered as a `Discriminator` with name "perplexity".

    # Parameters

    language_model : `LanguageModel`
        Language model that gives the perplexities.
    range : `List[Optional[float]]`, optional (default = `None`)
        Accepted perplexities [s₁, s₂], both inclusive; `null` as s₂ means no upper limit.
    quantile : `List[float]`, optional (default = `None`)
        Quantiles [q₁, q₂] from 0 to 1 that give s₁ and s₂: those of the perplexities of a round's first candidates, of
        which there are at least 64 if possible. They hold for the whole round; 0 and 1 stand for no limit. With two
        language models (`in_domain` on two halves) each has its own, as their scales differ.
    ratio_to_parents : `List[Optional[float]]`, optional (default = `None`)
        Accepted ratios [a, b] of Perplexity(x) to Perplexity(parent), both inclusive, where the parent is the one whose
        words x keeps outside the window; `null` as b means no upper limit. [0, 1.5] accepts perplexities up to one and
        a half times the parent's.
    scope : `str`, optional (default = `None`)
        Text whose perplexity is judged: `"sentence"`, as in the paper, or `"window"`, the mixed words only. By default
        `"window"` with `ratio_to_parents`, which then compares the child's window with the parent's at the same place,
        and `"sentence"` otherwise. Ratios of whole sentences approach 1 with their length, so that long ones are
        accepted more often.

    # Raises

    `ConfigurationError`
        Unless exactly one of `range`, `quantile` and `ratio_to_parents` is given, as two numbers in order; when `scope`
        is neither, or the language model cannot score windows.
    """

    def __init__(
        self,
        language_model: LanguageModel,
        range: Optional[List[Optional[float]]] = None,
        quantile: Optional[List[float]] = None,
        ratio_to_parents: Optional[List[Optional[float]]] = None,
        scope: Optional[str] = None,
    ) -> None:
        options = {"range": range, "quantile": quantile, "ratio_to_parents": ratio_to_parents}
        given = [name for name, values in options.items() if values is not None]
        if len(given) != 1:
            raise ConfigurationError(
                f"discriminator 'perplexity' takes exactly one of 'range', 'quantile' and 'ratio_to_parents', for "
                f"example range: [0, 500]; given: {', '.join(given) or 'none'}"
            )
        [self._option] = given
        self._limits = _limits(self._option, options[self._option])
        self._relative = self._option == "ratio_to_parents"
        usual = "window" if self._relative else "sentence"
        self._scope = one_of("discriminator.scope", usual if scope is None else scope, ("sentence", "window"))
        if self._scope == "window" and not language_model.has_offsets:
            raise ConfigurationError(
                "discriminator.scope is 'window', which needs a language model with a fast tokenizer of transformers; "
                "expected another model or scope: 'sentence'"
            )
        self._language_model = language_model
        self._reset()

    def check_text(self, context: AugmentationContext) -> None:
        self._language_model.check_text(context)

    def start_round(self, context: AugmentationContext) -> None:
        self._language_model.start_round(context)
        self._reset()

    def _reset(self) -> None:
        self._quantiles: Dict[int, Tuple[float, float]] = {}  # of each language model
        self._seen: Dict[int, List[float]] = {}  # by each language model, for its quantiles
        self._perplexities: List[float] = []
        self._ratios: List[float] = []
        self._of_frames: Dict[Tuple[Tuple[str, ...], Interval], float] = {}

    def first_batch_size(self, wanted: int) -> int:
        if self._option != "quantile":
            return wanted
        low, high = self._limits
        return max(64 * self._language_model.num_models, math.ceil(wanted / max(high - low, 0.05)))

    def reconsider(self) -> None:
        self._quantiles.clear()

    def judge(self, children: Sequence[SyntheticSentence], frames: Sequence[TaggedSentence]) -> List[Verdict]:
        if not children:
            return []
        windows = [(child.parents[0].start, child.parents[0].end) for child in children]
        scores = self._scores(children, frames, windows)
        self._perplexities.extend(scores.tolist())
        compared = scores
        if self._relative:
            of_frames = [self._of_frames[self._key(*frame)] for frame in zip(frames, windows, strict=True)]
            compared = scores / np.array(of_frames)
            self._ratios.extend(compared.tolist())
        low, high = self._accepted(scores, self._language_model.model_indices(frames)).T
        inside = (low <= compared) & (compared <= high)
        return [Verdict(*verdict) for verdict in zip(inside.tolist(), scores.tolist(), strict=True)]

    def _accepted(self, scores: np.ndarray, models: np.ndarray) -> np.ndarray:
        """The limits for each sentence, which depend on the language model. Shape: `(num_sentences, 2)`"""
        if self._option != "quantile":
            return np.array([self._limits] * len(scores))
        for number in set(models.tolist()) - self._quantiles.keys():
            seen = self._seen.setdefault(number, [])
            seen.extend(scores[models == number].tolist())
            low, high = np.quantile(seen, self._limits)
            self._quantiles[number] = (
                0.0 if self._limits[0] == 0 else float(low),
                math.inf if self._limits[1] == 1 else float(high),
            )
        return np.array([self._quantiles[number] for number in models.tolist()])

    def statistics(self) -> Dict[str, Any]:
        """
        The accepted range and what it is a range of (with two language models, the quantiles of each), the scope, the
        median perplexity of the judged sentences, the median ratio to the parents, and the language model's statistics.
        """
        limits: List[Tuple[Optional[float], Optional[float]]] = [self._limits]
        if self._option == "quantile":
            numbers = range(self._language_model.num_models)
            limits = [self._quantiles.get(number, (None, None)) for number in numbers]
        ranges = [[low, None if high == math.inf else high] for low, high in limits]
        return {
            **({"accepted_range": ranges[0]} if len(ranges) == 1 else {"accepted_ranges": ranges}),
            "accepted_range_of": "ratio_to_parents" if self._relative else "perplexity",
            "scope": self._scope,
            "median_perplexity": float(np.median(self._perplexities)) if self._perplexities else None,
            **({"median_ratio": float(np.median(self._ratios)) if self._ratios else None} if self._relative else {}),
            "language_model": self._language_model.statistics(),
        }

    def _key(self, frame: TaggedSentence, window: Interval) -> Tuple[Tuple[str, ...], Interval]:
        return frame.tokens, window if self._scope == "window" else (0, 0)

    def _scores(
        self, children: Sequence[SyntheticSentence], frames: Sequence[TaggedSentence], windows: List[Interval]
    ) -> np.ndarray:
        """
        The perplexity of each sentence; with ratios also that of frames that are new in this round, in the same call.
        Each process scores a share, in which long and short sentences alternate. Shape: `(num_sentences,)`
        """
        asked = {self._key(*pair): pair for pair in zip(frames, windows, strict=True)} if self._relative else {}
        new = {key: pair for key, pair in asked.items() if key not in self._of_frames}
        parents = [frame for frame, _ in new.values()]
        sentences = [*(child.sentence for child in children), *parents]
        given: List[Sequence[Any]] = [sentences, [*frames, *parents]]  # a frame is its own frame
        if self._scope == "window":
            given.append([*(child.window for child in children), *(window for _, window in new.values())])
        by_length = sorted(range(len(given[0])), key=lambda position: len(given[0][position]))
        mine = sorted(share(by_length))
        scores = np.zeros(len(by_length))
        scores[mine] = self._language_model.perplexities(*([row[i] for i in mine] for row in given))
        scores = summed(scores)
        self._of_frames.update(zip(new, scores[len(children) :].tolist(), strict=True))
        return scores[: len(children)]


def _limits(option: str, values: Any) -> Tuple[float, float]:
    """The lower and upper limit; raises a `ConfigurationError` unless they are two numbers in order."""
    largest = 1.0 if option == "quantile" else math.inf
    numbers = isinstance(values, (list, tuple)) and len(values) == 2
    if numbers and not any(isinstance(v, bool) or not isinstance(v, (int, float, type(None))) for v in values):
        low, high = values[0] or 0.0, largest if values[1] is None else values[1]
        if 0 <= low <= high <= largest:
            if option == "range" and high < 1:
                raise ConfigurationError(f"discriminator.range is {values!r}; no perplexity is below 1")
            return float(low), float(high)
    raise ConfigurationError(
        f"discriminator.{option} is {values!r}; expected two numbers in order, from 0 to {largest:g}"
    )
