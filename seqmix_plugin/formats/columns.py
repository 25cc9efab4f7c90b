"""Columns: a word and its tag a line."""

import re
from pathlib import Path
from typing import Dict, Iterator, List, NamedTuple, Optional, Sequence

from allennlp.common.checks import ConfigurationError

from seqmix_plugin.errors import shortened
from seqmix_plugin.formats.annotation_format import AnnotationFormat
from seqmix_plugin.formats.json_files import decoded, file_error, read_bytes
from seqmix_plugin.formats.question import Question
from seqmix_plugin.formats.reading import Reading

NO_TAG = "_"
"""Stands where nobody has labelled a word yet."""

_ID = re.compile(r"#\s*id\s*=\s?(.*)")


class _Block(NamedTuple):
    """The lines of a sentence: its id, if there is one, the number of the first line, and of each word the columns."""

    name: Optional[str]
    line: int
    words: List[str]
    tags: List[str]
    between: List[List[str]]


@AnnotationFormat.register("columns")
class ColumnsFormat(AnnotationFormat):
    """
    Writes `token<TAB>tag` with the predicted tags in BIO, a blank line after each sentence, and above it comment lines
    with `id`, `query_score` and `span_scores`. Reads the same: the first column is the word, the last its tag; a
    tag of the project's types in another column that says otherwise is a problem.

    Every sentence that is in the file is an answer, because a tag that was kept looks like one that was given: delete
    the others, or give all of their words the tag `_`. A tool that drops comments leaves the words to tell the
    sentences apart.

    Registered as an `AnnotationFormat` with name "columns".
    """

    ending = ".conll"
    refused = re.compile(
        r"^\s|\s$|[\t\n\r\v\f\x1c-\x1e\x85\u2028\u2029]"
    )  # separators, and what editors take for line ends

    def files(
        self, questions: Sequence[Question], labels: Sequence[str], path: Path, model_version: str
    ) -> Dict[Path, str]:
        return {path: "\n".join(_text(question, model_version) for question in questions)}

    def collect(self, path: Path, reading: Reading) -> None:
        blocks = list(_blocks(reading.source, decoded(reading.source, read_bytes(path))))
        if not blocks:
            raise ConfigurationError(f"{reading.source}: no sentence in this file; expected words and tags")
        for block in blocks:
            _collect(block, reading)


def _text(question: Question, model_version: str) -> str:
    sentence = question.sentence
    lines = [f"# id = {sentence.id}", f"# round = {question.round}", f"# model = {' '.join(model_version.split())}"]
    if question.query_score is not None:
        lines.append(f"# query_score = {question.query_score!r}")
    if question.predicted:
        scores = ("?" if span.score is None else repr(span.score) for span in question.predicted)
        lines.append(f"# span_scores = {' '.join(scores)}")
    tags = question.predicted_tags()
    lines += [f"{word}\t{tag}" for word, tag in zip(sentence.tokens, tags, strict=True)]
    return "\n".join(lines) + "\n"


def _blocks(source: str, text: str) -> Iterator[_Block]:
    """The sentences of a file."""
    block = _Block(None, 0, [], [], [])
    for number, line in enumerate((*text.split("\n"), ""), 1):
        line = line.rstrip("\r")
        cells = line.split("\t")
        comment = _ID.fullmatch(line) if len(cells) == 1 and not block.words else None
        if comment is not None:
            block = _Block(comment[1], number, [], [], [])
        elif not line.strip():
            if block.words:
                yield block
                block = _Block(None, 0, [], [], [])
        elif len(cells) > 1:
            block.words.append(cells[0])
            block.tags.append(cells[-1].strip())
            block.between.append(cells[1:-1])
            block = block._replace(line=block.line or number)
        elif not line.startswith(("#", "-DOCSTART-")):
            raise file_error(source, f"line {number}", f"{shortened(repr(line))}; expected a word, a tab and a tag")


def _collect(block: _Block, reading: Reading) -> None:
    place = f"line {block.line}"
    question = _question(block, place, reading)
    if question is None:
        return
    place = f"{place}, id {question.sentence.id!r}"
    if tuple(block.words) != question.sentence.tokens:
        words = shortened(repr(" ".join(block.words)))
        expected = shortened(repr(question.sentence.text))
        reading.problem(place, f"the words were changed: {words}; they were {expected}")
        return
    tags = {f"{prefix}-{label}" for prefix in "BI" for label in reading.types or ()}
    other = next((c for cs, t in zip(block.between, block.tags, strict=True) for c in cs if c != t and c in tags), None)
    if other is not None:
        reading.problem(place, f"{other!r} in another column than the last, which differs; expected one column of tags")
    elif any(tag != NO_TAG for tag in block.tags):
        reading.tag(question, block.tags, None, place)


def _question(block: _Block, place: str, reading: Reading) -> Optional[Question]:
    if block.name is not None:
        return reading.question(block.name, place, "# id = …")
    same = reading.by_words.get(tuple(block.words), [])
    if len(same) == 1:
        return reading.question(same[0].sentence.id, place)
    if same:
        reading.problem(place, f"no '# id = …' above it, and {len(same)} questions have its words")
        return None
    return reading.question(None, place, "# id = …")
