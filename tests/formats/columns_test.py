from pathlib import Path
from typing import Any, Tuple

import pytest
from allennlp.common.checks import ConfigurationError
from allennlp.data.token_indexers import SingleIdTokenIndexer

from seqmix_plugin.data import ConllColumnsReader
from seqmix_plugin.formats import ColumnsFormat, Question, Span
from seqmix_plugin.sentence import TaggedSentence
from tests.formats.conftest import ANNA, LABELS, QUESTIONS, Read, tags

ANNA_LINES = "Anna\tB-PER\nBerg\tI-PER\nsings\tO\nin\tO\nOslo\tB-LOC\n.\tO\n"


def test_a_sentence_is_a_word_and_a_tag_a_line_below_its_comments(tmp_path: Path) -> None:
    half = Question(TaggedSentence("x", ("Oslo", "sings")), None, (Span(0, 1, "LOC"),))
    (path,) = ColumnsFormat().write([ANNA, half], LABELS, tmp_path / "a.conll", "seqmix\nnew")
    assert path.read_text(encoding="utf-8") == (
        "# id = 7\n# round = 2\n# model = seqmix new\n# query_score = 0.25\n# span_scores = 0.9 0.5\n"
        + ANNA_LINES
        + "\n"
        "# id = x\n# round = 0\n# model = seqmix new\n# span_scores = ?\nOslo\tB-LOC\nsings\tO\n"
    )
    sentences = ConllColumnsReader({"tokens": SingleIdTokenIndexer()}).read_sentences(str(path))
    assert [(s.id, s.tags) for s in sentences] == [("7", ANNA.predicted_tags()), ("x", ("B-LOC", "O"))]


def test_ids_are_read_from_comments_with_windows_line_ends_and_more_columns(read: Read) -> None:
    lines = "-DOCSTART-\n\n# a comment\n#id=7\n# text = Anna\n" + ANNA_LINES.replace("\t", "\tNNP\t")
    assert tags(read("columns", lines.replace("\n", "\r\n"))) == {"7": "B-PER I-PER O O B-LOC O"}


@pytest.mark.parametrize("comments", ["# id = 7\t\n", "# id = 7 \n", "#id=7\t \t\n", "# id = 7\n# round = 2\t\t\n"])
def test_white_space_after_a_comment_is_no_part_of_it(read: Read, comments: str) -> None:
    """A spreadsheet gives all lines the same number of columns."""
    answers = read("columns", comments + ANNA_LINES)
    assert (tags(answers), answers.problems) == ({"7": "B-PER I-PER O O B-LOC O"}, [])


@pytest.mark.parametrize("row", ["-DOCSTART-\tO\n", "-DOCSTART-\t-X-\t-X-\tO\n", "-DOCSTART- -X- O O\n"])
@pytest.mark.parametrize("below", ["", "\n", "# id = 7\n", "\n# id = 7\n"])
def test_a_row_that_begins_a_document_is_no_sentence(read: Read, row: str, below: str) -> None:
    answers = read("columns", row + below + ANNA_LINES)
    assert (tags(answers), answers.problems) == ({"7": "B-PER I-PER O O B-LOC O"}, [])


@pytest.mark.parametrize("ends", [("\r", "\r"), ("\r\r\n", "\r\n"), ("\r", "\n")])
def test_lines_that_end_with_carriage_returns(read: Read, ends: Tuple[str, str]) -> None:
    lines = f"# id = 7\n{ANNA_LINES}\n".replace("\n", ends[0]) + f"# id = 8{ends[1]}Anna\tO{ends[1]}"
    answers = read("columns", lines)
    assert tags(answers) == {"7": "B-PER I-PER O O B-LOC O"}
    (problem,) = answers.problems
    assert "answers.file, line 9, id '8': the words were changed" in problem


def test_without_comments_the_words_tell_the_sentence(read: Read) -> None:
    assert tags(read("columns", ANNA_LINES)) == {"7": "B-PER I-PER O O B-LOC O"}
    assert tags(read("columns", ANNA_LINES.replace("Anna\t", "#\t") + "\n" + ANNA_LINES)) == {
        "7": "B-PER I-PER O O B-LOC O"
    }


def test_every_sentence_there_is_an_answer_unless_all_its_tags_are_missing(read: Read) -> None:
    untouched = "".join(f"{word}\t_\n" for word in ANNA.sentence.tokens)
    assert read("columns", untouched).unanswered == ["7", "8", "9"]
    answers = read("columns", untouched.replace("Oslo\t_", "Oslo\tB-LOC"))
    (problem,) = answers.problems
    assert problem.endswith("line 1, id '7': word 1: tag '_' is none of BIO's: O, B-TYPE, I-TYPE")


def test_several_sentences_with_one_id_are_several_annotators(read: Read) -> None:
    both = f"# id = 7\n{ANNA_LINES}\n# id = 7\n{ANNA_LINES.replace('B-LOC', 'O')}"
    answers = read("columns", both)
    assert (tags(answers), answers.num_resolved) == ({"7": "B-PER I-PER O O B-LOC O"}, 1)
    (problem,) = read("columns", both, annotators="error").problems
    assert problem.endswith("line 1, id '7': 2 annotators ('?', '?') gave 2 different labellings")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("Anna\tB-PER\n", "line 1: no '# id = …'; expected the id of the question, as it was exported"),
        ("# id = \n" + ANNA_LINES, "line 1: no '# id = …'"),
        (
            "# id = 7\nAnna\tB-PER\n",
            "line 1, id '7': the words were changed: 'Anna'; they were 'Anna Berg sings in Oslo .'",
        ),
        ("# id = 99\nAnna\tB-PER\n", "id '99': none of the 1 ids belongs to a question"),
        (ANNA_LINES.replace("LOC", "CITY"), "line 1, id '7': unknown label 'CITY'; expected PER, LOC, ORG"),
        (
            ANNA_LINES.replace("B-PER", "O"),
            "line 1, id '7': word 2: 'I-PER' after 'O': no entity of type 'PER' is open in BIO",
        ),
        (ANNA_LINES.replace("B-PER", "PER"), "line 1, id '7': word 1: tag 'PER' is none of BIO's: O, B-TYPE, I-TYPE"),
    ],
)
def test_a_problem_names_the_line_and_the_id(read: Read, content: str, message: str) -> None:
    answers = read("columns", content)
    assert answers.answers == []
    assert any(message in problem and "answers.file, " in problem for problem in answers.problems)


def test_two_questions_with_the_same_words_need_ids(tmp_path: Path) -> None:
    twins = [Question(TaggedSentence(name, ("Oslo",))) for name in "ab"]
    (tmp_path / "a").write_text("Oslo\tO\n")
    answers = ColumnsFormat().read(tmp_path / "a", twins, LABELS)
    (problem,) = answers.problems
    assert problem.endswith("a, line 1: no '# id = …' above it, and 2 questions have its words")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "answers.file: the file is empty"),
        ("# id = 7\n\n", "answers.file: no sentence in this file; expected words and tags"),
        ("# id = 7\nAnna B-PER\n", "answers.file, line 2: 'Anna B-PER'; expected a word, a tab and a tag"),
        (b"Anna\tO\nM\xfcnchen\tO\n", "answers.file, line 2: byte 0xfc is not UTF-8"),
    ],
)
def test_a_file_of_another_kind_is_one_error(read: Read, content: Any, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        read("columns", content)


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("x", "a\tb"),
        ("x", "a\nb"),
        ("x", "a\r"),
        ("x", " "),
        ("x\ny", "a"),
        ("x", "\u00a0"),
        ("x", "a\u2028b"),
        ("x ", "a"),
    ],
)
def test_what_does_not_fit_in_a_column_is_not_exported(tmp_path: Path, name: str, word: str) -> None:
    with pytest.raises(ConfigurationError, match="does not fit in a file of 'columns'; export to another format"):
        ColumnsFormat().write([*QUESTIONS, Question(TaggedSentence(name, (word,)))], LABELS, tmp_path / "a.conll")
    assert list(tmp_path.iterdir()) == []
