"""Report failures and interruptions in one line."""

import logging
import sys
from contextlib import contextmanager
from types import TracebackType
from typing import Iterator, Type

import torch.distributed as dist
from allennlp.common.checks import ConfigurationError
from allennlp.common.util import SigTermReceived, is_distributed

from seqmix_plugin.distributed import is_primary
from seqmix_plugin.errors import error_line, first_line, out_of_memory
from seqmix_plugin.io.folder_guard import check_own

logger = logging.getLogger(__name__)

RESUME = "the same command with --recover resumes the run"


@contextmanager
def one_line_failures() -> Iterator[None]:
    """
    Reports in one line what ends a run from outside: Ctrl-C and SIGTERM, a full disk, too little memory, the end of
    another process of a distributed run. None of them loses what is on the disk.
    """
    try:
        yield
    except (KeyboardInterrupt, SigTermReceived):
        logger.warning(f"interrupted; {RESUME}")
        sys.excepthook = one_line_excepthook
        raise
    except OSError as error:
        check_own()
        place = f"{error.filename}: " if error.filename else ""
        raise ConfigurationError(f"{place}{error.strerror or first_line(error)}; {RESUME}") from error
    except (RuntimeError, MemoryError) as error:
        text = str(error)
        if out_of_memory(error):
            raise ConfigurationError(f"not enough memory ({first_line(error)}); {RESUME}") from error
        if "PytorchStreamWriter" in text or "inline_container" in text:  # torch's, of a checkpoint
            raise ConfigurationError(f"weights cannot be written ({first_line(error)}); {RESUME}") from error
        if not is_distributed() or not ("gloo" in text or isinstance(error, dist.DistError)):
            raise
        ended = ConfigurationError(f"another process of this run has ended ({first_line(error)}); {RESUME}")
        if not is_primary():  # only the primary process shows its log
            print(error_line(ended), file=sys.stderr, flush=True)
        raise ended from error


def one_line_excepthook(kind: Type[BaseException], error: BaseException, traceback: "TracebackType | None") -> None:
    """For `sys.excepthook`: a configuration error as one line; nothing for an interruption, which has been reported."""
    if isinstance(error, ConfigurationError):
        print(error_line(error), file=sys.stderr)
    elif not isinstance(error, (KeyboardInterrupt, SigTermReceived)):
        sys.__excepthook__(kind, error, traceback)
