"""
Every part of an annotation that could carry a label is read, or is a problem with file, id, what was found and what was
expected, and then nothing of the annotation is taken. The messages are those of `docs/errors.md`.
"""

import io
import json
import zipfile
from pathlib import Path
from typing import Any, Dict, List

import pytest
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.formats import doccano
from tests.errors_page import rows
from tests.formats.conftest import ANNA, LABELS, Read, tags

LABEL_STUDIO_TEST = "label_studio_test.py"
ROWS = {row.what: row for row in rows("Answers of annotation tools")}
TEXT = "Anna Berg sings in Oslo ."
LABELLED = "B-PER I-PER O O B-LOC O"
NOTHING = "O O O O O O"


def check(read: Read, name: str, content: Any, what: str, says: str, labels: Any = LABELS) -> None:
    """One problem, as the page has it, with the id in it; no answer, and the sentence stays open."""
    answers = read(name, content, labels=labels)
    assert (answers.answers, answers.rejected) == ([], [])
    assert answers.unanswered == ["7", "8", "9"]
    [problem] = answers.problems
    assert "answers.file, " in problem
    assert "id '7': " in problem
    assert says in problem
    assert ROWS[what].matches(problem)
    assert ROWS[what].ends


def warned(read: Read, name: str, content: Any, says: str, what: str = "only choices") -> None:
    """An answer without entities, and a warning that names it."""
    answers = read(name, content)
    assert (tags(answers), answers.problems) == ({"7": NOTHING}, [])
    [warning] = answers.warnings
    assert "id '7': " in warning
    assert says in warning
    assert ROWS[what].matches(warning)
    assert not ROWS[what].ends


def test_every_row_of_the_page_is_tried() -> None:
    """Each test names the row whose message it provokes."""
    tests = [
        Path(__file__).with_name(name) for name in (Path(__file__).name, "round_answers_test.py", LABEL_STUDIO_TEST)
    ]
    source = "".join(path.read_text(encoding="utf-8") for path in tests)
    assert [what for what in ROWS if f'"{what}"' not in source] == []


# Label Studio


def region(kind: Any = "labels", start: Any = 0, end: Any = 9, **value: Any) -> Dict[str, Any]:
    found = {"id": "a", "from_name": "label", "to_name": "text", "value": {"start": start, "end": end, **value}}
    return found if kind is None else {**found, "type": kind}


PER = region(labels=["PER"], text="Anna Berg")
LOC = region(start=19, end=23, labels=["LOC"], text="Oslo")
CHOICE = {"from_name": "sure", "to_name": "text", "type": "choices", "value": {"choices": ["no entity"]}}
RELATION = {"type": "relation", "from_id": "a", "to_id": "b", "direction": "right", "labels": ["lives in"]}


def task(*result: Any, **annotation: Any) -> List[Dict[str, Any]]:
    one = {"id": 9, "completed_by": 1, "was_cancelled": False, "result": list(result), **annotation}
    return [{"id": 3, "data": {"text": TEXT, "id": "7", "sentence_id": "7"}, "annotations": [one]}]


GLOBAL = {"startOffset": 0, "endOffset": 9, "globalOffsets": {"start": 0, "end": 9}}
TYPES = "a region of another type"
PLAIN = "a span in HTML or in a dialogue"
LABEL_STUDIO: List[Any] = [
    *(
        (task(region(kind, **{kind: ["PER"]})), TYPES, f"a region of type {kind}; expected labels: use the labelling")
        for kind in (
            "hypertextlabels",
            "paragraphlabels",
            "timeserieslabels",
            "rectanglelabels",
            "Labels",
            "somelabels",
        )
    ),
    (task(region("hypertextlabels", "/p[1]/text()[1]", **GLOBAL, hypertextlabels=["PER"])), TYPES, "hypertextlabels"),
    (task(LOC, region("hypertextlabels", hypertextlabels=["PER"])), TYPES, "hypertextlabels"),
    (task(CHOICE, region("hypertextlabels", hypertextlabels=["PER"])), TYPES, "hypertextlabels"),
    (task(region(3)), TYPES, "a region of type 3;"),
    (task(region([])), TYPES, "a region of type [];"),
    (task(region("rectangle")), TYPES, "a region of type rectangle;"),
    (task(region("taxonomy", taxonomy=[["PER"]])), TYPES, "a region of type taxonomy;"),
    (task(LOC, region("taxonomy", taxonomy=[["PER"]])), TYPES, "a region of type taxonomy;"),
    (task(LOC, region("choices", choices=["PER"])), TYPES, "a region of type choices;"),
    (task(region("textarea", text=["a person"])), TYPES, "a region of type textarea;"),
    (task({"type": "choices", "value": {"labels": ["PER"]}}), TYPES, "a region of type choices;"),
    (
        task({"type": "choices", "value": {"brushlabels": ["PER"]}}),
        TYPES,
        "a region of type choices;",
    ),
    (task(region(labels=["PER"], **GLOBAL)), PLAIN, "a span with 'startOffset'; expected one of plain text"),
    (task(region(labels=["PER"], hypertextlabels=["LOC"])), PLAIN, "a span with 'hypertextlabels';"),
    (
        task(PER, {**LOC, "to_name": "title"}),
        "labels in two texts of a task",
        'labels in several texts, "text", "title"',
    ),
    (task(region(labels=[])), "a span with no label, or several", "the labels of a span are []; expected one"),
    (task(region(labels="PER")), "a span with no label, or several", 'the labels of a span are "PER"; expected one'),
    (task(region(None, hypertextlabels=["PER"])), "a span with no label, or several", "the labels of a span are null"),
    (task(result=None), "an annotation without a list of regions", "'result' is null; expected a list of regions"),
    (
        task(was_cancelled="false"),
        "an annotation that is not clearly cancelled",
        "'was_cancelled' or 'skipped' is \"false\"; expected true or false",
    ),
]


@pytest.mark.parametrize(("content", "what", "says"), LABEL_STUDIO)
def test_what_label_studio_may_hold(read: Read, content: Any, what: str, says: str) -> None:
    check(read, "label_studio", content, what, says)
    minimal = {"text": TEXT, "id": 3, "sentence_id": "7", "annotator": 1, "annotation_id": 9}
    values = [region["value"] for region in content[0]["annotations"][0]["result"] or () if "value" in region]
    if what == TYPES and all(any(key.endswith("s") for key in value) for value in values):
        answers = read("label_studio", [{**minimal, "label": values}])
        assert (answers.answers, len(answers.problems)) == ([], 1), "as JSON-MIN has it"


def test_what_a_review_did_not_accept_is_warned_of(read: Read) -> None:
    first, last = (
        {"accepted": said, "created_at": f"2024-01-0{day}T00:00:00Z"} for day, said in ((1, True), (2, False))
    )
    for reviews in ([first, last], [last, first], [{"accepted": False}]):
        answers = read("label_studio", task(PER, LOC, reviews=reviews))
        assert tags(answers) == {"7": LABELLED}
        [warning] = answers.warnings
        assert ROWS["an annotation that a review did not accept"].matches(warning)
    for others in ([first], [], None, [{**last, "created_at": "2023"}, first]):
        assert read("label_studio", task(PER, LOC, reviews=others)).warnings == []


@pytest.mark.parametrize("flag", ["was_cancelled", "skipped"])
def test_a_cancelled_row_of_json_min_is_a_rejection(read: Read, flag: str) -> None:
    row = {"text": TEXT, "id": 3, "sentence_id": "7", "annotator": 1, "annotation_id": 9, flag: True}
    answers = read("label_studio", [row])
    assert (answers.answers, [answer.sentence_id for answer in answers.rejected]) == ([], ["7"])
    assert tags(read("label_studio", [{**row, flag: False}])) == {"7": NOTHING}


def test_a_region_of_a_task_or_an_annotation_without_result(read: Read) -> None:
    [row] = task()
    del row["annotations"][0]["result"]
    check(read, "label_studio", [row], "an annotation without a list of regions", "'result' is null")
    for key in ("result", "completions"):
        with pytest.raises(
            ConfigurationError, match=f"{key!r} in the task itself; expected 'annotations', as Label St"
        ):
            read("label_studio", [{**row, "annotations": [], key: [PER]}])


@pytest.mark.parametrize("label", [None, {"value": "PER"}, ["PER"], "per", "Per", True, 7, ""])
def test_a_label_that_is_none(read: Read, label: Any) -> None:
    check(read, "label_studio", task(LOC, region(labels=[label])), "an invalid label", f"unknown label {label!r}")


def test_all_controls_of_an_annotation_are_read(read: Read) -> None:
    other = {**LOC, "from_name": "places"}
    assert tags(read("label_studio", task(PER, other))) == {"7": LABELLED}
    contradiction = {**LOC, "from_name": "places", "value": {**LOC["value"], "labels": ["ORG"]}}
    check(
        read, "label_studio", task(LOC, contradiction), "two labels for one word", "overlap; expected one label a word"
    )
    minimal = {"text": TEXT, "id": 3, "sentence_id": "7", "annotator": 1, "annotation_id": 9, "sure": "yes"}
    both = {**minimal, "label": [PER["value"]], "places": [LOC["value"]]}
    assert tags(read("label_studio", [both])) == {"7": LABELLED}
    contradiction = {**minimal, "places": [contradiction["value"]], "label": [LOC["value"]]}
    check(read, "label_studio", [contradiction], "two labels for one word", "overlap; expected one label a word")


@pytest.mark.parametrize("kind", ["choices", "taxonomy", "textarea", "rating", "number", "datetime", "relation"])
def test_choices_beside_labels_and_alone(read: Read, kind: str) -> None:
    of_the_text = {"type": kind, "from_name": "x", "to_name": "text", "value": {kind: ["a"]}}
    of_a_region = region(kind, **{kind: ["a"]})
    answers = read("label_studio", task(PER, LOC, of_the_text, of_a_region))
    assert (tags(answers), answers.problems, answers.warnings) == ({"7": LABELLED}, [], [])
    warned(read, "label_studio", task(of_the_text), f"no span, only {kind}; read as a sentence without entities")
    minimal = {"text": TEXT, "id": 3, "sentence_id": "7", "annotator": 1, "annotation_id": 9}
    answers = read("label_studio", [{**minimal, "label": [PER["value"], LOC["value"]], "x": [of_a_region["value"]]}])
    assert (tags(answers), answers.problems) == ({"7": LABELLED}, [])
    warned(read, "label_studio", [{**minimal, "x": "a"}], "no span, only choices")
    warned(read, "label_studio", [{**minimal, "x": [{"choices": ["a", "b"]}]}], "no span, only choices")


MINIMAL = {"text": TEXT, "id": 3, "sentence_id": "7", "annotator": 1, "annotation_id": 9}


@pytest.mark.parametrize("value", ["LOC", ["LOC"], ["LOC", "PER"], [[19, 23, "LOC"]], "[{'start': 19, 'end': 23}]"])
@pytest.mark.parametrize("key", ["label", "ner", "entities"])
def test_labels_of_json_min_that_have_lost_their_places(read: Read, key: str, value: Any) -> None:
    shown = json.dumps(value if isinstance(value, list) else [value])
    says = f'"{key}" is {shown}, which is not read; expected labels in objects with'
    check(read, "label_studio", [{**MINIMAL, key: value}], UNREAD, says)
    answers = read("label_studio", [{**MINIMAL, key: value, "places": [LOC["value"]]}])
    assert (tags(answers), answers.problems) == ({"7": "O O O O B-LOC O"}, []), "a choice beside labels"
    assert read("label_studio", [{**MINIMAL, key: value, "was_cancelled": True}]).num_rejected == 1


def test_labels_of_json_min_as_text(read: Read) -> None:
    """As CSV has them."""
    values = json.dumps([PER["value"], LOC["value"]])
    answers = read("label_studio", [{**MINIMAL, "label": values, "sure": "[no]", "places": "[]"}])
    assert (tags(answers), answers.problems, answers.warnings) == ({"7": LABELLED}, [], [])
    assert tags(read("label_studio", [{**MINIMAL, "label": json.dumps(LOC["value"])}])) == {"7": "O O O O B-LOC O"}
    assert tags(read("label_studio", [{**MINIMAL, "label": "[]"}])) == {"7": NOTHING}


def test_what_is_not_submitted_or_no_label_is_passed_over(read: Read) -> None:
    [row] = task(PER, LOC, RELATION, ground_truth=True, lead_time=3.5, draft={"result": [LOC]})
    row["annotations"][0]["result"][0] |= {"meta": {"text": ["a note"]}, "hidden": False}
    row |= {"drafts": [{"result": [LOC]}], "predictions": [{"result": [LOC]}], "comment_count": 2}
    answers = read("label_studio", [row])
    assert (tags(answers), answers.problems, answers.warnings) == ({"7": LABELLED}, [], [])
    answers = read("label_studio", task(PER, was_cancelled=True))
    assert [answer.sentence_id for answer in answers.rejected] == ["7"]
    assert read("label_studio", [{**row, "annotations": []}]).unanswered == ["7", "8", "9"], "a draft alone"


# doccano


def document(**keys: Any) -> List[Dict[str, Any]]:
    ours = {"sentence_id": "7", "round": 1, "model_version": "r", "query_score": 0.5, "span_scores": [0.4]}
    return [{"id": 41, "text": TEXT, **ours, "Comments": ["unsure"], **keys}]


OURS = [[19, 23, "ORG"]]
ENTITIES = [
    {"id": 7, "label": "PER", "start_offset": 0, "end_offset": 9},
    {"id": 8, "label": "LOC", "start_offset": 19, "end_offset": 23},
]
LISTS = [[0, 9, "PER"], [19, 23, "LOC"]]


@pytest.mark.parametrize("kind", [{"relations": [{"id": 1, "from_id": 7, "to_id": 8, "type": "in"}]}, {"cats": ["x"]}])
@pytest.mark.parametrize("entities", [ENTITIES, LISTS])
def test_entities_of_people_win_over_our_label(read: Read, kind: Any, entities: Any) -> None:
    for label in (OURS, [], None, "x"):
        for rows_ in (
            document(label=label, entities=entities, **kind),
            document(**kind, entities=entities, label=label),
        ):
            answers = read("doccano", rows_)
            assert (tags(answers), answers.problems, answers.warnings) == ({"7": LABELLED}, [], [])


def test_a_sentence_without_entities_in_a_project_with_relations(read: Read) -> None:
    assert tags(read("doccano", document(label=OURS, relations=[], entities=[]))) == {"7": NOTHING}
    warned(read, "doccano", document(label=OURS, cats=["news"], entities=[]), "no span, only 'cats'")
    with pytest.raises(ConfigurationError, match="id '7': no list under 'entities'"):
        read("doccano", document(label=OURS, relations=[]))


UNREAD = "labels under a key that is not read"
DOCCANO: List[Any] = [
    (document(label=OURS, entities=ENTITIES), UNREAD, '"label" is [[19, 23, "ORG"]], which is not read; expected lab'),
    (document(label=OURS, entities=[]), UNREAD, '"label" is'),
    (document(label=LISTS, labels=LISTS[:1]), UNREAD, '"labels" is'),
    (document(label=LISTS, annotations=ENTITIES), UNREAD, '"annotations" is'),
    (document(label=[], spans=LISTS), UNREAD, '"spans" is [[0, 9, "PER"], [19, 23, "LOC"]], which is not read;'),
    (document(label=[], Label=LISTS), UNREAD, '"Label" is'),
    (document(label=[], marked=LISTS), UNREAD, '"marked" is'),
    (document(label=[], marked=ENTITIES), UNREAD, '"marked" is'),
    (document(label=[[0, 9]]), "an invalid span", "a label is [0, 9]; expected [start, end, type]"),
    (document(label=[[0, 9, "PER", 0.5]]), "an invalid span", "expected [start, end, type]"),
    (document(label=["positive"]), "an invalid span", 'a label is "positive"; expected [start, end, type]'),
    (document(label=[[0, 9, None]]), "an invalid label", "unknown label None"),
    (document(entities=[{"start_offset": 0, "end_offset": 9}]), "an invalid label", "unknown label None"),
    (document(label=[[True, 9, "PER"]]), "a span without a position", "a span from true to 9"),
    (
        document(entities=[{"label": "PER", "start": 0, "end": 9}]),
        "a span without a position",
        "null to null",
    ),
    (document(label=[[4, 4, "PER"]]), "a span outside the text, or an empty one", "characters 4 to 4 are not within"),
    (document(label=[[0, 9, "PER"], [5, 9, "LOC"]]), "two labels for one word", "overlap; expected one label a word"),
]


@pytest.mark.parametrize(("content", "what", "says"), DOCCANO)
def test_what_doccano_may_hold(read: Read, content: Any, what: str, says: str) -> None:
    check(read, "doccano", content, what, says)


def packed(members: Any, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", method) as archive:
        for name, text in members:
            archive.writestr(name, text)
    return content.getvalue()


LINE = json.dumps(document(label=LISTS)[0]) + "\n"


def refused(read: Read, content: bytes, what: str) -> str:
    with pytest.raises(ConfigurationError) as error:
        read("doccano", content)
    message = str(error.value.message)
    assert ROWS[what].matches(message)
    assert "\n" not in message
    return message


def test_an_archive_is_unpacked_up_to_a_limit(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    large = "an archive that unpacks to more than 512 MiB"
    monkeypatch.setattr(doccano, "MOST_BYTES", 2 * len(LINE) + 10)
    assert tags(read("doccano", packed([("all.jsonl", LINE + "\n" * 10)]))) == {"7": LABELLED}
    assert tags(read("doccano", packed([("a.jsonl", LINE), ("b.jsonl", LINE)]))) == {"7": LABELLED}
    for members in ([("all.jsonl", LINE + "\n" * 10**6)], [(f"{name}.jsonl", LINE) for name in "abc"]):
        content = packed(members)
        assert f"more than {doccano.MOST_BYTES:,} bytes when it is unpacked" in refused(read, content, large)


def test_what_an_archive_says_of_sizes_is_not_trusted(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doccano, "MOST_BYTES", 5000)
    content = packed([("all.jsonl", LINE + "\n" * 10**6)])
    size = (len(LINE) + 10**6).to_bytes(4, "little")
    assert content.count(size) == 2
    for said in (len(LINE), 0, 10**9):
        with pytest.raises(ConfigurationError, match="unpacked; expected fewer|archive cannot be read|no .jsonl file"):
            read("doccano", content.replace(size, said.to_bytes(4, "little")))


def test_other_limits_of_an_archive(read: Read) -> None:
    many = packed([(f"{number}.jsonl", "") for number in range(1001)])
    assert "1,001 files in this archive" in refused(read, many, "an archive with more than 1,000 files")
    for method in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):  # a few bytes of it may become gigabytes in one step
        refused(read, packed([("all.jsonl", LINE)], method), "an archive that is compressed in another way")


def test_no_file_of_an_archive_is_lost(read: Read) -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        twice = packed([("all.jsonl", LINE), ("all.jsonl", LINE.replace("PER", "ORG"))])
    [line] = read("doccano", twice, annotators="error").disagreements
    assert "labellings" in line, "both are read"
    answers = read("doccano", packed([("a.jsonl", LINE), ("notes/", ""), ("b.json", LINE)]))
    assert tags(answers) == {"7": LABELLED}
    [warning] = answers.warnings
    assert ROWS["an archive with files of other kinds"].matches(warning)
    assert '"b.json": no .jsonl file; it is left out' in warning


# Prodigy


def example(*spans: Any, **keys: Any) -> List[Dict[str, Any]]:
    row = {"text": TEXT, "spans": list(spans), "meta": {"id": "7"}, "answer": "accept", "_session_id": "p-a"}
    return [{**row, "_view_id": "ner_manual", "_is_binary": False, "_timestamp": 1700000000, **keys}]


BERG = {"start": 0, "end": 9, "label": "PER"}
OSLO = {"start": 19, "end": 23, "label": "LOC"}
BINARY, VIEW = "a yes or no to one span", "an interface that is not for spans"
OPTIONS = [{"id": "PER", "text": "person"}, {"id": "NONE", "text": "no entity"}]
PRODIGY: List[Any] = [
    *(
        (
            example(OSLO, answer=answer, _view_id=view, _is_binary=True),
            BINARY,
            "'_is_binary'); expected rows of ner.manual",
        )
        for answer in ("accept", "reject", "ignore")
        for view in ("ner", "ner_manual", None)
    ),
    (example(OSLO, _is_binary="yes"), BINARY, "a yes or no to one span"),
    (example(BERG, {**OSLO, "answer": "reject"}, _view_id=None), BINARY, "to one span ('answer' in 'spans'); expected"),
    (
        example({**OSLO, "answer": "ignore"}),
        "an unclear answer to one span",
        "the 'answer' of a span is \"ignore\"; exp",
    ),
    (
        example({**OSLO, "answer": False}),
        "an unclear answer to one span",
        "the 'answer' of a span is false; expected acc",
    ),
    *(
        (
            example(OSLO, _view_id=view, answer=answer),
            VIEW,
            f"'_view_id' is {json.dumps(view)}; expected one of ner_manual",
        )
        for view in ("ner", "choice", "classification", "text", "html", "dep", "image_manual", 3, [])
        for answer in ("accept", "reject")
    ),
    (example(_view_id="choice", options=OPTIONS, accept=["PER"]), VIEW, "'_view_id' is \"choice\""),
    (example(_view_id=None, spans=None, options=OPTIONS, accept=["PER"]), VIEW, "'_view_id' is null"),
    (example(OSLO, _view_id="review", view_id="ner"), VIEW, "'_view_id' is \"ner\""),
    (example(label="PER"), UNREAD, '"label" is "PER", which is not read; expected labels in \'spans\''),
    (example(OSLO, label="PER"), UNREAD, '"label" is "PER"'),
    (example(labels=["PER"]), UNREAD, '"labels" is ["PER"]'),
    (example(sc=[OSLO]), UNREAD, '"sc" is'),
    (example(_view_id=None, entities=[[19, 23, "LOC"]]), UNREAD, '"entities" is'),
    (example({**OSLO, "label": {"name": "LOC"}}), "an invalid label", "unknown label {'name': 'LOC'}"),
    (example({"start": 19, "end": 23}), "an invalid label", "unknown label None"),
    (example({**OSLO, "start": True}), "a span without a position", "a span from true to 23"),
    (example({**OSLO, "start": 23}), "a span outside the text, or an empty one", "characters 23 to 23 are not within"),
    (example(BERG, {**BERG, "start": 5}, _view_id="spans_manual"), "two labels for one word", "overlap"),
]


@pytest.mark.parametrize(("content", "what", "says"), PRODIGY)
def test_what_prodigy_may_hold(read: Read, content: Any, what: str, says: str) -> None:
    check(read, "prodigy", content, what, says)


def test_a_yes_or_no_beside_a_whole_answer_changes_nothing_of_it(read: Read) -> None:
    answers = read("prodigy", [*example(BERG, OSLO), *example(OSLO, _is_binary=True, answer="reject", _timestamp=2e9)])
    assert (tags(answers), len(answers.problems)) == ({"7": LABELLED}, 1)
    unseen = example(OSLO, _is_binary=True)
    del unseen[0]["answer"]
    assert read("prodigy", unseen).problems == []


@pytest.mark.parametrize("view", ["ner_manual", "spans_manual", "relations", "blocks", None])
def test_interfaces_in_which_all_spans_are_marked(read: Read, view: Any) -> None:
    answers = read("prodigy", example(BERG, OSLO, _view_id=view, options=OPTIONS, accept=["PER"], user_input="a note"))
    assert (tags(answers), answers.problems, answers.warnings) == ({"7": LABELLED}, [], [])


def test_a_review_of_manual_rows_is_read(read: Read) -> None:
    versions = [{"spans": [OSLO], "label": "x", "sessions": ["p-a"]}, {"spans": [BERG], "sessions": ["p-b"]}]
    row = example(BERG, OSLO, _view_id="review", view_id="ner_manual", versions=versions)
    assert tags(read("prodigy", row)) == {"7": LABELLED}


def test_choices_alone_may_mean_no_entity(read: Read) -> None:
    warned(read, "prodigy", example(_view_id="blocks", options=OPTIONS, accept=["NONE"]), 'only choices ["NONE"]')


def test_spans_are_a_list_of_objects(read: Read) -> None:
    relation = {"head": 0, "child": 4, "label": "lives in", "head_span": BERG, "child_span": OSLO}
    assert tags(read("prodigy", example(BERG, OSLO, _view_id="relations", relations=[relation]))) == {"7": LABELLED}
    for value in ("", {}, False, 0, [3]):
        with pytest.raises(ConfigurationError, match="line 1: 'spans' is .*; expected a list of objects"):
            read("prodigy", example(spans=value))


# Our own JSONL, and columns


TAGS = LABELLED.split()
SPANS = [{"start": 0, "end": 2, "label": "PER"}, {"start": 4, "end": 5, "label": "LOC"}]
BOTH = "tags and spans that differ"
BESIDE = "a rejection, a skip or a draft beside labels"
COUNTED = {"start": 0, "end": 4, "label": "PER", "text": "Anna"}
OWN: List[Any] = [
    ({"tags": TAGS, "spans": SPANS[:1]}, BOTH, "expected the same, or one of them"),
    ({"tags": ["O"] * 6, "spans": SPANS}, BOTH, "'tags' is [\"O\""),
    ({"tags": TAGS, "spans": []}, BOTH, "and 'spans' []; expected the same"),
    ({"tags": TAGS, "rejected": True}, BESIDE, "'rejected' beside labels; expected one of them"),
    ({"spans": [], "rejected": True}, BESIDE, "'rejected' beside labels"),
    ({"tags": TAGS, "skipped": True}, BESIDE, "'skipped' beside labels; expected one of them"),
    ({"tags": TAGS, "draft": SPANS}, BESIDE, "'draft' beside labels; expected one of them"),
    ({"skipped": "yes"}, "an invalid value for yes or no", "'skipped' is \"yes\"; expected true or false"),
    ({"rejected": "yes"}, "an invalid value for yes or no", "'rejected' is \"yes\"; expected true or false"),
    ({"tags": TAGS, "rejected": 1}, "an invalid value for yes or no", "'rejected' is 1; expected true or false"),
    ({"tags": TAGS, "withdrawn": "true", "annotation": 3}, "an invalid value for yes or no", "'withdrawn' is \"true\""),
    (
        {"tags": TAGS, "withdrawn": True},
        "a deletion of an annotation that does not exist",
        "'withdrawn' without 'annotation'",
    ),
    (
        {"withdrawn": True, "annotation": True},
        "a deletion of an annotation that does not exist",
        "'withdrawn' without 'annotation'",
    ),
    ({"labels": TAGS}, UNREAD, '"labels" is ["B-PER", "I-PER", "O", "O", "B-LOC", "O"], which is not read;'),
    ({"ner_tags": TAGS}, UNREAD, "expected labels in 'tags' or 'spans'"),
    ({"Tags": TAGS}, UNREAD, '"Tags" is'),
    ({"label": "PER"}, UNREAD, '"label" is "PER"'),
    ({"tags": ["O"] * 6, "entities": SPANS}, UNREAD, '"entities" is'),
    ({"tags": ["O"] * 6, "found": SPANS}, UNREAD, '"found" is'),
    ({"spans": [], "answer": [[0, 2, "PER"]]}, UNREAD, '"answer" is'),
    ({"rejected": True, "annotations": SPANS}, UNREAD, '"annotations" is'),
    ({"spans": [{"start": 0, "end": 2}]}, "an invalid label", "unknown label None"),
    ({"spans": [{"start": 0, "end": 2, "label": ["PER"]}]}, "an invalid label", "unknown label ['PER']"),
    ({"spans": [{"start": False, "end": 2, "label": "PER"}]}, "an invalid span of words", "a span from false to 2"),
    ({"spans": [{**COUNTED, "token_start": 0, "token_end": 0}]}, "an invalid span of words", "with 'token_start'"),
    (
        {"spans": [COUNTED]},
        "a span whose text is not that of its words, for instance because characters were counted",
        'but its words are "Anna Berg sings in"; expected word positions',
    ),
    ({"tags": ["b-per", *TAGS[1:]]}, "a tag that is none", "word 1: tag 'b-per' is none of BIO's"),
    ({"tags": []}, "too few or too many tags", "0 tags for 6 words; expected one a word"),
]


def test_a_span_may_have_the_text_of_its_words(read: Read) -> None:
    spans = [{**SPANS[0], "text": "Anna  Berg"}, {**SPANS[1], "text": None}]
    assert tags(read("jsonl", [{"id": "7", "spans": spans}])) == {"7": LABELLED}


@pytest.mark.parametrize(("row", "what", "says"), OWN)
def test_what_a_row_of_ours_may_hold(read: Read, row: Any, what: str, says: str) -> None:
    check(read, "jsonl", [{"id": "7", **row}], what, says)


def test_tags_and_spans_that_say_the_same(read: Read) -> None:
    for row in ({"tags": TAGS, "spans": SPANS}, {"tags": TAGS, "spans": SPANS[::-1] + SPANS, "rejected": False}):
        assert tags(read("jsonl", [{"id": "7", **row}])) == {"7": LABELLED}
    broken = {"id": "7", "tags": ["I-PER", *TAGS[1:]], "spans": SPANS}
    [problem] = read("jsonl", [broken]).problems
    assert "word 1: 'I-PER' after 'O'" in problem


def test_a_number_may_name_an_annotator(read: Read) -> None:
    found = [{"id": "7", "tags": given, "annotator": 5} for given in (["O"] * 6, TAGS)]
    assert tags(read("jsonl", found)) == {"7": LABELLED}, "the last word of one"


def test_a_key_that_stands_twice_is_an_error(read: Read) -> None:
    twice = '{"id": "7", "tags": ["B-PER", "I-PER", "O", "O", "B-LOC", "O"], "tags": ["O", "O", "O", "O", "O", "O"]}'
    with pytest.raises(ConfigurationError) as error:
        read("jsonl", twice)
    assert ROWS["a duplicate key in an object"].matches(str(error.value.message))
    assert "line 1: not JSON (the key 'tags' stands twice in an object)" in str(error.value.message)


def test_tags_in_two_columns(read: Read) -> None:
    def lines(*columns: List[str]) -> str:
        return "# id = 7\n" + "".join(
            "\t".join(line) + "\n" for line in zip(ANNA.sentence.tokens, *columns, strict=True)
        )

    none, what = ["O"] * 6, "tags in two columns that differ"
    for last in (none, ["_"] * 6, ["B-ORG", *TAGS[1:]]):
        check(read, "columns", lines(TAGS, last), what, "'B-PER' in another column than the last, which differs")
    assert tags(read("columns", lines(TAGS, TAGS))) == {"7": LABELLED}
    chunks = ["B-NP", "I-NP", "B-VP", "B-PP", "B-NP", "O"]
    assert tags(read("columns", lines(chunks, chunks, TAGS))) == {"7": LABELLED}, "of no type of the project"
