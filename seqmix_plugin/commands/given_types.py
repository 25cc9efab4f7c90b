"""The entity types that `--labels` gives."""

import re
from typing import Collection, Sequence

from seqmix_plugin.errors import ConfigurationError, quoted
from seqmix_plugin.tag_schemes import is_type_name

_TAG = re.compile(r"(?:[BIESLUM]-)?(?!O$)(.+)")
_WITH_PREFIX = re.compile("[BIESLU]-.")


def check_given_types(given: Sequence[str], known: Collection[str] = ()) -> None:
    """
    # Parameters

    given : `Sequence[str]`
        The labels of `--labels`.
    known : `Collection[str]`, optional (default = `()`)
        The types that a project's files have, which may look like several types or like a tag.

    # Raises

    `ConfigurationError`
        For what names no entity type, for several types in one, and for tags, with the types that are meant.
    """
    unknown = [label for label in given if label not in known]
    for label in unknown:
        if not is_type_name(label) or set(label) & set(",;"):
            raise ConfigurationError(f"--labels has {quoted(label)}; expected entity types such as PER LOC")
    tags = [label for label in unknown if label == "O" or (label.startswith("B-") and f"I-{label[2:]}" in unknown)]
    if len(unknown) > 1 and all(map(_WITH_PREFIX.match, unknown)):
        tags = unknown
    if tags:
        types = dict.fromkeys(found[1] for found in map(_TAG.fullmatch, given) if found)
        meant = f"entity types, {' '.join(types)}" if types else "entity types such as PER LOC"
        raise ConfigurationError(f"--labels has {quoted(tags[0])}, a tag; expected {meant}")
