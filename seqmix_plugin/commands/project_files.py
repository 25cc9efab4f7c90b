"""The files of a new project: its configuration, with what it imports, and a README with the commands."""

import json
import os
import re
from pathlib import Path
from typing import Any, Dict, NamedTuple, Sequence

from seqmix_plugin.commands.project_corpora import Corpora
from seqmix_plugin.commands.project_readme import readme
from seqmix_plugin.errors import ConfigurationError, quoted
from seqmix_plugin.io.json_text import read_object
from seqmix_plugin.shipped_files import shipped

CONFIGURATION = "experiment.jsonnet"
LIBRARY = ("lib/active_learning.libsonnet", "lib/project.libsonnet")
"""What the configuration imports."""
SMALL = 512
"""The largest dimension of an encoder that learns with the rate of small ones."""
SMALL_NAMES = re.compile(r"mini|small|tiny|xtreme", re.IGNORECASE)
BYTE_LEVEL = re.compile(r"(?<!xlm-)roberta|gpt2|bart-|longformer|modernbert|llama-3", re.IGNORECASE)
"""Names of encoders whose tokenizer marks words by the space before them."""


class Encoder(NamedTuple):
    """An encoder's name or folder, whether it is small, and whether its tokenizer needs `add_prefix_space`."""

    name: str
    is_small: bool
    is_byte_level: bool

    @classmethod
    def of(cls, name: str) -> "Encoder":
        """From the files of a folder, or a name on the hub; a `ConfigurationError` for a folder of something else."""
        folder = Path(name).expanduser()
        if not (folder / "config.json").is_file():
            if folder.is_dir() or name[:1] in (".", "/", "~") or name.count("/") > 1 or not name.strip():
                raise ConfigurationError(
                    f"--encoder is {quoted(name)}; expected a name on the Hugging Face hub such as bert-base-cased, or "
                    f"the folder of a pretrained model, with its config.json"
                )
            return cls(name, bool(SMALL_NAMES.search(name)), bool(BYTE_LEVEL.search(name)))
        size = read_object(folder / "config.json").get("hidden_size")
        tokenizer = folder / "tokenizer.json"
        is_byte_level = (folder / "merges.txt").exists()
        if tokenizer.exists():
            is_byte_level = "ByteLevel" in json.dumps(read_object(tokenizer).get("pre_tokenizer"))
        return cls(str(folder), isinstance(size, int) and size <= SMALL, is_byte_level)


def sizes(sentences: int, annotate: bool) -> Dict[str, int]:
    """The sizes of an experiment on a training file: at most 70 % of its sentences are labelled in the end."""
    if annotate:
        seed_size = query_size = min(20, sentences // 10)
    else:
        seed_size, query_size = min(200, _rounded(sentences // 5)), min(100, _rounded(sentences // 10))
    return {"seed_size": seed_size, "num_rounds": 5, "query_size": query_size}


def _rounded(number: int) -> int:
    """From 20 on a multiple of 5."""
    return number if number < 20 else number // 5 * 5


def project_files(
    corpora: Corpora, labels: Sequence[str], encoder: Encoder, annotate: bool, folder: Path
) -> Dict[str, str]:
    """The contents of a project's files by their paths in its folder."""
    copies = {name: shipped(f"training_configs/{name}").read_text(encoding="utf-8") for name in LIBRARY}
    paths = {name: beside(path, folder) for name, path in corpora.files.items()}
    numbers = sizes(corpora.contents["train"].sentences, annotate)
    return {
        CONFIGURATION: configuration(corpora, paths, labels, encoder, annotate, folder),
        "README.md": readme(folder, list(paths.values()), numbers, annotate, corpora.layout.format == "text"),
        **copies,
    }


def configuration(
    corpora: Corpora, paths: Dict[str, str], labels: Sequence[str], encoder: Encoder, annotate: bool, folder: Path
) -> str:
    """The text of the configuration."""
    layout, format = corpora.labelled_layout, corpora.layout.format
    values: Dict[str, Any] = {**paths, "format": format}
    if layout.format != ("columns" if format == "text" else format):
        values["labelled_format"] = layout.format
    if layout.labelled:
        values["scheme"] = layout.scheme
    if layout.token_column != 0:
        values["token_column"] = layout.token_column
    if layout.tag_column != -1:
        values["tag_column"] = layout.tag_column
    if layout.repair:
        values["repair_tags"] = True
    values |= {"labels": list(labels), "encoder": encoder_path(encoder, folder)}
    if encoder.is_byte_level:
        values["add_prefix_space"] = True
    lines = [f"  {key}={jsonnet(value)}," for key, value in values.items()]
    lines.append(f"  lr={'3e-4' if encoder.is_small else '5e-5'},")
    if annotate:
        lines.append("  tool='label_studio',  // or doccano, prodigy, columns, jsonl")
    sentences = corpora.contents["train"].sentences
    numbers = sizes(sentences, annotate)
    numbers["batch_size"] = 8 if numbers["seed_size"] < 100 else 32
    lines += [f"  {key}={value}," for key, value in numbers.items()]
    what = "labelled by annotators" if annotate else "whose labels simulate annotators"
    return EXPERIMENT.format(task=f"{sentences:,} sentences {what}", arguments="\n".join(lines))


def encoder_path(encoder: Encoder, folder: Path) -> str:
    """An encoder as a configuration in a folder names it."""
    return beside(encoder.name, folder) if os.path.isdir(encoder.name) else encoder.name


EXPERIMENT = """\
// Active learning with SeqMix on {task}. Paths are relative to this file.
local project = import 'lib/project.libsonnet';

project(
{arguments}
  query_policy={{ type: 'normalized_token_entropy' }},
  augmenter={{
    type: 'seqmix',
    rate: 0.2,
    pairing: {{ type: 'sub_sequence', window: 5, min_density: 0.6 }},
    discriminator: {{ type: 'perplexity', language_model: {{ type: 'in_domain' }}, quantile: [0, 0.5] }},
  }},
)
"""


def beside(path: str, folder: Path) -> str:
    """A file's path from the project's folder; addresses and absolute paths stay."""
    if "://" in path or os.path.isabs(path):
        return path
    return os.path.relpath(os.path.abspath(path), os.path.realpath(folder))


def jsonnet(value: Any) -> str:
    """A value of plain data in Jsonnet."""
    if isinstance(value, list):
        return f"[{', '.join(map(jsonnet, value))}]"
    text = json.dumps(value, ensure_ascii=False)
    return f"'{value}'" if isinstance(value, str) and text == f'"{value}"' and "'" not in value else text
