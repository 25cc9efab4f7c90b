"""The console script `seqmix`: the sub-commands of `allennlp` and of this package; each imports only what it needs."""

import argparse
import difflib
import gc
import logging
import os
import pkgutil
import sys
from contextlib import contextmanager
from importlib import import_module, metadata
from pathlib import Path
from typing import Any, Iterator, List, NoReturn, Optional, Sequence

from seqmix_plugin.commands.command import COMMANDS, one_line_errors
from seqmix_plugin.commands.names import ALLENNLP, OURS
from seqmix_plugin.errors import ConfigurationError, error_line, first_line
from seqmix_plugin.extras import check_allennlp

PROGRAM = "seqmix"
PACKAGE = __name__.split(".")[0]
REGISTRATION = f"{PACKAGE}.registration"
PRINT_RESULTS = ("evaluate", "predict")
"""The sub-commands of AllenNLP that print their results here, instead of AllenNLP's log."""
UNKNOWN = 2
"""The exit code for an unknown sub-command, as argparse has it."""


def main(arguments: Optional[Sequence[str]] = None) -> None:
    """
    Runs a sub-command.

    # Parameters

    arguments : `Sequence[str]`, optional (default = `None`)
        The command line after the name of the program; by default that of this process.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    name = given[0] if given else "--help"
    if name in ("-h", "--help"):
        print(overview())
    elif name == "--version":
        print(PROGRAM, metadata.version(PACKAGE))
    elif name in OURS and not OURS[name].needs_allennlp:
        run_without_allennlp(name, given[1:])
    elif name in OURS or name in ALLENNLP or other_plugins():
        run_with_allennlp(name, given[1:])
    else:
        _refuse(name)


def overview() -> str:
    """The text of `seqmix --help`."""
    ours = {name: entry.summary for name, entry in OURS.items()}
    width = max(map(len, (*ours, *ALLENNLP)))
    lists = ["\n".join(f"  {name:{width}}  {text}" for name, text in names.items()) for names in (ours, ALLENNLP)]
    return f"""\
usage: {PROGRAM} [-h | --version] SUB-COMMAND ...

Active learning for sequence labelling with SeqMix augmentation.

sub-commands:
{lists[0]}

sub-commands of AllenNLP, with this package included:
{lists[1]}

{PROGRAM} SUB-COMMAND --help describes a sub-command and its options."""


def other_plugins() -> List[str]:
    """The plugins beside this package that AllenNLP finds: in the working directory's file, and in the home's."""
    files = [Path(".allennlp_plugins"), Path.home() / ".allennlp" / "plugins"]
    lines = [line for file in files if file.is_file() for line in file.read_text(encoding="utf-8").splitlines()]
    return [line.strip() for line in lines if line.strip() not in ("", PACKAGE)]


def _refuse(name: str) -> NoReturn:
    print(f"error: {_unknown(name)}", file=sys.stderr)
    sys.exit(UNKNOWN)


def _unknown(name: str) -> str:
    names = sorted([*OURS, *ALLENNLP])
    close = difflib.get_close_matches(name, names, n=1)
    hint = f" did you mean {close[0]!r}?" if close else ""
    return f"{name!r} is not a sub-command;{hint} expected one of {', '.join(names)}"


def run_without_allennlp(name: str, arguments: Sequence[str]) -> None:
    """Runs a sub-command of ours that does not need AllenNLP."""
    logging.basicConfig(level=logging.INFO)
    import_module(f"seqmix_plugin.commands.{OURS[name].module}")
    command = COMMANDS[name]
    parser = argparse.ArgumentParser(prog=f"{PROGRAM} {name}", description=command.summary)
    command.add_arguments(parser)
    for action in parser._actions:
        if action.default and action.default != argparse.SUPPRESS:
            action.help = f"{action.help} (default = %(default)s)"
    parser.add_argument("--include-package", action="append", default=[], help="additional packages to include")
    args = parser.parse_args(arguments)
    with one_line_errors(command.interrupted):
        for package in other_plugins():
            _import_whole(package, "the plugin")
        for package in args.include_package:
            _import_whole(package, "--include-package")
    command.run(args)


def _import_whole(package: str, given: str) -> None:
    """Imports a package of the user's and all its modules, also from the working directory, as AllenNLP does."""
    if os.getcwd() not in sys.path:
        sys.path.append(os.getcwd())
    try:
        module = import_module(package)
        for found in pkgutil.walk_packages(getattr(module, "__path__", []), f"{package}."):
            import_module(found.name)
    except ImportError as error:
        raise ConfigurationError(f"{given} {package} cannot be imported: {first_line(error)}") from error


@contextmanager
def without_collection() -> Iterator[None]:
    """
    Garbage is not collected while modules are imported, a sixth of whose time the search for it takes, and what they
    hold is not searched later: it stays until the process ends.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if enabled:
            gc.enable()


def run_with_allennlp(name: str, arguments: Sequence[str]) -> None:
    """Runs any other sub-command as `allennlp` does that includes what this package registers."""
    try:
        check_allennlp()
    except ConfigurationError as error:
        print(error_line(error), file=sys.stderr)
        sys.exit(1)
    with without_collection():
        import_module("allennlp.__main__")  # begins the logging
        import_module(REGISTRATION)
    from allennlp.commands import Subcommand
    from allennlp.commands import main as run
    from allennlp.common.plugins import import_plugins
    from allennlp.common.util import install_sigterm_handler

    if name in PRINT_RESULTS:
        import_module("seqmix_plugin.commands.archive_commands").register_quiet_forms()
    if name not in OURS and name not in ALLENNLP:
        import_plugins()
        if name not in Subcommand.list_available():
            _refuse(name)
    known: Any = Subcommand.by_name(name)
    included = ["--include-package", REGISTRATION] if known.requires_plugins else []
    from seqmix_plugin.run_console import one_line_excepthook

    sys.excepthook = one_line_excepthook  # until AllenNLP writes errors of a run to its log file
    install_sigterm_handler()
    sys.argv[1:] = [name, *included, *arguments]
    run(prog=PROGRAM)
