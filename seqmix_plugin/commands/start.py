"""`seqmix start`: the folder of a new project."""

import os
import re
import shlex
from pathlib import Path
from typing import Dict, Iterable, List, Literal, Optional, Sequence

from seqmix_plugin.commands.command import command
from seqmix_plugin.commands.project_corpora import check_labels, described, read_corpora
from seqmix_plugin.commands.project_files import CONFIGURATION, Encoder, encoder_path, jsonnet, project_files
from seqmix_plugin.commands.project_readme import first_command, readme
from seqmix_plugin.commands.questions import agreed, given_or_asked, is_terminal
from seqmix_plugin.console import show
from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.io.atomic import write_text
from seqmix_plugin.io.folder_guard import make_folder
from seqmix_plugin.sentence_files.detection import find_layout
from seqmix_plugin.sentence_files.layout import Layout
from seqmix_plugin.shipped_files import shipped

ENCODER = "bert-base-cased"
MINILM = "models/all-MiniLM-L6-v2", "sentence-transformers/all-MiniLM-L6-v2"
"""The encoder of the shipped quickstart: its folder in a clone of the repository, and its name on the hub."""
SOURCES = "lib/sources.libsonnet"
PREFIX_SPACE = "{ dataset_reader+: { token_indexers+: { tokens+: { tokenizer_kwargs: { add_prefix_space: true } } } } }"
"""What a configuration needs for a tokenizer that marks words by the space before them."""
QUICKSTART_SIZES = {"seed_size": 50, "num_rounds": 3, "query_size": 25}


@command("start")
def start(
    folder: str,
    *,
    train: Optional[str] = None,
    dev: Optional[str] = None,
    test: Optional[str] = None,
    format: Optional[Literal["columns", "jsonl", "text"]] = None,
    labels: Optional[Sequence[str]] = None,
    encoder: Optional[str] = None,
    annotate: bool = False,
    example: Optional[Literal["quickstart", "paper"]] = None,
) -> List[Path]:
    """
    Write the folder of a new project: a configuration for files of your own, and a README with the next commands.

    Reads the files, which stay where they are, and finds their format, the column and the scheme of their tags, their
    entity types and suitable sizes. On a terminal it asks for what no option gives. It replaces no file.

    # Parameters

    folder : `str`
        The folder to write; it is made if it does not exist.
    train : `str`, optional (default = `None`)
        The sentences to learn from: columns of words and tags, JSONL, or plain text with one sentence per line.
    dev : `str`, optional (default = `None`)
        A labelled file on which each round is measured.
    test : `str`, optional (default = `None`)
        Another one. Without --annotate, one of the two is required.
    format : `Literal["columns", "jsonl", "text"]`, optional (default = `None`)
        The format of the training file; by default that of its first lines.
    labels : `Sequence[str]`, optional (default = `None`)
        The entity types, such as PER LOC; by default those of the labelled files.
    encoder : `str`, optional (default = `None`)
        A name on the Hugging Face hub or the folder of a pretrained model; by default bert-base-cased.
    annotate : `bool`, optional (default = `False`)
        People label the sentences; by default the labels of the training file simulate them.
    example : `Literal["quickstart", "paper"]`, optional (default = `None`)
        Write a shipped example instead: a small corpus with its configuration, or all experiments of the paper.

    # Returns

    `List[Path]`
        The files that were written.

    # Raises

    `ConfigurationError`
        Before anything is written: a missing option where nobody can be asked, a file that cannot be read or has no
        labels, with its line, an existing file.
    """
    home = Path(folder)
    if example is not None:
        options = {"train": train, "dev": dev, "test": test, "format": format, "labels": labels, "annotate": annotate}
        return _example(home, example, encoder, [name for name, value in options.items() if value])
    _refuse_existing(home, [CONFIGURATION])
    path, layout = given_or_asked(
        train,
        "train",
        "the file to learn from (columns, JSONL, or text with one sentence per line)",
        lambda text: (os.path.expanduser(text), find_layout(os.path.expanduser(text), format)),
    )
    annotate = annotate or _is_to_be_labelled(path, layout)
    corpora = read_corpora(path, layout, _splits({"dev": dev, "test": test}, annotate), annotate)
    if labels is None and not corpora.types:
        if not annotate:
            raise ConfigurationError(f"{path}: no entity in this file; all tags are O")
        labels = given_or_asked(None, "labels", "the entity types, such as PER LOC", str.split)
    types = check_labels(labels, corpora)
    chosen = given_or_asked(
        encoder, "encoder", "the encoder, a name on the Hugging Face hub or a folder", Encoder.of, ENCODER
    )
    show(f"{corpora.described()}\nlabels: {', '.join(types)}")
    if not os.path.isdir(chosen.name):
        show(f"encoder: {chosen.name}, a name on the Hugging Face hub, as there is no such folder here")
    return _write(home, project_files(corpora, types, chosen, annotate, home), first_command(annotate))


def _is_to_be_labelled(path: str, layout: Layout) -> bool:
    """Whether people label the sentences of a file; asked for a file without labels."""
    if layout.labelled:
        return False
    if is_terminal() and agreed(f"{path} is {described(layout)}. Will you label its sentences?"):
        return True
    raise ConfigurationError(
        f"{path} is {described(layout)}; expected a file with labels, or --annotate, with which people label it"
    )


def _splits(given: Dict[str, Optional[str]], annotate: bool) -> Dict[str, str]:
    """The files of dev and test that there are, by these names; on a terminal both are asked for if there is none."""
    if not any(given.values()) and is_terminal():
        for split in given:
            given[split] = given_or_asked(None, split, f"a labelled {split} file (Enter: none)", _labelled_or_none, "")
    if not annotate and not any(given.values()):
        raise ConfigurationError(
            "--test is missing; expected a labelled file, --test or --dev, to measure each round on"
        )
    return {split: os.path.expanduser(path) for split, path in given.items() if path}


def _labelled_or_none(path: str) -> str:
    """The path of a file that can be read, or an empty answer."""
    path = os.path.expanduser(path)
    if path:
        find_layout(path)
    return path


def _example(home: Path, example: str, encoder: Optional[str], options: Sequence[str]) -> List[Path]:
    """Writes an example that is shipped."""
    if options:
        raise ConfigurationError(f"--{options[0]} is not for --example, which has files and settings of its own")
    data = [f"data/quickstart/{name}" for name in ("train.conll", "dev.conll", "test.conll", "pool.txt")]
    contents = {file: shipped(file).read_text(encoding="utf-8") for file in data}
    if example == "paper":
        if encoder is not None:
            raise ConfigurationError("--encoder is not for --example paper; its lib/sources.libsonnet sets all models")
        contents |= _configurations("**/*sonnet")
        contents[SOURCES] = _with_encoder(contents[SOURCES], Encoder.of(MINILM[1]), home)
        text = _configurations("README.md")["README.md"].replace("training_configs/", "")
        contents["README.md"] = re.sub(r"\[([^\]]*)\]\(\.\./[^)]*\)", r"\1", text)  # links into the repository
        run = "paper/conll_nte_sub"
        return _write(home, contents, f"seqmix train {run}.jsonnet -s runs/{Path(run).name}")
    chosen = Encoder.of(MINILM[1] if encoder is None else encoder)
    for library in ("lib/active_learning.libsonnet", "lib/seqmix.libsonnet", SOURCES):
        contents |= _configurations(library)
    contents[SOURCES] = _with_encoder(contents[SOURCES], chosen, home)
    contents[CONFIGURATION] = _configurations("quickstart.jsonnet")["quickstart.jsonnet"]
    if chosen.is_byte_level:
        contents[CONFIGURATION] = f"{contents[CONFIGURATION].rstrip()} {PREFIX_SPACE}\n"
    contents["README.md"] = readme(home, data[:1], QUICKSTART_SIZES, False, False)
    return _write(home, contents, first_command(annotate=False))


def _configurations(pattern: str) -> Dict[str, str]:
    """The shipped files of configurations, by their paths."""
    folder = shipped("training_configs")
    return {str(path.relative_to(folder)): path.read_text(encoding="utf-8") for path in sorted(folder.glob(pattern))}


def _with_encoder(sources: str, encoder: Encoder, home: Path) -> str:
    """The text of the sources with another encoder in the place of MiniLM's folder in a clone of the repository."""
    sources = sources.replace(jsonnet(MINILM[0]), jsonnet(encoder_path(encoder, home)))
    return sources if encoder.is_small else sources.replace("lr: 3e-4", "lr: 5e-5")


def _refuse_existing(home: Path, names: Iterable[str]) -> None:
    for name in names:
        if os.path.lexists(home / name):
            raise ConfigurationError(f"{home / name} exists; expected a folder without it, as no file is replaced")


def _write(home: Path, contents: Dict[str, str], next_command: str) -> List[Path]:
    """Writes the files of a project, and says what comes next."""
    contents = {**contents, ".allennlp_plugins": "seqmix_plugin\n"}
    _refuse_existing(home, contents)
    if any(not _is_unicode(text) for text in contents.values()):
        raise ConfigurationError("the name of a file or folder is not valid UTF-8; expected one that is, to be written")
    for name, text in contents.items():
        make_folder((home / name).parent)
        write_text(home / name, text)
    shown = [name for name in contents if len(Path(name).parts) == 1]
    folders = sorted({f"{Path(name).parts[0]}/" for name in contents if name not in shown})
    show(f"wrote {', '.join(str(home / name) for name in [*shown, *folders])}")
    show(f"next: cd {shlex.quote(str(home))} && {next_command}")
    return [home / name for name in contents]


def _is_unicode(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
