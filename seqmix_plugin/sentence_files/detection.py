"""How a file of sentences is read: its format, the columns of words and tags, and the scheme of the tags."""

import json
import re
from itertools import islice, pairwise
from typing import Any, Iterable, Iterator, List, NamedTuple, Optional, Sequence, Set, Tuple

from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.sentence import TaggedSentence
from seqmix_plugin.sentence_files.column_file import ColumnFile, is_blank, split_columns
from seqmix_plugin.sentence_files.column_sample import ENOUGH, ColumnSample
from seqmix_plugin.sentence_files.jsonl_file import JsonlFile
from seqmix_plugin.sentence_files.layout import Layout, scheme_of
from seqmix_plugin.sentence_files.sentence_file import SentenceFile

SAMPLE = 10_000
"""Number of lines that are looked at."""
OTHERS = re.compile(r"\[\s*(\{.*|\"tokens\".*)?$")
"""How a file of JSON that is no JSONL begins."""


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
    if wanted is None and OTHERS.match(first):
        raise _unreadable(path, "JSON, not JSONL")
    lines = [line for line in lines if not line.startswith("# ")]  # comments
    columns = ColumnSample(lines)
    found = columns.layout()
    if found is not None:
        prefix = columns.prefix(found.token_column)
        if prefix:
            raise ConfigurationError(f"{path}: its words begin with {prefix!r}; expected them without it")
        return found
    if wanted is None and _has_a_word_a_line(lines):
        raise ConfigurationError(
            f"{path}: has a word in each line and no tags; expected --format columns, or text (one sentence per line) "
            f"with --format text"
        )
    if wanted is None and path.lower().endswith(".csv"):
        raise _unreadable(path, "CSV")
    return Layout("text" if wanted is None else "columns")


def _unreadable(path: str, what: str) -> ConfigurationError:
    return ConfigurationError(
        f"{path}: is {what}; expected columns, JSONL (an object a line), or text (one sentence per line)"
    )


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
