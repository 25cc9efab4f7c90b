"""The options of `seqmix compare` that are lists in a text."""

from typing import List, Optional, Tuple

from seqmix_plugin.annotation_cost import AnnotationCost
from seqmix_plugin.errors import ConfigurationError, quoted


def parsed_pairs(text: Optional[str], baseline: Optional[str]) -> List[Tuple[str, str]]:
    """The pairs of a list such as `nte_sub:nte,mnlp:random`."""
    if text is None:
        return []
    if baseline is not None:
        raise ConfigurationError("--baseline and --pairs exclude each other: both say what is compared")
    pairs = [tuple(part.strip() for part in pair.split(":")) for pair in text.split(",")]
    if any(len(pair) != 2 or not all(pair) or pair[0] == pair[1] for pair in pairs):
        raise ConfigurationError(
            f"--pairs is {quoted(text)}; expected pairs of different methods, such as nte_sub:nte,mnlp:random"
        )
    if len({frozenset(pair) for pair in pairs}) < len(pairs):
        raise ConfigurationError(f"--pairs is {quoted(text)}; expected every pair once")
    return [(first, second) for first, second in pairs]


def parsed_cost(text: Optional[str]) -> Optional[AnnotationCost]:
    """The seconds of a list such as `12.57,3.795,5.387`."""
    if text is None:
        return None
    try:
        seconds = [float(part) for part in text.split(",")]
    except ValueError:
        seconds = []
    if len(seconds) != 3 or not all(0 <= one < float("inf") for one in seconds) or not any(seconds):
        expected = "the seconds of a sentence, a token and an entity, such as 12.57,3.795,5.387"
        raise ConfigurationError(f"--annotation-cost is {quoted(text)}; expected {expected}")
    return AnnotationCost(*seconds)
