"""
What AllenNLP 2.10.1 and transformers 4.49 have no hook for: the functions and globals of theirs that this package
replaces, each with the reason. Nothing else in the package replaces any.
"""

import functools
import json
import logging
import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Iterator, Tuple, Union

import allennlp.common.logging
import allennlp.common.tqdm
from allennlp.commands import train
from allennlp.common import Params, cached_transformers, from_params
from allennlp.common.meta import META_NAME
from allennlp.training import util
from transformers import dynamic_module_utils

from seqmix_plugin.console import one_line_excepthook, prepare_console
from seqmix_plugin.early_log import EarlyLog
from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.io.atomic import own_copy
from seqmix_plugin.io.configuration_paths import with_own_paths
from seqmix_plugin.io.folder_guard import own_folder
from seqmix_plugin.progress import BarWriter
from seqmix_plugin.run.layout import ANSWER_FILES, CONFIG

IN_PLACE = ("config.json", "meta.json", "metrics.json", "model.tar.gz", "out*.log")
"""Files that AllenNLP opens for writing where they are, links and pipes as well; a hard link changes elsewhere too."""
ARGUMENT = "seqmix_plugin_argument"
"""The attribute of an exception that names the argument that AllenNLP was building."""
FOLDER = "seqmix_plugin_folder"
"""The attribute of a configuration that names the folder of its file."""


def fill_gaps() -> None:
    """Replaces AllenNLP's functions; called once, when the package is imported."""
    Params.from_file = classmethod(_finding_files(Params.from_file.__func__))  # type: ignore[attr-defined,assignment]
    early_log = EarlyLog()
    util.create_serialization_dir = _checking_first(util.create_serialization_dir, early_log)
    allennlp.common.logging.prepare_global_logging = _quiet(allennlp.common.logging.prepare_global_logging, early_log)
    train._train_worker = train_worker
    from_params.construct_arg = _naming_arguments(from_params.construct_arg)
    cached_transformers.get_tokenizer = _without_special_tokens_option(cached_transformers.get_tokenizer)
    # transformers asks at the terminal, for some seconds, whether to run a model's own code; with 0 it asks nobody.
    dynamic_module_utils.TIME_OUT_REMOTE_CODE = 0


def _checking_first(original: Any, early_log: EarlyLog) -> Any:
    """
    AllenNLP resumes a run by writing in its folder before it builds any object, so that no class of ours could check
    the folder earlier: it must hold the run's own files, no links to elsewhere. It also logs keys of the configuration
    before it opens the log file.
    """

    @functools.wraps(original)
    def create(params: Params, serialization_dir: Union[str, "os.PathLike[str]"], recover: bool, force: bool) -> None:
        early_log.of_a_run = params.get("type") == "active_learning"
        if recover and early_log.of_a_run and os.path.isdir(serialization_dir):
            folder = Path(serialization_dir)
            try:
                own_folder(folder, ANSWER_FILES)
                for path in (path for pattern in IN_PLACE for path in folder.glob(pattern)):
                    own_copy(path)
            except ConfigurationError:
                sys.excepthook = one_line_excepthook  # there is no log file yet
                raise
        original(params, serialization_dir, recover, force)

    return create


def _finding_files(original: Any) -> Any:
    """
    AllenNLP takes relative paths as those of the working directory. A configuration of active learning may stand with
    its data in a folder of its own. The one that a run keeps, beside `meta.json`, has paths that were found already.
    """

    @functools.wraps(original)
    def from_file(cls: Any, params_file: Any, *args: Any, **options: Any) -> Params:
        params = original(cls, params_file, *args, **options)
        path = Path(params_file)
        is_kept = path.name == CONFIG and path.with_name(META_NAME).exists()
        if params.get("type") == "active_learning" and path.is_file() and not is_kept:
            if not path.parent.samefile(os.curdir):
                params.params = with_own_paths(params.params, str(path.parent))
            setattr(params, FOLDER, str(path.parent))
        return params

    return from_file


def configuration_folder(params: Params) -> "str | None":
    """The folder of the file that a configuration of active learning was read from, if it was."""
    return getattr(params, FOLDER, None)


def _quiet(original: Any, early_log: EarlyLog) -> Any:
    """AllenNLP shows its whole log on the terminal; of a run of ours only the log file has it, from the first line."""

    @functools.wraps(original)
    def prepare(serialization_dir: Union[str, "os.PathLike[str]"], rank: int = 0, world_size: int = 1) -> None:
        original(serialization_dir, rank, world_size)
        config = Path(serialization_dir) / CONFIG  # AllenNLP has just written it
        if config.is_file() and json.loads(config.read_text(encoding="utf-8")).get("type") == "active_learning":
            prepare_console()
            for handler in logging.getLogger().handlers:
                if isinstance(handler, logging.FileHandler):
                    early_log.write_to(handler)

    return prepare


_TRAIN_WORKER = train._train_worker


def train_worker(process_rank: int, *arguments: Any, **options: Any) -> Any:
    """
    In a distributed run AllenNLP starts each process with a function of its own, which logs before it imports plugins.
    To start it with this one, a process imports this package.
    """
    return _TRAIN_WORKER(process_rank, *arguments, **options)


def _naming_arguments(original: Any) -> Any:
    """AllenNLP does not say of which argument it was building an object when a constructor failed."""

    @functools.wraps(original)
    def construct(class_name: str, argument_name: str, popped_params: Any, *args: Any, **extras: Any) -> Any:
        try:
            return original(class_name, argument_name, popped_params, *args, **extras)
        except BaseException as error:  # the innermost call is the first that gets here
            if failed_argument(error) is None:
                setattr(error, ARGUMENT, (argument_name, popped_params))
            raise

    return construct


def _without_special_tokens_option(original: Any) -> Any:
    """
    AllenNLP passes `add_special_tokens` to `from_pretrained`, where it has no effect; newer releases of transformers
    take it for an attribute of the tokenizer and refuse it. Each call that encodes a text passes it again.
    """

    @functools.wraps(original)
    def get_tokenizer(model_name: str, *, add_special_tokens: bool = True, **options: Any) -> Any:
        return original(model_name, **options)

    return get_tokenizer


def failed_argument(error: BaseException) -> "Tuple[str, Any] | None":
    """Name and value of the innermost argument that AllenNLP was building when the error was raised, if any."""
    return getattr(error, ARGUMENT, None)


@contextmanager
def transient_bars() -> Iterator[None]:
    """AllenNLP's progress bars stay on the terminal when they are full; here they vanish, so that our lines remain."""
    bars = allennlp.common.tqdm
    before = bars._tqdm, bars.TqdmToLogsWriter
    bars._tqdm = functools.partial(bars._tqdm, leave=False)  # type: ignore[assignment]
    bars.TqdmToLogsWriter = BarWriter  # type: ignore[assignment,misc]
    try:
        yield
    finally:
        bars._tqdm, bars.TqdmToLogsWriter = before  # type: ignore[misc]
