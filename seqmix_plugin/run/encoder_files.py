"""`encoder/` and `vocabulary/` of a run, with which its model archive works from any folder, offline."""

import json
import logging
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Dict, Iterator, List, Optional, Union

from allennlp.data import Vocabulary
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from seqmix_plugin.errors import first_line
from seqmix_plugin.io import json_text
from seqmix_plugin.io.atomic import TEMPORARY, data_digest, file_digest, name_for_damaged, replacement, sync
from seqmix_plugin.io.folder_guard import disk_errors, make_folder, move, open_own, remove, remove_folder
from seqmix_plugin.run.layout import ENCODER, ENCODER_DIGESTS, STATE

logger = logging.getLogger(__name__)


def save_encoder(
    encoder: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    run_folder: Union[str, Path],
    writer: object = "",
) -> None:
    """
    Writes the encoder's configuration and tokenizer into the run's folder, from where `include_in_archive` takes them.

    # Parameters

    encoder : `PreTrainedModel`
        Its weights are in the model's own.
    tokenizer : `PreTrainedTokenizerBase`
        The one that indexes the words.
    run_folder : `Union[str, Path]`
        The run's serialization directory.
    writer : `object`, optional (default = `""`)
        Part of the names of temporary files; it differs between machines that may share the folder.
    """
    folder = Path(run_folder) / ENCODER
    if folder.exists():  # a resumed run
        _note(Path(run_folder), writer)
        return
    configuration = encoder.config.to_dict()
    configuration.pop("_name_or_path", None)  # a path of the training machine
    text = json.dumps(configuration, indent=2, sort_keys=True) + "\n"
    with whole_folder(folder, writer) as temporary:
        (temporary / "config.json").write_text(text, encoding="utf-8")
        tokenizer.save_pretrained(str(temporary))
    _note(Path(run_folder), writer)


def _note(run_folder: Path, writer: object) -> None:
    """Keeps the digests of the encoder's files, and warns where they differ from those kept before."""
    files = _digests(run_folder / ENCODER)
    path = run_folder / STATE / ENCODER_DIGESTS
    before = _noted(path)
    if before is not None and before != files:
        logger.warning(
            f"{run_folder / ENCODER} is not what the run began with: model_name has changed, or another version "
            f"of transformers writes it"
        )
    if before != files:
        make_folder(path.parent)
        text = json.dumps({"files": files, "sha256": data_digest(files)}, indent=2) + "\n"
        with replacement(path, writer) as temporary, open_own(temporary, "xb") as file:
            file.write(text.encode("utf-8"))


def encoder_damage(run_folder: Union[str, Path]) -> Optional[str]:
    """
    Describes the damage to the encoder in a run's folder; `None` when it is intact, or when no digests of it are there,
    as in an archive and in the runs of earlier versions.
    """
    folder, path = Path(run_folder) / ENCODER, Path(run_folder) / STATE / ENCODER_DIGESTS
    try:
        before = _noted(path)
    except ValueError as error:
        return f"{path} is damaged ({first_line(error)})"
    if before is None:
        return None
    if not folder.is_dir():
        return f"{folder} is gone"
    now = _digests(folder)
    wrong: List[str] = [f"{name} is gone" for name in before if name not in now]
    wrong += [f"{name} was not written by the run" for name in now if name not in before]
    wrong += [f"{name} is damaged" for name in now if before.get(name, now[name]) != now[name]]
    return f"{folder}: {', '.join(wrong)}" if wrong else None


def put_damaged_encoder_aside(run_folder: Path) -> None:
    """Renames the encoder's folder of a resumed run when it is damaged, before an indexer loads it."""
    damage = encoder_damage(run_folder)
    if damage is None:
        return
    folder, note = run_folder / ENCODER, run_folder / STATE / ENCODER_DIGESTS
    kept = ""
    with suppress(FileNotFoundError):  # another machine with the same folder was faster
        if folder.exists():
            kept = _put_aside(folder)
    try:
        _noted(note)
    except ValueError:
        remove(note)
    logger.warning(f"{damage}{kept}; {ENCODER} is written again from the configured encoder")


def _put_aside(folder: Path) -> str:
    """Renames a damaged folder; returns the part of the message that names the copy."""
    kept = name_for_damaged(folder)
    move(folder, kept)
    return f" (a copy is kept as {kept.name})"


def _digests(folder: Path) -> Dict[str, str]:
    return {str(path.relative_to(folder)): file_digest(path) for path in sorted(folder.rglob("*")) if path.is_file()}


def _noted(path: Path) -> Optional[Dict[str, str]]:
    """The digests in `state/encoder.json`; `None` when there is no such file, a `ValueError` when it is damaged."""
    if not path.exists():
        return None
    body = json_text.read(path)
    files = body.get("files") if isinstance(body, dict) else None
    if not isinstance(files, dict) or body.get("sha256") != data_digest(files):
        raise ValueError("its checksum is wrong")
    return files


def save_vocabulary(vocab: Vocabulary, run_folder: Union[str, Path], writer: object = "") -> None:
    """
    Writes the vocabulary into the run's folder, each of its files in one step: a distributed run that resumes reads it.
    AllenNLP reads every file in that folder as a part of the vocabulary, and could not load an archive with others.

    # Parameters

    vocab : `Vocabulary`
        With the labels.
    run_folder : `Union[str, Path]`
        The run's serialization directory.
    writer : `object`, optional (default = `""`)
        Part of the names of temporary files; it differs between machines that may share the folder.
    """
    folder = Path(run_folder) / "vocabulary"
    with disk_errors(folder):
        temporary = _empty(folder, writer)
        vocab.save_to_files(str(temporary))
        ours = {path.name for path in temporary.iterdir()}
        others = [path.name for path in sorted(folder.glob("[!.]*")) if path.name not in ours]
        if others:
            names = ", ".join(others)
            kept = _put_aside(folder)
            logger.warning(f"{folder}: {names} was not written by the run{kept}; {folder.name} is written again")
        make_folder(folder)
        for path in sorted(temporary.iterdir()):
            sync(path)
            move(path, folder / path.name)  # in a distributed run AllenNLP has written some of them
        temporary.rmdir()


@contextmanager
def whole_folder(folder: Path, writer: object = "") -> Iterator[Path]:
    """Gives a temporary folder to write files to, which then replaces `folder` in one step."""
    with disk_errors(folder):
        temporary = _empty(folder, writer)
        make_folder(temporary)
        yield temporary
        for path in temporary.iterdir():
            sync(path)
        remove_folder(folder)
        try:
            move(temporary, folder)
        except OSError:
            if not folder.exists():
                raise
            remove_folder(temporary)  # another machine was faster


def _empty(folder: Path, writer: object) -> Path:
    """The path of a temporary folder, after removing one that an earlier start has left."""
    temporary = folder.with_name(f"{folder.name}{writer}{TEMPORARY}")
    remove_folder(temporary)
    return temporary
