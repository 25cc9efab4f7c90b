"""The fixtures of the sub-commands: archives are tried through them."""

from tests.commands.conftest import command, trained

__all__ = ["command", "trained"]
