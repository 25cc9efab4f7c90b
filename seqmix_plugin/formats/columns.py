"""Columns: a word and its tag a line."""

import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Dict, Iterator, List, Mapping, Optional, Sequence

from seqmix_plugin.errors import ConfigurationError, quoted
from seqmix_plugin.formats.annotation_format import AnnotationFormat
from seqmix_plugin.formats.answer import RawAnswer
from seqmix_plugin.formats.questions import Question
from seqmix_plugin.io.json_text import read_text

NO_TAG = "_"
"""The tag of a word that is not labelled yet."""

DOCUMENT = "-DOCSTART-"
"""The word of a row that begins a document, and belongs to no sentence."""

_ID = re.compile(r"#\s*id\s*=\s?(.*)")
_COMMENT = re.compile(r"#\s*\w+\s*=[^\t]*\s*")
_LINE_END = re.compile(r"\r{0,2}\n|\r")  # \r\r\n is what \r\n becomes when it is converted twice


@dataclass
class _Block:
    """The lines of a sentence: its id, if there is one, the number of the first line, and the cells of each word."""

    name: Optional[str] = None
    line: int = 0
    rows: List[List[str]] = field(default_factory=list)


@AnnotationFormat.register("columns")
class ColumnsFormat(AnnotationFormat):
    """
    Writes `token<TAB>tag` with the predicted tags in BIO, a blank line after each sentence, and above it comment lines
    with `id`, `query_score` and `span_scores`. Reads the same: the first column is the word, the last its tag; a
    tag of the project's types in another column that differs from it is a problem.

    Every sentence that is in the file is an answer, because a tag that was kept looks like one that was given: delete
    the others, or give all of their words the tag `_`. A tool that drops comments leaves the words to tell the
    sentences apart. White space after a comment, and rows of `-DOCSTART-` without an id above them, are passed over.

    Registered as an `AnnotationFormat` with name "columns".
    """

    ending = ".conll"
    refused = re.compile(
        r"^\s|\s$|[\t\n\r\v\f\x1c-\x1e\x85\u2028\u2029]"
    )  # separators, and what editors take for line ends

    def files(
        self, questions: Sequence[Question], labels: Sequence[str], path: Path, model_version: str
    ) -> Dict[Path, bytes]:
        return {path: "\n".join(_text(question, model_version) for question in questions).encode("utf-8")}

    def collect(self, path: Path, questions: Mapping[str, Question]) -> Iterator[RawAnswer]:
        blocks = list(_blocks(str(path), read_text(path)))
        if not blocks:
            raise ConfigurationError(f"{path}: no sentence in this file; expected words and tags")
        by_words: Dict[Sequence[str], List[str]] = {}
        for name, question in questions.items():
            by_words.setdefault(question.sentence.tokens, []).append(name)
        for block in blocks:
            place, same = f"{path}, line {block.line}", by_words.get(tuple(row[0] for row in block.rows), [])
            if block.name is None and len(same) > 1:
                problem = f"no '# id = …' above it, and {len(same)} questions have its words"
                yield RawAnswer(place, problems=[problem])
            else:
                known = same[0] if block.name is None and same else block.name
                yield _answer(block, RawAnswer.of(place, known, questions, "# id = …"))


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
    block = _Block()
    for number, line in enumerate((*_LINE_END.split(text), ""), 1):
        line = line.rstrip() if _COMMENT.fullmatch(line) and not block.rows else line
        cells = line.split("\t")
        comment = _ID.fullmatch(line) if len(cells) == 1 and not block.rows else None
        if comment is not None:
            block = _Block(comment[1], number)
        elif not line.strip():
            if block.rows:
                yield block
                block = _Block()
        elif len(cells) > 1 and (cells[0] != DOCUMENT or block.rows or block.name is not None):
            block.rows.append([*cells[:-1], cells[-1].strip()])
            block.line = block.line or number
        elif not line.startswith(("#", DOCUMENT)):
            raise ConfigurationError(f"{source}, line {number}: {quoted(line)}; expected a word, a tab and a tag")


def _answer(block: _Block, raw: RawAnswer) -> RawAnswer:
    if raw.question is None:
        return raw
    words, sentence = [row[0] for row in block.rows], raw.question.sentence
    if tuple(words) != sentence.tokens:
        changed = f"the words were changed: {quoted(' '.join(words))}; they were"
        return replace(raw, problems=[f"{changed} {quoted(sentence.text)}"])
    tags = [row[-1] for row in block.rows]
    others = [cell for row in block.rows for cell in row[1:-1] if cell != row[-1]]
    return replace(raw, tags=None if all(tag == NO_TAG for tag in tags) else tags, other_tags=others)
