"""SeqMix (the paper's Algorithm 2)."""

import logging
from collections import Counter
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import Any, Dict, List, Optional, Sequence, Set, Tuple

from seqmix_plugin.augmenters.augmenter import Augmenter
from seqmix_plugin.augmenters.children import MixLabels, mix_pairs
from seqmix_plugin.augmenters.context import AugmentationContext
from seqmix_plugin.augmenters.discriminators import AcceptAllDiscriminator, Discriminator
from seqmix_plugin.augmenters.embedding_tables import EmbeddingTable, VocabularyTable
from seqmix_plugin.augmenters.pairing import Pairing, SubSequencePairing
from seqmix_plugin.distributed import from_primary
from seqmix_plugin.functional import dominant_distribution, mix_distributions, sample_lambda, smoothed_distribution
from seqmix_plugin.models import SequenceTagger
from seqmix_plugin.parameter_checks import above_zero, at_least, one_of
from seqmix_plugin.progress import progress_bar
from seqmix_plugin.sentence import TaggedSentence
from seqmix_plugin.synthetic import Augmentation, SyntheticSentence

logger = logging.getLogger(__name__)

LARGEST_BATCH = 1024
"""Largest number of children that are mixed and judged together, which bounds the memory."""


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
        self.discriminator.start_round(context)
        pairs = islice(self.pairing.of_round(labelled, context), -(-self.max_tries * wanted // 2))
        rng = context.generator("lambda")
        mix_labels = self._mix_labels(context.model.head.labels)
        generated: List[SyntheticSentence] = []
        accepted = judged = 0
        size = self.discriminator.first_batch_size(wanted)
        with progress_bar(total=wanted, desc="generating") as progress:
            while accepted < wanted:
                batch = list(islice(pairs, -(-min(size, LARGEST_BATCH) // 2)))
                if not batch:
                    break
                lambdas = [sample_lambda(self.alpha, rng) for _ in batch]
                mixed = partial(mix_pairs, batch, lambdas, labelled, table, self.keep_shared_tokens)
                mixed = partial(mixed, dominant=self.dominant, mix_labels=mix_labels)
                children = from_primary(mixed)  # from one process, as rounding may settle equal distances differently
                judged += len(children)
                frames = [labelled[position] for pair in batch for position in (pair.first, pair.second)]
                for child, verdict in zip(children, self.discriminator.judge(children, frames), strict=True):
                    sentence = replace(child.sentence, id=f"r{context.round_number}-{len(generated)}")
                    generated.append(replace(child, sentence=sentence, accepted=verdict.accepted, score=verdict.score))
                    accepted += verdict.accepted
                    progress.update(int(verdict.accepted))
                    if accepted == wanted:
                        break
                # As many as are missing at the acceptance so far.
                size = int((wanted - accepted) * (len(generated) + 1) / (accepted + 1)) + 1
        return Augmentation(generated, self._statistics(wanted, judged, accepted, generated))

    def _statistics(
        self, wanted: int, judged: int, accepted: int, generated: Sequence[SyntheticSentence]
    ) -> Dict[str, Any]:
        words = Counter(word for child in generated for word in child.sentence.tokens[slice(*child.parents[0][1:])])
        share = sum(count for _, count in words.most_common(10)) / max(words.total(), 1)
        if share > 0.5 and words.total() >= 100:
            text = f"SeqMix: ten words account for {share:.0%} of the generated words"
            self._warn("narrow", f"{text} (embedding_table.distance 'cosine' gives more different words)")
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
            "generated_tokens": words.total(),
            "distinct_tokens": len(words),
            "ten_most_frequent": share,
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
