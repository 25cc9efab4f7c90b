"""Which values of a configuration fit the annotation of an argument, and how errors describe them."""

import collections.abc
import inspect
import json
import os
from pathlib import Path
from typing import Annotated, Any, Dict, List, Union, get_args, get_origin

import torch
from allennlp.common import Lazy, Registrable
from allennlp.data import DataLoader, TokenIndexer, Tokenizer, Vocabulary
from allennlp.modules import TokenEmbedder
from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from seqmix_plugin.errors import ConfigurationError, quoted

PACKAGE = __name__.split(".")[0]
EXAMPLES = {
    DataLoader: "in_memory",
    TokenEmbedder: "pretrained_transformer_mismatched",
    TokenIndexer: "word_piece",
    Tokenizer: "unicode_words",
    Vocabulary: "empty",
}
"""Of blocks whose default does not serve active learning."""
MAPPINGS, LISTS = (dict, collections.abc.Mapping), (list, set, collections.abc.Iterable, collections.abc.Sequence)
LEAVES: Dict[Any, Any] = {
    int: Annotated[int, Field(ge=-(2**63), lt=2**63)],  # as NumPy and torch count
    float: Annotated[float, Field(allow_inf_nan=False)],
    **{kind: kind for kind in (str, bool, type(None))},
    **dict.fromkeys(MAPPINGS, Dict[Any, Any]),
    **dict.fromkeys((*LISTS, tuple), List[Any]),
}
ADAPTERS = {kind: TypeAdapter(leaf, config=ConfigDict(strict=True)) for kind, leaf in LEAVES.items()}
NAMES = {int: ("a whole number", "whole numbers"), float: ("a number", "numbers"), str: ("a string", "strings")}
NAMES[bool] = ("true or false", "true or false")
UNSAYABLE = (os.PathLike, Path, torch.device)
"""Types in annotations, beside others, that no configuration can hold."""


class MismatchError(ConfigurationError):
    """The error for the key or value at a dotted path."""

    def __init__(self, path: str, what: str) -> None:
        super().__init__(f"{path} {what}")
        self.path = path


def wrong(path: str, value: Any, expected: str) -> MismatchError:
    """The error for a value that does not fit."""
    return MismatchError(path, f"is {shown(value)}; expected {expected}")


def shown(value: Any) -> str:
    """A value as an error shows it: `null`, `true` and `false` as in Jsonnet, and no more than fits a line."""
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    try:
        return quoted(value)
    except ValueError:  # Python writes whole numbers of up to 4,300 digits
        return "a number with thousands of digits"


def at(configuration: Any, path: str) -> Any:
    """The value at a dotted path, or `None`."""
    for key in path.split("."):
        configuration = configuration.get(key) if isinstance(configuration, dict) else None
    return configuration


def fits(kind: Any, value: Any) -> bool:
    """Whether a value fits an annotation; the members of mappings and lists are not looked at."""
    origin, inner = get_origin(kind) or kind, get_args(kind)
    if origin not in ADAPTERS:
        return kind not in UNSAYABLE and not is_block(kind)  # `Any`, or a class whose user has to judge
    try:
        ADAPTERS[origin].validate_python(value)
    except ValidationError:
        return False
    return origin is not tuple or Ellipsis in inner or len(value) == len(inner)


def is_block(kind: Any) -> bool:
    """Whether AllenNLP builds objects of this class from blocks."""
    return inspect.isclass(kind) and hasattr(kind, "from_params")


def takes_null(kind: Any) -> bool:
    """Whether `null` fits an annotation."""
    return kind in (Any, inspect.Parameter.empty, type(None)) or type(None) in get_args(kind)


def described(kind: Any, number: int = 0) -> str:
    """A value that fits an annotation, in words; several of them where `number` is 1."""
    origin, inner = get_origin(kind), get_args(kind)
    if kind in NAMES:
        return NAMES[kind][number]
    if kind is type(None):
        return "null"
    if origin is Union:
        return " or ".join(dict.fromkeys(described(one, number) for one in inner if one not in UNSAYABLE))
    if origin is Lazy:
        return described(inner[0], number)
    if origin is tuple and Ellipsis not in inner:
        return f"{'lists' if number else 'a list'} [{', '.join(map(described, inner))}]"
    if origin in (*LISTS, tuple):
        members = described(inner[0], 1) if inner else "values"
        return f"{'lists' if number else 'a list'} of {f'({members})' if ' or ' in members else members}"
    if is_block(kind):
        return f"{'blocks' if number else 'a block'} such as {_example(kind)}"
    return ("an object", "objects")[number] if origin in MAPPINGS or kind in MAPPINGS else ("a value", "values")[number]


def _example(base: Any) -> str:
    registered = Registrable._registry.get(base)
    if not registered:
        defaults = {name: p.default for name, p in inspect.signature(base).parameters.items()}
        return str(
            dict([(name, value) for name, value in defaults.items() if isinstance(value, (str, int, float))][:1])
        )
    ours = [name for name, (kind, _) in registered.items() if kind.__module__.startswith(PACKAGE)]
    names = [name for name in (EXAMPLES.get(base), base.default_implementation, *ours, *registered) if name]
    return str({"type": names[0]})
