"""Importing this module registers all sub-commands with AllenNLP."""

import argparse
from importlib import import_module

from allennlp.commands.subcommand import Subcommand

from seqmix_plugin.commands.command import COMMANDS, Command
from seqmix_plugin.commands.names import OURS


def register(command: Command) -> None:
    """Makes a function a sub-command of `allennlp`."""

    @Subcommand.register(command.name)
    class FunctionCommand(Subcommand):
        def add_subparser(self, parser: argparse._SubParsersAction) -> argparse.ArgumentParser:
            subparser = parser.add_parser(self.name, description=command.summary, help=command.summary)
            command.add_arguments(subparser)
            subparser.set_defaults(func=command.run)
            return subparser


for name, entry in OURS.items():
    import_module(f"seqmix_plugin.commands.{entry.module}")
    register(COMMANDS[name])
