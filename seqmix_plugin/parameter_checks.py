"""Checks of constructor parameters, each with an error that names the key, the value and what is valid."""

import math
from typing import Sequence

from seqmix_plugin.errors import ConfigurationError


def at_least(key: str, value: int, lowest: int) -> int:
    """The value itself; raises a `ConfigurationError` unless it is a whole number of `lowest` or more."""
    if isinstance(value, bool) or not isinstance(value, int) or value < lowest:
        raise ConfigurationError(f"{key} is {value!r}; expected a whole number, {lowest} or more")
    return value


def between(key: str, value: float, low: float, high: float) -> float:
    """The value itself; raises a `ConfigurationError` unless it is a number from `low` to `high`, both included."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
        raise ConfigurationError(f"{key} is {value!r}; expected a number from {low} to {high}")
    return value


def above_zero(key: str, value: float) -> float:
    """The value itself; raises a `ConfigurationError` unless it is positive."""
    if not value > 0:
        raise ConfigurationError(f"{key} is {value!r}; expected a number above 0")
    return value


def not_negative(key: str, value: float) -> float:
    """The value itself; raises a `ConfigurationError` unless it is a finite number of 0 or more."""
    if isinstance(value, bool) or not 0 <= value < math.inf:
        raise ConfigurationError(f"{key} is {value!r}; expected a number, 0 or more")
    return value


def one_of(key: str, value: str, choices: Sequence[str]) -> str:
    """The value itself; raises a `ConfigurationError` unless it is one of the choices."""
    if value not in choices:
        raise ConfigurationError(f"{key} is {value!r}; expected one of {', '.join(choices)}")
    return value
