"""The pages of the reference, by the names of their files."""

import inspect
import re
import sys
from typing import Any, Dict, List

import seqmix_plugin
from scripts.reference.catalogue import PACKAGE, Component, blocks, components, users
from scripts.reference.commands import commands_page
from scripts.reference.docstrings import documented, sections
from scripts.reference.markdown import (
    TO_SOURCE,
    anchor,
    further_sections,
    function,
    page_of,
    parameters,
    prose,
    table,
)
from seqmix_plugin import functional

REGISTERED = re.compile(r"\n*Registered as an? `\w+` with name \"\w+\"\.?")


def pages() -> Dict[str, str]:
    """All pages."""
    found = {page_of(kind): kind_page(kind, ones) for kind, ones in components().items()}
    found |= {"blocks.md": blocks_page(), "formulas.md": formulas_page(), "commands.md": commands_page()}
    if public_names():
        found["python.md"] = python_page()
    return found | {"index.md": index_page()}


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
    keys = [f"`{key}` of [`{one.name}`]({page_of(one.kind)}#{anchor(one.name)})" for one, key in users(name)]
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


def formulas_page() -> str:
    """The functions of `functional`, by their modules."""
    parts = ["# Formulas", f"{functional.__doc__} They are imported from `{functional.__name__}`."]
    by_module: Dict[str, List[str]] = {}
    for name, value in vars(functional).items():
        if inspect.isfunction(value):
            by_module.setdefault(value.__module__, []).append(function(name, value, level=3))
    for module, texts in sorted(by_module.items()):
        parts += [
            f"## {module.split('.')[-1].replace('_', ' ').capitalize()}",
            str(sys.modules[module].__doc__),
            *texts,
        ]
    return "\n\n".join(parts)


def public_names() -> Dict[str, Any]:
    """What `import seqmix_plugin` offers, by name."""
    return {name: getattr(seqmix_plugin, name) for name in getattr(seqmix_plugin, "LAZY", {})}


def python_page() -> str:
    """The functions and classes for Python and notebooks."""
    parts = ["# Python", "Names of `import seqmix_plugin as sx`."]
    for name, value in public_names().items():
        if inspect.isclass(value):
            parts.append(class_entry(name, value))
        elif callable(value):
            parts.append(function(name, value))
    return "\n\n".join(parts)


def class_entry(name: str, cls: type) -> str:
    """A class for Python: its docstring, properties and methods."""
    members = {key: value for key, value in vars(cls).items() if not key.startswith("_") and inspect.getdoc(value)}
    properties = [
        (f"`{key}`", " ".join(sections(value)[""].split()))
        for key, value in members.items()
        if not inspect.isroutine(value)
    ]
    methods = [function(key, getattr(cls, key), level=3) for key, value in members.items() if inspect.isroutine(value)]
    parts = [
        f"## {name}",
        prose(sections(cls)[""]),
        parameters(documented(cls), "parameter"),
        *further_sections(cls),
        table(("property", "value"), map(lambda row: (row[0], prose(row[1])), properties)) if properties else "",
        *methods,
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def index_page() -> str:
    """The list of all pages, with the names that each kind has."""
    rows = [
        (
            f"[`{kind.__name__}`]({page_of(kind)})",
            ", ".join(f"[`{o.name}`]({page_of(kind)}#{anchor(o.name)})" for o in ones),
        )
        for kind, ones in components().items()
    ]
    others = ["blocks", *(["python"] if public_names() else []), "formulas"]
    parts = [
        "# Reference",
        "Made from the source code: the registered names of each kind, their keys, and the public functions. A configuration "
        "chooses a component by its `type`; keys that are not required may be left out.",
        table(("kind", "registered names"), rows),
        "[Blocks of settings](blocks.md) are the parts of a configuration without a `type`, and [formulas](formulas.md) the "
        "functions that the components bind.",
        "```{toctree}\n:hidden:\n" + "\n".join([*(page_of(kind)[:-3] for kind in components()), *others]) + "\n```",
    ]
    return "\n\n".join(parts) + "\n"
