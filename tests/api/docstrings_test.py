"""Every public function and method says what it takes and returns, in AllenNLP's format."""

import inspect
from typing import Any, Iterator, Tuple

import pytest

import seqmix_plugin as sx
from tests.docstrings_test import documented


def functions() -> Iterator[Tuple[str, Any, Any]]:
    """Names, what has the docstring, and what has the parameters."""
    for name in sx.LAZY:
        value = getattr(sx, name)
        if not value.__module__.startswith("seqmix_plugin.api"):
            continue
        yield name, value, value
        for method, inner in vars(value).items() if inspect.isclass(value) else ():
            if inspect.isfunction(inner) and not method.startswith("_"):
                yield f"{name}.{method}", inner, inner


FUNCTIONS = {name: (described, called) for name, described, called in functions()}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_parameters_and_results_are_documented(name: str) -> None:
    described, called = FUNCTIONS[name]
    parameters = {key: value for key, value in inspect.signature(called).parameters.items() if key != "self"}
    entries = documented(described)
    assert list(entries) == list(parameters)
    for key, entry in entries.items():
        default = parameters[key].default
        assert entry.optional == (default is not inspect.Parameter.empty), key
        assert entry.default is None or eval(entry.default) == default, key
        assert entry.text.endswith("."), key
    if inspect.signature(called).return_annotation is not None and not inspect.isclass(described):
        assert "# Returns\n" in str(inspect.getdoc(described))


def test_there_are_functions_and_methods() -> None:
    assert {"train", "compare", "Run.plot", "Tagger.predict"} <= set(FUNCTIONS)
