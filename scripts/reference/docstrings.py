"""Docstrings in AllenNLP's format as data: prose, parameters and other sections."""

import inspect
import re
from typing import Any, Dict, NamedTuple, Optional

PARAMETER = re.compile(r"([\w, ]+) : `(.+?)`(, optional)?(?: \(default = `(.+)`\))?")
GIVEN = re.compile(r"[\w, ]+")
"""Parameters that AllenNLP gives need no types."""


class Documented(NamedTuple):
    """One entry under `# Parameters`."""

    given: bool
    optional: bool
    default: Optional[str]
    text: str
    type: str


def sections(described: Any) -> Dict[str, str]:
    """The parts of a docstring by their headings; the prose before the first one has the heading `""`."""
    prose, *rest = re.split(r"^# (.+)\n", inspect.getdoc(described) or "", flags=re.M)
    texts = (text.strip() for text in (prose, *rest[1::2]))
    return dict(zip(("", *rest[::2]), texts, strict=True))


def documented(described: Any) -> Dict[str, Documented]:
    """
    The parameters in a docstring.

    # Raises

    `ValueError`
        When an entry has another form, or has no type and is not AllenNLP's.
    """
    entries: Dict[str, Documented] = {}
    for block in re.split(r"\n(?=\S)", sections(described).get("Parameters", "")):
        head, *lines = block.split("\n")
        if not head:
            continue
        text = " ".join(line.strip() for line in lines)
        found = PARAMETER.fullmatch(head)
        if found is None and (GIVEN.fullmatch(head) is None or "AllenNLP" not in text):
            raise ValueError(f"not a parameter of the form name : `type`, optional (default = `value`): {head}")
        names, kind, optional, default = found.groups() if found else (head, "", None, None)
        entry = Documented(found is None, optional is not None, default, text, kind)
        entries.update((name, entry) for name in names.split(", "))
    return entries
