"""doccano's JSONL."""

import io
import json
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import Any, Dict, Iterator, List, Optional, Sequence, Tuple

from allennlp.common.checks import ConfigurationError

from seqmix_plugin.errors import first_line, printable
from seqmix_plugin.formats.annotation_format import AnnotationFormat
from seqmix_plugin.formats.json_files import (
    Row,
    decoded,
    file_error,
    read_bytes,
    rows,
    shown,
    to_lines,
    unread_labels,
)
from seqmix_plugin.formats.offsets import CODE_POINTS, UTF16, Marked, Ruler
from seqmix_plugin.formats.question import Question, shown_text
from seqmix_plugin.formats.reading import Reading

SPANS = ("label", "labels", "entities", "annotations")
"""Where the spans of a row are, from version to version."""
KEYS = (
    *(*SPANS, "relations", "cats", "id", "text", "meta", "metadata", "Comments", "comments"),
    *("sentence_id", "round", "model_version", "query_score", "span_scores"),
)
"""Those of a row that are read, or in which no span stands."""
MOST_BYTES, MOST_FILES = 512 * 1024**2, 1000
"""How much an archive may hold when it is unpacked."""
EVERYBODY = "all"
"""The name of the file in which all annotators' labels are one."""


@AnnotationFormat.register("doccano")
class DoccanoFormat(AnnotationFormat):
    """
    Writes JSONL as doccano imports it for sequence labelling, the predictions as labels. Reads the four forms of its
    exports (`label`, `labels`, `entities`, `annotations`), from a `.jsonl` file or from the `.zip` that it offers, in
    which each annotator has a file.

    All of the forms that a row has are read, and must hold the same spans. In projects with relations, and in those
    with a class for the whole text (`cats`), people's spans are in `entities`, and a `label` beside them is the
    prediction that was imported, which counts for nothing. Classes without spans may mean "no entity", which is what
    is read, with a warning; relations, comments and, beside spans, classes are passed over. A key that is not read and
    looks as if labels were in it is a problem. Of a `.zip`, up to 1,000 files and 512 MiB are unpacked.

    Our id is the meta key `sentence_id`; `id` is doccano's own. doccano sets the score it sorts by through its
    interface for programs only, so `query_score` and `span_scores` are meta keys too, and rows stand in the order of
    the questions.

    Every row of an export counts as an answer, because labels that were imported look like labels that were given:
    export with "Export only approved documents".

    doccano's editor counts UTF-16 code units, which differ from characters after an emoji; offsets are written so, and
    read so or, where only that gives whole words, as characters, with a warning. With the project's option "Count
    grapheme clusters as one character" they are neither, and are reported where they cut words: leave it off.

    Registered as an `AnnotationFormat` with name "doccano".
    """

    units = (UTF16, CODE_POINTS)

    def files(
        self, questions: Sequence[Question], labels: Sequence[str], path: Path, model_version: str
    ) -> Dict[Path, str]:
        return {path: to_lines(_row(question, model_version) for question in questions)}

    def collect(self, path: Path, reading: Reading) -> None:
        for source, annotator, content in _exports(path, reading):
            reading.source = source
            for place, row in rows(source, decoded(source, content)):
                _collect(row, place, annotator, reading)


def _row(question: Question, model_version: str) -> Row:
    ruler = Ruler(question.sentence, UTF16)
    score = {} if question.query_score is None else {"query_score": question.query_score}
    return {
        "text": shown_text(question),
        "label": [[*ruler.characters(span.start, span.end), span.label] for span in question.predicted],
        "sentence_id": question.sentence.id,
        "round": question.round,
        "model_version": model_version,
        **score,  # left out, not null: doccano turns nulls beside numbers into what is no JSON
        "span_scores": [span.score for span in question.predicted],
    }


def _exports(path: Path, reading: Reading) -> Iterator[Tuple[str, Optional[str], bytes]]:
    """The files of an export: how problems name each, whose labels it holds if that is known, and its bytes."""
    content = read_bytes(path)
    if not zipfile.is_zipfile(io.BytesIO(content)):
        yield str(path), None, content
        return
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = list(_unpacked(path, archive))
            others = [member for member in archive.infolist() if not member.is_dir() and not _is_jsonl(member)]
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError) as error:
        raise ConfigurationError(f"{path}: the archive cannot be read ({first_line(error)})") from error
    written = [(name, content) for name, content in members if content.strip()]  # whoever did nothing has an empty file
    if not written:
        raise ConfigurationError(f"{path}: no .jsonl file with rows in this archive; expected an export of doccano")
    for member in others:
        reading.warn(shown(member.filename), "no .jsonl file; it is left out")
    for name, content in written:
        stem = PurePosixPath(name).stem
        yield f"{path}/{name}", None if stem == EVERYBODY else stem, content


def _is_jsonl(member: zipfile.ZipInfo) -> bool:
    return member.filename.endswith(".jsonl")


def _unpacked(path: Path, archive: zipfile.ZipFile) -> Iterator[Tuple[str, bytes]]:
    """The JSONL files of an archive, unpacked up to a limit, whatever the archive says of their sizes."""
    members = list(filter(_is_jsonl, archive.infolist()))
    if len(members) > MOST_FILES:
        raise ConfigurationError(f"{path}: {len(members):,} files in this archive; expected {MOST_FILES:,} at most")
    left = MOST_BYTES
    for member in members:
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):  # others are unpacked in one piece
            raise ConfigurationError(
                f"{path}/{printable(member.filename)}: expected an archive that is compressed by deflate"
            )
        with archive.open(member) as file:
            content = file.read(left + 1)
        left -= len(content)
        if left < 0:
            raise ConfigurationError(f"{path}: more than {MOST_BYTES:,} bytes when it is unpacked; expected fewer")
        yield printable(member.filename), content


def _collect(row: Row, place: str, annotator: Optional[str], reading: Reading) -> None:
    if not isinstance(row.get("text"), str):
        raise file_error(
            reading.source, place, f"'text' is {shown(row.get('text'))}; expected a row of doccano's JSONL"
        )
    if "id" not in row and "span_scores" in row:  # the model's suggestions, which nobody has looked at
        raise file_error(reading.source, place, "no 'id'; expected what doccano exports, not the file that it imports")
    question = reading.question(_meta(row, "sentence_id"), place, "sentence_id")
    if question is None:
        return
    place = f"{place}, id {question.sentence.id!r}"
    spans = _spans(row, place, reading)
    if not reading.same_text(question, row["text"], place):
        return
    problem = unread_labels(row, KEYS, ", ".join(map(repr, SPANS)))
    forms = [[_marked(span, place, reading) for span in listed] for listed in spans.values()]
    if len({frozenset(mark for _, mark in form) for form in forms}) > 1:
        problem = f"{' and '.join(map(repr, spans))} hold different spans; expected one of them, or the same"
    if problem is not None:
        reading.problem(place, problem)
        return
    if row.get("cats") and not any(spans.values()):
        reading.warn(place, f"no span, only 'cats' {shown(row['cats'])}; read as a sentence without entities")
    by_user: Dict[Optional[str], List[Optional[Marked]]] = {}
    for user, mark in forms[-1]:  # the form that may name users is the last
        by_user.setdefault(annotator if user is None else user, []).append(mark)
    for user, marks in (by_user or {annotator: []}).items():
        reading.mark(question, marks, user, place)


def _spans(row: Row, place: str, reading: Reading) -> Dict[str, List[Any]]:
    """What there is of the forms in which spans are written."""
    ours = ("label",) if "relations" in row or "cats" in row else ()
    found = {key: row[key] for key in SPANS if row.get(key) is not None and key not in ours}
    if not found or not all(isinstance(spans, list) for spans in found.values()):
        raise file_error(reading.source, place, f"no list under {', '.join(map(repr, SPANS))}; expected one of them")
    return found


def _marked(span: Any, place: str, reading: Reading) -> Tuple[Optional[str], Optional[Marked]]:
    """Whose it is, if it says so, and the mark; `None` after a problem."""
    user = None
    if isinstance(span, dict):
        user = None if span.get("user") is None else str(span["user"])
        span = [span.get("start_offset"), span.get("end_offset"), span.get("label")]
    if not isinstance(span, list) or len(span) != 3:
        reading.problem(place, f"a label is {shown(span)}; expected [start, end, type]")
        return user, None
    if isinstance(span[2], int):
        reading.problem(place, f"the label {span[2]} is a number; export labels by their text")
        return user, None
    return user, reading.marked(span[0], span[1], span[2], place)


def _meta(row: Row, key: str) -> Any:
    """A meta key: beside the text or, in older exports, in an object or in text that holds one."""
    if key in row:
        return row[key]
    for name in ("meta", "metadata"):
        meta = row.get(name)
        if isinstance(meta, str):
            try:
                meta = json.loads(meta)
            except (ValueError, RecursionError):
                continue
        if isinstance(meta, dict) and key in meta:
            return meta[key]
    return None
