import io
import json
import zipfile
from pathlib import Path
from typing import Any, Dict, List

import pytest
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.formats import DoccanoFormat
from tests.formats.conftest import FIRE, LABELS, QUESTIONS, Read, rows_of, tags

TEXT = "Anna Berg sings in Oslo ."
ROW = {"id": 1, "text": TEXT, "sentence_id": "7", "query_score": 0.25, "Comments": []}


def archive(**members: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        for name, text in members.items():
            file.writestr(name.replace("_jsonl", ".jsonl"), text)
    return content.getvalue()


def row(*labels: Any, **keys: Any) -> Dict[str, Any]:
    return {**ROW, "label": list(labels), **keys}


def test_a_row_is_as_it_is_imported(tmp_path: Path) -> None:
    (path,) = DoccanoFormat().write(QUESTIONS, LABELS, tmp_path / "a.jsonl", "seqmix")
    anna, cat, fire = rows_of(path)
    assert anna == {
        "text": TEXT,
        "label": [[0, 9, "PER"], [19, 23, "LOC"]],
        "sentence_id": "7",
        "round": 2,
        "model_version": "seqmix",
        "query_score": 0.25,
        "span_scores": [0.9, 0.5],
    }
    assert (cat["text"], cat["label"]) == ("🐱 Warning: This is a test", [])
    assert "query_score" not in fire


@pytest.mark.parametrize(
    "spans",
    [
        {"label": [[19, 23, "LOC"]]},
        {"labels": [[19, 23, "LOC"]]},
        {"annotations": [{"label": "LOC", "start_offset": 19, "end_offset": 23, "user": 1}]},
        {"entities": [{"id": 4, "label": "LOC", "start_offset": 19, "end_offset": 23}], "relations": []},
        {"entities": [[19, 23, "LOC"]], "cats": []},
    ],
)
def test_the_forms_of_its_exports(read: Read, spans: Dict[str, Any]) -> None:
    assert tags(read("doccano", [{**ROW, **spans}])) == {"7": "O O O O B-LOC O"}


def test_older_exports_keep_meta_apart(read: Read) -> None:
    answers = read("doccano", [{"id": 1, "text": TEXT, "labels": [], "meta": {"sentence_id": "7"}}])
    assert tags(answers) == {"7": "O O O O O O"}


def test_users_in_one_row_are_several_annotators(read: Read) -> None:
    spans = [
        {"label": "LOC", "start_offset": 19, "end_offset": 23, "user": 1},
        {"label": "ORG", "start_offset": 19, "end_offset": 23, "user": 2},
        {"label": "PER", "start_offset": 0, "end_offset": 9, "user": 1},
    ]
    answers = read("doccano", [{**ROW, "annotations": spans}])
    assert (tags(answers), answers.num_resolved) == ({"7": "B-PER I-PER O O B-LOC O"}, 1)
    assert answers.answers[0].annotator == "1"


def test_offsets_are_utf16_as_the_editor_counts(read: Read) -> None:
    """The numbers of doccano's own issue on it."""
    fire = {"id": 3, "text": FIRE.sentence.text, "sentence_id": "9", "label": [[22, 32, "ORG"]]}
    answers = read("doccano", [fire])
    assert (tags(answers), answers.warnings) == ({"9": "O O O B-ORG"}, [])
    [problem] = read("doccano", [{**fire, "label": [[19, 29, "ORG"]]}]).problems
    assert "cut a word" in problem, "code points"


def test_grapheme_clusters_are_reported(read: Read) -> None:
    (problem,) = read(
        "doccano", [{"text": FIRE.sentence.text, "sentence_id": "9", "label": [[16, 26, "ORG"]]}]
    ).problems
    assert "cut a word" in problem


def test_an_archive_has_a_file_an_annotator(read: Read) -> None:
    line = '{"text": "%s", "sentence_id": "7", "label": [[%s]]}\n'
    members = {
        "anna_jsonl": line % (TEXT, '0, 9, "PER"'),
        "bert_jsonl": line % (TEXT, '19, 23, "LOC"'),
        "carl_jsonl": "\n",
    }
    answers = read("doccano", archive(**members, readme="no rows"))
    assert (tags(answers), answers.num_resolved) == ({"7": "B-PER I-PER O O O O"}, 1)
    assert answers.answers[0].annotator == "anna"
    assert answers.answers[0].place.endswith("answers.file/anna.jsonl, line 1, id '7'")
    (problem,) = read("doccano", archive(**members), annotators="majority").problems
    assert problem.endswith("id '7': no majority among 2 annotators ('anna', 'bert'): a tie")
    together = read("doccano", archive(all_jsonl=line % (TEXT, '19, 23, "LOC"')))
    assert (tags(together), together.answers[0].annotator) == ({"7": "O O O O B-LOC O"}, None)


def test_what_macos_adds_to_an_archive_is_passed_over(read: Read) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        file.writestr("export/anna.jsonl", json.dumps(row([19, 23, "LOC"])))
        for name in ("__MACOSX/", "export/.DS_Store", "export/._anna.jsonl", "__MACOSX/export/._anna.jsonl"):
            file.writestr(name, b"" if name.endswith("/") else b"\0\5\x16\7\0\2\0\0Mac OS X\xff")
    answers = read("doccano", content.getvalue())
    assert (tags(answers), answers.warnings) == ({"7": "O O O O B-LOC O"}, [])
    assert answers.answers[0].annotator == "anna"


def test_white_space_that_doccano_takes_off_the_end_is_no_change(read: Read) -> None:
    assert tags(read("doccano", [row(text=TEXT + " \n")])) == {"7": "O O O O O O"}


PROBLEMS: List[Any] = [
    (
        {"id": 1, "text": TEXT, "label": []},
        "line 1: no 'sentence_id'; expected the id of the question, as it was exported",
    ),
    ({"text": TEXT, "label": [], "meta": "{"}, "line 1: no 'sentence_id'"),
    (row(text="Anna"), "line 1, id '7': the text was changed: 'Anna'; it was 'Anna Berg sings in Oslo .'"),
    (row([19, 23, "CITY"]), "line 1, id '7': unknown label 'CITY'; expected PER, LOC, ORG"),
    (row([19, 23]), "line 1, id '7': a label is [19, 23]; expected [start, end, type]"),
    (row("LOC"), "line 1, id '7': a label is \"LOC\"; expected [start, end, type]"),
    ({**ROW, "entities": [{"label": 7, "start_offset": 19, "end_offset": 23}]}, "line 1, id '7': unknown label 7;"),
    (row(["a", 23, "LOC"]), "line 1, id '7': a span from \"a\" to 23; expected character positions"),
    (row([0, 9, "PER"], [5, 9, "PER"]), "line 1, id '7': 'Anna Berg' ('PER') and 'Berg' ('PER') overlap"),
    (row([19, 22, "LOC"]), "characters 19 to 22 ('Osl', 'LOC') cut a word; expected whole words such as 'Oslo'"),
]


@pytest.mark.parametrize(("content", "message"), PROBLEMS)
def test_a_problem_names_the_line_and_the_id(read: Read, content: Any, message: str) -> None:
    answers = read("doccano", [content])
    assert answers.answers == []
    (problem,) = answers.problems
    assert f"answers.file, {message}" in problem or message in problem


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "answers.file: the file is empty"),
        ("{", r"answers.file, line 1: not JSON \("),
        ("[1]", r"answers.file, line 1: \[1\] is no object; expected one a line"),
        ([{"sentence_id": "7"}], "answers.file, line 1: 'text' is null; expected a row of doccano's JSONL"),
        (
            [row(), {"text": TEXT, "sentence_id": "7"}],
            "line 2, id '7': no list under 'label'; expected the spans there",
        ),
        ([{**ROW, "label": "LOC"}], "line 1, id '7': no list under"),
        (archive(readme=""), "answers.file: no .jsonl file with rows in this archive; expected an export of doccano"),
        (archive(all_jsonl=""), "answers.file: no .jsonl file with rows"),
        (archive(all_jsonl="x"), "answers.file/all.jsonl, line 1: not JSON"),
        (
            archive(all_jsonl="{}" * 40).replace(b"{}", b"[]", 1),
            r"answers.file: the archive cannot be read \(Bad CRC-32",
        ),
    ],
)
def test_a_file_of_another_kind_is_one_error(read: Read, content: Any, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        read("doccano", content)
