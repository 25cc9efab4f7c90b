"""How a file of sentences is laid out."""

from collections import Counter
from typing import Iterable, NamedTuple, Sequence, Set


class Layout(NamedTuple):
    """The format of a file, and, if it has tags, their scheme, the columns of words and tags, and whether to repair."""

    format: str
    labelled: bool = False
    scheme: str = "BIO"
    token_column: int = 0
    tag_column: int = -1
    repair: bool = False

    def with_columns(self, other: "Layout") -> "Layout":
        """The same with another one's columns."""
        return self._replace(token_column=other.token_column, tag_column=other.tag_column)


def scheme_of(sentences: Iterable[Sequence[str]]) -> str:
    """The scheme of tags, by their prefixes; of I- and B- alone, by what most entities begin with."""
    prefixes: Set[str] = set()
    begins: Counter = Counter()
    for tags in sentences:
        for before, tag in zip(("O", *tags), tags, strict=False):
            prefixes.add(tag[:1])
            if before == "O" and tag != "O":
                begins[tag[:1]] += 1
    if prefixes & {"L", "U"}:
        return "BIOUL"
    if prefixes & {"E", "S"}:
        return "BIOES"
    return "IOB1" if begins["I"] > begins["B"] else "BIO"
