"""SeqMix (the paper's Algorithm 2)."""

import logging
from collections import Counter
from dataclasses import replace
from itertools import islice
from typing import Any, Dict, List, Optional, Sequence, Set, Tuple

import torch
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.augmenters.augmenter import Augmenter
from seqmix_plugin.augmenters.discriminators import AcceptAllDiscriminator, Discriminator
from seqmix_plugin.augmenters.embedding_tables import EmbeddingTable, Stretch, VocabularyTable, WordTable
from seqmix_plugin.augmenters.pairing import Pair, Pairing, SubSequencePairing
from seqmix_plugin.augmenters.workbench import Workbench
from seqmix_plugin.distributed import from_primary, progress_bar
from seqmix_plugin.functional import mix_distributions, nearest, sample_lambda
from seqmix_plugin.models import SequenceTagger
from seqmix_plugin.sentence import TaggedSentence
from seqmix_plugin.synthetic import Augmentation, SyntheticSentence, Window

logger = logging.getLogger(__name__)

LARGEST_BATCH = 1024
"""Children that are mixed and judged together, so that memory stays bounded."""
NARROW = 0.5
"""A warning is due when the ten most frequent words are more than this share of what was generated."""


@Augmenter.register("seqmix")
class SeqMixAugmenter(Augmenter):
    """
    SeqMix(L, α, ζ(·), d(·)), the paper's Algorithm 2: pairs windows of two sentences, mixes their words in the
    embedding space (equation 7) and their labels (equation 8), puts the mixed window into both sentences, and keeps
    what the discriminator accepts, each child for itself, until N = ⌊rate · K⌋ are accepted or there are no more pairs.

    Children are mixed and judged in batches; what a batch holds beyond the N-th accepted child is dropped as if it had
    not been made, and only counted as judged. When there are too few, the run continues with those and logs why, once.

    Registered as an `Augmenter` with name "seqmix".

    # Parameters

    pairing : `Pairing`, optional (default = `SubSequencePairing()`)
        ζ.
    embedding_table : `EmbeddingTable`, optional (default = `{"type": "vocabulary"}`)
        {W, E}.
    discriminator : `Discriminator`, optional (default = `AcceptAllDiscriminator()`)
        d.
    rate : `float`, optional (default = `0.2`)
        Children to make a labelled sentence.
    alpha : `float`, optional (default = `8`)
        α of λ ~ Beta(α, α), above 0. One λ and one window a pair.
    keep_shared_tokens : `bool`, optional (default = `False`)
        Leave a word alone where both parents have the same one; otherwise it is replaced like any other.
    max_tries : `int`, optional (default = `100`)
        Children to judge for each one wanted, at least 1; a round in which fewer are accepted ends there.

    # Raises

    `ConfigurationError`
        When `alpha` or `max_tries` is out of its range.
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
    ) -> None:
        super().__init__(rate)
        if not alpha > 0:
            raise ConfigurationError(f"augmenter.alpha is {alpha}; expected a number above 0")
        if max_tries < 1:
            raise ConfigurationError(f"augmenter.max_tries is {max_tries}; expected 1 or more")
        self.pairing = pairing
        self.embedding_table = embedding_table or VocabularyTable()
        self.discriminator = discriminator
        self.alpha = alpha
        self.keep_shared_tokens = keep_shared_tokens
        self.max_tries = max_tries
        self._said: Set[Tuple[str, bool]] = set()

    def check(self, model: SequenceTagger) -> None:
        self.embedding_table.check(model)

    def check_text(self, workbench: Workbench) -> None:
        if self.rate > 0:
            self.embedding_table.check_text(workbench)
            self.discriminator.check_text(workbench)

    def augment(self, labelled: Sequence[TaggedSentence], workbench: Workbench) -> Augmentation:
        wanted = self.number_wanted(len(labelled))
        if wanted == 0:
            return Augmentation([])
        table = self.embedding_table.build(workbench, labelled)
        self.discriminator.start_round(workbench)
        most_pairs = -(-self.max_tries * wanted // 2)
        pairs = islice(self.pairing.of_round(labelled, workbench), most_pairs)
        lambdas = workbench.generator("lambda")
        generated: List[SyntheticSentence] = []
        accepted = judged = 0
        size = self.discriminator.first_batch_size(wanted)
        with progress_bar(total=wanted, desc="generating") as progress:
            while accepted < wanted:
                batch = list(islice(pairs, -(-min(size, LARGEST_BATCH) // 2)))
                if not batch:
                    break
                drawn = [sample_lambda(self.alpha, lambdas) for _ in batch]
                judged += 2 * len(batch)
                for child in self._judged(self._mixed(batch, drawn, labelled, table), labelled):
                    name = f"r{workbench.round_number}-{len(generated)}"
                    generated.append(replace(child, sentence=replace(child.sentence, id=name)))
                    accepted += child.accepted
                    progress.update(int(child.accepted))
                    if accepted == wanted:
                        break
                # Enough for what is missing at the acceptance seen so far.
                size = int((wanted - accepted) * (len(generated) + 1) / (accepted + 1)) + 1
        return Augmentation(generated, self._statistics(wanted, judged, generated))

    def _mixed(
        self, pairs: Sequence[Pair], lambdas: Sequence[float], labelled: Sequence[TaggedSentence], table: WordTable
    ) -> List[SyntheticSentence]:
        """Processes judge shares of the same children, even where equal distances are settled by rounding."""
        return from_primary(lambda: mix_pairs(pairs, lambdas, labelled, table, self.keep_shared_tokens))

    def _judged(self, children: List[SyntheticSentence], labelled: Sequence[TaggedSentence]) -> List[SyntheticSentence]:
        by_id = {sentence.id: sentence for sentence in labelled}
        frames = [by_id[child.parents[0].sentence_id] for child in children]
        verdicts = self.discriminator.judge(children, frames)
        return [
            replace(child, accepted=verdict.accepted, score=verdict.score)
            for child, verdict in zip(children, verdicts, strict=True)
        ]

    def _statistics(self, wanted: int, judged: int, generated: Sequence[SyntheticSentence]) -> Dict[str, Any]:
        accepted = sum(child.accepted for child in generated)
        words = Counter(word for child in generated for word in child.sentence.tokens[slice(*child.parents[0][1:])])
        share = sum(count for _, count in words.most_common(10)) / max(words.total(), 1)
        if share > NARROW and words.total() >= 100:
            self._say(
                "narrow",
                f"{share:.0%} of the generated words are the same ten: mixing snaps to few words "
                f"(embedding_table.distance 'cosine' is broader)",
            )
        if accepted < wanted:
            if judged == 0:
                reason, end = "windows", "no two sentences have windows to mix (augmenter.pairing)"
            elif judged >= self.max_tries * wanted:
                reason, end = "tries", f"{judged} were tried (augmenter.max_tries)"
            else:
                reason, end = "pairs", f"{judged} were tried, and there are no more pairs"
            self._say(reason, f"SeqMix: {accepted} of {wanted} wanted sentences were accepted; {end}", accepted == 0)
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
            "discriminator": self.discriminator.statistics(),
        }

    def _say(self, reason: str, text: str, nothing: bool = False) -> None:
        """Once a run for each reason; once more when it leaves nothing."""
        if (reason, nothing) not in self._said:
            self._said.add((reason, nothing))
            logger.warning(text)


def mix_pairs(
    pairs: Sequence[Pair],
    lambdas: Sequence[float],
    labelled: Sequence[TaggedSentence],
    table: WordTable,
    keep_shared_tokens: bool,
) -> List[SyntheticSentence]:
    """
    Both children of each pair, in order; all words of all pairs are mixed and snapped at once.

    # Parameters

    pairs : `Sequence[Pair]`
        Windows of `labelled`.
    lambdas : `Sequence[float]`
        λ of each pair, the weight of its first sentence.
    labelled : `Sequence[TaggedSentence]`
        The parents, with labels.
    table : `WordTable`
        {W, E}.
    keep_shared_tokens : `bool`
        Whether a word that both parents share stays.
    """
    sides = (
        [Stretch(labelled[p.first], p.first_start, p.first_start + p.length) for p in pairs],
        [Stretch(labelled[p.second], p.second_start, p.second_start + p.length) for p in pairs],
    )
    first, second = ([word for stretch in side for word in stretch.words] for side in sides)
    first_vectors, second_vectors = (table.embed(side) for side in sides)  # Shape: (num_words, dimension)
    weights = [lam for pair, lam in zip(pairs, lambdas, strict=True) for _ in range(pair.length)]
    weight = torch.tensor(weights, dtype=first_vectors.dtype, device=first_vectors.device).unsqueeze(-1)
    mixed = weight * first_vectors + (1 - weight) * second_vectors
    parents = torch.stack((table.rows(first), table.rows(second)), dim=-1)  # Shape: (num_words, 2)
    words = [table.words[row] for row in nearest(mixed, table.vectors, parents, table.distance).tolist()]
    # A word is the same in both parents when its pieces are, whatever the spelling.
    shared = [False] * len(words)
    if keep_shared_tokens:
        shared = [one == other for one, other in zip(table.pieces(first), table.pieces(second), strict=True)]
    children: List[SyntheticSentence] = []
    position = 0
    for pair, lam in zip(pairs, lambdas, strict=True):
        here = slice(position, position + pair.length)
        children += _children(pair, lam, labelled, words[here], shared[here])
        position += pair.length
    return children


def _children(
    pair: Pair, lam: float, labelled: Sequence[TaggedSentence], words: List[str], shared: List[bool]
) -> Tuple[SyntheticSentence, SyntheticSentence]:
    sides = ((labelled[pair.first], pair.first_start), (labelled[pair.second], pair.second_start))
    windows = [Window(sentence.id, start, start + pair.length) for sentence, start in sides]
    parents_labels = [tuple(sentence.distributions() or ()) for sentence, _ in sides]
    labels = [row[_window(start, pair)] for row, (_, start) in zip(parents_labels, sides, strict=True)]
    mixed_labels = tuple(mix_distributions(one, other, lam) for one, other in zip(*labels, strict=True))
    children = []
    for (frame, start), distributions, parents in zip(sides, parents_labels, (windows, windows[::-1]), strict=True):
        window = _window(start, pair)
        kept = zip(words, frame.tokens[window], shared, strict=True)
        new_words = tuple(own if stays else word for word, own, stays in kept)
        child = TaggedSentence(
            id="",
            tokens=frame.tokens[: window.start] + new_words + frame.tokens[window.stop :],
            tag_distributions=distributions[: window.start] + mixed_labels + distributions[window.stop :],
        )
        children.append(SyntheticSentence(child, tuple(parents), lam))
    return children[0], children[1]


def _window(start: int, pair: Pair) -> slice:
    return slice(start, start + pair.length)
