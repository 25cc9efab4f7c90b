"""Files that are whole or not there."""

from pathlib import Path

import pytest
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.archive import whole_folder
from seqmix_plugin.atomic_files import append, disk_errors, file_digest, locked, replacement, write_text
from tests.faults.drill import in_process


def test_a_file_is_replaced_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_text(path, "old")

    def interrupted() -> None:
        with replacement(path) as temporary:
            temporary.write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert path.read_text() == "old"
    with replacement(path) as temporary:
        temporary.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert [file.name for file in tmp_path.iterdir()] == ["file"]


def test_what_the_disk_refuses_names_the_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="gone/file: cannot be written .No such file or directory"):
        write_text(tmp_path / "gone" / "file", "text")
    with pytest.raises(ConfigurationError, match="^here: cannot be written .why"), disk_errors(Path("here")):
        raise OSError("why")


def test_append_overwrites_from_its_start(tmp_path: Path) -> None:
    path = tmp_path / "file"
    append(path, 0, b"one\ntwo\n")
    append(path, 4, b"2\n")
    assert path.read_bytes() == b"one\n2\n"


def test_the_digest_is_sha256(tmp_path: Path) -> None:
    (tmp_path / "abc").write_bytes(b"abc")
    assert file_digest(tmp_path / "abc").startswith("ba7816bf8f01cfea414140de5dae2223")


def test_a_folder_is_replaced_when_all_of_it_is_whole(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    for content in ("old", "new"):
        with whole_folder(folder) as temporary:
            (temporary / content).touch()

    def interrupted() -> None:
        with whole_folder(folder) as temporary:
            (temporary / "half").touch()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert [file.name for file in folder.iterdir()] == ["new"]


def test_a_lock_is_of_one_process_as_long_as_it_lives(tmp_path: Path) -> None:
    path, log = tmp_path / "lock", tmp_path / "log"

    def try_it() -> None:
        print("free" if locked(path) else "taken")

    held = locked(path)
    assert held is not None
    assert in_process(try_it, log).output == "taken\n"
    held.close()
    assert in_process(try_it, log).output == "free\n"
    assert locked(path) is not None, "the process that had it is gone"
