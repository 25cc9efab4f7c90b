"""Sub-commands made of functions: their command lines, and how signatures become options."""

import argparse
from typing import Any, Dict, List, Literal, Optional, Sequence

import pytest
from allennlp.commands import ArgumentParserWithDefaults, Subcommand
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.commands.command import COMMANDS, command
from seqmix_plugin.commands.subcommands import register
from tests.commands.conftest import Command

COMMAND_LINES: Dict[str, str] = {
    "annotate": "queries [--labels +] [--run] [-s --output] [--annotator] [--order query|file]",
    "augment": "config input_path -s --output [-o --overrides] [--archive] [--include-input 0] [--rate] [--seed] "
    "[--cuda-device] [-f --force 0]",
    "compare": "runs + [-o --output] [--csv] [--markdown] [--split test|dev] [--target-f1] [--baseline] "
    "[--pairs] [--planned] [--against sentences|tokens|entities|seconds] [--annotation-cost] "
    "[--figure] [--figure-width] [--latex] [--names]",
    "compare-corpora": "runs + [--markdown] [--latex] [--split test|dev] [--baseline] [--pairs] [--planned] "
    "[--against sentences|tokens|entities|seconds] [--annotation-cost]",
    "export-hf": "source [-s --output] [-f --force 0] [--allow-differences 0] [--license] [--language] [--datasets]",
    "export-queries": "queries --format [--labels +] [--run] -s --output [--model-version] [-f --force 0]",
    "extend": "folder --num-rounds [--query-size +] [--query-tokens +] [--file-friendly-logging 0]",
    "import-annotations": "file --format --queries [--labels +] [--run] [-s --output] "
    "[--annotators first|majority|error] [--snap 0] [--skip-problems 0] [--dry-run 0] [-f --force 0]",
    "repeat": "config --seeds -s --serialization-dir [-o --overrides] [--workers] [--vary-data 0] [--records] "
    "[--pairs] [--ray 0] [--address] [--cpus-per-run] [--gpus-per-run]",
    "sweep": "grid -s --serialization-dir [--seeds] [--workers] [--vary-data 0] [--records] [--ray 0] [--address] "
    "[--cpus-per-run] [--gpus-per-run]",
    "serve-queries": "run [--host] [--port] [--credentials] [--cuda-device] [--snap 0]",
}


def parser_of(name: str) -> argparse.ArgumentParser:
    return Subcommand.by_name(name)().add_subparser(ArgumentParserWithDefaults().add_subparsers())


def command_line(parser: argparse.ArgumentParser) -> str:
    shown: List[str] = []
    for action in parser._actions[1:]:
        parts = [*(action.option_strings or [action.dest])]
        parts += [] if action.nargs is None else [str(action.nargs)]
        parts += ["|".join(action.choices)] if action.choices else []
        shown.append(" ".join(parts) if action.required else f"[{' '.join(parts)}]")
    return " ".join(shown)


@pytest.mark.parametrize("name", COMMAND_LINES)
def test_the_command_lines(name: str) -> None:
    parser = parser_of(name)
    assert command_line(parser) == COMMAND_LINES[name]
    assert parser.description
    assert parser.description.endswith(".")
    assert "`" not in parser.description
    assert all(action.help for action in parser._actions)
    parser.format_help()


@command("shout-in-test", letters={"loud": "-l"}, interrupted="nobody heard it", exit_code=len)
def shout(
    word: str,
    others: Sequence[int],
    *,
    ending: Literal["!", "?"] = "!",
    rate: Optional[float] = None,
    loud: bool = False,
    include_package: Sequence[str] = (),
) -> str:
    """
    Shout a word,
    or not.

    Much more about it.

    # Parameters

    word : `str`
        What is
        shouted.
    others : `Sequence[int]`
        Some numbers.
    ending : `Literal["!", "?"]`, optional (default = `"!"`)
        The end, 100 % of it.
    rate : `float`, optional (default = `None`)
        A rate.
    loud : `bool`, optional (default = `False`)
        In capitals.

    # Returns

    `str`
        Nothing for "quiet".
    """
    if word == "error":
        raise ConfigurationError("no\nword")
    if word == "interrupt":
        raise KeyboardInterrupt
    if word == "memory":
        raise RuntimeError("CUDA out of memory")
    if word == "bug":
        raise RuntimeError("bug")
    print(word, others, ending, rate, loud, include_package)
    return "" if word == "quiet" else word


register(COMMANDS["shout-in-test"])


def test_a_signature_becomes_a_command_line(capsys: pytest.CaptureFixture[str], command: Command) -> None:
    parser = parser_of("shout-in-test")
    assert command_line(parser) == "word others + [--ending !|?] [--rate] [-l --loud 0]"
    assert parser.description == "Shout a word, or not."
    text = " ".join(parser.format_help().split())
    assert "What is shouted." in text
    assert "The end, 100 % of it. (default = !)" in text
    assert command("shout-in-test", "quiet", 1, 2, "-l", "--rate", "0.5", "--include-package", "seqmix_plugin") == 0
    assert capsys.readouterr().out == "quiet [1, 2] ! 0.5 True ['seqmix_plugin']\n"
    assert command("shout-in-test", "word", 1) == 4
    assert command("shout-in-test", "word", "one") == 2


@pytest.mark.parametrize(
    ("word", "code", "line"),
    [
        ("error", 1, "error: no word"),
        ("interrupt", 130, "interrupted: nobody heard it"),
        ("memory", 1, "error: not enough memory (CUDA out of memory)"),
    ],
)
def test_an_end_is_one_line(
    capsys: pytest.CaptureFixture[str], command: Command, word: Any, code: int, line: str
) -> None:
    assert command("shout-in-test", word, 1) == code
    assert capsys.readouterr().err.splitlines()[-1] == line


def test_other_errors_are_not_hidden(command: Command) -> None:
    with pytest.raises(RuntimeError, match="bug"):
        command("shout-in-test", "bug", 1)
