import itertools
import json
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any, Dict, List, Optional

import pytest
from allennlp.common.checks import ConfigurationError
from hypothesis import given
from hypothesis import strategies as st

from seqmix_plugin.formats import LabelStudioFormat, Question
from seqmix_plugin.formats.label_studio_tasks import confidence_of
from seqmix_plugin.sentence import TaggedSentence
from tests.errors_page import rows
from tests.formats.conftest import ANNA, CAT, LABELS, QUESTIONS, Read, tags

OTHER_UNIT = next(row for row in rows("Answers of annotation tools") if row.what == "offsets in another unit")
TEXT = "Anna Berg sings in Oslo ."


def region(start: Any, end: Any, label: Any, text: Optional[str] = None) -> Dict[str, Any]:
    value = {"start": start, "end": end, "labels": [label], **({} if text is None else {"text": text})}
    return {"value": value, "id": "x", "from_name": "label", "to_name": "text", "type": "labels", "origin": "manual"}


def task(*annotations: Any, **data: Any) -> Dict[str, Any]:
    return {"id": 1, "data": {"text": TEXT, "id": "7", **data}, "annotations": list(annotations), "predictions": []}


NUMBERS = itertools.count(1)
"""Of annotations."""


def by(user: Any, *regions: Any, **keys: Any) -> Dict[str, Any]:
    return {"id": next(NUMBERS), "completed_by": user, "result": list(regions), "was_cancelled": False, **keys}


PER = region(0, 9, "PER", "Anna Berg")
LOC = region(19, 23, "LOC", "Oslo")


def test_a_task_is_as_its_documents_have_it(tmp_path: Path) -> None:
    written = LabelStudioFormat().write(QUESTIONS, LABELS, tmp_path / "round2.json", "seqmix")
    assert written == [tmp_path / "round2.json", tmp_path / "round2.config.xml"]
    anna, cat, fire = json.loads(written[0].read_text(encoding="utf-8"))
    assert anna["data"] == {"text": TEXT, "id": "7", "sentence_id": "7", "round": 2, "query_score": 0.25}
    (prediction,) = anna["predictions"]
    assert (prediction["model_version"], prediction["score"]) == ("seqmix", pytest.approx(0.4))
    first, second = prediction["result"]
    assert first == {
        "id": first["id"],
        "from_name": "label",
        "to_name": "text",
        "type": "labels",
        "value": {"start": 0, "end": 9, "text": "Anna Berg", "labels": ["PER"], "score": 0.9},
        "score": 0.9,
    }
    assert (second["value"]["start"], second["value"]["end"], second["value"]["text"]) == (19, 23, "Oslo")
    assert first["id"] != second["id"]
    assert (cat["data"]["text"], cat["predictions"]) == ("🐱 Warning: This is a test", [])
    assert fire["data"]["query_score"] is None


def test_a_scored_question_without_entities_has_an_empty_prediction(tmp_path: Path) -> None:
    (path, _) = LabelStudioFormat().write([Question(CAT.sentence, -1.0)], LABELS, tmp_path / "a.json")
    (row,) = json.loads(path.read_text(encoding="utf-8"))
    assert row["predictions"] == [{"model_version": "round 0", "score": 0.75, "result": []}]


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_the_most_informative_question_has_the_lowest_confidence(one: float, other: float) -> None:
    assert 0 <= confidence_of(one) <= 1
    if one - other > 1e-3:
        assert confidence_of(one) < confidence_of(other)


def test_the_configuration_is_xml_whatever_the_labels_are(tmp_path: Path) -> None:
    labels = ["PER", 'R&D <"lab">', "it's", "ЛОК"]
    (_, path) = LabelStudioFormat().write([CAT], labels, tmp_path / "a.json")
    view = ElementTree.parse(path).getroot()
    assert [label.get("value") for label in view.iter("Label")] == labels
    assert view.find("Labels").attrib == {"name": "label", "toName": "text"}  # type: ignore[union-attr]
    assert view.find("Text").attrib == {"name": "text", "value": "$text"}  # type: ignore[union-attr]
    assert "pre-wrap" in view.find("Style").text  # type: ignore[operator,union-attr]


def test_an_export_as_the_tool_writes_it(read: Read) -> None:
    other = {"id": "c", "type": "choices", "from_name": "sure", "to_name": "text", "value": {"choices": ["yes"]}}
    relation = {"type": "relation", "from_id": "x", "to_id": "y", "direction": "right"}
    export = [
        {**task(by({"id": 3, "email": "ann@example.org"}, LOC, other, PER, relation, lead_time=4.5)), "drafts": [LOC]},
        {"id": 2, "data": {"text": "🐱 Warning: This is a test", "id": "8"}, "annotations": [], "drafts": []},
        {"id": 3, "data": {"text": "something else", "id": "99"}, "annotations": [by(1, PER)]},
    ]
    answers = read("label_studio", export)
    assert tags(answers) == {"7": "B-PER I-PER O O B-LOC O"}
    assert (answers.unanswered, answers.num_unknown, answers.problems, answers.warnings) == (["8", "9"], 1, [], [])
    assert answers.answers[0].annotator == "3", "as webhooks name them"
    assert answers.answers[0].place.endswith("answers.file, task 1, id '7'")


def test_an_annotation_without_regions_says_that_there_are_no_entities(read: Read) -> None:
    assert tags(read("label_studio", [task(by(1))])) == {"7": "O O O O O O"}
    assert tags(read("label_studio", task(by(1)))) == {"7": "O O O O O O"}, "one task, not a list"


def test_json_min_has_lost_our_id_and_keeps_the_second(read: Read) -> None:
    value = {"start": 19, "end": 23, "text": "Oslo", "labels": ["LOC"]}
    common = {"text": TEXT, "id": 1007, "sentence_id": "7", "annotator": "ann@example.org", "created_at": "2026-01-01"}
    labelled = {**common, "label": [value], "annotation_id": 5}
    assert tags(read("label_studio", [labelled])) == {"7": "O O O O B-LOC O"}
    assert tags(read("label_studio", [{**common, "entities": [value], "annotation_id": 5}])) == {
        "7": "O O O O B-LOC O"
    }, "another labelling configuration"
    assert tags(read("label_studio", [{**common, "annotation_id": 5}])) == {"7": "O O O O O O"}
    assert read("label_studio", [{**common, "annotation_id": None}]).unanswered == ["7", "8", "9"]


def test_a_cancelled_annotation_is_a_rejection_unless_somebody_else_answers(read: Read) -> None:
    cancelled = by(1, PER, was_cancelled=True)
    answers = read("label_studio", [task(cancelled)])
    assert (answers.answers, answers.num_rejected, answers.unanswered) == ([], 1, ["7", "8", "9"])
    assert [(a.sentence_id, a.tags, a.annotator) for a in answers.rejected] == [("7", None, "1")]
    answers = read("label_studio", [task(cancelled, by(2, LOC))])
    assert (tags(answers), answers.num_rejected, answers.rejected) == ({"7": "O O O O B-LOC O"}, 1, [])


def test_several_annotators_are_told_apart_by_time(read: Read) -> None:
    late, early = by(1, PER, created_at="2026-01-02T10:00:00Z"), by(2, LOC, created_at="2026-01-02T09:00:00Z")
    again = by(2, PER, LOC, created_at="2026-01-02T11:00:00Z")
    assert tags(read("label_studio", [task(late, early)])) == {"7": "O O O O B-LOC O"}
    answers = read("label_studio", [task(late, again, early)])
    assert (tags(answers), answers.num_resolved) == ({"7": "B-PER I-PER O O O O"}, 1), "2 changed their mind after 1"
    answers = read("label_studio", [task(late, early)], annotators="error")
    assert answers.answers == []
    (problem,) = answers.problems
    assert problem.endswith("task 1, id '7': 2 annotators ('2', '1') gave 2 different labellings")


def test_offsets_count_code_points(read: Read) -> None:
    """The numbers of Label Studio's own test of emoji, for the same beginning of a sentence."""
    text = CAT.sentence.raw_text
    cat = {"id": 2, "data": {"text": text, "id": "8"}, "annotations": [by(1, region(21, 25, "ORG", "test"))]}
    answers = read("label_studio", [cat])
    assert (tags(answers), answers.warnings) == ({"8": "O O O O O O B-ORG"}, [])


def test_offsets_of_older_versions_which_are_utf16_are_a_problem(read: Read) -> None:
    data = {"text": CAT.sentence.raw_text, "id": "8"}
    old = {"data": data, "annotations": [by(1, region(3, 10, "ORG", "Warning"))]}
    [problem] = read("label_studio", [old], snap=True).problems
    assert problem.endswith(
        "characters 3 to 10 ('arning:', 'ORG') are 'Warning' in the tool; expected offsets in Unicode code points"
    )
    assert OTHER_UNIT.matches(problem)


def test_a_text_that_fits_nowhere_is_a_warning_and_offsets_are_taken(read: Read) -> None:
    answers = read("label_studio", [task(by(1, region(0, 9, "PER", "nna Ber")))])
    assert (tags(answers), answers.problems) == ({"7": "B-PER I-PER O O O O"}, [])
    (warning,) = answers.warnings
    assert warning.endswith("characters 0 to 9 ('Anna Berg', 'PER') are 'nna Ber' in the tool; the offsets are taken")


def test_double_spaces_that_a_browser_hides_are_a_warning(tmp_path: Path) -> None:
    question = Question(TaggedSentence("1", ("4", "cm"), spaces=("   ", "")))
    export = [{"data": {"text": "4   cm", "id": "1"}, "annotations": [by(1, region(0, 6, "LOC", "4 cm"))]}]
    (tmp_path / "a.json").write_text(json.dumps(export))
    answers = LabelStudioFormat().read(tmp_path / "a.json", [question], LABELS)
    assert (tags(answers), len(answers.warnings)) == ({"1": "B-LOC I-LOC"}, 1)


PROBLEMS: Dict[str, Any] = {
    "no_id": (task(by(1, PER), id=None), "task 1: no 'data.id'; expected the id of the question, as it was exported"),
    "text": (
        task(by(1, PER), text="Anna B. sings"),
        "id '7': the text was changed: 'Anna B. sings'; it was 'Anna Berg sings in Oslo .'",
    ),
    "unknown_label": (task(by(1, region(0, 9, "PRE"))), "id '7': unknown label 'PRE'; expected PER, LOC, ORG"),
    "two_labels": (
        task(by(1, {"type": "labels", "value": {"start": 0, "end": 4, "labels": ["PER", "LOC"]}})),
        'id \'7\': the labels of a span are ["PER", "LOC"]; expected one',
    ),
    "no_label": (
        task(by(1, {"type": "labels", "value": {"start": 0, "end": 4}})),
        "id '7': the labels of a span are null; expected one",
    ),
    "overlap": (
        task(by(1, PER, region(5, 9, "ORG"))),
        "id '7': 'Anna Berg' ('PER') and 'Berg' ('ORG') overlap; expected one label a word",
    ),
    "two_types": (
        task(by(1, LOC, region(19, 23, "ORG"))),
        "id '7': 'Oslo' ('LOC') and 'Oslo' ('ORG') overlap; expected one label a word",
    ),
    "cut": (
        task(by(1, region(1, 9, "PER"))),
        "id '7': characters 1 to 9 ('nna Berg', 'PER') cut a word; expected whole words such as 'Anna Berg', which snap"
        " makes of it",
    ),
    "outside": (task(by(1, region(19, 99, "LOC"))), "id '7': characters 19 to 99 are not within the text's 25"),
    "backwards": (task(by(1, region(9, 0, "PER"))), "id '7': characters 9 to 0 are not within the text's 25"),
    "space": (
        task(by(1, region(4, 5, "PER"))),
        "id '7': characters 4 to 5 (' ', 'PER') are white space; expected words",
    ),
    "no_number": (
        task(by(1, region("/p[1]", True, "PER"))),
        "id '7': a span from \"/p[1]\" to true; expected character positions",
    ),
    "other_questions": (
        task(by(1, PER), id="99"),
        "id '99': none of the 1 ids belongs to a question; expected answers to the same questions",
    ),
}


@pytest.mark.parametrize("name", PROBLEMS)
def test_a_problem_names_the_file_the_id_and_what_is_expected(read: Read, name: str) -> None:
    row, message = PROBLEMS[name]
    answers = read("label_studio", [row])
    assert answers.answers == []
    (problem,) = answers.problems
    assert "answers.file, " in problem
    assert problem.endswith(message)


def test_all_problems_of_an_annotation_are_told_and_another_one_still_counts(read: Read) -> None:
    bad = by(1, region(1, 9, "PER"), region(19, 23, "LCO"), region(0, 99, "PER"))
    answers = read("label_studio", [task(bad, by(2, LOC))])
    assert len(answers.problems) == 3
    assert tags(answers) == {"7": "O O O O B-LOC O"}


def test_snapping_widens_to_whole_words_and_is_counted(read: Read) -> None:
    answers = read("label_studio", [task(by(1, region(1, 6, "PER"), region(19, 23, "LOC")))], snap=True)
    assert (tags(answers), answers.num_snapped) == ({"7": "B-PER I-PER O O B-LOC O"}, 1)
    answers = read("label_studio", [task(by(1, region(1, 6, "PER"), region(7, 9, "ORG")))], snap=True)
    assert answers.answers == [], "what overlaps when it is widened"
    assert "overlap" in answers.problems[0]


def test_white_space_around_words_is_no_cut(read: Read) -> None:
    answers = read("label_studio", [task(by(1, region(18, 24, "LOC", " Oslo ")))])
    assert (tags(answers), answers.num_snapped, answers.problems) == ({"7": "O O O O B-LOC O"}, 0, [])


def test_the_same_span_twice_is_one(read: Read) -> None:
    assert tags(read("label_studio", [task(by(1, LOC, LOC))])) == {"7": "O O O O B-LOC O"}


def test_without_labels_any_type_is_taken(read: Read) -> None:
    assert tags(read("label_studio", [task(by(1, region(19, 23, "CITY")))], labels=None)) == {"7": "O O O O B-CITY O"}
    (problem,) = read("label_studio", [task(by(1, region(19, 23, "\ud83d")))], labels=None).problems
    assert problem.endswith("unknown label '\\ud83d'; expected entity types"), "half of a character"


SHAPES: List[Any] = [
    ("", "answers.file: the file is empty"),
    (" \n", "answers.file: the file is empty"),
    ("[]", "answers.file: no task in this file; expected an export of Label Studio"),
    ("{", r"answers.file: not JSON \(Expecting property name"),
    ("[" * 100_000, "answers.file: not JSON \\(nested more than 100 deep"),
    ("[" * 900 + "]" * 900, r"answers.file: not JSON \(nested more than 100 deep"),
    (b"[\n\xff]", "answers.file, line 2: byte 0xff is not UTF-8"),
    ("7", "answers.file, task 1: 7 is no task"),
    (
        '[{"detail": "Not found."}]',
        "answers.file, task 1: .*Not found.* has no 'text'; expected a task of this project",
    ),
    ([task(by(1)), {"data": {"image": "a.png"}}], "task 2: .* has no 'text'"),
    ([{**task(), "annotations": {"a": 1}}], "task 1, id '7': 'annotations' is .*; expected a list of objects"),
    ([{**task(), "annotations": [3]}], r"task 1, id '7': 'annotations' is \[3\]; expected a list of objects"),
    ([task({"result": [3]})], r"task 1, id '7': 'result' is \[3\]; expected a list of regions"),
    ([task({"result": [{"type": "labels"}]})], "task 1, id '7': 'value' is null; expected an object"),
]


@pytest.mark.parametrize(("content", "message"), SHAPES)
def test_a_file_of_another_kind_is_one_error(read: Read, content: Any, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message) as error:
        read("label_studio", content)
    assert "\n" not in str(error.value)


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="none.json: no such file"):
        LabelStudioFormat().read(tmp_path / "none.json", [ANNA])
    with pytest.raises(ConfigurationError, match=r"cannot be read \(Is a directory\)"):
        LabelStudioFormat().read(tmp_path, [ANNA])
