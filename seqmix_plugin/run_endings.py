"""How a run ends that does not come to its end."""

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

GO_ON = "the same command with --recover goes on where it ended"


@contextmanager
def clear_endings() -> Iterator[None]:
    """
    What ends a run from outside is told in a line: Ctrl-C and SIGTERM, a full disk, another process of a distributed
    run that is gone. Nothing that was on the disk is lost by any of them.
    """
    try:
        yield
    except (KeyboardInterrupt, SigTermReceived):
        logger.warning(f"interrupted; {GO_ON}")
        sys.excepthook = _only_exit
        raise
    except OSError as error:
        check_own()
        place = f"{error.filename}: " if error.filename else ""
        raise ConfigurationError(f"{place}{error.strerror or first_line(error)}; {GO_ON}") from error
    except (RuntimeError, MemoryError) as error:
        text = str(error)
        if out_of_memory(error):
            raise ConfigurationError(f"not enough memory ({first_line(error)}); {GO_ON}") from error
        if "PytorchStreamWriter" in text or "inline_container" in text:  # torch's, of a checkpoint
            raise ConfigurationError(f"weights cannot be written ({first_line(error)}); {GO_ON}") from error
        if not is_distributed() or not ("gloo" in text or isinstance(error, dist.DistError)):
            raise
        gone = ConfigurationError(f"another process of this run is gone ({first_line(error)}); {GO_ON}")
        if not is_primary():  # which alone shows what is logged
            print(error_line(gone), file=sys.stderr, flush=True)
        raise gone from error


def _only_exit(kind: Type[BaseException], error: BaseException, traceback: "TracebackType | None") -> None:
    """For what has been told already."""
    if not issubclass(kind, (KeyboardInterrupt, SigTermReceived)):
        sys.__excepthook__(kind, error, traceback)
