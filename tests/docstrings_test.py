"""The docstrings of components say what their constructors take: every parameter, its default and what it means."""

import inspect
import sys
from typing import Any, Iterator, List, Tuple

import pytest
from allennlp.commands import Subcommand
from allennlp.common import FromParams, Lazy, Registrable

from scripts.reference.docstrings import documented
from seqmix_plugin import functional
from seqmix_plugin.formats import AnnotationFormat

CONSTRUCTORS = {
    cls: name for classes in Registrable._registry.values() for cls, name in classes.values() if name is not None
}


def subclasses(base: type) -> Iterator[type]:
    for child in base.__subclasses__():
        yield child
        yield from subclasses(child)


COMPONENTS = sorted(
    {
        cls
        for cls in (*subclasses(FromParams), *subclasses(AnnotationFormat))
        if cls.__module__.startswith("seqmix_plugin.") and not cls.__name__.startswith("_")
    },
    key=lambda cls: f"{cls.__module__}.{cls.__name__}",
)
REGISTERED = sorted(
    (
        (base, name, cls)
        for base, classes in Registrable._registry.items()
        for name, (cls, _) in classes.items()
        if cls.__module__.startswith("seqmix_plugin.") and base is not Subcommand  # these are made from functions
    ),
    key=lambda entry: f"{entry[0].__name__} {entry[1]}",
)


def plain(value: Any) -> Any:
    """A value that can be compared: of objects their class and what is in them, of lazy ones the class they make."""
    if isinstance(value, Lazy):
        return plain(value._constructor)
    if type(value).__module__.startswith(("seqmix_plugin", "allennlp")):
        return type(value), {name: plain(part) for name, part in vars(value).items()}
    return value


def constructor_of(cls: type) -> Tuple[Any, List[inspect.Parameter]]:
    """The class or its registered constructor, whichever has the parameters in its docstring; and the parameters."""
    if CONSTRUCTORS.get(cls) is not None:
        method = getattr(cls, CONSTRUCTORS[cls])
        return method, list(inspect.signature(method).parameters.values())
    constructor: Any = cls.__init__  # type: ignore[misc]
    own = [] if constructor is object.__init__ else list(inspect.signature(constructor).parameters.values())[1:]
    return cls, own


@pytest.mark.parametrize("cls", COMPONENTS, ids=lambda cls: cls.__name__)
def test_every_parameter_is_documented_with_its_default(cls: type) -> None:
    described, parameters = constructor_of(cls)
    entries = documented(described)
    constructor: Any = cls.__init__ if described is cls else described  # type: ignore[misc]
    module = sys.modules[getattr(constructor, "__module__", cls.__module__)]  # the constructor may be inherited
    assert list(entries) == [parameter.name for parameter in parameters]
    for parameter in parameters:
        entry = entries[parameter.name]
        assert entry.text.endswith("."), parameter.name
        assert len(entry.text.split()) >= 3, f"{parameter.name}: {entry.text}"
        assert entry.text[0].isupper() or entry.text[0] in "`[", f"{parameter.name}: {entry.text}"
        if entry.given:
            continue
        has_default = parameter.default is not inspect.Parameter.empty
        assert entry.optional == has_default, parameter.name
        if has_default:
            assert entry.default is not None, f"{parameter.name}: no default"
            said = eval(entry.default, {**vars(module)})
            assert plain(said) == plain(parameter.default), parameter.name


@pytest.mark.parametrize(("base", "name", "cls"), REGISTERED, ids=[f"{e[0].__name__}-{e[1]}" for e in REGISTERED])
def test_the_registered_name_is_documented(base: type, name: str, cls: type) -> None:
    article = "an" if base.__name__[0] in "AEIO" else "a"
    assert f'Registered as {article} `{base.__name__}` with name "{name}"' in (inspect.getdoc(cls) or "")


@pytest.mark.parametrize("name", [name for name, function in vars(functional).items() if inspect.isfunction(function)])
def test_functions_of_mathematics_document_parameters_and_result(name: str) -> None:
    function = getattr(functional, name)
    entries = documented(function)
    assert list(entries) == list(inspect.signature(function).parameters)
    for entry in entries.values():
        assert not entry.text.startswith("Shape"), entry.text
    assert "\n# Returns\n" in str(inspect.getdoc(function))


def test_there_are_components() -> None:
    kinds: Tuple[str, ...] = tuple(base.__name__ for base, _, _ in REGISTERED)
    assert len(REGISTERED) >= 50
    assert {"Augmenter", "QueryPolicy", "Oracle", "DatasetReader", "Model", "Trainer"} <= set(kinds)
