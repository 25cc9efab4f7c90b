"""What the reference describes: the classes that a configuration can name, and the blocks of settings in them."""

import functools
import re
from typing import Any, Dict, Iterator, List, NamedTuple, Tuple

import allennlp.commands
from allennlp.common import FromParams, Registrable

import seqmix_plugin.registration
from scripts.reference.docstrings import Documented, documented

PACKAGE = seqmix_plugin.__name__


class Component(NamedTuple):
    """A class registered under a name, and what its configuration is made from: itself or a constructor of its own."""

    kind: type
    name: str
    cls: type
    constructor: Any

    def parameters(self) -> Dict[str, Documented]:
        return documented(self.constructor)


@functools.cache
def components() -> Dict[type, List[Component]]:
    """The registered classes of the plugin by their kind, both in alphabetical order; sub-commands are functions."""
    found: Dict[type, List[Component]] = {}
    for kind, classes in sorted(Registrable._registry.items(), key=lambda entry: entry[0].__name__):
        ours = [
            Component(kind, name, cls, cls if constructor is None else getattr(cls, constructor))
            for name, (cls, constructor) in sorted(classes.items())
            if cls.__module__.startswith(f"{PACKAGE}.")
        ]
        if ours and kind is not allennlp.commands.Subcommand:
            found[kind] = ours
    return found


@functools.cache
def blocks() -> List[type]:
    """The blocks of settings without a `type`: classes that a key of a component has as its type."""
    settings = {cls.__name__: cls for cls in _subclasses(FromParams) if cls.__module__.startswith(f"{PACKAGE}.")}
    kinds = {kind.__name__ for kind in components()}
    pending = [one.constructor for ones in components().values() for one in ones]
    found: List[type] = []
    while pending:
        for entry in documented(pending.pop()).values():
            for name in words(entry.type):
                cls = settings.get(name)
                if cls is not None and name not in kinds and not issubclass(cls, Registrable) and cls not in found:
                    found.append(cls)
                    pending.append(cls)
    return sorted(found, key=lambda cls: cls.__name__)


def users(name: str) -> Iterator[Tuple[Component, str]]:
    """The keys of components that have a type by this name."""
    for ones in components().values():
        for one in ones:
            for key, entry in one.parameters().items():
                if name in words(entry.type):
                    yield one, key


def words(code: str) -> List[str]:
    """The names in a type or a default."""
    return re.findall(r"[A-Za-z_]\w*", code)


def _subclasses(base: type) -> Iterator[type]:
    for child in base.__subclasses__():
        yield child
        yield from _subclasses(child)
