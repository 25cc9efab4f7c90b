"""What a value of a configuration may be, by the annotation of the argument that it is for, and how errors say so."""

import collections.abc
import inspect
import os
import sys
from pathlib import Path
from typing import Any, Union, get_args, get_origin

import torch
from allennlp.common import FromParams, Lazy, Registrable
from allennlp.common.checks import ConfigurationError
from allennlp.data import DataLoader, DatasetReader, TokenIndexer, Tokenizer, Vocabulary
from allennlp.models import Model
from allennlp.modules import TokenEmbedder
from allennlp.training.learning_rate_schedulers import LearningRateScheduler
from allennlp.training.optimizers import Optimizer

from seqmix_plugin.errors import shortened
from seqmix_plugin.query_policies import QueryPolicy

EXAMPLES = {
    DataLoader: "in_memory",
    DatasetReader: "conll_columns",
    LearningRateScheduler: "slanted_triangular",
    Model: "sequence_tagger",
    Optimizer: "fused_adamw",
    QueryPolicy: "random",
    TokenEmbedder: "pretrained_transformer_mismatched",
    TokenIndexer: "word_piece",
    Tokenizer: "unicode_words",
    Vocabulary: "empty",
}
"""Of blocks whose default, if they have one, does not serve active learning."""
LARGEST = 2**63 - 1
"""Of whole numbers: what NumPy and torch can count."""
NAMES = {int: ("a whole number", "whole numbers"), float: ("a number", "numbers"), str: ("a string", "strings")}
NAMES[bool] = ("true or false", "true or false")
UNSAYABLE = (os.PathLike, Path, torch.device)
"""Kinds that stand beside others in annotations and that no configuration can hold."""
MAPPINGS, LISTS = (dict, collections.abc.Mapping), (list, set, collections.abc.Iterable, collections.abc.Sequence)


class MismatchError(ConfigurationError):
    """
    A value that no constructor takes.

    # Parameters

    message : `str`
        What is wrong with it and what would be valid.
    path : `str`, optional (default = `""`)
        Of the value, dotted as overrides have it.
    """

    def __init__(self, message: str, path: str = "") -> None:
        super().__init__(message)
        self.path = path


def problem(path: str, what: str) -> MismatchError:
    """The error for what stands at a path."""
    return MismatchError(f"{path} {what}", path)


def wrong(path: str, value: Any, expected: str) -> MismatchError:
    """The error for a value of another kind."""
    return problem(path, f"is {shown(value)}; expected {expected}")


def shown(value: Any) -> str:
    """A value as an error shows it: `null`, `true` and `false` as in Jsonnet, and no more than fits a line."""
    words = {None: "null", True: "true", False: "false"}
    return words[value] if value is None or isinstance(value, bool) else _written(value)


def _written(value: Any) -> str:
    try:
        return shortened(repr(value))
    except ValueError:  # Python writes whole numbers of up to 4,300 digits
        return "a number with thousands of digits"


def is_simple(kind: Any, value: Any) -> bool:
    """Whether a value that holds no others, or whose inner ones do not matter, is of a kind."""
    if kind is type(None):
        return value is None
    if kind in (int, float):
        numeric, largest = (int, LARGEST) if kind is int else ((int, float), sys.float_info.max)
        return isinstance(value, numeric) and not isinstance(value, bool) and abs(value) <= largest  # not so NaN
    if kind in (str, bool):
        return isinstance(value, kind)
    if kind in MAPPINGS or get_origin(kind) in MAPPINGS:
        return isinstance(value, dict)
    if kind in (*LISTS, tuple) or get_origin(kind) in LISTS:
        return isinstance(value, list)
    if get_origin(kind) is tuple:
        return isinstance(value, list) and Ellipsis in get_args(kind)
    # `Any` takes all, and of another class only its user can judge.
    return kind not in UNSAYABLE and not is_block(kind)


def is_block(kind: Any) -> bool:
    """Whether AllenNLP builds objects of a kind of blocks."""
    return inspect.isclass(kind) and issubclass(kind, FromParams)


def takes_null(kind: Any) -> bool:
    """Whether `null` is a value of a kind."""
    return kind in (Any, inspect.Parameter.empty, type(None)) or type(None) in get_args(kind)


def described(kind: Any, number: int = 0) -> str:
    """What a value of a kind is, in words: one of them, or several where `number` is 1."""
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
    names = base.list_available() if Registrable._registry.get(base) else []
    return str({"type": EXAMPLES.get(base) or base.default_implementation or names[0]} if names else {})
