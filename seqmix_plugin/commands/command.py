"""Public functions as sub-commands: options from the signature, help from the docstring."""

import argparse
import collections.abc
import inspect
import re
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import (
    Any,
    Callable,
    Dict,
    Iterator,
    List,
    Literal,
    Mapping,
    Tuple,
    TypeVar,
    Union,
    get_args,
    get_origin,
)

from seqmix_plugin.console import prepare_console
from seqmix_plugin.errors import ConfigurationError, error_line, first_line, out_of_memory

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class Command:
    """A function as a sub-command, see `command`."""

    name: str
    function: Callable[..., Any]
    letters: Mapping[str, str]
    interrupted: str
    exit_code: Callable[[Any], int]

    @property
    def summary(self) -> str:
        """What the sub-command does, in a line."""
        return read_docstring(self.function)[0]

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Adds the function's parameters to a parser, except for `include_package`, which every sub-command has."""
        _, texts = read_docstring(self.function)
        for key, parameter in inspect.signature(self.function).parameters.items():
            if key != "include_package":
                names, settings = _argument(parameter, self.letters.get(key))
                parser.add_argument(*names, help=texts[key].replace("%", "%%"), **settings)

    def run(self, args: argparse.Namespace) -> None:
        """Calls the function; an error is one line, and ends the process, as an exit code other than 0 does."""
        with one_line_errors(self.interrupted):
            result = self.function(**{key: getattr(args, key) for key in inspect.signature(self.function).parameters})
        if self.exit_code(result):
            sys.exit(self.exit_code(result))


COMMANDS: Dict[str, Command] = {}
"""The sub-commands whose modules are imported."""


def command(
    name: str,
    letters: Mapping[str, str] = {},
    interrupted: str = "nothing was written",
    exit_code: Callable[[Any], int] = lambda result: 0,
) -> Callable[[F], F]:
    """
    Records a function as a sub-command. Its keyword-only parameters become options, the others positional arguments;
    `bool` is a flag, `Literal` a choice, and a sequence takes one or more values. The docstring's first paragraph and
    the texts of its parameters are the help.

    # Parameters

    name : `str`
        The sub-command's name.
    letters : `Mapping[str, str]`, optional (default = `{}`)
        Short options by parameter, such as `{"output": "-s"}`.
    interrupted : `str`, optional (default = `"nothing was written"`)
        What the message after Ctrl-C says.
    exit_code : `Callable[[Any], int]`, optional
        The exit code for what the function returns; by default 0.
    """

    def record(function: F) -> F:
        COMMANDS[name] = Command(name, function, letters, interrupted, exit_code)
        return function

    return record


def read_docstring(function: Callable[..., Any]) -> Tuple[str, Dict[str, str]]:
    """The first paragraph of a function's docstring, and the text of each of its parameters."""
    prose, *sections = re.split(r"^# (\w+)\n", inspect.getdoc(function) or "", flags=re.M)
    texts = dict(zip(sections[::2], sections[1::2], strict=True)).get("Parameters", "")
    found = re.findall(r"^(\w+) : .*\n((?:    .*\n?)+)", texts, re.M)
    return " ".join(prose.split("\n\n")[0].split()), {name: " ".join(text.split()) for name, text in found}


def _argument(parameter: inspect.Parameter, letter: "str | None") -> Tuple[List[str], Dict[str, Any]]:
    """Names and settings of the command-line argument of a parameter."""
    kind = parameter.annotation
    if get_origin(kind) is Union:  # Optional
        kind = get_args(kind)[0]
    settings: Dict[str, Any] = {"action": "store_true"} if kind is bool else {"type": kind}
    if get_origin(kind) in (list, collections.abc.Sequence):
        settings = {"type": get_args(kind)[0], "nargs": "+"}
    elif get_origin(kind) is Literal:
        settings = {"choices": get_args(kind)}
    if parameter.kind is not inspect.Parameter.KEYWORD_ONLY:
        return [parameter.name], settings
    is_required = parameter.default is inspect.Parameter.empty
    settings |= {"required": True} if is_required else {"default": parameter.default}
    return [*([letter] if letter else []), "--" + parameter.name.replace("_", "-")], settings


@contextmanager
def one_line_errors(interrupted: str) -> Iterator[None]:
    """Shows our own messages only; an error is one line and exit code 1, Ctrl-C one line and exit code 130."""
    prepare_console()
    try:
        yield
    except KeyboardInterrupt:
        print(f"interrupted: {interrupted}", file=sys.stderr)
        sys.exit(130)
    except (ConfigurationError, MemoryError, RuntimeError) as error:
        if not isinstance(error, ConfigurationError):
            if not out_of_memory(error):
                raise
            error = ConfigurationError(f"not enough memory ({first_line(error)})")
        print(error_line(error), file=sys.stderr)
        sys.exit(1)
