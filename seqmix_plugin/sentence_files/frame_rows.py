"""The rows of a pandas frame, as records. The package is not imported: frames are given."""

from itertools import groupby
from typing import Any, Dict, Iterator, List, Optional

from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.sentence_files.records import Placed, plain_list


def frame_records(
    source: str, frame: Any, tokens: str, tags: Optional[str], id: Optional[str], unlabelled: bool
) -> Iterator[Placed]:
    """
    The sentences of a frame, given the columns of the words, the tags and the ids if there are any. Its rows are
    sentences, with lists or, if `unlabelled`, texts; or they are words, those of a sentence together.
    """
    columns = {"tokens": tokens, "tags": tags, "id": id}
    values = {key: frame[column].tolist() for key, column in columns.items() if column is not None}
    ids = values.get("id")
    are_lists = values["tokens"] != [] and isinstance(plain_list(values["tokens"][0]), list)
    are_texts = unlabelled and (ids is None or len(set(ids)) == len(ids))
    if not (are_lists or are_texts):
        if ids is None:
            raise ConfigurationError(
                f"{source}: each row of column {tokens!r} is a word; sentence_id is missing, the column that says to "
                f"which sentence it belongs"
            )
        return _of_words(values, ids)
    return (
        (f"row {position}", dict(zip(values, map(plain_list, row), strict=True)))
        for position, row in enumerate(zip(*values.values(), strict=True))
    )


def _of_words(values: Dict[str, List[Any]], ids: List[Any]) -> Iterator[Placed]:
    """The sentences of rows that are words: neighbours with the same id are one."""
    start = 0
    for name, group in groupby(ids):
        end = start + len(list(group))
        record: Dict[str, Any] = {key: column[start:end] for key, column in values.items()}
        yield f"rows {start} to {end - 1}", {**record, "id": name}
        start = end
