"""How a file of sentences is read: its format, the columns of words and tags, and the scheme of the tags."""

import json
import re
from collections import Counter
from itertools import islice, pairwise
from typing import Any, Iterable, Iterator, List, NamedTuple, Optional, Sequence, Set, Tuple

from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.sentence import TaggedSentence
from seqmix_plugin.sentence_files.column_file import (
    CONLLU_COLUMNS,
    RANGE_OR_EMPTY_NODE,
    ColumnFile,
    is_blank,
    split_columns,
)
from seqmix_plugin.sentence_files.jsonl_file import JsonlFile
from seqmix_plugin.sentence_files.sentence_file import SentenceFile

SAMPLE = 10_000
"""Number of lines that are looked at."""
ENOUGH = 0.9
"""The share of rows that have a tag in the column of tags; the reader reports the others."""
TAG = re.compile(r"O|[BIESLU]-\S(.*\S)?")
OTHERS = re.compile(r"\[\s*(\{.*|\"tokens\".*)?$")
"""How a file of JSON that is no JSONL begins."""


class Layout(NamedTuple):
    """The format of a file, and, if it has tags, their scheme, the columns of words and tags, and whether to repair."""

    format: str
    labelled: bool = False
    scheme: str = "BIO"
    token_column: int = 0
    tag_column: int = -1
    repair: bool = False

    def with_columns(self, other: "Layout") -> "Layout":
        """The same with another one's columns."""
        return self._replace(token_column=other.token_column, tag_column=other.tag_column)


class Contents(NamedTuple):
    """What a file has: the number of its sentences and its entity types, sorted."""

    sentences: int
    types: Tuple[str, ...]


def find_layout(path: str, wanted: Optional[str] = None) -> Layout:
    """
    The layout of a file, from its first lines; `wanted` is its format if it is known. A file of one column is plain
    text, with a word in each line if `wanted` is `columns`.
    """
    lines = [line for _, line in islice(SentenceFile(path).lines(), SAMPLE)]
    first = next((line.strip() for line in lines if line.strip()), "")
    if wanted == "jsonl" or (wanted is None and first.startswith("{")):
        return _of_jsonl(lines)
    if wanted == "text":
        return Layout("text")
    if wanted is None and (OTHERS.match(first) or path.lower().endswith(".csv")):
        what = "CSV" if path.lower().endswith(".csv") else "JSON, not JSONL"
        raise ConfigurationError(
            f"{path}: is {what}; expected columns, JSONL (an object a line), or text (one sentence per line)"
        )
    lines = [line for line in lines if not line.startswith("# ")]  # comments
    rows = _rows(lines)
    numbered = _are_numbered(rows)
    found = _of_columns(rows, numbered)
    if found is None and numbered:
        return Layout("columns", token_column=1)
    if found is None and wanted is None and _has_a_word_a_line(lines):
        raise ConfigurationError(
            f"{path}: has a word in each line and no tags; expected --format columns, or text (one sentence per line) "
            f"with --format text"
        )
    if found is None:
        return Layout("text" if wanted is None else "columns")
    return found


def _rows(lines: Sequence[str]) -> List[List[str]]:
    """The columns of each line, none of a line that ends a sentence; without the ranges of CoNLL-U."""
    rows = [[] if is_blank(line) else split_columns(line) for line in lines]
    is_conllu = _width(rows) == CONLLU_COLUMNS
    return [row for row in rows if not (row and is_conllu and RANGE_OR_EMPTY_NODE.fullmatch(row[0]))]


def _width(rows: Sequence[Sequence[str]]) -> int:
    """How many columns most rows have."""
    widths = Counter(len(row) for row in rows if row)
    return widths.most_common(1)[0][0] if widths else 0


def _are_numbered(rows: Sequence[List[str]]) -> bool:
    """Whether the first of several columns has the numbers of the rows of each sentence, from 0 or 1."""
    width, words = _width(rows), [row for row in rows if row]
    if width < 2 or sum(len(row) == width for row in words) < ENOUGH * len(words):
        return False
    if width == CONLLU_COLUMNS and sum(row[0].isdigit() for row in words) >= ENOUGH * len(words):
        return True
    blocks = [block for block in _blocks(row[:1] for row in rows) if block]
    counted = sum(block in ([str(n) for n in range(start, start + len(block))] for start in (0, 1)) for block in blocks)
    return max(map(len, blocks)) > 1 and counted >= ENOUGH * len(blocks)


def _has_a_word_a_line(lines: Sequence[str]) -> bool:
    """Whether lines look like columns without tags: blocks of rows of one or two columns, or with tabs."""
    rows = [line for line in lines if not is_blank(line)]
    blocks = sum(is_blank(one) and not is_blank(other) for one, other in pairwise(lines)) + 1
    narrow = sum(len(split_columns(row)) <= 2 or "\t" in row for row in rows)
    return 1 < blocks < len(rows) / 2 and narrow >= ENOUGH * len(rows)


def is_read_alike(path: str, one: Layout, other: Layout) -> bool:
    """Whether a file has the same sentences with two layouts."""
    if one == other:
        return True
    both = [_sentences(path, layout._replace(repair=True)) for layout in (one, other)]
    try:
        return all(first == second for first, second in zip(*both, strict=True))
    except (ConfigurationError, ValueError):
        return False


def read_file(path: str, layout: Layout) -> Contents:
    """Reads a whole file; a `ConfigurationError` names the line that is wrong."""
    types: Set[str] = set()
    sentences = 0
    for sentence in _sentences(path, layout):
        sentences += 1
        types.update(tag[2:] for tag in sentence.tags or () if tag != "O")
    return Contents(sentences, tuple(sorted(types)))


def repaired(path: str, layout: Layout) -> Tuple[Layout, Optional[ConfigurationError]]:
    """The layout with repair of invalid tags if a file needs it, and the error that there is without."""
    try:
        read_file(path, layout)
    except ConfigurationError as error:
        if not str(error).endswith("repair_tags: true repairs)"):
            raise
        return layout._replace(repair=True), error
    return layout, None


def _sentences(path: str, layout: Layout) -> Iterable[TaggedSentence]:
    unlabelled = not layout.labelled
    if layout.format == "text":
        text = SentenceFile(path)
        return text.checked(_of_lines(text))
    if layout.format == "jsonl":
        rows = JsonlFile(path, layout.scheme, layout.repair, unlabelled)
        return rows.checked(rows.sentences())
    file = ColumnFile(path, layout.scheme, layout.repair, layout.token_column, layout.tag_column, unlabelled)
    return file.checked(file.sentences())


def _of_lines(file: SentenceFile) -> Iterator[TaggedSentence]:
    for number, line in file.lines():
        if line.strip():
            file.check_line_end(f"line {number}", line)
            yield TaggedSentence(str(number), tuple(line.split()))


def _of_jsonl(lines: Sequence[str]) -> Layout:
    sentences: List[Sequence[str]] = []
    for line in lines:
        try:
            record: Any = json.loads(line)
        except ValueError:  # the reader reports it
            continue
        tags = record.get("tags") if isinstance(record, dict) else None
        if isinstance(tags, list) and all(isinstance(tag, str) for tag in tags):
            sentences.append(tags)
    return Layout("jsonl", labelled=bool(sentences), scheme=scheme_of(sentences))


def _of_columns(rows: Sequence[List[str]], numbered: bool) -> Optional[Layout]:
    """The layout of a file with a column of tags, if it has one; the words of numbered rows are in the next column."""
    width = _width(rows)
    candidates = [(int(numbered), column) for column in range(width - 1, int(numbered), -1)]
    candidates += [(1, 0)] if width == 2 else []
    found: List[Layout] = []
    for words, column in candidates:
        tags = [row[column] if len(row) == width else None for row in rows if row]
        if sum(tag is not None and TAG.fullmatch(tag) is not None for tag in tags) < ENOUGH * len(tags):
            continue
        blocks = list(_blocks(row[column : column + 1] for row in rows))
        layout = Layout("columns", True, scheme_of(blocks), words, -1 if column == width - 1 else column)
        if any(tag != "O" for tag in tags):
            return layout
        found.append(layout)  # all tags are O: only if no other column has any
    return found[0] if found else None


def _blocks(cells: Iterable[List[str]]) -> Iterator[List[str]]:
    """The tags of each sentence, from one cell a row or none where a sentence ends."""
    block: List[str] = []
    for cell in cells:
        if cell:
            block += cell
        elif block:
            yield block
            block = []
    yield block


def scheme_of(sentences: Iterable[Sequence[str]]) -> str:
    """The scheme of tags, by their prefixes; of I- and B- alone, by what most entities begin with."""
    prefixes: Set[str] = set()
    begins: Counter = Counter()
    for tags in sentences:
        for before, tag in zip(("O", *tags), tags, strict=False):
            prefixes.add(tag[:1])
            if before == "O" and tag != "O":
                begins[tag[:1]] += 1
    if prefixes & {"L", "U"}:
        return "BIOUL"
    if prefixes & {"E", "S"}:
        return "BIOES"
    return "IOB1" if begins["I"] > begins["B"] else "BIO"
