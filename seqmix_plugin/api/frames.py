"""Rows as pandas frames."""

from typing import TYPE_CHECKING, Any, Dict, Sequence

from seqmix_plugin.api.messages import python_errors
from seqmix_plugin.extras import check_extra

if TYPE_CHECKING:
    import pandas


@python_errors()
def frame(rows: Sequence[Dict[str, Any]], columns: Sequence[Any] = ()) -> "pandas.DataFrame":
    """A frame of rows, with these columns first, also where there is no row."""
    check_extra("datasets", "a data frame", ["pandas"])
    import pandas

    names = dict.fromkeys((*columns, *(name for row in rows for name in row)))
    return pandas.DataFrame(list(rows), columns=list(names))
