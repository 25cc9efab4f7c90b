import logging
import re
from collections import Counter
from pathlib import Path
from typing import Any, Dict, List, Union

import pytest
from allennlp.common import Params
from allennlp.common.checks import ConfigurationError
from allennlp.data import DatasetReader
from allennlp.data.token_indexers import SingleIdTokenIndexer

from seqmix_plugin.data import ConllColumnsReader
from seqmix_plugin.sentence import TaggedSentence
from seqmix_plugin.sentence_files import column_file
from seqmix_plugin.tag_schemes import tags_to_spans
from tests.conftest import FIXTURES, SHARED_DATA

WORDS = ("Anna", "Berg", "sings", "in", "Oslo", ".")
TAGS = ("B-PER", "I-PER", "O", "O", "B-LOC", "O")


def make(**keys: Any) -> ConllColumnsReader:
    """A reader that needs no tokenizer."""
    return ConllColumnsReader({"tokens": SingleIdTokenIndexer()}, **keys)


def write(folder: Path, content: Union[str, bytes]) -> str:
    path = folder / "corpus.conll"
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return str(path)


def at(path: str, line: int) -> str:
    return re.escape(f"{path}, line {line}: ")


def labels(sentences: List[TaggedSentence]) -> List[Any]:
    return [(sentence.tokens, sentence.tags) for sentence in sentences]


def test_one_corpus_in_two_schemes_is_the_same() -> None:
    bio = make().read_sentences(str(FIXTURES / "bio.conll"))
    iob1 = make(source_scheme="IOB1").read_sentences(str(FIXTURES / "iob1.conll"))
    assert labels(bio) == labels(iob1)
    assert labels(bio) == [(WORDS, TAGS), (("Oslo", "Paris", "flights"), ("B-LOC", "B-LOC", "O"))]
    assert [sentence.id for sentence in bio] == ["0", "1"]
    assert [sentence.id for sentence in iob1] == ["0", "adjacent"]


def test_comes_from_a_config(tiny_encoder: str) -> None:
    config = {
        "type": "conll_columns",
        "token_indexers": {"tokens": {"type": "word_piece", "model_name": tiny_encoder}},
        "source_scheme": "IOB1",
        "max_length": 16,
    }
    reader = DatasetReader.from_params(Params(config))
    instances = list(reader.read(str(FIXTURES / "iob1.conll")))
    assert [[token.text for token in instance["tokens"]] for instance in instances] == [
        list(WORDS),
        ["Oslo", "Paris", "flights"],
    ]


@pytest.mark.parametrize(
    ("scheme", "tags"),
    [
        ("IOB1", ["I-X", "I-X", "B-X", "O", "I-X"]),
        ("BIO", ["B-X", "I-X", "B-X", "O", "B-X"]),
        ("BIOES", ["B-X", "E-X", "S-X", "O", "S-X"]),
        ("BIOUL", ["B-X", "L-X", "U-X", "O", "U-X"]),
    ],
)
def test_every_scheme_comes_out_as_bio(tmp_path: Path, scheme: str, tags: List[str]) -> None:
    path = write(tmp_path, "".join(f"w{number} {tag}\n" for number, tag in enumerate(tags)))
    (sentence,) = make(source_scheme=scheme).read_sentences(path)
    assert sentence.tags == ("B-X", "I-X", "B-X", "O", "B-X")


@pytest.mark.parametrize(
    "content",
    [
        "Anna B-PER\nsings O\n",
        "Anna\tB-PER\nsings\tO\n",
        "Anna NNP I-NP B-PER\nsings VBZ I-VP O\n",
        "Anna\tNNP\tI-NP\tB-PER\nsings\tVBZ\tI-VP\tO\n",
        "Anna   NNP  B-PER  \nsings   VBZ  O\n",
        "Anna NNP I-NP B-PER\nsings O\n",
        "Anna B-PER\nsings O",
        "Anna B-PER\r\nsings O\r\n",
        "Anna\tB-PER\r\nsings\tO",
        b"\xef\xbb\xbfAnna B-PER\nsings O\n",
        b"\xef\xbb\xbf-DOCSTART- -X- O\r\n\r\nAnna B-PER\r\nsings O\r\n",
        "\n\n\nAnna B-PER\nsings O\n\n \t \n\n",
        "-DOCSTART- O\nAnna B-PER\nsings O\n-DOCSTART- O\n",
        "-DOCSTART-\n\nAnna B-PER\nsings O\n",
        "# a comment\n# \nAnna B-PER\n# another = one\nsings O\n",
        "# Anna sings\n\nAnna B-PER\nsings O\n",
    ],
)
def test_one_sentence_in_many_guises(tmp_path: Path, content: Union[str, bytes]) -> None:
    sentences = make().read_sentences(write(tmp_path, content))
    assert sentences == [TaggedSentence("0", ("Anna", "sings"), ("B-PER", "O"))]


def test_docstart_parts_sentences(tmp_path: Path) -> None:
    path = write(tmp_path, "Anna B-PER\n-DOCSTART- -X- O O\nsings O\n")
    assert [sentence.tokens for sentence in make().read_sentences(path)] == [("Anna",), ("sings",)]


def test_an_entity_does_not_run_on_past_a_blank_line(tmp_path: Path) -> None:
    path = write(tmp_path, "Anna B-PER\n\nBerg I-PER\n")
    with pytest.raises(ConfigurationError, match=at(path, 3) + "'I-PER' after 'O'"):
        make().read_sentences(path)


def test_ids_come_from_comments_or_positions(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "# id = first one\n# text = Anna\nAnna O\n# id = too late\n\nBerg O\n\n#  id=third\n-DOCSTART- O\n\n. O\n",
    )
    assert [sentence.id for sentence in make().read_sentences(path)] == ["first one", "1", "third"]


@pytest.mark.parametrize("name", ["O", "B-12", "a B-PER", "= O"])
def test_an_id_may_look_like_a_tag(tmp_path: Path, name: str) -> None:
    path = write(tmp_path, f"# text = Plan B-52\n# id = {name}\nAnna O\n")
    assert make().read_sentences(path) == [TaggedSentence(name, ("Anna",), ("O",))]


@pytest.mark.parametrize("line", ["# O", "#\tO", "# NN O", "#\tNN\tO", "# = O", "#\t=\t=\tO"])
def test_number_sign_may_be_a_word(tmp_path: Path, line: str) -> None:
    path = write(tmp_path, f"{line}\n1 O\n")
    (sentence,) = make().read_sentences(path)
    assert sentence.tokens == ("#", "1")


def test_words_may_begin_with_a_number_sign(tmp_path: Path) -> None:
    (sentence,) = make().read_sentences(write(tmp_path, "#oslo B-LOC\n##x O\n"))
    assert sentence.tokens == ("#oslo", "##x")


def test_columns_can_be_chosen(tmp_path: Path) -> None:
    path = write(tmp_path, "0 B-PER Anna NNP\n1 O sings VBZ\n")
    expected = [(("Anna", "sings"), ("B-PER", "O"))]
    assert labels(make(token_column=2, tag_column=1).read_sentences(path)) == expected
    assert labels(make(token_column=-2, tag_column=-3).read_sentences(path)) == expected


@pytest.mark.parametrize("rows", ["in O\n10 000 O\n10 000 O\n", "in NN O\nOslo B-LOC\n\nParis B-LOC\n"])
def test_rows_of_another_width_are_counted(tmp_path: Path, rows: str, caplog: pytest.LogCaptureFixture) -> None:
    path, second = write(tmp_path, rows), rows.split("\n")[1]
    make().read_sentences(path)
    expected = f"{path}: 2 rows have a different number of columns than the first, such as {second!r} in line 2"
    assert caplog.messages == [expected]


@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("unlabelled", [False, True])
def test_row_numbers_are_no_words(tmp_path: Path, first: int, unlabelled: bool) -> None:
    """As in CoNLL-U and GermEval, whose words are in the second column."""
    rows = "".join(f"{first + number}\t{word}\tO\n" for number, word in enumerate(("in", "Oslo", ".")))
    path = write(tmp_path, f"{rows}\n{rows}")
    with pytest.raises(ConfigurationError, match="all words are row numbers; token_column is 0, expected"):
        make(unlabelled=unlabelled).read_sentences(path)
    assert len(make(unlabelled=unlabelled, token_column=1).read_sentences(path)) == 2
    with pytest.raises(ConfigurationError, match="all words are row numbers"):
        make(unlabelled=unlabelled).read_sentences(write(tmp_path, CONLLU))
    for other in ("0 O\n1 O\n", "1 O\n2 O\n3 O\n\nOslo O\n", "2 O\n3 O\n4 O\n"):
        assert make(unlabelled=unlabelled).read_sentences(write(tmp_path, other))


def test_number_sign_is_a_word_in_a_chosen_column(tmp_path: Path) -> None:
    """The tag column says what is a comment, not the last column."""
    path = write(tmp_path, "# B-PER NN\n# this is O\n")
    (sentence,) = make(tag_column=1).read_sentences(path)
    assert (sentence.tokens, sentence.tags) == (("#",), ("B-PER",))


def test_a_word_may_hold_a_space_between_tabs(tmp_path: Path) -> None:
    (sentence,) = make().read_sentences(write(tmp_path, "New York\tB-LOC\n"))
    assert sentence.tokens == ("New York",)


def test_a_no_break_space_is_part_of_its_word(tmp_path: Path) -> None:
    (sentence,) = make().read_sentences(write(tmp_path, "10\u00a0000 O\n"))
    assert sentence.tokens == ("10\u00a0000",)


@pytest.mark.parametrize("word", ["\x01", "\u200b", "\x85", "\u00a0"])
def test_a_word_may_be_a_control_character(tmp_path: Path, word: str) -> None:
    (sentence,) = make().read_sentences(write(tmp_path, f"Anna\tB-PER\n{word}\tO\n"))
    assert sentence.tokens == ("Anna", word)


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        ("Anna B-PER\n\n# c\nsings O\nBerg I-PER\n", 5, r"'I-PER' after 'O'.*source_scheme is BIO; repair_tags"),
        ("Anna PERSON\n", 1, r"tag 'PERSON' is none of BIO's"),
        ("Anna B-PER\nsings\n", 2, r"1 column\(s\), but token_column is 0 and tag_column is -1"),
        ("Anna B-PER\n\tO\n", 2, r"2 column\(s\), but token_column is 0"),
        ("Anna\tB-PER\nsings\t\n", 2, r"2 column\(s\), but token_column is 0"),
        ("#comment\n", 1, r"1 column\(s\)"),
        ("Anna O\n\nAnna B-PER\rsings O\r", 3, r"a carriage return inside the line; lines end with \\n or \\r\\n"),
        (b"Anna B-PER\n\nM\xfcnchen B-LOC\n", 3, r"byte 0xfc is not UTF-8"),
    ],
)
def test_errors_name_file_and_line(tmp_path: Path, content: Union[str, bytes], line: int, message: str) -> None:
    path = write(tmp_path, content)
    with pytest.raises(ConfigurationError, match=at(path, line) + message):
        make().read_sentences(path)


def test_columns_that_are_not_there_are_an_error(tmp_path: Path) -> None:
    path = write(tmp_path, "Anna B-PER\n")
    with pytest.raises(ConfigurationError, match=at(path, 1) + r"2 column\(s\), but token_column is 3"):
        make(token_column=3).read_sentences(path)
    with pytest.raises(ConfigurationError, match=at(path, 1) + r".*tag_column is -4"):
        make(tag_column=-4).read_sentences(path)


def test_an_unclosed_entity_is_an_error_at_its_last_word(tmp_path: Path) -> None:
    path = write(tmp_path, "Anna B-PER\nBerg I-PER\n\nOslo S-LOC\n")
    with pytest.raises(ConfigurationError, match=at(path, 2) + "'I-PER' opens or goes on"):
        make(source_scheme="BIOES").read_sentences(path)


def test_the_wrong_scheme_is_an_error_with_the_line() -> None:
    iob1, bio = str(FIXTURES / "iob1.conll"), str(FIXTURES / "bio.conll")
    with pytest.raises(ConfigurationError, match=at(iob1, 3) + "'I-PER' after 'O'.*source_scheme is BIO"):
        make().read_sentences(iob1)
    with pytest.raises(ConfigurationError, match=at(bio, 3) + "'O' after 'I-PER'.*source_scheme is BIOES"):
        make(source_scheme="BIOES").read_sentences(bio)


def test_bio_read_as_iob1_is_the_same() -> None:
    bio = str(FIXTURES / "bio.conll")
    assert make(source_scheme="IOB1").read_sentences(bio) == make().read_sentences(bio)


@pytest.mark.parametrize("content", ["", "\n\n", "-DOCSTART- O\n\n", "# only = a comment\n"])
def test_a_file_without_sentences_is_an_error(tmp_path: Path, content: str) -> None:
    path = write(tmp_path, content)
    with pytest.raises(ConfigurationError, match=re.escape(f"{path}: no sentence in this file")):
        make().read_sentences(path)


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    path = str(tmp_path / "none.conll")
    with pytest.raises(ConfigurationError, match=re.escape(path) + ": no such file"):
        make().read_sentences(path)


def test_a_bucket_that_cannot_be_reached_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Clouds' libraries have errors of their own."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with pytest.raises(
        ConfigurationError, match=r"s3://no/such: no such file, and it cannot be downloaded \(Could not"
    ):
        make().read_sentences("s3://no/such")


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="a file that cannot be read, even by root")
def test_an_unreadable_file_is_an_error() -> None:
    with pytest.raises(ConfigurationError, match=r"/proc/self/mem: cannot be read \(\[Errno 5\]"):
        make().read_sentences("/proc/self/mem")


def test_a_repeated_id_is_an_error(tmp_path: Path) -> None:
    path = write(tmp_path, "# id = a\nAnna O\n\n# id = a\nBerg O\n")
    with pytest.raises(ConfigurationError, match=re.escape(path) + ": two sentences have the same id"):
        make().read_sentences(path)


def test_an_unknown_scheme_is_an_error() -> None:
    with pytest.raises(ConfigurationError, match="source_scheme is 'IOB2'; expected one of IOB1, BIO, BIOES, BIOUL"):
        make(source_scheme="IOB2")


def test_repair_counts_what_it_changes(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = write(tmp_path, "Anna I-PER\nBerg I-PER\nOslo I-LOC\n\nsings O\nOslo I-LOC\n")
    with caplog.at_level(logging.WARNING):
        sentences = make(repair_tags=True).read_sentences(path)
    assert [sentence.tags for sentence in sentences] == [("B-PER", "I-PER", "B-LOC"), ("O", "B-LOC")]
    assert f"{path}: 3 tags were not valid BIO and have been repaired" in caplog.text


def test_repair_of_valid_tags_says_nothing(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert make(repair_tags=True).read_sentences(str(FIXTURES / "bio.conll"))[0].tags == TAGS
    assert "repaired" not in caplog.text


@pytest.mark.parametrize("repair_tags", [False, True])
def test_repair_is_not_offered_for_what_it_does_not_repair(tmp_path: Path, repair_tags: bool) -> None:
    path = write(tmp_path, "Anna B-PER\nsings VERB\n")
    with pytest.raises(ConfigurationError, match=at(path, 2) + "tag 'VERB' is none of BIO's") as caught:
        make(repair_tags=repair_tags).read_sentences(path)
    assert "repair_tags: true repairs" not in str(caught.value)


def read(path: str, caplog: pytest.LogCaptureFixture, **keys: Any) -> Any:
    """The words of each sentence, and the warnings without the file's name."""
    caplog.clear()
    with caplog.at_level(logging.WARNING):
        sentences = make(**keys).read_sentences(path)
    return [sentence.tokens for sentence in sentences], [text.removeprefix(f"{path}: ") for text in caplog.messages]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("# O\nmetoo O\n", ("#", "metoo")),
        ("# NN\n1 CD\n", ("#", "1")),
        ("1 CD\n# NN\n", ("1", "#")),
        ("# B-LOC\nOslo NNP O\n", ("#", "Oslo")),
        ("# a comment\n1 O\n", ("1",)),
        ("# a comment\n1\n", ("1",)),
        ("#\n1\n", ("#", "1")),
        ("# \n1\n", ("#", "1")),
        ("# \n1 O\n", ("1",)),
        ("# title = x\n1 CD O y\n", ("1",)),
        ("#\tNN\n1\tCD\n", ("#", "1")),
        ("# b-misc\n1\tO\n", ("1",)),
        ("# O\n1\tO\n", ("#", "1")),
        ("# plan O\n1\tO\n", ("1",)),
    ],
)
def test_number_sign_is_a_word_when_labels_are_not_read(tmp_path: Path, content: str, words: Any) -> None:
    (sentence,) = make(unlabelled=True).read_sentences(write(tmp_path, content))
    assert sentence == TaggedSentence("0", words)


@pytest.mark.parametrize("line", ["# b-misc", "# B-", "#\tb-misc", "#\tB-", "# S-PER"])
@pytest.mark.parametrize("where", ["before", "after"])
def test_a_wrong_tag_behind_a_number_sign_is_an_error(tmp_path: Path, line: str, where: str) -> None:
    content = f"{line}\n1 O\n" if where == "before" else f"1 O\n{line}\n"
    path = write(tmp_path, content)
    with pytest.raises(ConfigurationError, match=at(path, 1 + (where == "after")) + "tag .* is none of BIO"):
        make().read_sentences(path)


CONLLU = """# newdoc id = d1
# sent_id = d1-1
# text = Du pain O
1-2\tDu\t_\t_\t_\t_\t_\t_\t_\tO
1\tDe\tde\tADP\t_\t_\t2\tcase\t_\tO
2\tle\tle\tDET\t_\t_\t0\troot\t_\tO
2.1\telided\t_\t_\t_\t_\t_\t_\t_\tO
3\tLyon\tLyon\tPROPN\t_\t_\t2\tnmod\t_\tB-LOC

# sent_id = d1-2
1\t2.1\t2.1\tNUM\t_\t_\t0\troot\t_\tO
"""


def test_conllu_without_ranges_and_empty_nodes(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = write(tmp_path, CONLLU)
    words, warnings = read(path, caplog, token_column=1)
    assert words == [("De", "le", "Lyon"), ("2.1",)]
    assert warnings == ["2 CoNLL-U lines of multi-word ranges and empty nodes are skipped, such as '1-2' in line 4"]
    sentences = make(token_column=-9).read_sentences(path)
    assert [(sentence.id, sentence.tags) for sentence in sentences] == [("d1-1", ("O", "O", "B-LOC")), ("d1-2", ("O",))]


@pytest.mark.parametrize(
    ("content", "keys"),
    [
        ("1-2\tO\n2.1\tO\n", {}),
        ("1-2 O\n2.1 O\n", {}),
        ("1-2\tx\tO\n2.1\tx\tO\n", {}),
        ("1-2" + "\tx" * 8 + "\tO\n2.1" + "\tx" * 8 + "\tO\n", {}),
        ("x\t1-2" + "\tx" * 7 + "\tO\nx\t2.1" + "\tx" * 7 + "\tO\n", {"token_column": 1}),
        ("1-2 1-2" + " x" * 7 + " O\n2.1 2.1" + " x" * 7 + " O\n", {"token_column": 1}),
    ],
)
def test_elsewhere_ranges_and_decimals_are_words(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, content: str, keys: Dict[str, Any]
) -> None:
    path = write(tmp_path, f"# sent_id = x\n{content}")
    assert read(path, caplog, **keys) == ([("1-2", "2.1")], [])
    assert make(**keys).read_sentences(path)[0].id == "0", "sent_id is CoNLL-U's"


MARK = "\ufeff"


@pytest.mark.parametrize(
    "content",
    [
        f"{MARK}Anna B-PER\nsings O\n\n{MARK}Anna B-PER\nsings O\n",
        f"{MARK}{MARK}Anna B-PER\nsings O\n{MARK}\nAnna B-PER\nsings O\n",
        f"Anna B-PER\nsings O\n{MARK}-DOCSTART- O\n\nAnna B-PER\nsings O\n",
        f"Anna B-PER\nsings O\n\n{MARK}# a comment\nAnna B-PER\nsings O\n",
        f"Anna B-PER\nsings O\n\n{MARK}Anna B-PER\n{MARK}sings O\n{MARK}",
    ],
)
def test_marks_of_files_that_were_put_together_are_no_text(
    tmp_path: Path, content: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert read(write(tmp_path, content), caplog) == ([("Anna", "sings")] * 2, [])


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        ("Anna\tB-PER\nNew York O\n", 2, "3 columns separated by spaces, but the first row has 2 separated by tabs"),
        (
            "Anna NNP B-PER\nsings VBZ\tO\n",
            2,
            "2 columns separated by tabs, but the first row has 3 separated by spaces",
        ),
        (
            "Anna B-PER\n\nNew York\tB-LOC\n",
            3,
            "2 columns separated by tabs, but the first row has 2 separated by spaces",
        ),
    ],
)
@pytest.mark.parametrize("unlabelled", [True, False])
def test_two_separators_in_a_file_are_an_error_where_they_change_a_word(
    tmp_path: Path, content: str, line: int, message: str, unlabelled: bool
) -> None:
    path = write(tmp_path, content)
    with pytest.raises(ConfigurationError, match=at(path, line) + message + "; expected one separator"):
        make(unlabelled=unlabelled).read_sentences(path)


@pytest.mark.parametrize("content", ["Anna\tB-PER\nsings O\n", "Anna B-PER\nsings\tO\n", "Anna NNP B-PER\nsings\tO\n"])
def test_two_separators_that_change_nothing_are_taken(
    tmp_path: Path, content: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert read(write(tmp_path, content), caplog) == ([("Anna", "sings")], [])


def test_odd_words_are_counted_with_the_line_of_the_first(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    content = "fine\tO\n\nAn\u200bna\tO\nI-95\tO\nAnna B-PER\tO\n\nAn\u200bna\tO\nOslo\u00a0\tO\n"
    words, warnings = read(write(tmp_path, content), caplog)
    assert words == [("fine",), ("An\u200bna", "I-95", "Anna B-PER"), ("An\u200bna", "Oslo\u00a0")]
    assert warnings == [
        "3 words with invisible characters, or white space at an end, such as 'An\\u200bna' in line 3",
        "1 words with a tag after white space, as when two column separators are mixed, such as 'Anna B-PER' in line 5",
    ]


def test_words_of_a_list_are_looked_at_as_well(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = write(tmp_path, "Anna\u00a0B-PER\nsings\n")
    words, (warning,) = read(path, caplog, unlabelled=True)
    assert words == [("Anna\u00a0B-PER", "sings")]
    assert warning.startswith("1 words with a tag after white space")


def test_more_lines_than_are_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, "".join(f"w{number % 7} {'B-PER' if number % 3 else 'O'}\n\n" for number in range(60)))
    expected = make().read_sentences(path)
    monkeypatch.setattr(column_file, "MOST_KNOWN", 3)
    assert make().read_sentences(path) == expected
    assert [sentence.tokens[0] for sentence in expected] == [f"w{number % 7}" for number in range(60)]


@pytest.mark.parametrize(
    ("corpus", "scheme", "name"),
    [("conll03", "IOB1", name) for name in ("eng.train", "eng.testa", "eng.testb")]
    + [
        (corpus, "BIO", f"{name}.conll")
        for corpus in ("webpage", "events_geneva33")
        for name in ("train", "dev", "test")
    ],
)
def test_there_is_nothing_odd_about_real_corpora(
    corpus: str, scheme: str, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    path = SHARED_DATA / corpus / name
    if not path.exists():
        pytest.skip(f"{path} is not here")
    assert read(str(path), caplog, source_scheme=scheme)[1] == []


CONLL03: Dict[str, Any] = {
    "eng.train": (14041, 203621, {"LOC": 7140, "PER": 6600, "ORG": 6321, "MISC": 3438}),
    "eng.testa": (3250, 51362, {"LOC": 1837, "PER": 1842, "ORG": 1341, "MISC": 922}),
    "eng.testb": (3453, 46435, {"LOC": 1668, "PER": 1617, "ORG": 1661, "MISC": 702}),
}
WEBPAGE: Dict[str, Any] = {
    "train.conll": (385, 5293, {"PER": 177, "ORG": 130, "MISC": 188, "LOC": 50}),
    "dev.conll": (99, 1121, {"PER": 40, "ORG": 26, "LOC": 24}),
    "test.conll": (135, 1131, {"PER": 59, "ORG": 67, "LOC": 22}),
}


@pytest.mark.parametrize(
    ("corpus", "scheme", "name", "counts"),
    [("conll03", "IOB1", *item) for item in CONLL03.items()] + [("webpage", "BIO", *item) for item in WEBPAGE.items()],
)
def test_real_corpora_have_the_counts_of_their_readme(corpus: str, scheme: str, name: str, counts: Any) -> None:
    path = SHARED_DATA / corpus / name
    if not path.exists():
        pytest.skip(f"{path} is not here")
    sentences = make(source_scheme=scheme).read_sentences(str(path))
    types = Counter(span.label for sentence in sentences for span in tags_to_spans(sentence.tags or ())[0])
    assert (len(sentences), sum(map(len, sentences)), types) == counts


def test_conll03_has_its_total_of_entities() -> None:
    assert [sum(types.values()) for _, _, types in CONLL03.values()] == [23499, 5942, 5648]


def test_conll03_read_in_the_wrong_scheme_is_an_error() -> None:
    path = SHARED_DATA / "conll03" / "eng.train"
    if not path.exists():
        pytest.skip(f"{path} is not here")
    with pytest.raises(ConfigurationError, match=at(str(path), 3) + "'I-ORG' after 'O'"):
        make().read_sentences(str(path))
