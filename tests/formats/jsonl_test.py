from pathlib import Path
from typing import Any, Dict

import pytest
from allennlp.common.checks import ConfigurationError
from allennlp.data.token_indexers import SingleIdTokenIndexer

from seqmix_plugin.data import JsonlSentencesReader
from seqmix_plugin.formats import JsonlFormat, read_questions, write_answers
from tests.formats.conftest import ANNA, LABELS, QUESTIONS, Read, tags

TAGS = ["B-PER", "I-PER", "O", "O", "B-LOC", "O"]
SPAN = {"start": 0, "end": 2, "label": "PER"}


def test_an_export_is_the_file_of_questions(tmp_path: Path) -> None:
    (path,) = JsonlFormat().write(QUESTIONS, LABELS, tmp_path / "a.jsonl")
    assert read_questions(path) == QUESTIONS
    answers = JsonlFormat().read(path, QUESTIONS, LABELS)
    assert (answers.answers, answers.problems) == ([], []), "questions are no answers"


def test_tags_or_spans_of_words(read: Read) -> None:
    rows = [{"id": "7", "tags": TAGS}, {"id": "8", "tokens": list(QUESTIONS[1].sentence.tokens), "spans": [SPAN]}]
    answers = read("jsonl", rows)
    assert tags(answers) == {"7": "B-PER I-PER O O B-LOC O", "8": "B-PER I-PER O O O O O"}
    assert answers.unanswered == ["9"]


def test_annotators_may_be_named(read: Read) -> None:
    rows = [{"id": "7", "tags": TAGS, "annotator": "anna"}, {"id": "7", "tags": ["O"] * 6, "annotator": "anna"}]
    answers = read("jsonl", rows, annotators="error")
    assert (tags(answers), answers.num_resolved) == ({"7": "O O O O O O"}, 0), "the last word of one annotator"


def test_answers_that_are_written_are_read_back_here_and_by_the_reader(read: Read, tmp_path: Path) -> None:
    answers = read("jsonl", [{"id": "9", "tags": ["O"] * 4}, {"id": "7", "tags": TAGS}])
    write_answers(tmp_path / "answers.jsonl", answers.answers, QUESTIONS)
    again = JsonlFormat().read(tmp_path / "answers.jsonl", QUESTIONS, LABELS)
    assert list(tags(again)) == ["7", "9"], "in the order of the questions"
    assert tags(again) == tags(answers)
    reader = JsonlSentencesReader({"tokens": SingleIdTokenIndexer()})
    assert reader.read_sentences(str(tmp_path / "answers.jsonl"))[0] == ANNA.sentence.with_tags(tuple(TAGS))
    answers = read("jsonl", [{"id": "8", "tags": ["O"] * 7}])
    write_answers(tmp_path / "spaced.jsonl", answers.answers, QUESTIONS)
    [spaced] = reader.read_sentences(str(tmp_path / "spaced.jsonl"))
    assert spaced == QUESTIONS[1].sentence.with_tags(("O",) * 7), "with the white space between its words"


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"tags": TAGS}, "line 1: no 'id'; expected the id of the question, as it was exported"),
        ({"id": True, "tags": TAGS}, "line 1: no 'id'"),
        (
            {"id": "7", "tags": TAGS, "tokens": ["Anna"]},
            'line 1, id \'7\': the words were changed: ["Anna"]; they were ["Anna", "Berg"',
        ),
        ({"id": "7", "tags": ["O"]}, "line 1, id '7': 1 tags for 6 words; expected one a word"),
        (
            {"id": "7", "tags": ["I-PER", *TAGS[1:]]},
            "line 1, id '7': word 1: 'I-PER' after 'O': no entity of type 'PER' is open",
        ),
        ({"id": "7", "tags": ["B-X", *["O"] * 5]}, "line 1, id '7': unknown label 'X'; expected PER, LOC, ORG"),
        ({"id": "7", "spans": [{**SPAN, "label": "X"}]}, "line 1, id '7': unknown label 'X'; expected PER, LOC, ORG"),
        ({"id": "7", "spans": [{**SPAN, "end": 7}]}, "line 1, id '7': words 0 to 7 are not within the sentence's 6"),
        ({"id": "7", "spans": [{**SPAN, "end": 0}]}, "line 1, id '7': words 0 to 0 are not within the sentence's 6"),
        (
            {"id": "7", "spans": [{"label": "PER"}]},
            "line 1, id '7': a span from null to null; expected word positions",
        ),
        (
            {"id": "7", "spans": [SPAN, {**SPAN, "start": 1}]},
            "line 1, id '7': 'Anna Berg' ('PER') and 'Berg' ('PER') overlap",
        ),
    ],
)
def test_a_problem_names_the_line_and_the_id(read: Read, row: Any, message: str) -> None:
    answers = read("jsonl", [row])
    assert answers.answers == []
    (problem,) = answers.problems
    assert f"answers.file, {message}" in problem


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("\n", "answers.file: the file is empty"),
        ("x", r"answers.file, line 1: not JSON \("),
        ('{"id": "7", "tags": "O"}', "answers.file, line 1, id '7': 'tags' is \"O\"; expected a list of strings"),
        ('{"id": "7", "tags": [1]}', r"answers.file, line 1, id '7': 'tags' is \[1\]; expected a list of strings"),
        ('{"id": "7", "spans": [1]}', r"answers.file, line 1, id '7': 'spans' is \[1\]; expected a list of objects"),
        ('{"id": ' + "[" * 100_000, "answers.file, line 1: not JSON \\(nested more than 100 deep"),
    ],
)
def test_a_file_of_another_kind_is_one_error(read: Read, content: Any, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        read("jsonl", content)


@pytest.mark.parametrize("label", ["", " ", "PER ", " PER", "P\tER", "P\nER", "\u200bPER", "New\u00a0York"])
def test_without_labels_a_type_is_one_that_a_tag_may_have(read: Read, label: str) -> None:
    answers = read("jsonl", [{"id": "7", "spans": [{**SPAN, "label": label}]}], labels=None)
    assert answers.answers == []
    (problem,) = answers.problems
    assert problem.endswith(f"line 1, id '7': unknown label {label!r}; expected entity types")


def test_a_row_may_reject_a_sentence(read: Read) -> None:
    answers = read("jsonl", [{"id": "7", "rejected": True}, {"id": "8", "tags": ["O"] * 7}])
    assert ([answer.sentence_id for answer in answers.rejected], answers.num_rejected) == (["7"], 1)
    assert answers.unanswered == ["7", "9"]


@pytest.mark.parametrize("rule", ["first", "majority", "error"])
def test_of_rows_without_a_name_the_last_counts(read: Read, rule: str) -> None:
    labels, other = {"id": "7", "tags": TAGS}, {"id": "7", "tags": ["O"] * 6}
    bad, rejection, question = {"id": "7", "tags": ["B-X"] * 6}, {"id": "7", "rejected": True}, {"id": "7"}
    for rows in ([other, labels], [other, rejection, labels], [bad, labels], [labels, question]):
        answers = read("jsonl", rows, annotators=rule)
        assert (tags(answers), answers.problems, answers.num_resolved) == ({"7": " ".join(TAGS)}, [], 0)
    for rows in ([labels, rejection], [{**labels, "time": 5}, other, rejection]):
        answers = read("jsonl", rows, annotators=rule)
        assert ([answer.tags for answer in answers.rejected], answers.answers) == ([None], [])
    answers = read("jsonl", [labels, bad], annotators=rule)
    assert (answers.answers, len(answers.problems)) == ([], 1)
    anna = {**labels, "annotator": "anna"}
    assert read("jsonl", [anna, other]).num_resolved == 1, "of somebody else"
    assert read("jsonl", [anna, rejection], annotators=rule).answers == [], "left out whatever she gave"


def test_a_rejection_that_is_written_keeps_its_annotator(read: Read, tmp_path: Path) -> None:
    """So that, read together with labels of others, it stays the rejection of one of them."""
    answers = read("jsonl", [{"id": "7", "rejected": True, "annotator": "anna"}])
    write_answers(tmp_path / "a.answers.jsonl", answers.rejected, QUESTIONS)
    [again] = JsonlFormat().read(tmp_path / "a.answers.jsonl", QUESTIONS, LABELS).rejected
    assert again.annotator == "anna"


@pytest.mark.parametrize("times", [(1, 2), ("2026-01-01", "2026-01-02"), (None, None)])
def test_an_annotator_may_take_labels_back_and_give_them_again(read: Read, times: Any) -> None:
    labels = {"id": "7", "tags": TAGS, "annotator": "anna", "time": times[0]}
    rejection = {"id": "7", "rejected": True, "annotator": "anna", "time": times[1]}
    assert tags(read("jsonl", [labels, rejection])) == {}
    other = {"id": "7", "tags": ["O"] * 6, "annotator": "bert"}
    assert tags(read("jsonl", [labels, rejection, other])) == {"7": "O O O O O O"}, "his own alone"
    again = {**labels, "time": None if times[1] is None else times[1] * 2}
    assert tags(read("jsonl", [labels, rejection, again])) == {"7": " ".join(TAGS)}
    if times[0] is not None:
        assert tags(read("jsonl", [rejection, labels])) == {}, "times count, not places"


def test_of_an_annotation_the_latest_version_counts(read: Read) -> None:
    def said(annotation: Any, time: Any, label: Any) -> Dict[str, Any]:
        spans = [{"start": 0, "end": 2, "label": label}]
        return {"id": "7", "spans": spans, "annotation": annotation, "time": time, "annotator": "a"}

    older, newer = said(5, "2026-01-01", "LOC"), said(5, "2026-01-02", "PER")
    for rows in (
        [older, newer],
        [newer, older],
        [said(5, "2025-12-31", "NONE"), newer],
    ):  # nobody looks at a replaced one
        answers = read("jsonl", rows)
        assert (tags(answers), answers.problems) == ({"7": "B-PER I-PER O O O O"}, [])
    assert tags(read("jsonl", [newer, said(6, "2026-01-03", "ORG")])) == {"7": "B-ORG I-ORG O O O O"}
    back = {"annotation": 5, "withdrawn": True}
    for rows in ([back, older, newer], [newer, back], [newer, {**back, "time": "2026-01-03"}], [older, back, back]):
        answers = read("jsonl", rows)
        assert (answers.answers, answers.rejected, answers.problems) == ([], [], [])
    assert tags(read("jsonl", [{**back, "time": "2026-01-01T12"}, newer])) == {"7": "B-PER I-PER O O O O"}
    assert tags(read("jsonl", [back, said(6, "2026-01-01", "ORG")])) == {"7": "B-ORG I-ORG O O O O"}
