"""Numbers and texts as the report writes them."""

from typing import Any, Optional, Sequence, Tuple

from seqmix_plugin.errors import printable

JOINERS = "\u200c\u200d"
NOTHING = "\u2013"
MINUS = "\u2212"


def decimal(value: Optional[float], digits: int = 1) -> str:
    """`71.3`, `−0.4`, and `–` for what was not measured."""
    if value is None or value != value:
        return NOTHING
    return f"{round(value, digits) + 0.0:,.{digits}f}".replace("-", MINUS)  # adding 0 makes -0.0 one without a sign


def signed(value: Optional[float], digits: int = 1) -> str:
    """`+1.2` and `−0.4`; what rounds to nothing has no sign."""
    return ("+" if value is not None and round(value, digits) > 0 else "") + decimal(value, digits)


def between(ends: Optional[Tuple[float, float]]) -> str:
    """An interval, as `+0.4 to +3.9`."""
    return NOTHING if ends is None else f"{signed(ends[0])} to {signed(ends[1])}"


def p_value(p: Optional[float]) -> str:
    """Three decimals, as `0.031` or `< 0.001`."""
    if p is None:
        return NOTHING
    return "< 0.001" if p < 0.001 else f"{p + 1e-9:.3f}"  # 2 / 2⁵ = 0.0625 is rounded up


def with_deviation(mean: Optional[float], deviation: float, num_runs: int) -> str:
    """`71.3 ± 1.2`; one run has no deviation."""
    return decimal(mean) if mean is None or num_runs < 2 else f"{decimal(mean)} ± {decimal(deviation)}"


def counted(number: int, noun: str) -> str:
    """`1 seed` and `3 seeds`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def seed_names(units: Sequence[Tuple[int, int]]) -> str:
    """Runs by their seeds, as `1, 2`; with their slices where these differ."""
    one_slice = len({data_seed for _, data_seed in units}) < 2
    return ", ".join(str(seed) if one_slice else f"{seed} (slice {data_seed})" for seed, data_seed in units)


def labels(needed: Optional[float], first_budget: float) -> str:
    """Needed labels as `137`, as `≤ 50` where the first budget is enough, and as `not reached`."""
    if needed is None:
        return "not reached"
    return f"≤ {decimal(needed, 0)}" if needed <= first_budget else decimal(needed, 0)


Needed = Tuple[Optional[float], float]
"""The labels that a method needs, and its first budget."""


def saving(own: Needed, others: Needed) -> str:
    """
    How many fewer labels a method needs than another, as `23 % fewer`, or as `≥ 23 % fewer` where its first budget is
    enough; `–` where the first budget of the other is enough.
    """
    if own[0] is None or others[0] is None or others[0] <= others[1]:
        return NOTHING
    share = round(100 * (1 - own[0] / others[0]))
    if share <= 0:
        return f"{-share} % more" if share else "as many"
    return f"{'≥ ' if own[0] <= own[1] else ''}{share} % fewer"


def saved(saving: Tuple[float, int]) -> str:
    """A saving in percent and its bound, as `23 %`, `at least 23 %`, and `less than 23 %` without the F1 reached."""
    percent, bound = saving
    return f"{ {-1: 'less than ', 1: 'at least '}.get(bound, '') }{decimal(percent, 0)} %"


def visible(value: Any) -> Any:
    """
    A value with all texts in it as a page shows them: invisible characters are written as escapes, except the joiners
    that scripts such as Persian and Hindi need. Text that is escaped for HTML already stays unchanged.
    """
    if type(value) is str:
        return value if value.isprintable() else "".join(c if c in JOINERS else printable(c) for c in value)
    if isinstance(value, dict):
        return {visible(key): visible(part) for key, part in value.items()}
    return [visible(part) for part in value] if isinstance(value, (list, tuple)) else value
