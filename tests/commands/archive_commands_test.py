"""What `seqmix evaluate` and `seqmix predict` print; `tests/command_line_test.py` has the console script."""

import argparse
import json
import os
import threading
from pathlib import Path
from typing import Dict, Type

import pytest
from allennlp.commands import predict
from allennlp.commands.subcommand import Subcommand

from seqmix_plugin.commands.archive_commands import QuietEvaluate, QuietPredict, register_quiet_forms
from tests.conftest import QUICKSTART

KINDS: Dict[str, Type[Subcommand]] = {"evaluate": QuietEvaluate, "predict": QuietPredict}


@pytest.fixture(autouse=True)
def quiet_forms(monkeypatch: pytest.MonkeyPatch) -> None:
    """In this module alone."""
    monkeypatch.setitem(Subcommand._registry, Subcommand, dict(Subcommand._registry[Subcommand]))
    monkeypatch.setattr(predict, "_PredictManager", predict._PredictManager)
    register_quiet_forms()


def run(name: str, *arguments: object) -> int:
    """Runs a sub-command and gives its exit code."""
    parser = argparse.ArgumentParser()
    Subcommand.by_name(name)().add_subparser(parser.add_subparsers())
    args = parser.parse_args([name, *map(str, arguments)])
    try:
        args.func(args)
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def test_results_go_to_a_file_instead(trained: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "in.jsonl").write_text('{"sentence": "Anna sings in Oslo"}\n', encoding="utf-8")
    metrics, output = tmp_path / "metrics.json", tmp_path / "out.jsonl"
    assert run("evaluate", trained, QUICKSTART / "test.conll", "--output-file", metrics) == 0
    assert run("predict", trained, tmp_path / "in.jsonl", "--output-file", output) == 0
    assert capfd.readouterr() == ("", "")
    assert 0 < json.loads(metrics.read_text())["f1"] < 1
    assert json.loads(output.read_text())["words"] == ["Anna", "sings", "in", "Oslo"]


def test_predictions_of_a_pipe_are_lines(trained: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "in.jsonl").write_text('{"tokens": ["Anna"]}\n\n{"tokens": ["in", "Oslo"]}\n', encoding="utf-8")
    assert run("predict", trained, tmp_path / "in.jsonl") == 0
    shown = capfd.readouterr()
    assert shown.err == ""
    assert [len(json.loads(line)["tags"]) for line in shown.out.splitlines()] == [1, 2]


@pytest.mark.parametrize("before", ["\ufeff", "\ufeff\r\n"])
def test_a_byte_order_mark_is_no_part_of_the_input(
    trained: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], before: str
) -> None:
    (tmp_path / "in.jsonl").write_text(before + '{"sentence": "Anna sings"}\r\n', encoding="utf-8")
    assert run("predict", trained, tmp_path / "in.jsonl") == 0
    assert json.loads(capfd.readouterr().out)["words"] == ["Anna", "sings"]


def test_a_pipe_is_read_once(trained: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=('{"sentence": "Anna"}\n{"sentence": "Oslo"}\n',))
    writer.start()
    assert run("predict", trained, pipe) == 0
    writer.join()
    assert [json.loads(line)["words"] for line in capfd.readouterr().out.splitlines()] == [["Anna"], ["Oslo"]]


GOOD = '{"sentence": "Anna in Oslo"}'
EXPECTED = "expected 'tokens', a list of words, or 'sentence', a text; neither empty"


@pytest.mark.parametrize(
    ("name", "archive", "content", "message"),
    [
        ("evaluate", "gone.tar.gz", "", "file gone.tar.gz not found"),
        ("predict", "in.txt", "text", "in.txt: not a model archive (not a gzip file)"),
        ("predict", "TRAINED", GOOD + "\ntext", "in.txt, line 2: not JSON (Expecting value: line 1 column 1 (char 0))"),
        ("predict", "TRAINED", f"{GOOD}\n[{GOOD}]", f"in.txt, line 2, input [{GOOD}]: {EXPECTED}"),
        ("predict", "TRAINED", GOOD + '\n\n{"text": "Anna"}', f'in.txt, line 3, input {{"text": "Anna"}}: {EXPECTED}'),
        ("predict", "TRAINED", GOOD + '\n{"sentence": " "}', f'in.txt, line 2, input {{"sentence": " "}}: {EXPECTED}'),
        ("predict", "TRAINED", GOOD + "\nJos\udce9", "in.txt, line 2: byte 0xe9 is not UTF-8"),
        (
            "evaluate",
            "TRAINED",
            "Anna\tPERSON",
            "in.txt, line 1: tag 'PERSON' is none of BIO's: O, B-TYPE, I-TYPE (source_scheme is BIO)",
        ),
    ],
)
def test_what_cannot_be_read_is_one_line(
    trained: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    name: str,
    archive: str,
    content: str,
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("in.txt").write_text(content, encoding="utf-8", errors="surrogateescape")
    assert run(name, trained if archive == "TRAINED" else archive, "in.txt") == 1
    assert capfd.readouterr() == ("", f"error: {message}\n")
