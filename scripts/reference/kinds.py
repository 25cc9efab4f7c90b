"""The pages of registered classes, one for each kind, and that of the blocks of settings."""

import re
from collections import Counter
from typing import Any, List

from scripts.reference.catalogue import PACKAGE, Component, blocks, users
from scripts.reference.docstrings import documented, sections
from scripts.reference.markdown import TO_SOURCE, anchor, further_sections, page_of, parameters, prose, table

REGISTERED = re.compile(r"\n*Registered as an? `\w+` with name \"\w+\"\.?")


def source(described: Any) -> str:
    """A link to the file of a class or function."""
    path = described.__module__.replace(".", "/") + ".py"
    return f"[`{path}`]({TO_SOURCE}{path})"


def summary(described: Any) -> str:
    """The first sentence of a docstring."""
    first = " ".join(sections(described)[""].split("\n\n")[0].split())
    return prose(re.split(r"(?<=[.)])\s+(?=[A-Z`])", REGISTERED.sub("", first))[0])


def taken_by(name: str) -> str:
    """A sentence with the keys that take a class."""
    found = list(users(name))
    times = Counter((key, one.name) for one, key in found)
    keys = [
        f"`{key}` of [`{one.name}`]({page_of(one.kind)}#{anchor(one.name)})"
        + (f" (`{one.kind.__name__}`)" if times[key, one.name] > 1 else "")
        for one, key in found
    ]
    return f"Given as {', '.join(keys)}." if keys else ""


def kind_page(kind: type, ones: List[Component]) -> str:
    """A kind: what it is, the registered names, and an entry for each."""
    ours = kind.__module__.startswith(f"{PACKAGE}.")
    about = prose(sections(kind)[""]) if ours else f"AllenNLP's `{kind.__name__}`; these are the plugin's."
    parts = [f"# {kind.__name__}", about, taken_by(kind.__name__)]
    if len(ones) > 1:
        names = [(f"[`{one.name}`](#{anchor(one.name)})", summary(one.cls)) for one in ones]
        parts.append(table(("type", "what it does"), names))
    return "\n\n".join(part for part in (*parts, *map(entry, ones)) if part)


def entry(one: Component) -> str:
    """A registered class."""
    keys = parameters(one.parameters())
    parts = [
        f"## {one.name}",
        f"Class `{one.cls.__name__}` in {source(one.cls)}.",
        prose(REGISTERED.sub("", sections(one.cls)[""])),
        keys or "It has no keys.",
        *further_sections(one.constructor),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def blocks_page() -> str:
    """The settings that are blocks without a `type`."""
    parts = ["# Blocks of settings", "Blocks of a configuration that have keys, but no `type` to choose."]
    for cls in blocks():
        parts += [f"## {cls.__name__}", taken_by(cls.__name__), prose(sections(cls)[""]), parameters(documented(cls))]
        parts += further_sections(cls)
    return "\n\n".join(part for part in parts if part) + "\n"
