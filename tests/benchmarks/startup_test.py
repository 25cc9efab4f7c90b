"""Processes whose CPU seconds are known, and the commands of the stage."""

import sys
from typing import List, Optional

import pytest

from benchmarks.row import Row, Value
from benchmarks.setting import Setting
from benchmarks.stages.startup import LIMITS, cpu_seconds, questions_of, rows

BUSY = """import time
def work(seconds):
    while time.process_time() < seconds:
        pass
"""


def python(text: str) -> List[str]:
    return [sys.executable, "-c", BUSY + text]


def test_seconds_are_those_before_the_text() -> None:
    """A quarter of a second, whatever is slept before it and worked after it."""
    text = "time.sleep(0.5)\nwork(0.25)\nprint('almost')\nprint('ready', flush=True)\nwork(60)"
    assert 0.24 <= cpu_seconds(python(text), "ready") < 0.8


@pytest.mark.parametrize("until", ["done", None])
def test_children_that_have_ended_count(until: Optional[str]) -> None:
    child = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {BUSY + 'work(0.25)'!r}])\nprint('done')"
    assert 0.24 <= cpu_seconds(python(child), until) < 0.8


def test_a_program_that_ends_before_is_an_error() -> None:
    with pytest.raises(RuntimeError, match="ended without 'ready': not so soon"):
        cpu_seconds(python("print('not so soon')"), "ready")


def test_each_command_reaches_its_output(setting: Setting) -> None:
    """A process each of those without AllenNLP; the clock of a row is that of its processes."""
    entries = list(rows(setting))
    helped = entries[0]
    assert isinstance(helped, Row)
    assert helped.clock() == 0
    assert helped.ours() == helped.clock() > 0
    values = [entry for entry in entries if isinstance(entry, Value)]
    assert [value.label for value in values] == [f"seqmix {name}, median of 1" for name in LIMITS]
    for value in values:
        assert value.parts == {"the fastest (s)": value.value, "the slowest (s)": value.value}
        assert 0 < value.value <= (value.limit or 0)


def test_questions_are_the_first_sentences_of_the_corpus(setting: Setting) -> None:
    asked = questions_of(setting.corpus.train)
    assert len(asked) == 100
    assert len({one.sentence.id for one in asked}) == 100
    text = setting.corpus.train.read_text(encoding="utf-8")
    assert all(f"\n{word}" in text for word in asked[0].sentence.tokens)
