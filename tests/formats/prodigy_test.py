from pathlib import Path
from typing import Any, Dict, List

import pytest
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.formats import ProdigyFormat
from tests.formats.conftest import CAT, LABELS, QUESTIONS, Read, rows_of, tags

TEXT = "Anna Berg sings in Oslo ."
WORDS = TEXT.split()
STARTS = [0, 5, 10, 16, 19, 24]
TOKENS = [
    {"text": word, "start": start, "end": start + len(word), "id": number, "ws": number < 5}
    for number, (word, start) in enumerate(zip(WORDS, STARTS, strict=True))
]
LOC = {"start": 19, "end": 23, "token_start": 4, "token_end": 4, "label": "LOC"}
PER = {"start": 0, "end": 9, "token_start": 0, "token_end": 1, "label": "PER"}


def row(*spans: Any, **keys: Any) -> Dict[str, Any]:
    """As `db-out` writes it."""
    return {
        "text": TEXT,
        "tokens": TOKENS,
        "spans": list(spans),
        "meta": {"id": "7", "score": 0.25},
        "_input_hash": 1798863398,
        "_task_hash": 1273875979,
        "_is_binary": False,
        "_view_id": "ner_manual",
        "_timestamp": 1633999979,
        "answer": "accept",
        **keys,
    }


def test_a_row_is_as_ner_manual_takes_it(tmp_path: Path) -> None:
    (path,) = ProdigyFormat().write(QUESTIONS, LABELS, tmp_path / "a.jsonl", "seqmix")
    anna, cat, _ = rows_of(path)
    assert anna["tokens"] == TOKENS
    assert anna["spans"] == [{**PER, "score": 0.9}, {**LOC, "score": 0.5}]
    assert anna["meta"] == {"id": "7", "score": 0.25, "round": 2, "model": "seqmix"}
    assert cat["text"] == CAT.sentence.raw_text
    assert [token["ws"] for token in cat["tokens"]] == [True, False, True, True, True, True, False]
    assert [cat["text"][token["start"] : token["end"]] for token in cat["tokens"]] == list(CAT.sentence.tokens)


def test_characters_count_whatever_the_tokens_are(read: Read) -> None:
    answers = read("prodigy", [row(PER, LOC)])
    assert (tags(answers), answers.problems) == ({"7": "B-PER I-PER O O B-LOC O"}, [])
    for tokens in ([{"text": TEXT, "start": 0, "end": 25, "id": 0}], [3], None):
        assert tags(read("prodigy", [row({**LOC, "token_start": 0, "token_end": 0}, tokens=tokens)])) == {
            "7": "O O O O B-LOC O"
        }
    plain = row({"start": 19, "end": 23, "label": "LOC"})
    del plain["tokens"]
    assert tags(read("prodigy", [plain])) == {"7": "O O O O B-LOC O"}


@pytest.mark.parametrize("answer", ["reject", "ignore"])
def test_reject_and_ignore_are_no_labels(read: Read, answer: str) -> None:
    answers = read("prodigy", [row(LOC, answer=answer, _annotator_id="db-anna")])
    assert (answers.answers, answers.num_rejected, answers.unanswered) == ([], 1, ["7", "8", "9"])
    assert [(a.sentence_id, a.tags, a.annotator) for a in answers.rejected] == [("7", None, "db-anna")]


def test_a_row_without_an_answer_has_not_been_seen(read: Read) -> None:
    unseen = row(LOC)
    del unseen["answer"]
    answers = read("prodigy", [unseen])
    assert (answers.answers, answers.num_rejected, answers.problems) == ([], 0, [])


def test_annotators_and_their_last_word(read: Read) -> None:
    rows = [
        row(LOC, _annotator_id="db-anna", _timestamp=1),
        row(PER, _annotator_id=None, _session_id="db-bert", _timestamp=2),
        row(PER, LOC, _annotator_id="db-anna", _timestamp=3),
        row(PER, LOC, _annotator_id="db-carl", _timestamp=4),
    ]
    answers = read("prodigy", rows, annotators="majority")
    assert (tags(answers), answers.num_resolved) == ({"7": "B-PER I-PER O O B-LOC O"}, 1)
    answers = read("prodigy", rows)
    assert (tags(answers), answers.answers[0].annotator) == ({"7": "B-PER I-PER O O O O"}, "db-bert")


def test_sessions_without_a_name_are_one_annotator_in_a_file(read: Read) -> None:
    """Each start of Prodigy has a session, which is named by its time, alone or after the data set."""
    for prefix in ("", "news-"):
        first, second = f"{prefix}2024-01-31_12-00-00", f"{prefix}2024-02-01_09-30-00"
        rows = [
            row(PER, _annotator_id=first, _session_id=first, _timestamp=1),
            row(PER, LOC, _annotator_id=second, _session_id=second, _timestamp=2),
        ]
        answers = read("prodigy", rows, annotators="error")
        assert (tags(answers), answers.num_resolved) == ({"7": "B-PER I-PER O O B-LOC O"}, 0)
        assert answers.answers[0].annotator == first, "as in an export before the second session"
        answers = read("prodigy", [*rows, row(_session_id=f"{prefix}anna", _timestamp=3)])
        assert (tags(answers), answers.num_resolved) == ({"7": "B-PER I-PER O O B-LOC O"}, 1)
    others = [row(PER, _session_id=f"{name}-2024-01-31_12-00-00") for name in ("news", "web")]
    assert read("prodigy", others).num_resolved == 1, "of two data sets"


def test_a_span_that_is_rejected_is_no_entity(read: Read) -> None:
    answers = read("prodigy", [row({**PER, "answer": "reject"}, {**LOC, "answer": "accept"})])
    assert (tags(answers), answers.problems) == ({"7": "O O O O B-LOC O"}, [])
    assert tags(read("prodigy", [row({**PER, "answer": "reject"}, LOC)])) == {"7": "O O O O B-LOC O"}


def test_no_spans_are_an_answer_too(read: Read) -> None:
    assert tags(read("prodigy", [row(), row(meta={"id": "8"}, text=CAT.sentence.raw_text, spans=None)])) == {
        "7": "O O O O O O",
        "8": "O O O O O O O",
    }


PROBLEMS: List[Any] = [
    (row(LOC, meta={}), "line 1: no 'meta.id'; expected the id of the question, as it was exported"),
    (row(LOC, meta=None), "line 1: no 'meta.id'"),
    (row(LOC, text="Anna"), "line 1, id '7': the text was changed: 'Anna'; it was"),
    (row(LOC, answer="maybe"), "line 1, id '7': 'answer' is \"maybe\"; expected accept, reject or ignore"),
    (row({**LOC, "label": "CITY"}), "line 1, id '7': unknown label 'CITY'; expected PER, LOC, ORG"),
    (row({**LOC, "label": None}), "line 1, id '7': unknown label None; expected PER, LOC, ORG"),
    (row({"label": "PER"}), "line 1, id '7': a span from null to null; expected character positions"),
    (row({"start": 0, "end": 3, "label": "PER"}), "line 1, id '7': characters 0 to 3 ('Ann', 'PER') cut a word"),
    (
        row({"start": 0, "end": 99, "token_start": 0, "token_end": 1, "label": "PER"}),
        "0 to 99 are not within the text's 25",
    ),
    (row(PER, {**PER, "label": "ORG"}), "line 1, id '7': 'Anna Berg' ('ORG') and 'Anna Berg' ('PER') overlap"),
]


@pytest.mark.parametrize(("content", "message"), PROBLEMS)
def test_a_problem_names_the_line_and_the_id(read: Read, content: Any, message: str) -> None:
    answers = read("prodigy", [content])
    assert answers.answers == []
    (problem,) = answers.problems
    assert message in problem
    assert "answers.file, line 1" in problem


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "answers.file: the file is empty"),
        ("[]", r"answers.file, line 1: \[\] is no object"),
        ('{"text": "a"}\n{', r"answers.file, line 2: not JSON \("),
        ([{"image": "a.png"}], "answers.file, line 1: .* is no row of Prodigy's; expected 'text' and 'meta'"),
        ([row(meta="7")], "answers.file, line 1: .* is no row of Prodigy's"),
        ([row(3)], r"answers.file, line 1: 'spans' is \[3\]; expected a list of objects"),
        ([row(spans="[]")], "answers.file, line 1: 'spans' is \"\\[\\]\"; expected a list of objects"),
    ],
)
def test_a_file_of_another_kind_is_one_error(read: Read, content: Any, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        read("prodigy", content)
