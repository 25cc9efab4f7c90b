"""Functions that complete modules of other packages as soon as these have been imported."""

import functools
import sys
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any, Callable, Dict, Mapping, Optional, Sequence

Completion = Callable[[Any], None]


class _Finder(MetaPathFinder):
    """Finds the modules that are to be completed, and has their loaders complete them."""

    def __init__(self, completions: Mapping[str, Completion]) -> None:
        self.completions: Dict[str, Completion] = dict(completions)

    def find_spec(
        self, fullname: str, path: Optional[Sequence[str]], target: Optional[ModuleType] = None
    ) -> Optional[ModuleSpec]:
        complete = self.completions.get(fullname)
        spec = None if complete is None else PathFinder.find_spec(fullname, path, target)
        if complete is not None and spec is not None and spec.loader is not None:
            execute = functools.partial(_execute, spec.loader.exec_module, complete)
            setattr(spec.loader, "exec_module", execute)  # noqa: B010
        return spec


def _execute(original: Callable[[ModuleType], None], complete: Completion, module: ModuleType) -> None:
    original(module)
    complete(module)


class _NotFound(MetaPathFinder):
    """Stands behind all other finders, and says how to install a module that none of them has found."""

    def __init__(self, module: str, hint: str) -> None:
        self.module = module
        self.hint = hint

    def find_spec(self, fullname: str, path: object, target: object = None) -> None:
        if fullname == self.module:
            raise ModuleNotFoundError(self.hint, name=fullname)


def complete_modules(completions: Mapping[str, Completion]) -> None:
    """
    Calls functions with modules of other packages: at once with those that are imported, with the others directly
    after they have been executed, before any other module can take a name from them.

    # Parameters

    completions : `Mapping[str, Completion]`
        By the full name of the module, which must be within a package.
    """
    sys.meta_path.insert(0, _Finder(completions))
    for name, complete in completions.items():
        if name in sys.modules:
            complete(sys.modules[name])


def replace(name: str, make: Callable[[Any], Any]) -> Completion:
    """The completion that replaces a function of a module by what is made of it."""
    return lambda module: setattr(module, name, make(getattr(module, name)))


def explain_missing(module: str, hint: str) -> None:
    """Makes the error for a module that is not installed say how to install it."""
    sys.meta_path.append(_NotFound(module, hint))
