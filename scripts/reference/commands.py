"""The page of the sub-commands, from their functions."""

import argparse
from importlib import import_module
from typing import List, Tuple

from scripts.reference.docstrings import sections
from scripts.reference.markdown import prose, table
from seqmix_plugin.commands.command import COMMANDS, Command
from seqmix_plugin.commands.main import PROGRAM
from seqmix_plugin.commands.names import ALLENNLP, OURS


def commands_page() -> str:
    """All sub-commands of `seqmix`, with the options of ours."""
    parts = [
        "# Commands",
        f"`{PROGRAM} SUB-COMMAND`; `--help` after any of them lists its options. Without a value, an option is a flag.",
        table(
            ("sub-command", "what it does"), [(f"[`{name}`](#{name})", entry.summary) for name, entry in OURS.items()]
        ),
    ]
    for name, entry in OURS.items():
        import_module(f"seqmix_plugin.commands.{entry.module}")
        parts.append(command_entry(COMMANDS[name]))
    parts += [
        "## Sub-commands of AllenNLP",
        f"`{PROGRAM}` has these as well, with this package included; `{PROGRAM} train` is `allennlp train`.",
        table(("sub-command", "what AllenNLP says of it"), [(f"`{name}`", text) for name, text in ALLENNLP.items()]),
    ]
    return "\n\n".join(parts) + "\n"


def command_entry(command: Command) -> str:
    """A sub-command: what it does, and its arguments."""
    parser = argparse.ArgumentParser(prog=f"{PROGRAM} {command.name}", add_help=False)
    command.add_arguments(parser)
    actions = parser._actions
    given = " ".join(metavar(action) for action in actions if not action.option_strings)
    required = " ".join(f"{action.option_strings[-1]} {metavar(action)}" for action in actions if is_required(action))
    usage = " ".join(part for part in (parser.prog, given, required, "[options]") if part)
    parts = [
        f"## {command.name}",
        f"```\n{usage}\n```",
        prose(sections(command.function)[""]),
        table(("argument", "default", "meaning"), map(row, actions)),
    ]
    return "\n\n".join(parts)


def is_required(action: argparse.Action) -> bool:
    return bool(action.option_strings) and action.required


def metavar(action: argparse.Action) -> str:
    """What stands for the value of an argument: nothing for a flag."""
    if action.nargs == 0:
        return ""
    name = "{" + ",".join(action.choices) + "}" if action.choices else action.dest.upper()
    return f"{name} [{name} …]" if action.nargs == "+" else name


def row(action: argparse.Action) -> Tuple[str, str, str]:
    """A row of the table of arguments."""
    names: List[str] = [*action.option_strings] or [metavar(action)]
    shown = ", ".join(f"`{name}`" for name in names)
    value = metavar(action) if action.option_strings else ""
    default = "" if action.default in (None, False, "") else f"`{action.default}`"
    return (
        f"{shown} `{value}`" if value else shown,
        "required" if action.required else default,
        prose((action.help or "").replace("%%", "%")),
    )
