"""A profile of a row that misses its target."""

import cProfile
import os
import pstats
from typing import Any, Callable, Dict

SHOWN = 8


def profile(work: Callable[[], Any]) -> Dict[str, float]:
    """
    The functions that took most time of their own, with their shares of it all.

    # Parameters

    work : `Callable[[], Any]`
        Run once under `cProfile`.

    # Returns

    `Dict[str, float]`
        Shares in [0, 1] by `file:function`, the largest first.
    """
    profiler = cProfile.Profile()
    profiler.runcall(work)
    # A function's entry: calls, primitive calls, own seconds, seconds with what it calls, callers.
    own: Dict[str, float] = {}
    for (path, _, name), entry in pstats.Stats(profiler).stats.items():  # type: ignore[attr-defined]
        place = name if path == "~" else f"{os.path.basename(path)}:{name}"
        own[place] = own.get(place, 0.0) + entry[2]
    total = sum(own.values()) or 1.0
    most = sorted(own.items(), key=lambda item: -item[1])[:SHOWN]
    return {place: round(seconds / total, 4) for place, seconds in most}
