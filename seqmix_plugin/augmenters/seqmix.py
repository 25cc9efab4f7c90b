"""SeqMix (the paper's Algorithm 2)."""

import logging
from functools import partial
from itertools import islice
from typing import Any, Dict, List, Optional, Sequence, Set, Tuple

from seqmix_plugin.augmenters.augmenter import Augmenter
from seqmix_plugin.augmenters.children import MixLabels, mix_pairs
from seqmix_plugin.augmenters.context import AugmentationContext
from seqmix_plugin.augmenters.discriminators import AcceptAllDiscriminator, Discriminator
from seqmix_plugin.augmenters.embedding_tables import EmbeddingTable, VocabularyTable
from seqmix_plugin.augmenters.pairing import Pairing, SubSequencePairing
from seqmix_plugin.augmenters.selection import Candidate, Selection, accept_enough, word_counts
from seqmix_plugin.distributed import from_primary
from seqmix_plugin.functional import dominant_distribution, mix_distributions, sample_lambda, smoothed_distribution
from seqmix_plugin.models import SequenceTagger
from seqmix_plugin.parameter_checks import above_zero, at_least, one_of
from seqmix_plugin.sentence import TaggedSentence
from seqmix_plugin.synthetic import Augmentation

logger = logging.getLogger(__name__)


@Augmenter.register("seqmix")
class SeqMixAugmenter(Augmenter):
    """
    SeqMix(L, α, ζ(·), d(·)), the paper's Algorithm 2. It pairs windows of two sentences, mixes their words in the
    embedding space (equation 7) and their labels (equation 8), and puts the mixed window into both sentences. The
    discriminator accepts or refuses each of the two children independently, until N = ⌊rate · K⌋ are accepted or there
    are no more pairs.

    The paper puts one mixed window into both sentences, half of which then have the smaller part of it, and mixes the
    labels by λ. With `dominant`, and with `labels`, a child keeps closer to the sentence whose frame it has.

    Children are mixed and judged in batches. Children of a batch after the N-th accepted one are dropped and only
    counted as judged. A round with too few accepted children continues with those and logs a warning once.

    Registered as an `Augmenter` with name "seqmix".

    # Parameters

    pairing : `Pairing`, optional (default = `SubSequencePairing()`)
        Pairing function ζ that selects the windows to mix.
    embedding_table : `EmbeddingTable`, optional (default = `None`)
        Embedding table {W, E} that gives the words to generate and their vectors; by default a `vocabulary` table.
    discriminator : `Discriminator`, optional (default = `AcceptAllDiscriminator()`)
        Discriminator d that accepts or refuses each generated sentence.
    rate : `float`, optional (default = `0.2`)
        Number of sentences to make for each labelled one, from 0 to 1000: K labelled sentences give N = ⌊rate · K⌋.
    alpha : `float`, optional (default = `8.0`)
        Parameter α of the distribution Beta(α, α) of the mixing coefficient λ, above 0. Each pair has one λ.
    keep_shared_tokens : `bool`, optional (default = `False`)
        Whether a word that both parents have at the same position is kept; by default it is replaced like any other.
    max_tries : `int`, optional (default = `100`)
        Largest number of children to judge for each wanted one, at least 1; a round ends there even with too few.
    dominant : `bool`, optional (default = `False`)
        Whether each child is mixed for itself, with the weight λ′ = max(λ, 1 − λ) for the sentence whose frame it has
        (equation 9 of MixMatch, Berthelot et al. 2019). The recorded λ is the weight of the pair's
        first sentence, 1 − λ′ in the second child. By default both children have the same window.
    labels : `str`, optional (default = `"soft"`)
        Labels of a mixed word. `"soft"`: both parents' labels mixed by λ, equation 8. `"dominant"`: those of the parent
        with the larger weight, the first at one half. `"smooth"`: the same, with the share 1 − max(λ, 1 − λ) spread
        evenly over all tags of the model instead of given to the other parent's.

    # Raises

    `ConfigurationError`
        When a value is out of its range.
    """

    def __init__(
        self,
        pairing: Pairing = SubSequencePairing(),
        embedding_table: Optional[EmbeddingTable] = None,
        discriminator: Discriminator = AcceptAllDiscriminator(),
        rate: float = 0.2,
        alpha: float = 8.0,
        keep_shared_tokens: bool = False,
        max_tries: int = 100,
        dominant: bool = False,
        labels: str = "soft",
    ) -> None:
        super().__init__(rate)
        self.pairing = pairing
        self.embedding_table = embedding_table or VocabularyTable()
        self.discriminator = discriminator
        self.alpha = above_zero("augmenter.alpha", alpha)
        self.keep_shared_tokens = keep_shared_tokens
        self.max_tries = at_least("augmenter.max_tries", max_tries, 1)
        self.dominant = dominant
        self.labels = one_of("augmenter.labels", labels, ("soft", "dominant", "smooth"))
        self._warned: Set[Tuple[str, bool]] = set()

    def check(self, model: SequenceTagger) -> None:
        self.embedding_table.check(model)

    def check_text(self, context: AugmentationContext) -> None:
        if self.rate > 0:
            self.embedding_table.check_text(context)
            self.discriminator.check_text(context)

    def augment(self, labelled: Sequence[TaggedSentence], context: AugmentationContext) -> Augmentation:
        wanted = self.number_wanted(len(labelled))
        if wanted == 0:
            return Augmentation([])
        table = self.embedding_table.build(context, labelled)
        pairs = islice(self.pairing.of_round(labelled, context), -(-self.max_tries * wanted // 2))
        rng = context.generator("lambda")
        mix_labels = self._mix_labels(context.model.head.labels)

        def draw(size: int) -> List[Candidate]:
            batch = list(islice(pairs, -(-size // 2)))
            lambdas = [sample_lambda(self.alpha, rng) for _ in batch]
            mixed = partial(mix_pairs, batch, lambdas, labelled, table, self.keep_shared_tokens)
            mixed = partial(mixed, dominant=self.dominant, mix_labels=mix_labels)
            # From one process, as rounding may settle equal distances differently.
            children = from_primary(mixed) if batch else []
            frames = [labelled[position] for pair in batch for position in (pair.first, pair.second)]
            return list(zip(children, frames, strict=True))

        result = accept_enough(wanted, draw, self.discriminator, context)
        return Augmentation(result.generated, self._statistics(wanted, result))

    def _statistics(self, wanted: int, result: Selection) -> Dict[str, Any]:
        generated, judged, accepted = result.generated, result.judged, result.accepted
        words = word_counts(generated)
        if words["ten_most_frequent"] > 0.5 and words["generated_tokens"] >= 100:
            text = f"SeqMix: ten words account for {words['ten_most_frequent']:.0%} of the generated words"
            self._warn("narrow", f"{text} (embedding_table.distance 'csls' gives more different words)")
        if accepted < wanted:
            if judged == 0:
                reason, end = "windows", "no two sentences have windows to mix (augmenter.pairing)"
            elif judged >= self.max_tries * wanted:
                reason, end = "tries", f"{judged} were tried (augmenter.max_tries)"
            else:
                reason, end = "pairs", f"{judged} were tried, and there are no more pairs"
            self._warn(reason, f"SeqMix: {accepted} of {wanted} wanted sentences were accepted; {end}", accepted == 0)
        return {
            "wanted": wanted,
            "pairs": judged // 2,
            "judged": judged,
            "tried": len(generated),
            "accepted": accepted,
            "refused": len(generated) - accepted,
            **words,
            **(
                {"unrestricted_tokens": sum(c.unrestricted for c in generated)} if self.embedding_table.restrict else {}
            ),
            "discriminator": self.discriminator.statistics(),
        }

    def _mix_labels(self, tags: Sequence[str]) -> MixLabels:
        choices: Dict[str, MixLabels] = {
            "soft": mix_distributions,
            "dominant": dominant_distribution,
            "smooth": partial(smoothed_distribution, tags=tags),
        }
        return choices[self.labels]

    def _warn(self, reason: str, text: str, nothing_accepted: bool = False) -> None:
        """Logs once in a run for each reason, and once more when nothing was accepted."""
        if (reason, nothing_accepted) not in self._warned:
            self._warned.add((reason, nothing_accepted))
            logger.warning(text)
