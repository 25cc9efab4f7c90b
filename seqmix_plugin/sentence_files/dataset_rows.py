"""The rows of a Hugging Face `datasets.Dataset`, as records. The package is not imported: its objects are given."""

from typing import Any, Iterator, List, Optional

from seqmix_plugin.sentence_files.records import Placed

BATCH = 4096
"""Number of rows that are decoded together."""


def names_of_tags(dataset: Any, column: Optional[str]) -> Optional[List[str]]:
    """The names of the tags in a column of lists of `ClassLabel`; `None` for another column."""
    feature = (dataset.features or {}).get(column)
    return getattr(getattr(feature, "feature", None), "names", None)


def dataset_records(dataset: Any, tokens: str, tags: Optional[str], id: Optional[str]) -> Iterator[Placed]:
    """
    The rows of a data set, a few thousand in memory at a time, with the columns of the words, the tags and the ids if
    there are any.
    """
    columns = {"tokens": tokens, "tags": tags, "id": id}
    used = {key: column for key, column in columns.items() if column is not None}
    rows = dataset.select_columns(list(dict.fromkeys(used.values()))).with_format("arrow")
    position = 0
    for table in rows.iter(BATCH):
        values = [table.column(column).to_pylist() for column in used.values()]
        for row in zip(*values, strict=True):
            yield f"row {position}", dict(zip(used, row, strict=True))
            position += 1
