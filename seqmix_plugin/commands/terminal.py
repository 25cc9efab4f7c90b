"""How our sub-commands end, and the models they are given."""

import sys
import tarfile
from contextlib import contextmanager
from typing import Iterator, Tuple

from allennlp.common.checks import ConfigurationError
from allennlp.models.archival import load_archive

from seqmix_plugin.active_learning.checks import sentence_reader
from seqmix_plugin.active_learning.console import prepare_console
from seqmix_plugin.data import SentenceReader
from seqmix_plugin.errors import error_line, first_line
from seqmix_plugin.models import SequenceTagger


@contextmanager
def quiet_terminal(after_interrupt: str = "nothing was written") -> Iterator[None]:
    """
    Only our own messages are shown; a mistake is one line and exit code 1, Ctrl-C one line and exit code 130.

    # Parameters

    after_interrupt : `str`, optional (default = `"nothing was written"`)
        What the line says of Ctrl-C.
    """
    prepare_console()
    try:
        yield
    except ConfigurationError as error:
        print(error_line(error), file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        print(f"interrupted: {after_interrupt}", file=sys.stderr)
        sys.exit(130)


def load_tagger(source: str) -> Tuple[SequenceTagger, SentenceReader]:
    """
    A trained tagger, on the CPU, and the reader that it was trained with.

    # Parameters

    source : `str`
        A run's folder or its `model.tar.gz`.

    # Raises

    `ConfigurationError`
        When there is no such model, or it is another kind of model.
    """
    try:
        archive = load_archive(source)
    except (OSError, ValueError, RuntimeError, tarfile.TarError) as error:
        raise ConfigurationError(
            f"{source}: no model could be loaded; expected a run's folder or a model.tar.gz ({first_line(error)})"
        ) from error
    if not isinstance(archive.model, SequenceTagger):
        raise ConfigurationError(f"{source}: the model is no 'sequence_tagger' but a {type(archive.model).__name__}")
    return archive.model, sentence_reader(archive.dataset_reader)
