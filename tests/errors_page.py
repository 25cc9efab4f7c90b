"""`docs/errors.md` as data: what it says is tried in the tests."""

import re
from typing import List, NamedTuple, Optional

from tests.conftest import ROOT

PAGE = ROOT / "docs" / "errors.md"
HEADER = ["| what | message | the run |", "|---|---|---|"]
NOTHING = "nothing"


class Row(NamedTuple):
    """
    # Parameters

    what : `str`
        What is wrong; names the row in its section.
    message : `str`, optional
        What the user reads, `…` for what varies; `None` when nothing is said.
    run : `str`
        What the run does: begins with "ends" or "continues".
    """

    what: str
    message: Optional[str]
    run: str

    @property
    def ends(self) -> bool:
        """Whether it is an error; otherwise it is a warning, or nothing."""
        return self.run.startswith("ends")

    def matches(self, text: str) -> bool:
        """Whether this is the row's message."""
        parts = map(re.escape, (self.message or "").split("…"))
        return self.message is not None and re.fullmatch(".*".join(parts), text) is not None


def rows(section: str) -> List[Row]:
    """The rows of the table under `## section`; what is not in the form of the page is an error."""
    _, *sections = re.split(r"^## ", PAGE.read_text(encoding="utf-8"), flags=re.M)
    texts = dict(text.split("\n", 1) for text in sections)
    table = [line for line in texts[section].splitlines() if line.startswith("|")]
    assert table[:2] == HEADER, f"{section}: no table of the form {HEADER}"
    found = [_row(line) for line in table[2:]]
    names = [row.what for row in found]
    assert names, f"{section}: no rows"
    assert len(names) == len(set(names)), f"{section}: two rows have the same name"
    return found


def _row(line: str) -> Row:
    cells = re.fullmatch(r"\| (.+) \| (`[^`]+`|nothing) \| (.+) \|", line)
    assert cells is not None, f"not a row of the page: {line}"
    what, message, run = cells.groups()
    assert run.startswith(("ends", "continues")), f"neither ends nor continues: {line}"
    assert message != NOTHING or not run.startswith("ends"), f"ends without a word: {line}"
    return Row(what, None if message == NOTHING else message.strip("`"), run)
