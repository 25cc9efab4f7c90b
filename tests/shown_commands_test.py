"""Every command in the documentation is run by a test, or its page says why it is not; all options exist."""

import argparse
import re
from importlib import import_module
from typing import Dict, Set

import pytest

from seqmix_plugin.commands.command import COMMANDS
from seqmix_plugin.commands.names import ALLENNLP, OURS
from tests.conftest import ROOT
from tests.shown_commands import PAGES, commands_of, shown_commands

SHELL = {"cat", "cd", "echo", "sed"}
"""Commands of the shell, between those of the walks."""
REASONS = ("a network", "an account", "Docker", "a cluster")
ANNOTATE = "tests/annotate_walk_test.py::test_the_walk"
OWN_DATA = "tests/installed/own_data_test.py::test_the_walk"
TRAINED = "tests/command_line_test.py::test_train_evaluate_and_predict"
EXPERIMENTS = "tests/experiments_test.py::test_the_commands_of_the_pages"
START = "tests/commands/start_test.py::"
RUN_BY = {
    "make env": ".ci/run::make check",
    "make results": "tests/results_test.py::test_the_page_is_made_from_the_records",
    "make site": "tests/site_test.py::test_every_page_of_the_documentation_is_there_and_reached_from_the_first",
    "pip install": "tests/installed/wheel_test.py::test_pip_resolves_the_requirements",
    "pip install --no-deps": "tests/installation_test.py::test_uv_installs_what_pip_installs",
    "python -c": OWN_DATA,
    "python -m scripts.convert_e5 --also": (
        "tests/conversions_test.py::test_e5_keeps_the_weights_of_the_pieces_that_it_keeps"
    ),
    "python -m scripts.experiments --corpora --data --methods --seeds": EXPERIMENTS,
    "python -m scripts.experiments --data --seeds": EXPERIMENTS,
    "python -m scripts.plan --commit --data": EXPERIMENTS,
    "python -m scripts.plan --data": EXPERIMENTS,
    "python -m scripts.tune_source --data --lr --seeds --steps": "tests/tuning_test.py::test_the_command_of_the_page",
    "seqmix annotate": ANNOTATE,
    "seqmix annotate --labels -s": "tests/commands/annotate_test.py::test_questions_of_a_file_or_of_a_run",
    "seqmix augment --output --rate": "tests/commands/augment_test.py::test_our_readers_read_both_files_back",
    "seqmix augment --rate --seed -o -s": "tests/commands/augment_test.py::test_as_a_user_types_it",
    "seqmix compare": "tests/commands/compare_test.py::test_a_comparison_leaves_its_files",
    "seqmix compare --baseline --figure --latex --names": (
        "tests/commands/compare_test.py::test_a_figure_and_a_table_for_a_paper"
    ),
    "seqmix compare-corpora --pairs": "tests/commands/compare_corpora_test.py::test_one_verdict_over_corpora",
    "seqmix evaluate": TRAINED,
    "seqmix evaluate --output-file": ANNOTATE,
    "seqmix export-hf --allow-differences": OWN_DATA,
    "seqmix export-queries --format --output --run": "tests/commands/export_queries_test.py::test_the_labels_of_a_run",
    "seqmix extend --num-rounds": "tests/faults/faults_test.py::test_a_killed_extend_goes_on_to_the_same_end",
    "seqmix import-annotations --dry-run --format --queries --run": ANNOTATE,
    "seqmix import-annotations --format --output --queries --run": (
        "tests/commands/import_annotations_test.py::test_labels_may_be_a_runs"
    ),
    "seqmix predict": TRAINED,
    "seqmix predict --batch-size --output-file --silent --use-dataset-reader": (
        "tests/self_training/file_labels_test.py::test_what_predict_writes_is_the_teacher_of_a_run"
    ),
    "seqmix predict --dataset-reader-choice --output-file --silent": ANNOTATE,
    "seqmix predict --output-file --silent": OWN_DATA,
    "seqmix repeat --records --seeds --workers -s": "tests/commands/repeat_test.py::test_records",
    "seqmix repeat --seeds --workers -s": "tests/commands/repeat_test.py::test_records",
    "seqmix start --annotate --encoder --labels --train": OWN_DATA,
    "seqmix start --annotate --labels --train": f"{START}test_a_project_of_plain_text_asks_annotators",
    "seqmix start --dev --encoder --test --train": OWN_DATA,
    "seqmix start --dev --test --train": (
        "tests/readme_test.py::test_the_configuration_of_a_project_is_what_start_writes"
    ),
    "seqmix start --example": f"{START}test_the_quickstart_is_the_shipped_one",
    "seqmix sweep --workers -s": "tests/commands/sweep_test.py::test_the_shipped_grids",
    "seqmix train --recover -s": ANNOTATE,
    "seqmix train -o -s": TRAINED,
    "seqmix train -s": ANNOTATE,
    "tensorboard": "tests/trackers/trackers_test.py::test_tensorboard_serves_the_runs_of_a_folder",
    "uv pip install": "tests/installed/conftest.py::installation",
    "uv pip install --no-deps": "tests/installed/conftest.py::installation",
}
"""The program, sub-command and options of each command that is shown, and the test that runs the same."""
SHOWN = list(shown_commands())


def test_every_command_is_run_or_the_page_says_why_not() -> None:
    assert len(SHOWN) > 90
    assert {shown.not_run for shown in SHOWN} - {None, *(f"needs {reason}" for reason in REASONS)} == set()
    to_be_run = [shown for shown in SHOWN if shown.not_run is None and shown.command.split()[0] not in SHELL]
    assert [f"{shown.page.name}: {shown.form}" for shown in to_be_run if shown.form not in RUN_BY] == []


def test_the_tests_that_run_commands_are_there() -> None:
    forms = {shown.form for shown in SHOWN if shown.not_run is None}
    assert set(RUN_BY) - forms - {"make site"} == set()
    for name in RUN_BY.values():
        file, _, test = name.partition("::")
        source = (ROOT / file).read_text(encoding="utf-8")
        assert (f"\ndef {test}(" if file.endswith(".py") else test) in source, name


def test_marks_stand_before_commands() -> None:
    assert any(shown.not_run for shown in SHOWN)
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        marks = re.findall(r"^ *<!-- not run: [^\n]*", text, re.M)
        assert len(re.findall(r"^ *<!-- not run: [^\n]* -->\n+ *```", text, re.M)) == len(marks), page


def options() -> Dict[str, Set[str]]:
    """The options of each sub-command of ours."""
    found = {}
    for name, entry in OURS.items():
        import_module(f"seqmix_plugin.commands.{entry.module}")
        parser = argparse.ArgumentParser()
        COMMANDS[name].add_arguments(parser)
        found[name] = {*parser._option_string_actions, "--include-package"}
    return found


def test_commands_in_sentences_have_sub_commands_and_options_that_exist() -> None:
    known, seen = options(), 0
    for page in PAGES:
        prose = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.S)
        for name, rest in re.findall(r"`seqmix ([a-z][\w-]*)([^`]*)`", prose):
            assert name in known or name in ALLENNLP, f"{page.name}: seqmix {name}"
            given = set(re.findall(r"(?<!\S)--?[a-z][\w-]*", rest)) if name in known else set()
            assert given <= known.get(name, set()), f"{page.name}: seqmix {name}{rest}"
            seen += 1
    assert seen > 20


@pytest.mark.parametrize(
    ("language", "code", "commands"),
    [
        ("console", "$ seqmix train a.jsonnet\nround 0\n$ cd x\n", ["seqmix train a.jsonnet", "cd x"]),
        ("shell", "# first\nray start --head\n", ["ray start --head"]),
        ("", "seqmix repeat a \\\n    --seeds 1-3  # three\n", ["seqmix repeat a      --seeds 1-3"]),
        ("", "round 0: 14 sentences\n", []),
        ("jsonnet", "seqmix train\n", []),
    ],
)
def test_commands_are_found_in_code(language: str, code: str, commands: "list[str]") -> None:
    assert commands_of(language, code) == commands
