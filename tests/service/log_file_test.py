"""What others write to the service's file meanwhile stays, and is no part of what the service writes."""

from pathlib import Path

import pytest

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
