"""The paper's discriminator."""

import math
from typing import Any, Dict, List, Optional, Sequence, Tuple

import numpy as np
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.augmenters.discriminators.discriminator import Discriminator, Verdict
from seqmix_plugin.augmenters.language_models import LanguageModel
from seqmix_plugin.augmenters.language_models.language_model import Span
from seqmix_plugin.augmenters.workbench import Workbench
from seqmix_plugin.distributed import share, summed
from seqmix_plugin.sentence import TaggedSentence
from seqmix_plugin.synthetic import SyntheticSentence

FEWEST_FOR_A_QUANTILE = 64
SCOPES = ("sentence", "window")


@Discriminator.register("perplexity")
class PerplexityDiscriminator(Discriminator):
    """
    d(x) = 1 when s₁ ≤ Perplexity(x) ≤ s₂, the paper's equations 9 and 10. The range is given in perplexities, or on a
    scale that does not depend on the language model: as quantiles of the round's first candidates, or relative to the
    parent's perplexity.

    The perplexity is the whole sentence's, in which the few words that were mixed weigh little, or the window's: of its
    words alone, given those before them (a `masked` model: given the whole sentence).

    Registered as a `Discriminator` with name "perplexity".

    # Parameters

    language_model : `LanguageModel`
        Gives the perplexities.
    range : `List[Optional[float]]`, optional (default = `None`)
        `[s₁, s₂]`, both inclusive; `null` as s₂ is ∞.
    quantile : `List[float]`, optional (default = `None`)
        `[q₁, q₂]` in [0, 1]: s₁ and s₂ are these quantiles of the perplexities of the first candidates of a round, at
        least 64 of them where there are as many, and hold for the whole round. Of two language models (`in_domain` on
        two halves) each has its own, as each has its own scale.
    ratio_to_parents : `List[Optional[float]]`, optional (default = `None`)
        `[a, b]`: accepted when a ≤ Perplexity(x) / Perplexity(parent) ≤ b, both inclusive, where the parent is the one
        whose words x keeps outside the mixed window; `null` as b is ∞. [0, 1.5] says: at most half as surprising again
        as the sentence it was made of.
    scope : `str`, optional (default = `"sentence"`, with `ratio_to_parents` `"window"`)
        What the perplexity is of: `sentence`, the paper's, or `window`, the mixed words. Ratios are then of the child's
        window and of the parent's at the same place; of whole sentences they are the nearer to 1 the longer a sentence
        is, so that long ones are accepted more often.

    # Raises

    `ConfigurationError`
        Unless exactly one of `range`, `quantile` and `ratio_to_parents` is given, as two numbers in order; when `scope`
        is neither, or the language model cannot tell which pieces stand for which words.
    """

    def __init__(
        self,
        language_model: LanguageModel,
        range: Optional[List[Optional[float]]] = None,
        quantile: Optional[List[float]] = None,
        ratio_to_parents: Optional[List[Optional[float]]] = None,
        scope: Optional[str] = None,
    ) -> None:
        ways = {"range": range, "quantile": quantile, "ratio_to_parents": ratio_to_parents}
        given = [name for name, values in ways.items() if values is not None]
        if len(given) != 1:
            raise ConfigurationError(
                f"discriminator 'perplexity' takes exactly one of 'range', 'quantile' and 'ratio_to_parents', for "
                f"instance range: [0, 500]; given: {', '.join(given) or 'none'}"
            )
        if scope is None:
            scope = "sentence" if ratio_to_parents is None else "window"
        if scope not in SCOPES:
            raise ConfigurationError(f"discriminator.scope is {scope!r}; expected one of {', '.join(SCOPES)}")
        if scope == "window" and not language_model.tells_places:
            raise ConfigurationError(
                "discriminator.scope is 'window', which needs a language model that tells which of its pieces stand "
                "for which words, as a fast tokenizer of transformers does; expected another model or scope: 'sentence'"
            )
        self._language_model = language_model
        self._scope = scope
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
        self._bounds: Dict[int, Tuple[float, float]] = {}  # of each language model that was asked
        self._seen: List[float] = []
        self._ratios: List[float] = []
        self._of_frames: Dict[Tuple[Tuple[str, ...], Span], float] = {}

    def first_batch_size(self, wanted: int) -> int:
        if self._quantile is None:
            return wanted
        share = self._quantile[1] - self._quantile[0]
        fewest = FEWEST_FOR_A_QUANTILE * self._language_model.num_models
        return max(fewest, math.ceil(wanted / max(share, 0.05)))

    def judge(self, children: Sequence[SyntheticSentence], frames: Sequence[TaggedSentence]) -> List[Verdict]:
        if not children:
            return []
        # A sentence as a whole is a window of all its words.
        whole = self._scope == "sentence"
        spans = [(0, len(c.sentence)) if whole else (c.parents[0].start, c.parents[0].end) for c in children]
        scores = self._perplexities([child.sentence for child in children], frames, spans)
        self._seen.extend(scores.tolist())
        compared = scores
        if self._relative:
            of_frames = [self._of_frames[frame.tokens, span] for frame, span in zip(frames, spans, strict=True)]
            compared = scores / np.array(of_frames)
            self._ratios.extend(compared.tolist())
        low, high = self._ranges(scores, self._language_model.asked(frames)).T
        inside = (low <= compared) & (compared <= high)
        return [Verdict(*verdict) for verdict in zip(inside.tolist(), scores.tolist(), strict=True)]

    def _ranges(self, scores: np.ndarray, asked: np.ndarray) -> np.ndarray:
        """What is accepted of each sentence, by the language model that was asked. Shape: `(num_sentences, 2)`"""
        if self._limits is not None:
            return np.array([self._limits] * len(scores))
        assert self._quantile is not None
        for number in set(asked.tolist()) - self._bounds.keys():
            low, high = np.quantile(scores[asked == number], self._quantile)
            self._bounds[number] = (float(low), float(high))
        return np.array([self._bounds[number] for number in asked.tolist()])

    def statistics(self) -> Dict[str, Any]:
        """
        The accepted range and what it is a range of (with two language models, the quantiles of each), the scope, the
        median perplexity of what was judged and, where they are compared, the median ratio to the parent's, and what
        the language model says of itself.
        """
        models = self._language_model.num_models if self._limits is None else 1
        ranges = [_ends(self._limits or self._bounds.get(number)) for number in range(models)]
        medians = {"median_perplexity": _median(self._seen)}
        if self._relative:
            medians["median_ratio"] = _median(self._ratios)
        return {
            **({"accepted_range": ranges[0]} if models == 1 else {"accepted_ranges": ranges}),
            "accepted_range_of": "ratio_to_parents" if self._relative else "perplexity",
            "scope": self._scope,
            **medians,
            "language_model": self._language_model.statistics(),
        }

    def _perplexities(
        self, sentences: List[TaggedSentence], frames: Sequence[TaggedSentence], spans: List[Span]
    ) -> np.ndarray:
        """Of the sentences; where ratios are asked for, of frames that are new in this round as well, in one call."""
        if not self._relative:
            return self._shared_out(sentences, frames, spans)
        new = {(frame.tokens, span): frame for frame, span in zip(frames, spans, strict=True)}
        new = {key: frame for key, frame in new.items() if key not in self._of_frames}
        # A frame is its own frame: the same model is asked for it as for its children.
        more = list(new.values())
        scores = self._shared_out([*sentences, *more], [*frames, *more], [*spans, *(span for _, span in new)])
        self._of_frames.update(zip(new, scores[len(sentences) :].tolist(), strict=True))
        return scores[: len(sentences)]

    def _shared_out(
        self, sentences: Sequence[TaggedSentence], frames: Sequence[TaggedSentence], spans: Sequence[Span]
    ) -> np.ndarray:
        """The perplexities of all sentences, of which each process asks for a share; long and short ones alternate."""
        by_length = sorted(range(len(sentences)), key=lambda position: len(sentences[position]))
        mine = sorted(share(by_length))
        given: List[Sequence[Any]] = [sentences, frames, *([spans] if self._scope == "window" else [])]
        scores = np.zeros(len(sentences))
        scores[mine] = self._language_model.perplexities(*([row[i] for i in mine] for row in given))
        return summed(scores)


def _ends(limits: Optional[Tuple[float, float]]) -> List[Optional[float]]:
    """A range as plain data: no end where there is none."""
    low, high = limits or (None, None)
    return [low, None if high == math.inf else high]


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
