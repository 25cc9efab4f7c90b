"""Where the first lines of AllenNLP's log go."""

import io
import logging
from typing import Iterator

import pytest

from seqmix_plugin.early_log import PLUGINS, EarlyLog


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """The stream of the one handler that AllenNLP's command has."""
    stream = io.StringIO()
    monkeypatch.setattr(logging.getLogger(), "handlers", [logging.StreamHandler(stream)])
    monkeypatch.setattr(logging.getLogger(), "level", logging.INFO)
    return stream


def log(name: str, text: str, level: int = logging.INFO) -> None:
    logging.getLogger().handle(logging.LogRecord(name, level, "", 0, text, (), None))


def test_a_run_has_them_in_its_log_file_alone_except_for_warnings(terminal: io.StringIO) -> None:
    early_log = EarlyLog()
    log(PLUGINS, "plugin available")
    early_log.of_a_run = True
    log("allennlp.common.params", "evaluation = None")
    log("allennlp.common.params", "old key", logging.WARNING)
    file = io.StringIO()
    early_log.write_to(logging.StreamHandler(file))
    assert terminal.getvalue() == "old key\n"
    assert file.getvalue() == "plugin available\nevaluation = None\nold key\n"


def test_another_command_shows_them_in_their_order(terminal: io.StringIO) -> None:
    early_log = EarlyLog()
    log(PLUGINS, "plugin available")
    log(PLUGINS, "plugin missing", logging.ERROR)
    assert terminal.getvalue() == "plugin missing\n"
    log("allennlp.models.archival", "loading archive")
    assert terminal.getvalue() == "plugin missing\nplugin available\nloading archive\n"
    early_log.write_to(logging.StreamHandler(terminal))
    assert terminal.getvalue().count("available") == 1


def test_what_a_command_of_ours_does_not_show_stays_hidden(terminal: io.StringIO) -> None:
    EarlyLog()
    log(PLUGINS, "plugin available")
    logging.getLogger().handlers[0].addFilter(lambda one: one.name == "seqmix_plugin")
    log("allennlp.common.params", "type = seqmix")
    log("seqmix_plugin", "ours")
    assert terminal.getvalue() == "ours\n"


def test_after_a_start_that_is_refused_every_line_is_shown(terminal: io.StringIO) -> None:
    early_log = EarlyLog()
    early_log.of_a_run = True
    log("allennlp.common.params", "evaluation = None")
    early_log.end()
    log("allennlp.common.params", "another")
    assert terminal.getvalue() == "another\n"


def test_two_handlers_are_one_log(terminal: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    errors = logging.StreamHandler(io.StringIO())
    errors.setLevel(logging.ERROR)
    monkeypatch.setattr(logging.getLogger(), "handlers", [*logging.getLogger().handlers, errors])
    early_log = EarlyLog()
    log(PLUGINS, "plugin available")
    early_log.of_a_run = True
    file = io.StringIO()
    early_log.write_to(logging.StreamHandler(file))
    assert file.getvalue() == "plugin available\n"
    log(PLUGINS, "another plugin")
    early_log.of_a_run = False
    log("allennlp.models.archival", "loading archive")
    assert terminal.getvalue() == "another plugin\nloading archive\n"
    assert errors.stream.getvalue() == ""
