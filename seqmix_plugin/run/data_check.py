"""A run that goes on must find the files and models that it began with."""

import hashlib
import json
import logging
from pathlib import Path
from typing import Any, Dict, Iterator, Optional, Tuple

from allennlp.common.checks import ConfigurationError
from allennlp.common.file_utils import cached_path
from allennlp.data import Vocabulary

from seqmix_plugin.distributed import from_primary
from seqmix_plugin.io.atomic import file_digest, write_text
from seqmix_plugin.io.folder_guard import make_folder
from seqmix_plugin.run.configuration_copy import configuration_of
from seqmix_plugin.run.layout import CONFIG, STATE

logger = logging.getLogger(__name__)

FILE = "data.json"
VOCABULARY = ("labels", "non_padded_namespaces")
"""The files of a run's vocabulary, from which AllenNLP reads it when a distributed run goes on."""
MODEL = "model_name"
"""The key of a pretrained model, which may be a folder: an encoder, or a language model that judges."""


def check_data(folder: Path, paths: Dict[str, Optional[str]], vocab: Vocabulary) -> None:
    """
    Notes the digests of a run's data files, its labels and the pretrained models that are folders or, when it goes on,
    compares them with what was noted.

    # Parameters

    folder : `Path`
        The run's.
    paths : `Dict[str, Optional[str]]`
        The files by their keys in the configuration; each has been read already.
    vocab : `Vocabulary`
        With the labels.

    # Raises

    `ConfigurationError`
        When a file or a model has changed since the run began, or the labels have other numbers than in its weights.
    """
    from_primary(lambda: _check(folder / STATE / FILE, paths, vocab))


def _check(noted: Path, paths: Dict[str, Optional[str]], vocab: Vocabulary) -> None:
    now: Dict[str, Any] = {key: file_digest(Path(cached_path(path))) for key, path in paths.items() if path is not None}
    run = noted.parent.parent
    models = {key: path for key, path in _models(run) if path.is_dir()}
    now.update({key: _model_digest(path) for key, path in models.items()})
    now["labels"] = list(vocab.get_token_to_index_vocabulary("labels"))
    now["non_padded_namespaces"] = sorted(vocab._non_padded_namespaces)
    before = _read(noted)
    for key, path in {**paths, **models}.items():
        if key in now and before.get(key, now[key]) != now[key]:
            raise ConfigurationError(
                f"{key}: {path} has changed since the run in {run} began; bring the old file back, or begin anew with "
                f"--force"
            )
    for name in VOCABULARY:
        if before.get(name, now[name]) != now[name]:
            raise ConfigurationError(
                f"{run / 'vocabulary' / name}.txt is not what the run began with; expected the lines "
                f"{', '.join(before[name])}"
            )
    if before != now:
        make_folder(noted.parent)
        write_text(noted, json.dumps(now, indent=2) + "\n")


def _models(run: Path) -> Iterator[Tuple[str, Path]]:
    """The names of pretrained models in a run's configuration, as paths, by their dotted keys."""
    blocks = [("", configuration_of(run / CONFIG) if (run / CONFIG).exists() else {})]
    for prefix, block in blocks:  # which grows
        for key, value in block.items():
            if isinstance(value, dict):
                blocks.append((f"{prefix}{key}.", value))
            elif key == MODEL and isinstance(value, str):
                yield prefix + key, Path(value)


def _model_digest(folder: Path) -> str:
    """Of what transformers loads of a model, but for its tokenizer, of which the run has a copy of its own."""
    weights = sorted(folder.glob("*.safetensors")) or sorted(folder.glob("*.bin"))
    files = {path.name: file_digest(path) for path in (folder / "config.json", *weights) if path.is_file()}
    return hashlib.sha256(json.dumps(files, sort_keys=True).encode("utf-8")).hexdigest()


def _read(noted: Path) -> Dict[str, Any]:
    """What was noted; nothing when the run begins, or when that file is damaged."""
    if not noted.exists():
        return {}
    try:
        before = json.loads(noted.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        before = None
    if not isinstance(before, dict) or not all(isinstance(n, str) for part in VOCABULARY for n in before.get(part, ())):
        logger.warning(f"{noted} is damaged; whether the data files have changed is not known")
        return {}
    return before
