"""A JSONL file that is only added to: what is in it when `append` returns is on the disk."""

from pathlib import Path
from typing import Iterator, List, Tuple

from seqmix_plugin.formats.json_files import Row, decoded, rows, whole_lines
from seqmix_plugin.io.atomic import append, disk_errors, sync
from seqmix_plugin.io.folder_guard import make_folder


class LogFile:
    """
    # Parameters

    path : `Path`
        The file; it and its folder are made when there is something to write.

    # Raises

    `ConfigurationError`
        When the file cannot be written to, or a line other than the last is damaged.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._failed_at = -1
        self._is_new = not path.exists()
        self.rows: List[Row] = [] if self._is_new else [row for _, row in self._read()]
        """What was in it at the start."""

    def append(self, content: bytes) -> None:
        """
        Adds whole lines, all in one write, and brings them to the disk.

        # Raises

        `ConfigurationError`
            When they cannot be written; the next lines then take their place.
        """
        with disk_errors(self.path):
            make_folder(self.path.parent)
            end = self.path.stat().st_size if self.path.exists() else 0
        start = end if self._failed_at < 0 else min(end, self._failed_at)
        self._failed_at = start
        append(self.path, start, content)
        if self._is_new:  # a new name is on the disk only when its folder is, and the folder's
            with disk_errors(self.path):
                sync(self.path.parent)
                sync(self.path.parent.parent)
            self._is_new = False
        self._failed_at = -1

    def _read(self) -> Iterator[Tuple[str, Row]]:
        """The rows; a torn line is cut off first, and a whole one without its end gets it."""
        with disk_errors(self.path):
            content = self.path.read_bytes()
        whole, torn = whole_lines(content)
        if torn:
            append(self.path, len(whole), b"")
        elif whole and not whole.endswith(b"\n"):
            append(self.path, len(whole), b"\n")
        return rows(str(self.path), decoded(str(self.path), whole)) if whole.strip() else iter(())
