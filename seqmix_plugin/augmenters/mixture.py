"""The augmenter that divides the sentences between several others."""

import math
from dataclasses import replace
from typing import Any, Dict, List, Optional, Sequence

from seqmix_plugin.augmenters.augmenter import Augmenter
from seqmix_plugin.augmenters.context import AugmentationContext
from seqmix_plugin.augmenters.selection import word_counts
from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.functional import apportioned
from seqmix_plugin.models import SequenceTagger
from seqmix_plugin.sentence import TaggedSentence
from seqmix_plugin.synthetic import Augmentation, SyntheticSentence, in_slots

SUMMED = ("wanted", "pairs", "judged", "tried", "accepted", "refused", "unchanged")


@Augmenter.register("mixture")
class MixtureAugmenter(Augmenter):
    """
    Divides the sentences to make between several augmenters, in proportion to their weights: Dai and Adel 2020, "An
    Analysis of Simple Data Augmentation for Named Entity Recognition", combine all of theirs. Each makes its share from
    all labelled sentences of the round, with random numbers of its own; what one of them cannot make is not made.

    With one augmenter, it gives that one `refresh`.

    Registered as an `Augmenter` with name "mixture".

    # Parameters

    augmenters : `List[Augmenter]`
        The augmenters; their own `rate`, `refresh` and `versions` have no effect.
    weights : `List[float]`, optional (default = `None`)
        Weight of each augmenter, above 0; by default all are equal.
    rate : `float`, optional (default = `0.2`)
        Number of sentences to make for each labelled one, from 0 to 1000: K labelled sentences give N = ⌊rate · K⌋.
    refresh : `str`, optional (default = `"round"`)
        When the training data changes: `"round"` makes the sentences of a round once, `"pass"` `versions` times as many
        and each pass over the training data has the next ⌊rate · K⌋ of them.
    versions : `int`, optional (default = `20`)
        With `"pass"`, number of passes with sentences of their own, at least 2; later passes repeat theirs in order.

    # Raises

    `ConfigurationError`
        When there is no augmenter, or a value is out of its range.
    """

    def __init__(
        self,
        augmenters: List[Augmenter],
        weights: Optional[List[float]] = None,
        rate: float = 0.2,
        refresh: str = "round",
        versions: int = 20,
    ) -> None:
        super().__init__(rate, refresh, versions)
        if not augmenters:
            raise ConfigurationError("augmenter.augmenters is []; expected one augmenter at least")
        self.weights = [1.0] * len(augmenters) if weights is None else weights
        if len(self.weights) != len(augmenters) or not all(0 < weight < math.inf for weight in self.weights):
            number = len(augmenters)
            raise ConfigurationError(
                f"augmenter.weights is {weights!r}; expected a number above 0 for each of the {number} augmenters"
            )
        self.augmenters = augmenters
        for augmenter in augmenters:
            augmenter.rate, augmenter.versions = rate, 1

    def check(self, model: SequenceTagger) -> None:
        for augmenter in self.augmenters:
            augmenter.check(model)

    def check_text(self, context: AugmentationContext) -> None:
        for augmenter in self.augmenters:
            augmenter.check_text(context)

    def augment(self, labelled: Sequence[TaggedSentence], context: AugmentationContext) -> Augmentation:
        shares = apportioned(self.number_wanted(len(labelled)), self.weights)
        generated: List[SyntheticSentence] = []
        parts: List[Dict[str, Any]] = []
        for number, (augmenter, size) in enumerate(zip(self.augmenters, shares, strict=True)):
            augmenter.rate = size * self.versions / max(len(labelled), 1)
            made = augmenter.augment(labelled, replace(context, part=f"{context.part}{number}/"))
            own = made.generated if self.versions == 1 else in_slots(made.generated, size, sum(shares[:number]))
            generated += own
            parts.append({"wanted": size * self.versions, **made.statistics})
        for position, child in enumerate(generated):
            sentence = replace(child.sentence, id=f"r{context.round_number}-{position}")
            generated[position] = replace(child, sentence=sentence)
        counts = {name: sum(part.get(name, 0) for part in parts) for name in SUMMED}
        statistics = {**counts, **word_counts(generated), "parts": parts}
        return Augmentation(generated, {**statistics, "versions": self.versions} if self.versions > 1 else statistics)
