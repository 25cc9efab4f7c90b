"""Answers that a program gives, in all their forms, checked as an annotator's are."""

import json
import re
from pathlib import Path
from typing import Any, Callable, List

import numpy as np
import pandas as pd
import pytest

from seqmix_plugin.annotator.answer_file import AnswerFile
from seqmix_plugin.api.answers import checked_answers, types_given, with_answers, without_answer
from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.formats import Answer, Question, Span, read_answers
from seqmix_plugin.formats.jsonl import JsonlFormat
from seqmix_plugin.run.layout import RoundFiles
from seqmix_plugin.sentence import TaggedSentence

TYPES = ["LOC", "PER"]
WORDS = ("Anna", "sings", "in", "Oslo")
RIGHT = ("B-PER", "O", "O", "B-LOC")
SPANS = [(0, 1, "PER"), (3, 4, "LOC")]
ASKED = [Question(TaggedSentence(name, WORDS), predicted=(Span(0, 1, "PER", 0.9),)) for name in ("a", "b", "c")]


@pytest.mark.parametrize(
    "answer",
    [
        RIGHT,
        list(RIGHT),
        np.array(RIGHT),
        SPANS,
        [list(span) for span in SPANS],
        [Span(*span, 0.5) for span in SPANS],
        [dict(zip(("start", "end", "label"), span, strict=True)) for span in SPANS],
        [(np.int64(start), np.int64(end), label) for start, end, label in reversed(SPANS)],
        TaggedSentence("x", WORDS, RIGHT),
        {"tokens": list(WORDS), "tags": list(RIGHT)},
    ],
)
def test_every_form_of_labels_is_the_same_answer(answer: Any) -> None:
    assert checked_answers({"b": answer}, ASKED, TYPES) == [Answer("b", RIGHT, None, "answers, id 'b'")]


def test_rejections_and_sentences_without_entities() -> None:
    given = checked_answers([None, "reject", []], ASKED, TYPES)
    assert [answer.tags for answer in given] == [None, None, ("O",) * 4]


def test_ids_may_be_numbers_of_any_kind() -> None:
    asked = [Question(TaggedSentence(name, WORDS)) for name in ("5", "7")]
    for name in (5, np.int64(5), "5", np.str_("5")):
        assert [answer.sentence_id for answer in checked_answers({name: RIGHT}, asked, TYPES)] == ["5"]


def test_what_the_model_predicts_can_be_confirmed() -> None:
    [answer] = checked_answers({"a": ASKED[0].predicted}, ASKED, TYPES)
    assert answer.tags == ("B-PER", "O", "O", "O")


def test_a_frame_has_ids_and_words() -> None:
    rows = [{"id": name, "tokens": list(WORDS), "tags": list(RIGHT)} for name in ("c", "a")]
    assert [answer[:2] for answer in checked_answers(pd.DataFrame(rows), ASKED, TYPES)] == [("c", RIGHT), ("a", RIGHT)]
    rows[0]["tokens"] = ["Anna", "sings", "in", "Bonn"]
    with pytest.raises(ConfigurationError, match="answers, id 'c': the words were changed: .*Bonn.*; they were .*Oslo"):
        checked_answers(pd.DataFrame(rows), ASKED, TYPES)


MISTAKES = [
    ({"d": RIGHT}, "answers, id 'd': not a question of this round; expected ids such as 'a'"),
    ({None: RIGHT}, "answers, id None: not a question of this round; expected ids such as 'a'"),
    ([RIGHT], "answers has 1 answers to 3 questions; expected one each"),
    (7, "answers is 7; expected a dictionary by ids, a list or a data frame"),
    ("abc", "answers is 'abc'; expected a dictionary by ids"),
    (pd.Series([RIGHT] * 3, index=["c", "b", "a"]), "answers is a series; expected a dictionary by ids"),
    ({"a": RIGHT[:3]}, "answers, id 'a': 3 tags for 4 words; expected one a word"),
    ({"a": ["B-DOG", "O", "O", "O"]}, "answers, id 'a': unknown label 'DOG'; expected LOC, PER"),
    ({"a": ["I-PER", "O", "O", "O"]}, "answers, id 'a': word 1: "),
    ({"a": [(0, 2, "PER"), (1, 3, "LOC")]}, "answers, id 'a': 'Anna sings' .'PER'. and 'sings in' .'LOC'. overlap"),
    ({"a": [(3, 5, "LOC")]}, "answers, id 'a': words 3 to 5 are not within the sentence's 4"),
    ({"a": [(0.5, 1, "PER")]}, "answers, id 'a': a span from 0.5 to 1; expected word positions"),
    ({"a": [(0, 1)]}, r"answers, id 'a': \(0, 1\) among 1 spans or tags; expected \(start, end, label\)"),
    ({"a": [*RIGHT[:3], 4]}, r"answers, id 'a': 'B-PER' among 4 spans or tags; expected \(start, end, label\)"),
    ({"a": "B-PER"}, "answers, id 'a': 'B-PER'; expected tags, spans, or None for a rejection"),
    ({"a": 3}, "answers, id 'a': 3; expected tags, spans, or None for a rejection"),
    ({"a": {"skipped": True}}, "answers, id 'a': {'skipped': True}; expected tags, spans, or None for a rejection"),
    ({"a": {"entities": SPANS}}, "answers, id 'a': .entities. is .* which is not read; expected labels in 'tags' or"),
    ({"a": RIGHT[:2], "b": RIGHT, "c": RIGHT[:1]}, "answers, id 'a': 2 tags for 4 words.*; and 1 more"),
]


@pytest.mark.parametrize(("answers", "message"), MISTAKES)
def test_a_mistake_names_the_sentence(answers: Any, message: str) -> None:
    with pytest.raises(ConfigurationError, match=f"^{message}") as caught:
        checked_answers(answers, ASKED, TYPES)
    assert "\n" not in str(caught.value)


def kept(files: RoundFiles) -> List[Any]:
    answers = read_answers(files, JsonlFormat(), ASKED, TYPES)
    assert answers.problems == answers.warnings == []
    return [(one.sentence_id, one.tags) for one in (*answers.answers, *answers.rejected)]


def keep(answers: Any, file: AnswerFile) -> List[str]:
    """Adds answers to a file; returns the ids of questions without one."""
    kept = with_answers(checked_answers(answers, ASKED, TYPES), file, is_first=False)
    file.save(kept)
    return without_answer(kept)


def test_a_first_query_needs_a_label(tmp_path: Path) -> None:
    file = AnswerFile(tmp_path / "python.answers.jsonl", ASKED, TYPES)
    rejected = checked_answers(dict.fromkeys("abc"), ASKED, TYPES)
    with pytest.raises(ConfigurationError, match="^answers: all 3 sentences of round 0 are rejected; expected labels"):
        with_answers(rejected, file, is_first=True)
    assert without_answer(with_answers(rejected[:2], file, is_first=True)) == ["c"], "another call may have its labels"
    assert without_answer(with_answers(rejected, file, is_first=False)) == []


def test_answers_are_added_to_those_before_and_replace_them(tmp_path: Path) -> None:
    files = RoundFiles.of(tmp_path, 0)
    files.answers.mkdir(parents=True)
    file = AnswerFile(files.own("python"), ASKED, TYPES)
    assert keep({}, file) == ["a", "b", "c"]
    assert not file.path.exists()
    assert keep({"b": RIGHT, "a": None}, file) == ["c"]
    assert keep({"c": ["O"] * 4, "a": ["O"] * 4}, file) == []
    assert kept(files) == [("a", ("O",) * 4), ("b", RIGHT), ("c", ("O",) * 4)]


@pytest.mark.parametrize("form", [tuple, set, np.array, pd.Series, iter])
def test_types_of_any_form(form: Callable[[Any], Any]) -> None:
    assert sorted(types_given(form(["PER", "LOC"]))) == ["LOC", "PER"]
    assert json.dumps(types_given(form(["PER"]))) == '["PER"]'


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ("PER", "labels is 'PER'; expected a list of entity types"),
        (7, "labels is 7; expected a list of entity types"),
        (["PER", 7], "labels has 7; expected a list of entity types"),
    ],
)
def test_anything_else_is_no_list_of_types(labels: Any, message: str) -> None:
    with pytest.raises(ConfigurationError, match=f"^{re.escape(message)}$"):
        types_given(labels)
