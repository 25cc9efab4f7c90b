"""The rows of a pandas frame, as records. The package is not imported: frames are given."""

from itertools import groupby
from typing import Any, Dict, Iterator, List, Optional, Set

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
    if not values["tokens"]:
        return iter(())
    ids = None if id is None else _ids(frame[id])
    if ids is not None:
        values["id"] = ids
    are_lists = isinstance(plain_list(values["tokens"][0]), list)
    are_texts = unlabelled and (ids is None or len(set(ids)) == len(ids))
    if not (are_lists or are_texts):
        if ids is None:
            raise ConfigurationError(
                f"{source}: each row of column {tokens!r} is a word; sentence_id is missing, the column that says to "
                f"which sentence it belongs"
            )
        return _of_words(source, values, ids)
    return (
        (f"row {position}", dict(zip(values, map(plain_list, row), strict=True)))
        for position, row in enumerate(zip(*values.values(), strict=True))
    )


def _ids(column: Any) -> List[Any]:
    """A column of ids: NaN for what is missing, and the whole numbers that pandas makes floats of beside NaN."""
    values = column.astype(object).where(column.notna(), float("nan")).tolist()
    return [int(value) if isinstance(value, float) and value.is_integer() else value for value in values]


def _of_words(source: str, values: Dict[str, List[Any]], ids: List[Any]) -> Iterator[Placed]:
    """The sentences of rows that are words: neighbours with the same id are one."""
    start = 0
    seen: Set[Any] = set()
    for name, group in groupby(ids):
        if name in seen:
            raise ConfigurationError(
                f"{source}, row {start}: the words of the sentence {name!r} are not in rows one after another"
            )
        seen.add(name)
        end = start + len(list(group))
        record: Dict[str, Any] = {key: column[start:end] for key, column in values.items()}
        yield f"rows {start} to {end - 1}", {**record, "id": name}
        start = end
