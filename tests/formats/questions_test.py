import json
from pathlib import Path
from typing import Any

import pytest
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.formats import Question, Span, read_questions, write_questions
from seqmix_plugin.sentence import TaggedSentence
from tests.formats.conftest import ANNA, QUESTIONS

ROW = {
    "id": "a",
    "round": 1,
    "tokens": ["Oslo", "."],
    "query_score": 0.5,
    "predicted": [{"start": 0, "end": 1, "label": "LOC", "score": 0.9}],
}


def test_a_line_is_plain_data(tmp_path: Path) -> None:
    path = tmp_path / "queries.jsonl"
    write_questions(path, QUESTIONS)
    first, second, _ = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
    assert first == {
        "id": "7",
        "round": 2,
        "tokens": ["Anna", "Berg", "sings", "in", "Oslo", "."],
        "query_score": 0.25,
        "predicted": [
            {"start": 0, "end": 2, "label": "PER", "score": 0.9},
            {"start": 4, "end": 5, "label": "LOC", "score": 0.5},
        ],
    }
    assert second["spaces"] == [" ", "", " ", " ", " ", " ", ""]
    assert "🐱" in path.read_text(encoding="utf-8")
    assert read_questions(path) == QUESTIONS


def test_what_may_be_left_out(tmp_path: Path) -> None:
    (tmp_path / "a").write_text('\n{"id": "a", "tokens": ["Oslo"]}\n')
    assert read_questions(tmp_path / "a") == [Question(TaggedSentence("a", ("Oslo",)))]


def test_predicted_tags() -> None:
    assert ANNA.predicted_tags() == ("B-PER", "I-PER", "O", "O", "B-LOC", "O")


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"id": None}, "id is None; expected a valid string"),
        ({"id": 7}, "id is 7; expected a valid string"),
        ({"id": ""}, "id is ''; .*at least 1 character"),
        ({"id": "\ud83d"}, r"id is .*ud83d.*; expected a valid string"),
        ({"tokens": []}, r"tokens is \[\]; .*at least 1 item"),
        ({"tokens": ["a", ""]}, "tokens.1 is ''; .*at least 1 character"),
        ({"tokens": "Oslo"}, "tokens is 'Oslo'; expected a valid list"),
        ({"spaces": " "}, "spaces is ' '; expected a valid list"),
        ({"spaces": [" "]}, "sentence 'a': 1 spaces for 2 tokens"),
        ({"spaces": ["x", ""]}, "sentence 'a': 'x' is no white space"),
        ({"round": 0.5}, "round is 0.5; expected a valid integer"),
        ({"query_score": "high"}, "query_score is 'high'; expected a valid number"),
        ({"query_score": float("nan")}, "query_score is nan; expected a finite number"),
        ({"query_score": 10**400}, "query_score is 10{50}.*; expected a valid number"),
        ({"predicted": "PER"}, "predicted is 'PER'; expected a valid list"),
        ({"predicted": [{"start": 0, "label": "LOC"}]}, "predicted.0.end is missing"),
        ({"predicted": [{"start": 0, "end": 1, "label": 3}]}, "predicted.0.label is 3; expected a valid string"),
        (
            {"predicted": [{"start": 0, "end": 3, "label": "LOC"}]},
            "is not within the 2 words or overlaps the span before it",
        ),
        ({"predicted": ROW["predicted"] * 2}, "is not within the 2 words or overlaps"),  # type: ignore[operator]
    ],
)
def test_errors_name_file_and_line(tmp_path: Path, keys: Any, message: str) -> None:
    (tmp_path / "a.jsonl").write_text(json.dumps({**ROW, "id": "b"}) + "\n" + json.dumps({**ROW, **keys}) + "\n")
    with pytest.raises(ConfigurationError, match=f"a.jsonl, line 2: .*{message}"):
        read_questions(tmp_path / "a.jsonl")


def test_errors_of_the_whole_file(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text((json.dumps(ROW) + "\n") * 2)
    with pytest.raises(ConfigurationError, match="a.jsonl, line 2: the id 'a' is there twice"):
        read_questions(tmp_path / "a.jsonl")
    with pytest.raises(ConfigurationError, match="none.jsonl: no such file"):
        read_questions(tmp_path / "none.jsonl")


def test_a_question_checks_itself() -> None:
    sentence = TaggedSentence("a", ("Oslo", "."))
    with pytest.raises(ValueError, match="is not within the 2 words"):
        Question(sentence, None, (Span(1, 1, "LOC"),))
    with pytest.raises(ValueError, match="the score inf is not a number"):
        Question(sentence, None, (Span(0, 1, "LOC", float("inf")),))
