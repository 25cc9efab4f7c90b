import json
import os
from pathlib import Path
from typing import Any, Callable, Dict, List

import pytest
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.formats import DoccanoFormat, LabelStudioFormat, ReadSettings, write_questions
from seqmix_plugin.formats.round_answers import read_answers
from seqmix_plugin.run.layout import RoundFiles
from tests.errors_page import rows
from tests.formats.conftest import LABELS, QUESTIONS, tags

TAGS = ["B-PER", "I-PER", "O", "O", "B-LOC", "O"]


@pytest.fixture
def files(tmp_path: Path) -> RoundFiles:
    files = RoundFiles.of(tmp_path, 2)
    files.answers.mkdir(parents=True)
    return files


def test_answers_of_all_files_are_one(files: RoundFiles) -> None:
    first = [{"id": "7", "tags": TAGS, "annotator": "anna"}]
    files.own("terminal").write_text("".join(json.dumps(row) + "\n" for row in first), encoding="utf-8")
    text = QUESTIONS[1].sentence.raw_text
    (files.answers / "export.jsonl").write_text(
        json.dumps({"id": 4, "text": text, "sentence_id": "8", "label": []}) + "\n", encoding="utf-8"
    )
    for name in (".hidden.jsonl", "half.jsonl.part", "half.jsonl.tmp"):
        (files.answers / name).write_text("{", encoding="utf-8")
    (files.answers / "old").mkdir()
    answers = read_answers(files, DoccanoFormat(), QUESTIONS, LABELS)
    assert tags(answers) == {"7": " ".join(TAGS), "8": "O O O O O O O"}
    assert (answers.unanswered, answers.problems) == (["9"], [])


def test_a_folder_with_files_is_warned_of(files: RoundFiles) -> None:
    """An archive that was unpacked there."""
    for name in (".hidden", "empty", "export"):
        (files.answers / name).mkdir()
    for name in (".hidden", "export"):
        (files.answers / name / "all.jsonl").write_text("{}", encoding="utf-8")
    answers = read_answers(files, DoccanoFormat(), QUESTIONS, LABELS)
    assert (answers.answers, answers.problems) == ([], [])
    [warning] = answers.warnings
    assert warning.startswith(f"{files.answers}, folder 'export': what is in it is not read")
    [row] = [row for row in rows("Answers of annotation tools") if row.what == "a folder among the answers"]
    assert row.matches(warning)


@pytest.mark.parametrize("kept", ["{}~", "{}.bak", "{}.orig", ".{}.swp", "#{}#"])
def test_what_an_editor_keeps_does_not_count_over_the_corrected_file(files: RoundFiles, kept: str) -> None:
    lines = [{"id": "7", "tags": TAGS}], [{"id": "7", "tags": ["O"] * len(TAGS)}]
    for name, row in zip(("mine.answers.jsonl", kept.format("mine.answers.jsonl")), lines, strict=True):
        (files.answers / name).write_text(json.dumps(row[0]) + "\n", encoding="utf-8")
    answers = read_answers(files, DoccanoFormat(), QUESTIONS, LABELS)
    assert tags(answers) == {"7": " ".join(TAGS)}
    [row] = [row for row in rows("Answers of annotation tools") if row.what == "a file that an editor keeps of another"]
    assert [row.matches(warning) for warning in answers.warnings] == [True] * (not kept.startswith("."))


def test_annotators_of_different_files_are_resolved_by_the_rule(files: RoundFiles) -> None:
    for number, tag in enumerate(("O", "B-PER", "B-PER")):
        row = {"id": "9", "tags": [tag, "O", "O", "O"], "annotator": str(number)}
        files.own(str(number)).write_text(json.dumps(row) + "\n", encoding="utf-8")
    assert tags(read_answers(files, LabelStudioFormat(), QUESTIONS, LABELS)) == {"9": "O O O O"}
    majority = read_answers(files, LabelStudioFormat(), QUESTIONS, LABELS, ReadSettings(annotators="majority"))
    assert tags(majority) == {"9": "B-PER O O O"}


def test_a_mistake_names_its_file(files: RoundFiles) -> None:
    files.own("a").write_text(json.dumps({"id": "7", "tags": TAGS}) + "\n", encoding="utf-8")
    files.own("b").write_text(json.dumps({"id": "8", "tags": ["O"]}) + "\n", encoding="utf-8")
    [problem] = read_answers(files, LabelStudioFormat(), QUESTIONS, LABELS).problems
    assert problem.startswith(f"{files.own('b')}, line 1, id '8': 1 tags for 7 words")
    (files.answers / "c.json").write_text("[", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"c.json: not JSON"):
        read_answers(files, LabelStudioFormat(), QUESTIONS, LABELS)


def test_without_files_nothing_is_answered(tmp_path: Path) -> None:
    answers = read_answers(RoundFiles.of(tmp_path, 0), LabelStudioFormat(), QUESTIONS, LABELS)
    assert (answers.answers, answers.unanswered, answers.problems) == ([], ["7", "8", "9"], [])


def test_the_newest_round_is_that_with_the_highest_number(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="queries: no questions of a round; expected a run that waits"):
        RoundFiles.newest(tmp_path)
    for name in ("round_2", "round_10", "round_x", "other"):
        (tmp_path / "queries" / name).mkdir(parents=True)
        write_questions(tmp_path / "queries" / name / "questions.jsonl", QUESTIONS)
    (tmp_path / "queries" / "round_11").mkdir()
    assert RoundFiles.newest(tmp_path) == RoundFiles.of(tmp_path, 10)


def test_a_file_of_questions_knows_its_round(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = RoundFiles.of(tmp_path, 3)
    assert RoundFiles.around(files.questions) == files
    assert files.run == tmp_path
    files.folder.mkdir(parents=True)
    monkeypatch.chdir(files.folder)
    assert RoundFiles.around(Path("../round_3/questions.jsonl")) == files
    for other in (
        "queries.jsonl",
        "../questions.jsonl",
        "../round_03/questions.jsonl",
        "../../round_3/questions.jsonl",
    ):
        assert RoundFiles.around(Path(other)) is None


def test_an_annotation_in_two_files_is_one_and_the_newest_counts(files: RoundFiles) -> None:
    """An export, and the service's record of the same annotations: one changed later, one taken back."""

    def exported(name: str, number: int, text: str, label: str, updated: str) -> object:
        value = {"start": 0, "end": len(text.split()[0]), "text": text.split()[0], "labels": [label]}
        region = {"type": "labels", "from_name": "label", "to_name": "text", "value": value}
        annotation = {"id": number, "completed_by": {"id": 1, "email": "a@example.org"}, "result": [region]}
        task_ = {"data": {"text": text, "sentence_id": name}}
        return {**task_, "annotations": [{**annotation, "updated_at": updated}]}

    tasks = [
        exported("7", 1, QUESTIONS[0].sentence.raw_text, "LOC", "2026-01-01T10:00:00.5Z"),
        exported("9", 2, QUESTIONS[2].sentence.raw_text, "ORG", "2026-01-01T10:00:00Z"),
    ]
    recorded = [
        {"id": "7", "tags": TAGS, "annotator": "1", "time": "2026-01-01T11:00:00+00:00", "annotation": 1},
        {"annotation": 2, "withdrawn": True},
    ]
    other = {"id": "7", "tags": ["O"] * 6, "annotator": "bert", "time": "2026-02-01"}
    (files.answers / "export.json").write_text(json.dumps(tasks), encoding="utf-8")
    files.own("terminal").write_text(json.dumps(other) + "\n", encoding="utf-8")
    for order in ("service", "export"):  # whichever file is younger
        files.own("service").write_text("".join(json.dumps(row) + "\n" for row in recorded), encoding="utf-8")
        os.utime(files.own("service"), (1, 1 if order == "export" else 2**31))
        answers = read_answers(files, LabelStudioFormat(), QUESTIONS, LABELS)
        assert answers.warnings == [], "all have times"
        assert tags(answers) == {"7": " ".join(TAGS)}
        assert (answers.num_resolved, answers.problems) == (1, [])
        [line] = read_answers(
            files, LabelStudioFormat(), QUESTIONS, LABELS, ReadSettings(annotators="error")
        ).disagreements
        assert "2 annotators ('1', 'bert')" in line, "one of them in two files"


def annotated(name: str, number: int, label: str, day: int, user: Any = 1, made: str = "2026-01-01") -> Dict[str, Any]:
    """A task of Label Studio whose annotation was made on one day and changed on another."""
    text = next(question.sentence.raw_text for question in QUESTIONS if question.id == name)
    region = {"type": "labels", "value": {"start": 0, "end": text.index(" "), "labels": [label]}}
    times = {"created_at": f"{made}T10:00:00.{day:06}Z", "updated_at": f"2026-02-{day:02}T00:00:00Z"}
    annotation = {"id": number, "completed_by": user, "result": [region], **times}
    return {"id": number, "data": {"text": text, "sentence_id": name}, "annotations": [annotation]}


def as_minimal(task: Dict[str, Any]) -> Dict[str, Any]:
    [annotation] = task["annotations"]
    keys = {key: annotation[key] for key in ("created_at", "updated_at")}
    values = [region["value"] for region in annotation["result"]]
    return {**task["data"], "label": values, "annotator": 1, "annotation_id": annotation["id"], **keys}


def test_two_installations_of_label_studio_number_alike(files: RoundFiles) -> None:
    """Annotations and users, both from 1; here, the second annotator took the sentences in another order."""
    (files.answers / "anna.json").write_text(
        json.dumps([annotated("7", 1, "PER", 3), annotated("9", 2, "ORG", 1)]), encoding="utf-8"
    )
    for form in (dict, as_minimal):
        other = [annotated("9", 1, "LOC", 2, made="2026-01-05"), annotated("7", 2, "LOC", 4, made="2026-01-05")]
        (files.answers / "bert.json").write_text(json.dumps([*map(form, other)]), encoding="utf-8")
        answers = read_answers(files, LabelStudioFormat(), QUESTIONS, LABELS)
        assert tags(answers) == {"7": "B-PER O O O O O", "9": "B-ORG O O O"}, "who was first"
        assert (answers.num_resolved, answers.problems, answers.warnings) == (2, [], [])
        answers = read_answers(files, LabelStudioFormat(), QUESTIONS, LABELS, ReadSettings(annotators="error"))
        assert len(answers.disagreements) == 2


@pytest.mark.parametrize("form", [dict, as_minimal])
def test_tasks_of_other_rounds_tell_installations_apart(files: RoundFiles, form: Callable[..., Any]) -> None:
    for name, made, number, label in (("a", "2026-01-01", 2, "PER"), ("b", "2026-01-05", 3, "LOC")):
        earlier = annotated("7", 1, "ORG", 1, made=made)
        earlier["data"]["sentence_id"] = "of round 0"
        export = [form(earlier), form(annotated("7", number, label, number, made=made))]
        (files.answers / f"{name}.json").write_text(json.dumps(export), encoding="utf-8")
    answers = read_answers(files, LabelStudioFormat(), QUESTIONS, LABELS)
    assert (tags(answers), answers.num_resolved, answers.num_unknown) == ({"7": "B-PER O O O O O"}, 1, 2)


def test_a_person_is_one_in_an_export_with_addresses_and_in_the_services_file(files: RoundFiles) -> None:
    """Of a project whose number the service puts before that of the annotation."""
    user = {"id": 1, "email": "anna@example.org"}
    (files.answers / "export.json").write_text(json.dumps([annotated("7", 17, "LOC", 2, user)]), encoding="utf-8")
    old = {"id": "7", "tags": TAGS, "annotator": "1", "annotation": "5/17", "time": "2026-02-01T00:00:00Z"}
    files.own("service").write_text(json.dumps(old) + "\n", encoding="utf-8")
    answers = read_answers(files, LabelStudioFormat(), QUESTIONS, LABELS)
    assert (tags(answers), answers.num_resolved) == ({"7": "B-LOC O O O O O"}, 0), "her last word"


@pytest.mark.parametrize("form", [dict, as_minimal])
def test_an_installation_that_is_exported_twice_counts_once(files: RoundFiles, form: Callable[..., Any]) -> None:
    first = [annotated("7", 1, "PER", 1), annotated("9", 2, "ORG", 1)]
    again = [annotated("7", 1, "LOC", 2), annotated("9", 2, "ORG", 1)]
    again[0]["annotations"][0]["created_at"] = "2026-01-01T11:00:00.000+01:00"
    recorded = {"id": "9", "rejected": True, "annotator": "1", "annotation": 2, "time": "2026-02-03T00:00:00Z"}
    (files.answers / "monday.json").write_text(json.dumps(first), encoding="utf-8")
    (files.answers / "friday.json").write_text(json.dumps([*map(form, again)]), encoding="utf-8")
    for made in ({}, {"created": "2026-01-01T10:00:00.000001Z"}):
        files.own("service").write_text(json.dumps({**recorded, **made}) + "\n", encoding="utf-8")
        answers = read_answers(files, LabelStudioFormat(), QUESTIONS, LABELS, ReadSettings(annotators="error"))
        assert (tags(answers), answers.num_resolved) == ({"7": "B-LOC O O O O O"}, 0)
        assert [answer.sentence_id for answer in answers.rejected] == ["9"]


def test_a_problem_of_a_version_that_was_corrected_is_none(files: RoundFiles) -> None:
    bad = {"id": "7", "tags": ["B-BIRD"] + ["O"] * 5, "annotation": 3, "time": "2026-01-01"}
    good = {"id": "7", "tags": TAGS, "annotation": 3, "time": "2026-01-02"}
    files.own("monday").write_text(json.dumps(bad) + "\n", encoding="utf-8")
    assert len(read_answers(files, LabelStudioFormat(), QUESTIONS, LABELS).problems) == 1
    files.own("tuesday").write_text(json.dumps(good) + "\n", encoding="utf-8")
    answers = read_answers(files, LabelStudioFormat(), QUESTIONS, LABELS)
    assert (tags(answers), answers.problems) == ({"7": " ".join(TAGS)}, [])


def test_a_problem_of_a_task_is_not_that_of_the_annotation_before(files: RoundFiles) -> None:
    first = {"id": 1, "completed_by": 1, "result": [], "updated_at": "2026-01-01"}
    tasks = [
        {"data": {"text": QUESTIONS[0].sentence.raw_text, "sentence_id": "7"}, "annotations": [first]},
        {"data": {"text": "changed", "sentence_id": "9"}, "annotations": [{**first, "id": 2}]},
    ]
    (files.answers / "export.json").write_text(json.dumps(tasks), encoding="utf-8")
    newer = {"id": "7", "tags": TAGS, "annotation": 1, "time": "2026-01-02"}
    files.own("service").write_text(json.dumps(newer) + "\n", encoding="utf-8")
    answers = read_answers(files, LabelStudioFormat(), QUESTIONS, LABELS)
    assert tags(answers) == {"7": " ".join(TAGS)}
    [problem] = answers.problems
    assert "task 2, id '9': the text was changed: 'changed'" in problem


DEPENDS = next(row for row in rows("Answers of annotation tools") if "without a time" in row.what)
"""The row "files that differ, without a time that shows which is newer"."""


def export(path: Path, label: str, changed: int = 0) -> None:
    """Doccano says neither who nor when."""
    row = {"id": 4, "text": QUESTIONS[0].sentence.raw_text, "sentence_id": "7", "label": [[0, 4, label]]}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(row) + "\n", encoding="utf-8")
    os.utime(path, (changed, changed))


NAMES = [("export.jsonl", "export (1).jsonl"), ("export (9).jsonl", "export (10).jsonl"), ("a2.jsonl", "a10.jsonl")]


@pytest.mark.parametrize("names", NAMES)
@pytest.mark.parametrize("changed", [(1, 2), (2, 1), (1, 1)])
def test_of_exports_of_several_days_the_last_by_name_counts(files: RoundFiles, names: tuple, changed: tuple) -> None:
    """Whatever the times of the files are, which a copy changes; and it is said."""
    for name, label, time in zip(names, ("LOC", "PER"), changed, strict=True):
        export(files.answers / name, label, time)
    answers = read_answers(files, DoccanoFormat(), QUESTIONS, LABELS)
    assert (tags(answers), answers.problems) == ({"7": "B-PER O O O O O"}, [])
    [warning] = answers.warnings
    assert warning.startswith(f"{files.answers / names[1]}, line 1, id '7': ")
    assert DEPENDS.matches(warning)
    export(files.answers / names[0], "PER")
    assert read_answers(files, DoccanoFormat(), QUESTIONS, LABELS).warnings == [], "nothing depends on it"


def test_files_of_a_later_round_count(tmp_path: Path) -> None:
    export(RoundFiles.of(tmp_path, 2).answers / "a.jsonl", "PER", 1)
    export(RoundFiles.of(tmp_path, 1).answers / "b.jsonl", "LOC", 2)
    answers = read_answers(RoundFiles.of(tmp_path, 2), DoccanoFormat(), QUESTIONS, LABELS)
    assert tags(answers) == {"7": "B-PER O O O O O"}
    assert len(answers.warnings) == 1


@pytest.mark.parametrize(
    ("keys", "labels"),
    [
        ({"annotator": "anna"}, TAGS),
        ({"annotation": 3}, TAGS),
        ({"annotation": 3, "time": "2026-01-01"}, TAGS),
        ({"annotator": "anna", "time": 5}, TAGS),
    ],
)
def test_what_no_time_tells_apart_is_told_of(files: RoundFiles, keys: Dict[str, Any], labels: List[str]) -> None:
    for number, (name, given) in enumerate((("b", labels), ("a", ["O"] * 6))):
        files.own(name).write_text(json.dumps({"id": "7", "tags": given, **keys}) + "\n", encoding="utf-8")
        os.utime(files.own(name), (number, number))
    answers = read_answers(files, LabelStudioFormat(), QUESTIONS, LABELS)
    assert tags(answers) == {"7": " ".join(labels)}
    assert [warning.partition(": ")[0] for warning in answers.warnings] == [f"{files.own('b')}, line 1, id '7'"]
    assert DEPENDS.matches(answers.warnings[0])
    for name, time in (("b", "2026-02-01"), ("a", "2026-02-02")):
        row = json.loads(files.own(name).read_text(encoding="utf-8"))
        files.own(name).write_text(json.dumps({**row, "time": time}) + "\n", encoding="utf-8")
    answers = read_answers(files, LabelStudioFormat(), QUESTIONS, LABELS)
    assert (tags(answers), answers.warnings) == ({"7": "O O O O O O"}, []), "the tool's own times"


def test_a_rejection_that_depends_on_the_order_is_told_of(files: RoundFiles) -> None:
    for name, said in (("a", {"tags": TAGS}), ("b", {"rejected": True})):
        row = {"id": "7", "annotator": "anna", **said}
        files.own(name).write_text(json.dumps(row) + "\n", encoding="utf-8")
    answers = read_answers(files, LabelStudioFormat(), QUESTIONS, LABELS)
    assert [answer.sentence_id for answer in answers.rejected] == ["7"]
    [warning] = answers.warnings
    assert warning.startswith(f"{files.own('b')}, line 1, id '7': ")


@pytest.mark.parametrize("name", ["a", "z"])
@pytest.mark.parametrize("rule", ["first", "majority", "error"])
@pytest.mark.parametrize("completed_by", [1, None])
def test_a_line_excludes_a_sentence_whatever_labels_it_has(
    files: RoundFiles, name: str, rule: str, completed_by: Any
) -> None:
    annotation = {"id": 1, "completed_by": completed_by, "result": [], "updated_at": "2026-01-01T10:00:00Z"}
    task = {"data": {"text": QUESTIONS[0].sentence.raw_text, "sentence_id": "7"}, "annotations": [annotation]}
    (files.answers / "export.json").write_text(json.dumps([task]), encoding="utf-8")
    files.own(name).write_text(json.dumps({"id": "7", "rejected": True}) + "\n", encoding="utf-8")
    answers = read_answers(files, LabelStudioFormat(), QUESTIONS, LABELS, ReadSettings(annotators=rule))
    assert ([one.sentence_id for one in answers.rejected], answers.answers) == (["7"], [])
    assert (answers.num_rejected, answers.problems, answers.warnings) == (1, [], [])
    named = {"id": "7", "rejected": True, "annotator": "anna"}
    files.own(name).write_text(json.dumps(named) + "\n", encoding="utf-8")
    answers = read_answers(files, LabelStudioFormat(), QUESTIONS, LABELS, ReadSettings(annotators=rule))
    assert tags(answers) == {"7": "O O O O O O"}, "one annotator's rejection"


@pytest.mark.parametrize("time", [{}, {"time": "2026-02-01T00:00:00Z"}])
@pytest.mark.parametrize("labels", ["a", "z"])
def test_labels_without_a_name_in_a_later_file_take_a_rejection_back(
    files: RoundFiles, labels: str, time: Dict[str, str]
) -> None:
    """Also where one of both files has times, as that of seqmix annotate has."""
    for first, second in ((time, {}), ({}, time)):
        files.own(labels).write_text(json.dumps({"id": "7", "tags": TAGS, **first}) + "\n", encoding="utf-8")
        files.own("m").write_text(json.dumps({"id": "7", "rejected": True, **second}) + "\n", encoding="utf-8")
        answers = read_answers(files, LabelStudioFormat(), QUESTIONS, LABELS)
        assert tags(answers) == ({"7": " ".join(TAGS)} if labels == "z" else {})
        [warning] = answers.warnings
        assert DEPENDS.matches(warning)


def test_the_last_line_counts_where_not_all_have_a_time(files: RoundFiles) -> None:
    given = {"id": "7", "tags": TAGS}, {"id": "7", "rejected": True}
    for first, second in (given, given[::-1]):
        for times in (({}, {"time": 1}), ({"time": 1}, {}), ({"time": 1}, {"time": 2}), ({}, {})):
            rows = [json.dumps({**row, **time}) for row, time in zip((first, second), times, strict=True)]
            files.own("a").write_text("\n".join(rows), encoding="utf-8")
            answers = read_answers(files, LabelStudioFormat(), QUESTIONS, LABELS)
            assert tags(answers) == ({"7": " ".join(TAGS)} if "tags" in second else {})
            assert answers.warnings == []


def test_files_without_names_are_of_several_annotators(files: RoundFiles) -> None:
    for name, given in (("a", TAGS), ("b", TAGS), ("c", ["O"] * 6)):
        row = json.dumps({"id": "7", "tags": given})
        files.own(name).write_text(f"{row}\n{row}\n", encoding="utf-8")
    answers = read_answers(files, LabelStudioFormat(), QUESTIONS, LABELS, ReadSettings(annotators="majority"))
    assert (tags(answers), answers.num_resolved) == ({"7": " ".join(TAGS)}, 1)


def test_answers_that_came_late_count_where_the_sentence_is_asked_again(tmp_path: Path) -> None:
    for k in (1, 2):
        RoundFiles.of(tmp_path, k).answers.mkdir(parents=True)
    RoundFiles.of(tmp_path, 1).own("late").write_text(json.dumps({"id": "7", "tags": TAGS}) + "\n", encoding="utf-8")
    later = RoundFiles.of(tmp_path, 2)
    assert tags(read_answers(later, LabelStudioFormat(), QUESTIONS, LABELS)) == {"7": " ".join(TAGS)}
    later.own("others").write_text(json.dumps({"id": "99", "tags": ["O"]}) + "\n", encoding="utf-8")
    answers = read_answers(later, LabelStudioFormat(), QUESTIONS[1:], LABELS)
    assert (answers.answers, answers.num_unknown, answers.problems) == ([], 2, []), "of other rounds; it is waited"
    assert read_answers(RoundFiles.of(tmp_path, 0), LabelStudioFormat(), QUESTIONS, LABELS).answers == []
