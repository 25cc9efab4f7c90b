"""Checks of numbers that criteria share."""

from typing import Union

from allennlp.common.checks import ConfigurationError

Number = Union[int, float]


def at_least(key: str, value: int, least: int) -> int:
    """The whole number itself; raises a `ConfigurationError` for a smaller one."""
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise ConfigurationError(f"stopping.{key} is {value!r}; expected a whole number from {least}")
    return value


def between(key: str, value: Number, low: Number, high: Number) -> float:
    """The number itself; raises a `ConfigurationError` for one outside."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
        raise ConfigurationError(f"stopping.{key} is {value!r}; expected a number from {low} to {high}")
    return float(value)


def measured(key: str, split: str) -> str:
    """The name of a split; raises a `ConfigurationError` for another than dev: a run may not be ended by its test."""
    if split != "dev":
        why = " (scores on test would no longer be those of unseen data)" if split == "test" else ""
        raise ConfigurationError(f"stopping.{key} is {split!r}; expected 'dev'{why}")
    return split
