"""What others write to the service's file meanwhile stays, and is no part of what the service writes."""

import os
from pathlib import Path

import pytest
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.service.log_file import LogFile


@pytest.mark.parametrize("end", ["\n", "", "\n\n"])
def test_a_line_by_hand_stays(tmp_path: Path, end: str) -> None:
    path = tmp_path / "service.answers.jsonl"
    log = LogFile(path)
    log.append(b'{"id": "1"}\n')
    with path.open("a", encoding="utf-8") as file:
        file.write('{"id": "2", "rejected": true}' + end)
    log.append(b'{"id": "3"}\n')
    log.append(b'{"id": "4"}\n')
    assert [row["id"] for row in LogFile(path).rows] == ["1", "2", "3", "4"]


@pytest.mark.parametrize("name", ["A", "Anna Berg"], ids=["shorter", "longer"])
def test_an_edited_line_stays_whole(tmp_path: Path, name: str) -> None:
    path = tmp_path / "service.answers.jsonl"
    log = LogFile(path)
    log.append(b'{"id": "1", "annotator": "Anna"}\n')
    log.append(b'{"id": "2"}\n')
    path.write_text(path.read_text(encoding="utf-8").replace("Anna", name), encoding="utf-8")
    log.append(b'{"id": "3"}\n')
    assert LogFile(path).rows == [{"id": "1", "annotator": name}, {"id": "2"}, {"id": "3"}]


def test_a_file_that_was_removed_is_begun_again(tmp_path: Path) -> None:
    path = tmp_path / "service.answers.jsonl"
    log = LogFile(path)
    log.append(b'{"id": "1"}\n')
    path.unlink()
    log.append(b'{"id": "2"}\n')
    assert LogFile(path).rows == [{"id": "2"}]


@pytest.mark.parametrize("much", [0, 5, 11, 12, 13])
def test_lines_by_hand_beside_a_failed_attempt_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, much: int) -> None:
    """A last line without an end before the attempt, and one after it, of which any part has come to the disk."""
    path = tmp_path / "service.answers.jsonl"
    log = LogFile(path)
    log.append(b'{"id": "1"}\n')
    with path.open("a", encoding="utf-8") as file:
        file.write('{"id": "2"}')

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    before = path.stat().st_size
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(ConfigurationError):
            log.append(b'{"id": "3"}\n')
    with path.open("r+b") as file:
        file.truncate(before + much)
    if much == 13:  # all of it, and then a line of somebody else
        with path.open("a", encoding="utf-8") as file:
            file.write('{"id": "4"}\n')
    log.append(b'{"id": "3"}\n')
    assert [row["id"] for row in LogFile(path).rows] == (["1", "2", "3", "4", "3"] if much == 13 else ["1", "2", "3"])
