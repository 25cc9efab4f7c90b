"""AllenNLP's progress bars."""

import functools
from contextlib import contextmanager
from typing import Any, Iterator


def text_bars(module: Any) -> None:
    """
    In a notebook AllenNLP takes tqdm's widgets, which cannot be made without ipywidgets and write to no file; here its
    bars are text everywhere.
    """
    from tqdm import tqdm

    tqdm.monitor_interval = 0  # as AllenNLP sets it
    module._tqdm = tqdm


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
