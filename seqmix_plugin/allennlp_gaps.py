"""What is looked at before AllenNLP goes on with a run: it writes in the folder before it builds anything of ours."""

import functools
import os
import sys
from pathlib import Path
from types import TracebackType
from typing import Type, Union

from allennlp.common import Params
from allennlp.common.checks import ConfigurationError
from allennlp.training import util

from seqmix_plugin.errors import error_line
from seqmix_plugin.io.atomic import own_copy
from seqmix_plugin.io.folder_guard import own_folder
from seqmix_plugin.run.layout import ANSWER_FILES

IN_PLACE = ("config.json", "meta.json", "metrics.json", "model.tar.gz", "out*.log")
"""Files that AllenNLP opens as they are, links and pipes as well; what has another name elsewhere changes there too."""


def look_first() -> None:
    """From now on AllenNLP goes on with a run of active learning only in a folder that holds the run's own files."""
    original = util.create_serialization_dir

    @functools.wraps(original)
    def create(params: Params, serialization_dir: Union[str, "os.PathLike[str]"], recover: bool, force: bool) -> None:
        if recover and params.get("type") == "active_learning" and os.path.isdir(serialization_dir):
            _look(Path(serialization_dir))
        original(params, serialization_dir, recover, force)

    util.create_serialization_dir = create


def _look(folder: Path) -> None:
    try:
        own_folder(folder, ANSWER_FILES)
        for path in (path for pattern in IN_PLACE for path in folder.glob(pattern)):
            own_copy(path)
    except ConfigurationError:
        sys.excepthook = _in_a_line  # there is no log file yet
        raise


def _in_a_line(kind: Type[BaseException], error: BaseException, traceback: "TracebackType | None") -> None:
    if isinstance(error, ConfigurationError):
        print(error_line(error), file=sys.stderr)
    else:
        sys.__excepthook__(kind, error, traceback)
