"""A run in a process that continues after it, such as that of a notebook."""

import logging
import os
import random
import sys
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Iterator, Optional

import numpy as np
import torch
from allennlp.common import logging as allennlp_logging
from allennlp.common import tqdm as allennlp_tqdm

from seqmix_plugin.allennlp_gaps.run_start import early_log
from seqmix_plugin.io.folder_guard import forget_folder

CUBLAS = "CUBLAS_WORKSPACE_CONFIG"
"""The environment variable that a deterministic run sets."""


@contextmanager
def left_as_it_was(folder: Path) -> Iterator[None]:
    """
    AllenNLP trains in a process of its own, which ends with the run. Here the process has afterwards what it had before
    (logging, hook for uncaught errors, random numbers, settings of torch), and the run's folder is not locked.

    # Parameters

    folder : `Path`
        That of the run.
    """
    with ExitStack() as after:
        after.callback(forget_folder, folder)
        _keep_logging(after)
        _keep_torch(after)
        after.callback(random.setstate, random.getstate())
        after.callback(np.random.set_state, np.random.get_state())
        after.callback(setattr, sys, "excepthook", sys.excepthook)
        yield


def _keep_logging(after: ExitStack) -> None:
    """The handlers of the process do not get what the run logs: the run has its own, which end with it."""
    root = logging.getLogger()
    handlers, of_bars = list(root.handlers), list(allennlp_tqdm.logger.handlers)
    captures_warnings = getattr(logging, "_warnings_showwarning", None) is not None
    after.callback(setattr, logging, "raiseExceptions", logging.raiseExceptions)
    after.callback(logging.captureWarnings, captures_warnings)
    after.callback(root.setLevel, root.level)
    after.callback(setattr, allennlp_logging, "FILE_FRIENDLY_LOGGING", allennlp_logging.FILE_FRIENDLY_LOGGING)

    def restore() -> None:
        early_log().end()
        own = [handler for handler in root.handlers if handler not in handlers]
        root.handlers[:], allennlp_tqdm.logger.handlers[:] = handlers, of_bars
        for handler in own:
            handler.close()

    root.handlers.clear()
    after.callback(restore)


def _keep_torch(after: ExitStack) -> None:
    after.callback(torch.set_rng_state, torch.get_rng_state())
    if torch.cuda.is_available() and torch.cuda.is_initialized():
        after.callback(torch.cuda.set_rng_state_all, torch.cuda.get_rng_state_all())
    warns_only = torch.is_deterministic_algorithms_warn_only_enabled()
    deterministic = torch.are_deterministic_algorithms_enabled()
    after.callback(torch.use_deterministic_algorithms, deterministic, warn_only=warns_only)
    for backend in (torch.backends.cuda.matmul, torch.backends.cudnn):
        after.callback(setattr, backend, "allow_tf32", backend.allow_tf32)
    after.callback(_restore_variable, os.environ.get(CUBLAS))


def _restore_variable(value: Optional[str]) -> None:
    os.environ.pop(CUBLAS, None)
    if value is not None:
        os.environ[CUBLAS] = value
