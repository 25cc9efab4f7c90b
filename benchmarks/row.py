"""Entries of a stage: rows to measure, measured values, and rows that cannot be measured."""

import time
from dataclasses import dataclass, field
from typing import Any, Callable, Dict, Optional, Union

from benchmarks.measure import Target


@dataclass(frozen=True)
class Row:
    """
    Something to time against a reference.

    # Parameters

    label : `str`
        What is done, and how much of it.
    reference_label : `str`
        What it is measured against.
    target : `Target`, optional
        `None` when nothing is asked.
    ours, reference : `Callable[[], Any]`
        The two.
    ours_size, reference_size : `int`, optional (default = `1`)
        How many sentences each works on; seconds are divided by it.
    prepare : `Callable[[], Any]`, optional (default = `None`)
        Called before each time ours runs, and not timed.
    difference : `Callable[[Any, Any], float]`, optional (default = `None`)
        How far the two results are apart: the proof that the reference does the same.
    tolerance : `float`, optional (default = `1e-4`)
        The largest difference that is let pass.
    clock : `Callable[[], float]`, optional (default = `time.perf_counter`)
        Seconds.
    profiled : `bool`, optional (default = `True`)
        Whether a profile of this process says why it falls short.
    operations : `int`, optional (default = `0`)
        The floating-point operations of the arithmetic that both do, if they are counted.
    note : `str`, optional (default = `""`)
        What a reader has to know.
    """

    label: str
    reference_label: str
    target: Optional[Target]
    ours: Callable[[], Any]
    reference: Callable[[], Any]
    ours_size: int = 1
    reference_size: int = 1
    prepare: Optional[Callable[[], Any]] = None
    difference: Optional[Callable[[Any, Any], float]] = None
    tolerance: float = 1e-4
    clock: Callable[[], float] = time.perf_counter
    profiled: bool = True
    operations: int = 0
    note: str = ""


@dataclass(frozen=True)
class Value:
    """
    Something that was measured by its stage.

    # Parameters

    label : `str`
        What was measured.
    value : `float`
        The number.
    unit : `str`
        Such as `"s"`.
    limit : `float`, optional (default = `None`)
        The most that it may be.
    parts : `Dict[str, float]`, optional (default = `{}`)
        What it is made of, in the unit that each name says.
    note : `str`, optional (default = `""`)
        What a reader has to know.
    """

    label: str
    value: float
    unit: str
    limit: Optional[float] = None
    parts: Dict[str, float] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True)
class Skipped:
    """
    A row that cannot be measured here.

    # Parameters

    label : `str`
        What would be measured.
    note : `str`
        Why it is not.
    """

    label: str
    note: str


Entry = Union[Row, Value, Skipped]
