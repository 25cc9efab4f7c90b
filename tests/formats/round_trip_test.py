"""Of every tool, whatever the text: predictions that are accepted as they are come back as the same tags."""

import json
import tempfile
from pathlib import Path
from typing import Any, List

import pytest
from allennlp.common.checks import ConfigurationError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seqmix_plugin.formats import AnnotationFormat, Question, Span, read_questions, write_questions
from seqmix_plugin.sentence import TaggedSentence
from seqmix_plugin.tag_schemes import tags_to_spans
from tests.formats.conftest import LABELS, NAMES, QUESTIONS, questions
from tests.formats.tools import ACCEPTED, Tool

TOOLS = [(name, tool) for name, tools in ACCEPTED.items() for tool in tools]


def test_all_formats_are_tried() -> None:
    assert sorted(ACCEPTED) == sorted(NAMES) == ["columns", "doccano", "jsonl", "label_studio", "prodigy"]


@pytest.mark.parametrize(("name", "tool"), TOOLS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(asked=questions())
def test_what_is_accepted_comes_back(name: str, tool: Tool, asked: List[Question]) -> None:
    annotation_format = AnnotationFormat.by_name(name)()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"file{annotation_format.ending}"
        written = annotation_format.write(asked, LABELS, path)
        assert sorted(Path(folder).iterdir()) == sorted(written) == sorted(annotation_format.paths(path))
        tool(path)
        answers = annotation_format.read(path, asked, LABELS)
    assert answers.problems == []
    assert [(a.sentence_id, a.tags) for a in answers.answers] == [(q.sentence.id, q.predicted_tags()) for q in asked]
    assert (answers.unanswered, answers.rejected, answers.num_unknown, answers.num_snapped) == ([], [], 0, 0)


@pytest.mark.parametrize(("name", "tool"), [(name, tool) for name, tool in TOOLS if name not in ("columns", "jsonl")])
def test_browsers_are_given_no_carriage_returns(name: str, tool: Tool, tmp_path: Path) -> None:
    """They would drop them and count one character less from there on."""
    asked = Question(TaggedSentence("1", ("in", "Oslo"), spaces=("\r\n", "\r\n")), 0.0, (Span(1, 2, "LOC"),))
    (path, *_) = AnnotationFormat.by_name(name)().write([asked], LABELS, tmp_path / "a")
    assert "\\r" not in path.read_text(encoding="utf-8")
    assert "in \\nOslo" in path.read_text(encoding="utf-8")
    tool(path)
    answers = AnnotationFormat.by_name(name)().read(path, [asked], LABELS)
    assert (answers.problems, answers.answers[0].tags) == ([], ("O", "B-LOC"))


@given(asked=questions())
@settings(max_examples=25, deadline=None)
def test_questions_come_back(asked: List[Question]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        write_questions(Path(folder) / "queries.jsonl", asked)
        assert read_questions(Path(folder) / "queries.jsonl") == asked


VALUES = st.sampled_from([0, 1, 4, 9, -1, 25, 1e300, 10**400, 4.0, 0.5, True, None, "", "7", "PER", "\ud83d", ["PER"]])
JUNK = st.recursive(VALUES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner))
KEYS = ["start", "end", "label", "labels", "text", "start_offset", "end_offset", "token_start", "token_end", "user"]
SPAN = st.dictionaries(st.sampled_from(KEYS), VALUES) | st.tuples(VALUES, VALUES, VALUES).map(list)
REGION = st.fixed_dictionaries({"value": SPAN | JUNK}, optional={"type": st.sampled_from(["labels", "choices", 3])})
ANNOTATION = st.fixed_dictionaries({"result": st.lists(REGION, max_size=3) | JUNK}, optional={"completed_by": JUNK})
SPANS = st.lists(SPAN, max_size=3) | JUNK
ROW = {
    "id": st.just("7"),
    "sentence_id": st.just("7"),
    "text": st.just("Anna Berg sings in Oslo ."),
    "meta": st.just({"id": "7"}),
}
NEAR = st.fixed_dictionaries(
    ROW,
    optional={
        "data": st.fixed_dictionaries(ROW) | JUNK,
        "annotations": st.lists(ANNOTATION, max_size=2) | SPANS,
        "label": SPANS,
        "spans": SPANS,
        "answer": st.just("accept") | JUNK,
        "tags": st.lists(st.sampled_from(["O", "B-PER", "I-PER", "B-X", "B-"]), min_size=5, max_size=6) | JUNK,
        "tokens": JUNK,
    },
)


@pytest.mark.parametrize("name", sorted({*NAMES} - {"columns"}))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rows=st.lists(NEAR, min_size=1, max_size=2) | st.lists(JUNK, min_size=1, max_size=2))
def test_any_json_is_read_or_refused(name: str, rows: List[Any]) -> None:
    """Nothing but answers with valid tags of known types, or the one error, comes of it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_text("\n".join(map(json.dumps, rows)) if name != "label_studio" else json.dumps(rows))
        answers, lines = None, []
        try:
            answers = AnnotationFormat.by_name(name)().read(path, QUESTIONS, LABELS)
            lines = answers.problems + answers.warnings
        except ConfigurationError as error:
            lines = [str(error)]
    assert all(line.startswith(str(path)) and "\n" not in line for line in lines)
    for answer in answers.answers if answers is not None else ():
        assert answer.sentence_id == "7"
        assert len(answer.tags or ()) == 6
        assert {span.label for span in tags_to_spans(answer.tags or ())[0]} <= {*LABELS}
