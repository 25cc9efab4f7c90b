"""What is logged before a run has its log file."""

import logging
from typing import List

PLUGINS = "allennlp.common.plugins"
"""The logger of AllenNLP that names each plugin it has found."""


class EarlyLog(logging.Filter):
    """
    Holds back what AllenNLP logs before it opens the log file of a run: the plugins that it has found, and some keys of
    the configuration. A run of ours has these lines in its log file alone; any other command shows them with its next
    line. Warnings and errors are shown at once.
    """

    def __init__(self) -> None:
        super().__init__()
        self.of_a_run = False  # the command is known to be one that trains a configuration of ours
        self._handlers = [one for one in logging.getLogger().handlers if type(one) is logging.StreamHandler]
        self._records: List[logging.LogRecord] = []
        self._holds = True
        for handler in self._handlers:
            handler.addFilter(self)

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether a line is shown now."""
        if not self.of_a_run and record.name != PLUGINS:
            self._show()
        if not self._holds:
            return True
        if not self._records or self._records[-1] is not record:  # of two handlers
            self._records.append(record)
        return record.levelno >= logging.WARNING

    def write_to(self, log: logging.Handler) -> None:
        """Hands the lines to the handler of the log file."""
        for record in self._records:
            log.handle(record)
        self._records.clear()

    def end(self) -> None:
        """Lets every line pass from now on."""
        self.of_a_run = self._holds = False
        self._records.clear()

    def _show(self) -> None:
        records = [record for record in self._records if record.levelno < logging.WARNING]  # others were shown
        self._holds, self._records = False, []
        for handler in self._handlers:
            for record in records:
                if record.levelno >= handler.level:
                    handler.handle(record)
