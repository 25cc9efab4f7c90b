"""The console script `seqmix`: what it lists, that each sub-command imports only what it needs, and its errors."""

import gc
import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import List

import pytest
from allennlp.commands import ArgumentParserWithDefaults, Subcommand

from seqmix_plugin.commands.command import COMMANDS
from seqmix_plugin.commands.main import main, overview, without_collection
from seqmix_plugin.commands.names import ALLENNLP, OURS
from seqmix_plugin.formats import Question, write_questions
from seqmix_plugin.sentence import TaggedSentence
from tests.conftest import ROOT

MODULES = """
import runpy, sys
try:
    runpy.run_module("seqmix_plugin", run_name="__main__")
finally:
    print(*sorted(sys.modules), file=sys.stderr)
"""
WITHOUT_ALLENNLP = sorted(name for name, entry in OURS.items() if not entry.needs_allennlp)
QUESTION = Question(TaggedSentence("a", ("Anna", "sings")))


def seqmix(*arguments: str, folder: Path, path: "Path | str" = "") -> "subprocess.CompletedProcess[str]":
    """Runs `seqmix` in a new process, which prints the names of the modules that it imported to standard error."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(path)])}
    command = [sys.executable, *(["-S"] if path else []), "-c", MODULES, *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300)


def check_light(done: "subprocess.CompletedProcess[str]") -> None:
    modules = done.stderr.splitlines()[-1].split()
    assert "seqmix_plugin.commands.main" in modules
    assert {"allennlp", "torch", "transformers", "scipy", "altair"}.isdisjoint(modules)


def test_all_sub_commands_are_listed() -> None:
    assert sorted([*OURS, *ALLENNLP]) == sorted(name for name in Subcommand.list_available() if "test" not in name[5:])
    for name, entry in OURS.items():
        assert entry.summary == COMMANDS[name].summary
    for name, summary in ALLENNLP.items():
        subparsers = ArgumentParserWithDefaults().add_subparsers()
        Subcommand.by_name(name)().add_subparser(subparsers)
        assert str(subparsers._choices_actions[0].help).split("\n")[0] == summary
    lines = overview().splitlines()
    for name, summary in {**{name: entry.summary for name, entry in OURS.items()}, **ALLENNLP}.items():
        assert any(line.split(maxsplit=1) == [name, summary] for line in lines)


@pytest.mark.parametrize("arguments", [[], ["--help"], *([name, "--help"] for name in WITHOUT_ALLENNLP)])
def test_help_imports_neither_torch_nor_allennlp(arguments: List[str], tmp_path: Path) -> None:
    done = seqmix(*arguments, folder=tmp_path)
    assert done.returncode == 0
    assert done.stdout.startswith(f"usage: seqmix {' '.join(arguments).removesuffix('--help')}".rstrip())
    check_light(done)


def test_questions_and_answers_import_neither_torch_nor_allennlp(tmp_path: Path) -> None:
    write_questions(tmp_path / "questions.jsonl", [QUESTION])
    (tmp_path / "our_format.py").write_text(
        "from seqmix_plugin.formats import AnnotationFormat, JsonlFormat\n\n"
        "@AnnotationFormat.register('ours')\nclass OurFormat(JsonlFormat):\n    ending = '.ours'\n"
    )
    common = ["questions.jsonl", "--labels", "PER", "--include-package", "our_format", "--format", "ours"]
    exported = seqmix("export-queries", *common, "-s", "out.jsonl", folder=tmp_path)
    assert exported.stdout == "wrote 1 questions to out.jsonl\n"
    check_light(exported)
    (tmp_path / "answers.jsonl").write_text('{"id": "a", "tokens": ["Anna", "sings"], "tags": ["B-PER", "O"]}')
    rest = ["--format", "jsonl", "--queries", "questions.jsonl", "--output", "checked.jsonl"]
    imported = seqmix("import-annotations", "answers.jsonl", *rest, folder=tmp_path)
    assert imported.stdout.splitlines()[-1] == "wrote 1 answers to checked.jsonl"
    check_light(imported)
    annotated = seqmix("annotate", "questions.jsonl", "--labels", "PER", "--output", "a.jsonl", folder=tmp_path)
    assert annotated.returncode == 1
    assert "error: " in annotated.stderr  # standard input is no terminal
    check_light(annotated)


def test_runs_are_compared_without_torch_and_allennlp(tmp_path: Path) -> None:
    done = seqmix("compare", str(ROOT / "results" / "unequal_steps" / "conll_random"), folder=tmp_path)
    assert done.stdout.splitlines()[-1] == "wrote report.html"
    assert {"allennlp", "torch", "transformers"}.isdisjoint(done.stderr.splitlines()[-1].split())


def test_a_package_that_is_not_there(tmp_path: Path) -> None:
    done = seqmix("annotate", "x", "--include-package", "no_such_package", folder=tmp_path)
    assert "error: --include-package no_such_package cannot be imported: No module named" in done.stderr


@pytest.mark.parametrize(
    ("name", "line"),
    [
        (
            "trian",
            "error: 'trian' is not a sub-command; did you mean 'train'? expected one of annotate, augment, build-",
        ),
        (
            "x",
            "error: 'x' is not a sub-command; expected one of annotate, augment, build-vocab, cached-path, checklist",
        ),
    ],
)
def test_an_unknown_sub_command(name: str, line: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main([name])
    assert end.value.code == 2
    assert capsys.readouterr().err.startswith(line)


def test_garbage_is_collected_again_after_the_imports() -> None:
    before = gc.get_freeze_count()
    with without_collection():
        assert not gc.isenabled()
        imported = [[] for _ in range(1000)]
    assert gc.isenabled()
    assert gc.get_freeze_count() >= before + len(imported)
    gc.disable()
    try:
        with without_collection():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_other_plugins_are_those_of_allennlp(tmp_path: Path) -> None:
    """Their sub-commands, and what they register for ours."""
    (tmp_path / ".allennlp_plugins").write_text("seqmix_plugin\nour_plugin\n")
    (tmp_path / "our_plugin.py").write_text(
        "from allennlp.commands import Subcommand\n"
        "from seqmix_plugin.formats import AnnotationFormat, JsonlFormat\n\n"
        "@AnnotationFormat.register('ours')\nclass OurFormat(JsonlFormat):\n    ending = '.ours'\n\n"
        "@Subcommand.register('hello')\nclass Hello(Subcommand):\n    def add_subparser(self, parser):\n"
        "        subparser = parser.add_parser(self.name)\n"
        "        subparser.set_defaults(func=lambda args: print('hello'))\n        return subparser\n"
    )
    write_questions(tmp_path / "questions.jsonl", [QUESTION])
    options = ["questions.jsonl", "--labels", "PER", "--format", "ours", "-s", "out.jsonl"]
    assert seqmix("export-queries", *options, folder=tmp_path).stdout == "wrote 1 questions to out.jsonl\n"
    greeting = seqmix("hello", folder=tmp_path)
    assert greeting.stdout == "hello\n"
    modules = greeting.stderr.splitlines()[-1].split()
    assert "seqmix_plugin.active_learning.trainer" in modules
    assert "seqmix_plugin.service.app" not in modules  # registers nothing
    unknown = seqmix("goodbye", folder=tmp_path)
    assert unknown.returncode == 2
    assert "error: 'goodbye' is not a sub-command; expected one of" in unknown.stderr


def test_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--version"])
    assert capsys.readouterr().out == f"seqmix {metadata.version('seqmix_plugin')}\n"


def test_without_allennlp_the_command_that_installs_it_is_shown(tmp_path: Path) -> None:
    for path in Path(pytest.__file__).parent.parent.iterdir():
        if not path.name.startswith("allennlp"):
            (tmp_path / path.name).symlink_to(path)
    done = seqmix("train", "x.jsonnet", folder=tmp_path, path=tmp_path)
    assert done.stderr.splitlines()[0] == "error: AllenNLP is not installed: pip install --no-deps allennlp==2.10.1"
    assert done.returncode == 1
