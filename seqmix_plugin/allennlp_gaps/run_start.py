"""What `allennlp train` does before it builds any object: its configuration, the run's folder, the log, processes."""

import functools
import json
import logging
import os
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Dict, Union

from seqmix_plugin.console import prepare_console
from seqmix_plugin.early_log import EarlyLog
from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.io.atomic import own_copy
from seqmix_plugin.io.configuration_paths import with_own_paths
from seqmix_plugin.io.folder_guard import own_folder
from seqmix_plugin.run.layout import ANSWER_FILES, CONFIG

if TYPE_CHECKING:
    from allennlp.common import Params

META = "meta.json"
IN_PLACE = (CONFIG, META, "metrics.json", "model.tar.gz", "out*.log")
"""Files that AllenNLP opens for writing where they are, links and pipes as well; a hard link changes elsewhere too."""
FOLDER = "seqmix_plugin_folder"
"""The attribute of a configuration that names the folder of its file."""

early_log = functools.cache(EarlyLog)
"""The one of this process, which begins when AllenNLP's logging is there."""


def find_files(params_module: Any) -> None:
    """
    AllenNLP takes relative paths as those of the working directory. A configuration of active learning may stand with
    its data in a folder of its own. The one that a run keeps, beside `meta.json`, has paths that were found already.
    """
    original = params_module.Params.from_file.__func__

    @functools.wraps(original)
    def from_file(cls: Any, params_file: Any, *args: Any, **options: Any) -> "Params":
        params = original(cls, params_file, *args, **options)
        path = Path(params_file)
        is_kept = path.name == CONFIG and path.with_name(META).exists()
        if params.get("type") == "active_learning" and path.is_file() and not is_kept:
            if not path.parent.samefile(os.curdir):
                params.params = with_own_paths(params.params, str(path.parent))
            setattr(params, FOLDER, str(path.parent))
        return params

    params_module.Params.from_file = classmethod(from_file)


def configuration_folder(params: "Params") -> "str | None":
    """The folder of the file that a configuration of active learning was read from, if it was."""
    return getattr(params, FOLDER, None)


def checking_first(original: Any) -> Any:
    """
    AllenNLP resumes a run by writing in its folder before it builds any object, so that no class of ours could check
    the folder earlier: it must hold the run's own files, no links to elsewhere. It also logs keys of the configuration
    before it opens the log file.
    """
    early_log()

    @functools.wraps(original)
    def create(params: "Params", serialization_dir: Union[str, "os.PathLike[str]"], recover: bool, force: bool) -> None:
        is_ours = params.get("type") == "active_learning"
        early_log().of_a_run = is_ours
        try:
            if is_ours and recover and os.path.isdir(serialization_dir):
                prepare_console()  # AllenNLP logs each key that has changed
                folder = Path(serialization_dir)
                own_folder(folder, ANSWER_FILES)
                for path in (path for pattern in IN_PLACE for path in folder.glob(pattern)):
                    own_copy(path)
            original(params, serialization_dir, recover, force)
        except BaseException as error:
            early_log().end()  # no run of ours begins
            if not is_ours or not isinstance(error, (ConfigurationError, KeyError)):
                raise
            from seqmix_plugin.run_console import one_line_excepthook

            sys.excepthook = one_line_excepthook  # there is no log file yet
            raise _refused(error, str(serialization_dir)) from error

    return create


def _refused(error: Union[ConfigurationError, KeyError], folder: str) -> ConfigurationError:
    """AllenNLP's error for a folder that cannot be used, with what can be done; other errors as they are."""
    if "already exists and is not empty" in str(error):
        return ConfigurationError(
            f"{folder} exists and is not empty; --recover resumes the run in it, --force deletes it with all labels in "
            f"it; otherwise give another folder with -s"
        )
    if isinstance(error, KeyError) or "does not match the configuration" in str(error):
        other = f" without {error}" if isinstance(error, KeyError) else ""
        return ConfigurationError(
            f"{folder} holds a run of another configuration{other}; --recover needs the same, --force deletes the "
            f"folder with all labels in it"
        )
    return error


def quiet(original: Any) -> Any:
    """AllenNLP shows its whole log on the terminal; of a run of ours only the log file has it, from the first line."""

    @functools.wraps(original)
    def prepare(serialization_dir: Union[str, "os.PathLike[str]"], rank: int = 0, world_size: int = 1) -> None:
        original(serialization_dir, rank, world_size)
        config = Path(serialization_dir) / CONFIG  # AllenNLP has just written it
        if config.is_file() and json.loads(config.read_text(encoding="utf-8")).get("type") == "active_learning":
            prepare_console()
            for handler in logging.getLogger().handlers:
                if isinstance(handler, logging.FileHandler):
                    early_log().write_to(handler)

    return prepare


_ORIGINAL: Dict[str, Any] = {}


def start_with_the_plugin(train: Any) -> None:
    """
    In a distributed run AllenNLP starts each process with a function of its own, which logs before it imports plugins.
    To start it with `train_worker`, a process imports this package.
    """
    _ORIGINAL["train_worker"] = train._train_worker
    train._train_worker = train_worker


def train_worker(process_rank: int, *arguments: Any, **options: Any) -> Any:
    """Trains in one of the processes of a distributed run."""
    import_module("allennlp.commands.train")  # in a new process, which gets this function by its name
    return _ORIGINAL["train_worker"](process_rank, *arguments, **options)
