"""Progress bars on a terminal, in a file and in the log."""

import io
import logging
import sys
from types import SimpleNamespace
from typing import Iterator, List

import pytest
import tqdm
from allennlp.common import logging as allennlp_logging
from allennlp.common import tqdm as allennlp_tqdm
from allennlp.common.tqdm import Tqdm
from allennlp.common.tqdm import logger as bar_log

from seqmix_plugin.allennlp_gaps import GAPS, transient_bars
from seqmix_plugin.progress import progress_bar


class Stream(io.StringIO):
    """Standard output or standard error."""

    def __init__(self, is_terminal: bool) -> None:
        super().__init__()
        self.isatty = lambda: is_terminal  # type: ignore[method-assign]


class NotebookStream(Stream):
    """Both of them in a notebook."""

    __module__ = "ipykernel.iostream"


@pytest.fixture
def logged() -> Iterator[List[str]]:
    """The bars' states in the log."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    before, bar_log.level = bar_log.level, logging.INFO
    bar_log.addHandler(handler)
    lines: List[str] = []
    yield lines
    lines += stream.getvalue().splitlines()
    bar_log.removeHandler(handler)
    bar_log.level = before
    assert lines == ["outer:   0%|          | 0/2 [00:00<?, ?it/s]", "inner:   0%|          | 0/1 [00:00<?, ?it/s]"]


def shown(monkeypatch: pytest.MonkeyPatch, out: bool, err: bool, friendly: bool = False) -> str:
    """What standard error has of a bar of ours with one of AllenNLP's trainer below it."""
    stream = Stream(err)
    monkeypatch.setattr(sys, "stdout", Stream(out))
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(allennlp_logging, "FILE_FRIENDLY_LOGGING", friendly)
    with transient_bars():
        outer = progress_bar(total=2, desc="outer")
        Tqdm.tqdm(total=1, desc="inner").close()
        outer.close()
    return stream.getvalue()


def test_a_notebook_has_no_widgets() -> None:
    module = SimpleNamespace(_tqdm=tqdm.tqdm_notebook)
    GAPS["allennlp.common.tqdm"](module)
    assert module._tqdm is tqdm.tqdm
    assert allennlp_tqdm._tqdm is tqdm.tqdm


def test_on_a_terminal_they_vanish(monkeypatch: pytest.MonkeyPatch, logged: List[str]) -> None:
    text = shown(monkeypatch, True, True)
    assert "\router:   0%|" in text
    assert text.endswith(" \r")


def test_in_a_notebook_they_share_a_line_and_vanish(monkeypatch: pytest.MonkeyPatch, logged: List[str]) -> None:
    stream = NotebookStream(False)
    monkeypatch.setattr(f"{__name__}.Stream", lambda is_terminal: stream)
    assert shown(monkeypatch, False, False) == stream.getvalue()
    assert "\router:   0%|" in stream.getvalue()
    assert "\rinner:   0%|" in stream.getvalue()
    assert not {"\n", "\x1b"} & set(stream.getvalue())
    assert stream.getvalue().endswith(" \r")


@pytest.mark.parametrize(("out", "err"), [(False, True), (True, False), (False, False)])
def test_elsewhere_only_the_log_has_them(
    monkeypatch: pytest.MonkeyPatch, logged: List[str], out: bool, err: bool
) -> None:
    assert shown(monkeypatch, out, err) == ""


def test_whole_lines_where_they_are_asked_for(monkeypatch: pytest.MonkeyPatch, logged: List[str]) -> None:
    text = shown(monkeypatch, False, False, friendly=True)
    assert text.splitlines() == [
        "outer:   0%|          | 0/2 [00:00<?, ?it/s]",
        "inner:   0%|          | 0/1 [00:00<?, ?it/s]",
    ]
    assert text.replace("\n", "").isprintable()
