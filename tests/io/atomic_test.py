"""Files that are whole or not there."""

import os
import resource
from pathlib import Path
from typing import Callable

import pytest
import torch
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.augmenters.language_models.small_gpt2 import SmallGpt2, SmallGpt2Settings
from seqmix_plugin.errors import error_line
from seqmix_plugin.io.atomic import append, disk_errors, file_digest, locked, replacement, write_text
from seqmix_plugin.io.folder_guard import make_folder, own_folder, remove, remove_folder
from seqmix_plugin.run.encoder_files import whole_folder
from seqmix_plugin.service.log_file import LogFile
from tests.faults.drill import in_process

WRITES = {
    "write": lambda path: write_text(path, "x"),
    "append": lambda path: append(path, 0, b"x"),
    "log": lambda path: LogFile(path.with_name("new")).append(b"x\n"),
    "lock": locked,
    "remove": remove,
    "make": lambda path: make_folder(path / "more"),
    "remove a folder": remove_folder,
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_nothing_is_written_through_a_linked_folder(tmp_path: Path, write: Callable[[Path], object]) -> None:
    run, elsewhere = tmp_path / "run", tmp_path / "elsewhere"
    (elsewhere / "file").mkdir(parents=True)
    run.mkdir()
    own_folder(run)
    (run / "linked").symlink_to(elsewhere)
    with pytest.raises(ConfigurationError, match="run/linked is a link; expected a run's own files"):
        write(run / "linked" / "file")
    assert [path.name for path in elsewhere.rglob("*")] == ["file"]


@pytest.mark.parametrize("name", ["append", "lock"])
def test_a_link_and_a_pipe_in_a_files_place_are_refused_at_once(tmp_path: Path, name: str) -> None:
    (tmp_path / "other").write_text("mine")
    (tmp_path / "link").symlink_to(tmp_path / "other")
    os.mkfifo(tmp_path / "pipe")
    for place, what in (("link", "a link"), ("pipe", "neither a file nor a folder")):
        with pytest.raises(ConfigurationError, match=f"{place} is {what}; expected a run's own files"):
            WRITES[name](tmp_path / place)
    with pytest.raises(ConfigurationError, match="pipe is neither|link is a link"):
        own_folder(tmp_path)
    assert (tmp_path / "other").read_text() == "mine"


def test_a_run_may_be_a_link_itself_and_programs_may_link_inside_far_down(tmp_path: Path) -> None:
    (tmp_path / "disk" / "round_0" / "wandb").mkdir(parents=True)
    (tmp_path / "disk" / "round_0" / "wandb" / "latest").symlink_to(".")
    (tmp_path / "run").symlink_to(tmp_path / "disk")
    own_folder(tmp_path / "run")
    write_text(tmp_path / "run" / "file", "x")
    assert (tmp_path / "disk" / "file").read_text() == "x"


def test_a_hard_link_keeps_its_content(tmp_path: Path) -> None:
    (tmp_path / "other").write_text("mine")
    os.link(tmp_path / "other", tmp_path / "file")
    append(tmp_path / "file", 0, b"new")
    assert ((tmp_path / "other").read_text(), (tmp_path / "file").read_text()) == ("mine", "new")


@pytest.mark.parametrize("size", [400, 20_000])
def test_a_language_model_without_room_is_a_line(tmp_path: Path, size: int) -> None:
    """The tokenizer is smaller than the weights."""
    texts = [f"{number} sails to Oslo" for number in range(20)]
    model = SmallGpt2.fit(texts, SmallGpt2Settings(num_layers=1, dimension=32, max_epochs=1), torch.device("cpu"))

    def save() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        try:
            model.save(tmp_path / "0", "a")
        except ConfigurationError as error:
            os.write(1, str(error).encode())

    log = tmp_path / "log"
    assert in_process(save, log).output == f"{tmp_path / '0'}: cannot be written (File too large)"


def test_endless_digits_are_not_shown() -> None:
    assert error_line(ConfigurationError(f"seed is {'1' * 4000}; expected less")) == (
        f"error: seed is {'1' * 40}…; expected less"
    )


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
