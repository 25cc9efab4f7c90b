"""The one currency between pool, policies, oracles, augmenters and files: plain data, no tensors."""

from dataclasses import dataclass, replace
from typing import Dict, List, Optional, Sequence, Tuple

TagDistribution = Dict[str, float]
"""Probabilities of the tags of one token; tags that are left out have probability 0."""


def one_hot(tags: Sequence[str]) -> List[TagDistribution]:
    """Hard tags as distributions."""
    return [{tag: 1.0} for tag in tags]


def is_unicode(text: str) -> bool:
    """JSON can write half of a character (of a surrogate pair), which no tokenizer takes and no file holds."""
    try:
        return text.isascii() or bool(text.encode("utf-8"))
    except UnicodeEncodeError:
        return False


@dataclass(frozen=True)
class TaggedSentence:
    """
    A sentence of words with its labels, if there are any.

    # Parameters

    id : `str`
        Unique within a corpus; names the sentence in every file that a run writes.
    tokens : `Tuple[str, ...]`
        The words.
    tags : `Tuple[str, ...]`, optional (default = `None`)
        One BIO tag a word. `None` when the sentence is not labelled or only softly labelled.
    tag_distributions : `Tuple[TagDistribution, ...]`, optional (default = `None`)
        Soft labels, one distribution a word, each of which sums to 1.
    """

    id: str
    tokens: Tuple[str, ...]
    tags: Optional[Tuple[str, ...]] = None
    tag_distributions: Optional[Tuple[TagDistribution, ...]] = None

    def __post_init__(self) -> None:
        for name, labels in (("tags", self.tags), ("tag_distributions", self.tag_distributions)):
            if labels is not None and len(labels) != len(self.tokens):
                raise ValueError(f"sentence {self.id!r}: {len(labels)} {name} for {len(self.tokens)} tokens")

    def __len__(self) -> int:
        return len(self.tokens)

    @property
    def text(self) -> str:
        """The words joined by one space, as a language model reads them."""
        return " ".join(self.tokens)

    def distributions(self) -> Optional[List[TagDistribution]]:
        """The soft labels; for hard tags the one-hot case; `None` without labels."""
        if self.tag_distributions is not None:
            return list(self.tag_distributions)
        if self.tags is not None:
            return one_hot(self.tags)
        return None

    def without_labels(self) -> "TaggedSentence":
        """The same sentence as a query policy may see it."""
        return TaggedSentence(self.id, self.tokens)

    def with_tags(self, tags: Tuple[str, ...]) -> "TaggedSentence":
        """The same sentence with an annotator's tags."""
        return replace(self, tags=tuple(tags), tag_distributions=None)


SentenceSource = Sequence[TaggedSentence]
"""Where sentences are taken from: a list of them, a table on disk, a part of either. One pass over it is cheap; a
sentence that is kept is kept in memory."""
