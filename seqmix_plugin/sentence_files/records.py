"""Sentences that are records already, such as the rows of a data set, checked as the lines of a file are."""

from itertools import chain
from typing import Any, Dict, Iterable, Iterator, List, Optional, Sequence, Tuple

from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.io.json_text import shown
from seqmix_plugin.sentence import TaggedSentence
from seqmix_plugin.sentence_files.jsonl_file import sentence_of
from seqmix_plugin.sentence_files.sentence_file import SentenceFile

Record = Dict[str, Any]
"""A sentence with the keys of `JsonlSentencesReader`."""
Placed = Tuple[str, Record]
"""A record and its place in the data, such as `"row 3"`."""


def sentences_of_records(
    source: str, records: Iterable[Placed], scheme: str, repair: bool, unlabelled: bool
) -> Iterator[TaggedSentence]:
    """
    The sentences of records, with BIO tags. A `ConfigurationError`, which begins with `source`, names the place of a
    record that is no sentence.
    """
    file, rest = SentenceFile(source, scheme, repair), iter(records)
    first = next(rest, None)
    if first is None:
        raise ConfigurationError(f"{source}: there is no sentence in it")
    yield from file.checked(
        sentence_of(file, place, record, position, unlabelled)
        for position, (place, record) in enumerate(chain([first], rest))
    )


def with_tag_names(source: str, records: Iterable[Placed], names: Optional[Sequence[str]]) -> Iterator[Placed]:
    """Records with the names of tags that are numbers; a `ConfigurationError` for a number without a name."""
    for place, record in records:
        tags = record.get("tags")
        if isinstance(tags, list) and int in set(map(type, tags)):
            try:
                record = {**record, "tags": _named(tags, names)}
            except ValueError as error:
                raise ConfigurationError(f"{source}, {place}: {error}") from error
        yield place, record


def _named(tags: Sequence[Any], names: Optional[Sequence[str]]) -> List[str]:
    """The names of numbers; raises a `ValueError` that says what is expected."""
    if names is None:
        raise ValueError(
            f"'tags' is {shown(tags)}; expected strings, or tag_names, the tags that the numbers stand for"
        )
    wrong = [tag for tag in tags if type(tag) is not int or not 0 <= tag < len(names)]
    if wrong:
        raise ValueError(f"the tag {shown(wrong[0])} has no name; there are {len(names)} names, of the numbers from 0")
    return [names[tag] for tag in tags]


def has_columns(values: Any) -> bool:
    """Whether a value is a frame or a data set, which is no list of its rows."""
    return hasattr(values, "columns") or hasattr(values, "column_names")


def plain_list(values: Any) -> Any:
    """A tuple or an array (of numpy, Arrow or pandas) as a list of plain values; anything else as it is."""
    if hasattr(values, "tolist"):
        values = values.tolist()
    if not isinstance(values, (list, tuple)):
        return values
    return [value.item() if getattr(value, "ndim", None) == 0 else value for value in values]


def check_column(source: str, wanted: str, columns: Sequence[Any]) -> str:
    """The name itself; a `ConfigurationError` names the columns that there are unless it is one of them."""
    if wanted not in columns:
        raise ConfigurationError(
            f"{source}: there is no column {wanted!r}; the columns are {', '.join(map(str, columns))}"
        )
    return wanted
