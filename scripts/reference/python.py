"""The pages of functions: the formulas, and what `import seqmix_plugin` offers."""

import functools
import inspect
import sys
from types import FunctionType
from typing import Any, Dict, List

import seqmix_plugin
from scripts.reference.docstrings import documented, sections
from scripts.reference.markdown import function, further_sections, parameters, prose, table
from seqmix_plugin import functional

METHODS = (FunctionType, classmethod, staticmethod)
PROPERTIES = (property, functools.cached_property)


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
    return {name: getattr(seqmix_plugin, name) for name in seqmix_plugin.LAZY}


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
    methods = {key: getattr(cls, key) for key, value in members.items() if isinstance(value, METHODS)}
    properties = [
        (f"`{key}`", prose(" ".join(sections(value)[""].split())))
        for key, value in members.items()
        if isinstance(value, PROPERTIES)
    ]
    parts = [
        f"## {name}",
        prose(sections(cls)[""]),
        parameters(documented(cls), in_configuration=False),
        *further_sections(cls),
        table(("property", "value"), properties) if properties else "",
        *(function(key, method, level=3) for key, method in methods.items()),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"
