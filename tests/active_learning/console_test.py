"""What the terminal is given."""

import io
import logging
from pathlib import Path
from typing import Any, Dict

import pytest
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.annotation_cost import in_words
from seqmix_plugin.console import prepare_console
from seqmix_plugin.errors import error_line, first_line, printable
from seqmix_plugin.run_console import round_line
from tests.active_learning.conftest import Run

ESCAPE = "\x1b[31m\x07\u202e"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Zürich – 東京 😀", "Zürich – 東京 😀"),
        (ESCAPE, "\\x1b[31m\\x07\\u202e"),
        ("a\u200bb\xad", "a\\u200bb\\xad"),
        ("a\nb\tc", "a\\nb\\tc"),
        ("\ud800", "\\ud800"),
    ],
)
def test_what_is_no_character_to_look_at_stands_as_python_writes_it(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_errors_are_one_printable_line() -> None:
    assert error_line(ConfigurationError(f"a\n b {ESCAPE}")) == "error: a b \\x1b[31m\\x07\\u202e"
    assert first_line(ValueError(f"{ESCAPE}\nmore")) == "\\x1b[31m\\x07\\u202e more"


def test_messages_of_all_kinds_are_printable() -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    logging.getLogger().addHandler(handler)
    try:
        prepare_console()
        logger = logging.getLogger("seqmix_plugin.somewhere")
        logger.warning(f"word {ESCAPE}\nnext line")
        for error in (ConfigurationError(ESCAPE), ValueError(ESCAPE)):
            try:
                raise error
            except Exception:
                logger.critical("Uncaught exception", exc_info=True)
    finally:
        logging.getLogger().removeHandler(handler)
        logging.captureWarnings(False)
    shown = stream.getvalue()
    assert shown.startswith("warning: word \\x1b[31m\\x07\\u202e\nnext line\nerror: \\x1b[31m\\x07\\u202e\n")
    assert shown.endswith("ValueError: \\x1b[31m\\x07\\u202e\n")
    assert all(character.isprintable() for character in shown if character != "\n")


def test_words_and_tags_of_a_file_reach_the_terminal_as_text(
    run: Run, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    dev = tmp_path / "dev.conll"
    nothing = {"trainer.augmenter": {"type": "none"}, "trainer.num_rounds": 0, "test_data_path": None}
    dev.write_text(f"Anna\tB-\x1b[5mX\n\n{'Oslo' * 50}\x1b[2J\tB-LOC\n", encoding="utf-8")
    with pytest.raises(ConfigurationError) as refused:
        run("refused", **nothing, validation_data_path=str(dev))
    assert "tag 'B-\\x1b[5mX' has characters that cannot be seen" in error_line(refused.value)
    dev.write_text("# id = \x1b[5mX\nOslo\x1b[2J\tB-LOC\n\n# id = b\nOslo\x1b[2J\tO\n", encoding="utf-8")
    run("run", **nothing, validation_data_path=str(dev))
    shown = capfd.readouterr()
    said = shown.out + shown.err
    assert "\x1b[5m" not in said
    assert "\x1b[2J" not in said
    assert "1 of them with different tags, such as '\\x1b[5mX' and 'b'" in said


@pytest.mark.parametrize(
    ("scores", "said"),
    [
        ({}, "F1 not measured"),
        ({"dev": {"f1": 0.5}}, "dev F1 50.00"),
        ({"dev": {"f1": 0.5}, "test": {"f1": 0.0}}, "dev F1 50.00 | test F1 0.00"),
    ],
)
def test_the_line_of_a_round(scores: Dict[str, Any], said: str) -> None:
    counts: Dict[str, Any] = {"annotated": {"sentences": 1200, "tokens": 7, "entities": 3}, "synthetic_in_training": 2}
    counts["annotation_seconds"] = 7400.0
    record = {"round": 1, **counts, "scores": scores, "seconds": {"train": 1.2, "query": 2.0}}
    expected = f"round 1: 1,200 sentences (7 tokens, 3 entities, 2.1 h to annotate) + 2 generated | {said} | 3 s"
    assert round_line(record) == expected


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.0, "0 s"),
        (59.4, "59 s"),
        (59.6, "1 min"),
        (91.0, "2 min"),
        (3569.0, "59 min"),
        (3571.0, "1.0 h"),
        (5000000.0, "1,388.9 h"),
    ],
)
def test_small_times_are_no_parts_of_hours(seconds: float, said: str) -> None:
    assert in_words(seconds) == said
