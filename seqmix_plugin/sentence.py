"""The one currency between pool, policies, oracles, augmenters and files: plain data, no tensors."""

from dataclasses import dataclass, replace
from typing import Dict, List, Optional, Sequence, Tuple

TagDistribution = Dict[str, float]
"""Probabilities of the tags of one token; tags that are left out have probability 0."""


def one_hot(tags: Sequence[str]) -> List[TagDistribution]:
    """Hard tags as distributions."""
    return [{tag: 1.0} for tag in tags]


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
    spaces : `Tuple[str, ...]`, optional (default = `None`)
        The white space that followed each word in the text it was read from; usually nothing after the last. `None`
        means one space between words. Text in front of the first word is not kept.
    """

    id: str
    tokens: Tuple[str, ...]
    tags: Optional[Tuple[str, ...]] = None
    tag_distributions: Optional[Tuple[TagDistribution, ...]] = None
    spaces: Optional[Tuple[str, ...]] = None

    def __post_init__(self) -> None:
        for name in ("tags", "tag_distributions", "spaces"):
            values = getattr(self, name)
            if values is not None and len(values) != len(self.tokens):
                raise ValueError(f"sentence {self.id!r}: {len(values)} {name} for {len(self.tokens)} tokens")
        for space in self.spaces or ():
            if space and not space.isspace():
                raise ValueError(f"sentence {self.id!r}: {space!r} is no white space; text belongs to the tokens")

    def __len__(self) -> int:
        return len(self.tokens)

    @property
    def text(self) -> str:
        """The words joined by one space, as a language model reads them."""
        return " ".join(self.tokens)

    @property
    def raw_text(self) -> str:
        """The words with the white space that was between them."""
        if self.spaces is None:
            return self.text
        return "".join(word + space for word, space in zip(self.tokens, self.spaces, strict=True))

    def offsets(self) -> List[Tuple[int, int]]:
        """Where each word begins and ends in `raw_text`, in characters (Unicode code points), the end exclusive."""
        places, start = [], 0
        for word, space in zip(self.tokens, self.spaces or (" ",) * len(self.tokens), strict=True):
            places.append((start, start + len(word)))
            start += len(word) + len(space)
        return places

    def distributions(self) -> Optional[List[TagDistribution]]:
        """The soft labels; for hard tags the one-hot case; `None` without labels."""
        if self.tag_distributions is not None:
            return list(self.tag_distributions)
        if self.tags is not None:
            return one_hot(self.tags)
        return None

    def first(self, num_words: int) -> "TaggedSentence":
        """The first words alone, with all that belongs to them."""
        values = {name: getattr(self, name) for name in ("tokens", "tags", "tag_distributions", "spaces")}
        return replace(self, **{name: value[:num_words] for name, value in values.items() if value is not None})

    def without_labels(self) -> "TaggedSentence":
        """The same sentence as a query policy may see it."""
        return TaggedSentence(self.id, self.tokens, spaces=self.spaces)

    def with_tags(self, tags: Tuple[str, ...]) -> "TaggedSentence":
        """The same sentence with an annotator's tags."""
        return replace(self, tags=tuple(tags), tag_distributions=None)


SentenceSource = Sequence[TaggedSentence]
"""Where sentences are taken from: a list of them, a table on disk, a part of either. One pass over it is cheap; a
sentence that is kept is kept in memory."""
