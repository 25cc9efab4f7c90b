"""doccano's JSONL."""

import io
import re
import zipfile
import zlib
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any, Dict, Iterator, List, Mapping, Optional, Sequence, Tuple, Union

from seqmix_plugin.errors import ConfigurationError, first_line, printable
from seqmix_plugin.formats.annotation_format import AnnotationFormat
from seqmix_plugin.formats.answer import RawAnswer, RawSpan, named, unread_labels
from seqmix_plugin.formats.character_offsets import UTF16, CharacterOffsets
from seqmix_plugin.formats.questions import Question
from seqmix_plugin.io.json_text import Row, decode, objects, read_bytes, shown, to_lines

LABEL, ENTITIES, OLDER = "label", "entities", ("labels", "annotations")
"""Keys of the spans in a row; the second in projects with relations or classes, the others before version 1.3."""
KEYS = (
    *("relations", "cats", "id", "text", "meta", "metadata", "Comments", "comments"),
    *("sentence_id", "round", "model_version", "query_score", "span_scores"),
)
"""Keys of a row that are read, or that hold no spans."""
MOST_BYTES, MOST_FILES = 512 * 1024**2, 1000
"""The limits of an archive, unpacked."""
EVERYBODY = "all"
"""The name of the file with the merged labels of all annotators."""

_OF_MACOS = re.compile(r"(^|/)(__MACOSX/|\.DS_Store$|\._[^/]*$)")


@AnnotationFormat.register("doccano")
class DoccanoFormat(AnnotationFormat):
    """
    Writes JSONL as doccano imports it for sequence labelling, the predictions as labels. Reads its exports, from a
    `.jsonl` file or from the `.zip` that it offers, in which each annotator has a file.

    Spans are in `label` or, in projects with relations and in those with a class for the whole text (`cats`), in
    `entities`; a `label` beside them is the prediction that was imported and is ignored. Classes without
    spans may mean "no entity": they are read so, with a warning; relations, comments and, beside spans, classes are
    ignored. An unknown key that seems to hold labels is a problem. Versions before 1.3 write `labels`, or `annotations`
    with the `user` of each span, and an object of meta keys; these are read too. Of a `.zip`, up to 1,000 files and
    512 MiB are unpacked.

    Our id is the meta key `sentence_id`; `id` is doccano's own. doccano sets the score it sorts by through its
    interface for programs only, so `query_score` and `span_scores` are meta keys too, and rows stand in the order of
    the questions.

    Every row of an export counts as an answer, because labels that were imported look like labels that were given:
    export with "Export only approved documents".

    doccano's editor counts UTF-16 code units, which differ from characters after an emoji; offsets are written and read
    so. With the project's option "Count grapheme clusters as one character" they are something else, and are reported
    where they cut words: leave it off.

    Registered as an `AnnotationFormat` with name "doccano".
    """

    refused = re.compile("\0")  # PostgreSQL, which it may keep its data in, has no such text
    longest_label = 100

    def files(
        self, questions: Sequence[Question], labels: Sequence[str], path: Path, model_version: str
    ) -> Dict[Path, bytes]:
        return {path: to_lines(_row(question, model_version) for question in questions)}

    def collect(self, path: Path, questions: Mapping[str, Question]) -> Iterator[RawAnswer]:
        files, others = _exported(path)
        for name in others:
            yield RawAnswer(f"{path}, {shown(name)}", warnings=["no .jsonl file; it is left out"])
        for source, annotator, content in files:
            for place, row in objects(source, decode(source, content)):
                if not isinstance(row.get("text"), str):
                    found = shown(row.get("text"))
                    raise ConfigurationError(f"{place}: 'text' is {found}; expected a row of doccano's JSONL")
                if "id" not in row and "span_scores" in row:  # the model's suggestions, which nobody has looked at
                    raise ConfigurationError(
                        f"{place}: no 'id'; expected what doccano exports, not the file that it imports"
                    )
                meta = row["meta"] if isinstance(row.get("meta"), dict) else {}
                raw = RawAnswer.of(place, row.get("sentence_id", meta.get("sentence_id")), questions, "sentence_id")
                yield from [raw] if raw.question is None else _answers(row, replace(raw, annotator=annotator))


def _row(question: Question, model_version: str) -> Row:
    offsets = CharacterOffsets(question.sentence, UTF16)
    score = {} if question.query_score is None else {"query_score": question.query_score}
    return {
        "text": question.shown_text,
        "label": [[*offsets.of_words(span.start, span.end), span.label] for span in question.predicted],
        "sentence_id": question.sentence.id,
        "round": question.round,
        "model_version": model_version,
        **score,  # left out, not null: doccano turns nulls beside numbers into what is no JSON
        "span_scores": [span.score for span in question.predicted],
    }


def _exported(path: Path) -> Tuple[List[Tuple[str, Optional[str], bytes]], List[str]]:
    """The files of an export: the name of each, whose labels it holds if that is known, and its bytes; and others."""
    content = read_bytes(path)
    if not zipfile.is_zipfile(io.BytesIO(content)):
        return [(str(path), None, content)], []
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            others = [one.filename for one in _members(archive) if not _is_jsonl(one)]
            members = list(_unpacked(path, archive))
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError) as error:
        raise ConfigurationError(f"{path}: the archive cannot be read ({first_line(error)})") from error
    written = [(name, content) for name, content in members if content.strip()]  # whoever did nothing has an empty file
    if not written:
        raise ConfigurationError(f"{path}: no .jsonl file with rows in this archive; expected an export of doccano")
    stems = [PurePosixPath(name).stem for name, _ in written]
    named = zip(written, stems, strict=True)
    return [(f"{path}/{name}", None if stem == EVERYBODY else stem, content) for (name, content), stem in named], others


def _members(archive: zipfile.ZipFile) -> List[zipfile.ZipInfo]:
    """The files of an archive, without those that macOS adds when it packs a folder."""
    return [one for one in archive.infolist() if not one.is_dir() and not _OF_MACOS.search(one.filename)]


def _is_jsonl(member: zipfile.ZipInfo) -> bool:
    return member.filename.endswith(".jsonl")


def _unpacked(path: Path, archive: zipfile.ZipFile) -> Iterator[Tuple[str, bytes]]:
    """The JSONL files of an archive, unpacked up to a limit, whatever sizes the archive states."""
    members = list(filter(_is_jsonl, _members(archive)))
    if len(members) > MOST_FILES:
        raise ConfigurationError(f"{path}: {len(members):,} files in this archive; expected {MOST_FILES:,} at most")
    left = MOST_BYTES
    for member in members:
        name = printable(member.filename)
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):  # others are unpacked in one piece
            raise ConfigurationError(f"{path}/{name}: expected an archive that is compressed by deflate")
        with archive.open(member) as file:
            content = file.read(left + 1)
        left -= len(content)
        if left < 0:
            raise ConfigurationError(f"{path}: more than {MOST_BYTES:,} bytes when it is unpacked; expected fewer")
        yield name, content


def _answers(row: Row, raw: RawAnswer) -> Iterator[RawAnswer]:
    """The answer of a row or, where its spans name users, one of each user."""
    has_relations = "relations" in row or "cats" in row
    present = [one for one in (ENTITIES, LABEL, *OLDER) if row.get(one) is not None]
    key = ENTITIES if has_relations else (*present, LABEL)[0]
    listed = row.get(key)
    if not isinstance(listed, list):
        raise ConfigurationError(f"{raw.place}: no list under {key!r}; expected the spans there")
    problems = unread_labels(row, (*KEYS, key, *((LABEL,) if has_relations else ())), repr(key))
    users = dict.fromkeys(named(span.get("user")) for span in listed if isinstance(span, dict)) or {None: None}
    for user in users:
        found = [_span(span) for span in listed if not isinstance(span, dict) or named(span.get("user")) == user]
        classes = f"no span, only 'cats' {shown(row.get('cats'))}; read as a sentence without entities"
        yield replace(
            raw,
            annotator=user or raw.annotator,
            text=row["text"],
            spans=[span for span in found if isinstance(span, RawSpan)],
            unit=UTF16,
            problems=problems + [problem for problem in found if isinstance(problem, str)],
            warnings=[classes] if row.get("cats") and not found else [],
        )


def _span(span: Any) -> Union[RawSpan, str]:
    """The span, or a problem."""
    if isinstance(span, dict):
        span = [span.get("start_offset"), span.get("end_offset"), span.get("label")]
    if not isinstance(span, list) or len(span) != 3:
        return f"a label is {shown(span)}; expected [start, end, type]"
    return RawSpan(*span)
