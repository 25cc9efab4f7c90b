"""A file of the service on disk, to which whole lines are appended."""

import os
from pathlib import Path
from typing import Optional, Tuple

from seqmix_plugin.io.atomic import append, disk_errors, sync
from seqmix_plugin.io.folder_guard import make_folder
from seqmix_plugin.io.json_text import decode, objects, whole_lines


class LogFile:
    """
    A JSONL file to which lines are appended; they are on disk when `append` returns. What others have written to it
    meanwhile stays.

    # Parameters

    path : `Path`
        The file, which is created with its folder when the first line is written.

    # Raises

    `ConfigurationError`
        When the file cannot be written to, or a line other than the last is damaged; a torn last line is cut off.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._is_new = not path.exists()
        self._failed: Optional[Tuple[int, bytes]] = None
        """Where the lines of a failed attempt begin, and what they are."""
        with disk_errors(path):
            content = b"" if self._is_new else path.read_bytes()
        whole, torn = whole_lines(content)
        line_end = b"\n" if whole and not whole.endswith(b"\n") else b""
        if torn or line_end:
            append(path, len(whole), line_end)
        self.rows = [row for _, row in objects(str(path), decode(str(path), whole))] if whole.strip() else []
        """The rows of an earlier start."""

    def append(self, content: bytes) -> None:
        """
        Appends whole lines in one write.

        # Raises

        `ConfigurationError`
            When they cannot be written; the next lines then take their place.
        """
        with disk_errors(self.path):
            make_folder(self.path.parent)
            start, divider = self._end() if self.path.exists() else (0, b"")
        self._failed = start, divider + content
        append(self.path, *self._failed)
        self._failed = None
        if self._is_new:  # the names of a new file and its folder
            with disk_errors(self.path):
                sync(self.path.parent)
                sync(self.path.parent.parent)
            self._is_new = False

    def _end(self) -> Tuple[int, bytes]:
        """Where the next lines begin, in the place of a failed attempt, and what divides them from the line before."""
        with open(self.path, "rb") as file:
            start = file.seek(0, os.SEEK_END)
            if self._failed is not None and self._failed[0] <= start:
                file.seek(self._failed[0])
                if self._failed[1].startswith(file.read()):  # whatever of it has come to the disk
                    start = self._failed[0]
            file.seek(max(0, start - 1))
            return start, b"" if start == 0 or file.read(1) == b"\n" else b"\n"
