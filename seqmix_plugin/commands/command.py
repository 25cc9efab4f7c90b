"""Public functions as sub-commands of `allennlp`: options from the signature, help from the docstring."""

import argparse
import collections.abc
import inspect
import re
import sys
from contextlib import contextmanager
from typing import (
    Any,
    Callable,
    Dict,
    Iterator,
    List,
    Literal,
    Mapping,
    Optional,
    Tuple,
    TypeVar,
    Union,
    get_args,
    get_origin,
)

import torch
from allennlp.commands.subcommand import Subcommand

from seqmix_plugin.console import prepare_console
from seqmix_plugin.errors import ConfigurationError, error_line, first_line, out_of_memory

F = TypeVar("F", bound=Callable[..., Any])


def command(
    name: str,
    letters: Mapping[str, str] = {},
    interrupted: str = "nothing was written",
    exit_code: Callable[[Any], int] = lambda result: 0,
) -> Callable[[F], F]:
    """
    Registers a function as a sub-command of `allennlp`. Its keyword-only parameters become options, the others
    positional arguments; `bool` is a flag, `Literal` a choice, and a sequence takes one or more values. The docstring's
    first paragraph and the texts of its parameters are the help.

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

    def register(function: F) -> F:
        @Subcommand.register(name)
        class FunctionCommand(Subcommand):
            def add_subparser(self, parser: argparse._SubParsersAction) -> argparse.ArgumentParser:
                summary, texts = read_docstring(function)
                subparser = parser.add_parser(self.name, description=summary, help=summary)
                for key, parameter in inspect.signature(function).parameters.items():
                    if key != "include_package":  # AllenNLP adds this option to every sub-command
                        names, settings = _argument(parameter, letters.get(key))
                        subparser.add_argument(*names, help=texts[key].replace("%", "%%"), **settings)
                subparser.set_defaults(func=run)
                return subparser

        def run(args: argparse.Namespace) -> None:
            with one_line_errors(interrupted):
                result = function(**{key: getattr(args, key) for key in inspect.signature(function).parameters})
            if exit_code(result):
                sys.exit(exit_code(result))

        return function

    return register


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


def pick_device(cuda_device: Optional[int]) -> torch.device:
    """The GPU of this number, the CPU for -1; for `None` as AllenNLP's trainer: the first GPU, if there is one."""
    if cuda_device is None:
        cuda_device = 0 if torch.cuda.is_available() else -1
    if cuda_device >= torch.cuda.device_count():
        raise ConfigurationError(
            f"--cuda-device is {cuda_device}; this machine has {torch.cuda.device_count()} GPUs, and -1 is the CPU"
        )
    return torch.device("cpu" if cuda_device < 0 else f"cuda:{cuda_device}")


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
