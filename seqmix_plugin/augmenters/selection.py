"""Generated sentences are judged in batches until enough of them are accepted."""

from collections import Counter
from dataclasses import dataclass, replace
from typing import Callable, Dict, List, Sequence, Tuple

from seqmix_plugin.augmenters.context import AugmentationContext
from seqmix_plugin.augmenters.discriminators import Discriminator
from seqmix_plugin.progress import progress_bar
from seqmix_plugin.sentence import TaggedSentence
from seqmix_plugin.synthetic import SyntheticSentence

LARGEST_BATCH = 1024
"""Largest number of children that are made and judged together, which bounds the memory."""

Candidate = Tuple[SyntheticSentence, TaggedSentence]
"""A child, and its frame: the parent whose other words it keeps."""


@dataclass(frozen=True)
class Selection:
    """
    The children of a round that were judged.

    # Parameters

    generated : `List[SyntheticSentence]`
        Those up to the last one that was needed, in order, with ids and verdicts.
    judged : `int`
        Number of all that were judged.
    """

    generated: List[SyntheticSentence]
    judged: int

    @property
    def accepted(self) -> int:
        """Number of accepted children."""
        return sum(child.accepted for child in self.generated)


def accept_enough(
    wanted: int, draw: Callable[[int], List[Candidate]], discriminator: Discriminator, context: AugmentationContext
) -> Selection:
    """
    Draws and judges children until enough are accepted. Children of a batch after the last one that was needed are
    dropped.

    # Parameters

    wanted : `int`
        Number of children to accept.
    draw : `Callable[[int], List[Candidate]]`
        Makes about as many further children; none when there are no more.
    discriminator : `Discriminator`
        Discriminator d; a round of it is started.
    context : `AugmentationContext`
        The round, which the ids begin with.
    """
    discriminator.start_round(context)
    generated: List[SyntheticSentence] = []
    accepted = judged = 0
    size = discriminator.first_batch_size(wanted)
    with progress_bar(total=wanted, desc="generating") as progress:
        while accepted < wanted:
            batch = draw(min(size, LARGEST_BATCH))
            if not batch:
                break
            judged += len(batch)
            children, frames = [child for child, _ in batch], [frame for _, frame in batch]
            for child, verdict in zip(children, discriminator.judge(children, frames), strict=True):
                sentence = replace(child.sentence, id=f"r{context.round_number}-{len(generated)}")
                generated.append(replace(child, sentence=sentence, accepted=verdict.accepted, score=verdict.score))
                accepted += verdict.accepted
                progress.update(int(verdict.accepted))
                if accepted == wanted:
                    break
            # As many as are missing at the acceptance so far.
            size = int((wanted - accepted) * (len(generated) + 1) / (accepted + 1)) + 1
    return Selection(generated, judged)


def word_counts(generated: Sequence[SyntheticSentence]) -> Dict[str, float]:
    """How many words were generated, how many of them are different, and the share of the ten most frequent."""
    words = Counter(word for child in generated for word in child.new_words)
    return {
        "generated_tokens": words.total(),
        "distinct_tokens": len(words),
        "ten_most_frequent": sum(count for _, count in words.most_common(10)) / max(words.total(), 1),
    }
