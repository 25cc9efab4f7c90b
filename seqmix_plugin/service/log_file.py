"""A file of the service on disk, to which whole lines are appended."""

from pathlib import Path
from typing import Tuple

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
        with disk_errors(path):
            content = b"" if self._is_new else path.read_bytes()
        whole, torn = whole_lines(content)
        line_end = b"\n" if whole and not whole.endswith(b"\n") else b""
        if torn or line_end:
            append(path, len(whole), line_end)
        self._end = len(whole + line_end)
        self._written = self._state()
        self._has_failed = False
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
            if self._has_failed:  # whatever of it has come to the disk
                self._end = min(self._end, self.path.stat().st_size if self.path.exists() else 0)
            elif self._state() != self._written:
                self._end, content = self._after_others(content)
        self._has_failed = True
        append(self.path, self._end, content)
        self._end, self._written, self._has_failed = self._end + len(content), self._state(), False
        if self._is_new:  # the names of a new file and its folder
            with disk_errors(self.path):
                sync(self.path.parent)
                sync(self.path.parent.parent)
            self._is_new = False

    def _after_others(self, content: bytes) -> Tuple[int, bytes]:
        """Where the file ends now, and the lines, apart from a last one that has no line end."""
        if not self.path.exists():
            return 0, content
        with open(self.path, "rb") as file:
            end = file.seek(0, 2)
            file.seek(max(0, end - 1))
            return end, content if file.read() in (b"", b"\n") else b"\n" + content

    def _state(self) -> Tuple[int, ...]:
        """Differs once somebody else has written to the file."""
        if not self.path.exists():
            return ()
        stat = self.path.stat()
        return stat.st_mtime_ns, stat.st_size, stat.st_ino
