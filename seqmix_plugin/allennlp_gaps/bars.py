"""AllenNLP's progress bars."""

import functools
from contextlib import contextmanager
from typing import Iterator


@contextmanager
def transient_bars() -> Iterator[None]:
    """AllenNLP's progress bars stay on the terminal when they are full; here they vanish, so that our lines remain."""
    import allennlp.common.tqdm as bars

    from seqmix_plugin.progress import BarWriter

    before = bars._tqdm, bars.TqdmToLogsWriter
    bars._tqdm = functools.partial(bars._tqdm, leave=False)  # type: ignore[assignment]
    bars.TqdmToLogsWriter = BarWriter  # type: ignore[assignment,misc]
    try:
        yield
    finally:
        bars._tqdm, bars.TqdmToLogsWriter = before  # type: ignore[misc]
