"""Format, columns and tag scheme of a file are found in its content."""

import json
from pathlib import Path
from typing import Callable

import pytest

from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.sentence_files.detection import Contents, find_layout, is_read_alike, read_file, repaired
from seqmix_plugin.sentence_files.layout import Layout, scheme_of
from tests.conftest import QUICKSTART, SHARED_DATA

Write = Callable[[str], str]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def of(content: str) -> str:
        path = tmp_path / "corpus"
        path.write_text(content, encoding="utf-8")
        return str(path)

    return of


@pytest.mark.parametrize(
    ("tags", "scheme"),
    [
        ("B-PER I-PER O B-LOC B-LOC", "BIO"),
        ("I-PER I-PER O I-LOC B-LOC", "IOB1"),
        ("B-PER E-PER O S-LOC", "BIOES"),
        ("B-PER L-PER O U-LOC", "BIOUL"),
        ("I-PER O I-PER", "IOB1"),
        ("O O", "BIO"),
        ("B-PER O B-LOC O I-LOC", "BIO"),  # one mistake
    ],
)
def test_the_scheme_is_that_of_the_prefixes(tags: str, scheme: str) -> None:
    assert scheme_of([["O"], tags.split()]) == scheme


CONLLU = "\n".join(f"{n}\t{word}\t_\t_\t_\t_\t_\t_\t{tag}\t_" for n, word, tag in [(1, "Anna", "B-PER"), (2, "s", "O")])


@pytest.mark.parametrize(
    ("content", "layout"),
    [
        ("Anna B-PER\nsings O\n\nOslo B-LOC\n", Layout("columns", True)),
        ("Anna\tNNP\tI-NP\tI-PER\nsings\tVB\tI-VP\tO\n", Layout("columns", True, "IOB1")),
        ("-DOCSTART- -X- O\n\nAnna NNP S-PER\nB NNP O\n", Layout("columns", True, "BIOES")),
        ("Anna B-PER x\nsings O y\n", Layout("columns", True, tag_column=1)),
        ("Anna B-PER O\nsings O O\n", Layout("columns", True, tag_column=1)),  # the last one has no entities
        ("Anna O\nsings O\n", Layout("columns", True)),
        ("B-PER Anna\nO sings\n", Layout("columns", True, token_column=1, tag_column=0)),
        (CONLLU, Layout("columns", True, token_column=1, tag_column=8)),
        ("Anna B-PER\n" * 30 + "sings VB\n", Layout("columns", True)),  # the reader names the line
        ("# sent_id = 1\n" + CONLLU.replace("B-PER", "_").replace("O", "_"), Layout("columns", token_column=1)),
        ("# text = Anna sings\n1-2\tAnnas" + 8 * "\t_" + "\n" + CONLLU, Layout("columns", True, "BIO", 1, 8)),
        ("0\tMira\tB-PER\n1\tsings\tO\n\n0\tOslo\tB-LOC\n", Layout("columns", True, token_column=1)),
        ("1 Anna B-PER\n2 sings O\n\n3 Oslo B-LOC\n", Layout("columns", True, token_column=1)),  # over the file
        ("s1\tAnna\tB-PER\ns1\tsings\tO\n\ns2\tIn\tO\ns2\tOslo\tO\n", Layout("columns", True, token_column=1)),
        ("a/b 0 0 In IN O\na/b 0 1 Oslo NNP B-LOC\n", Layout("columns", True, token_column=3)),  # OntoNotes
        ("1\tAnna\n2\tsings\n\n1\tOslo\n", Layout("columns", token_column=1)),
        ("1 B-CARDINAL\n2 O\n\n1 B-CARDINAL\n", Layout("columns", True)),  # words that are numbers
        ("1\tAnna sings .\n2\tBerg sings .\n\n3\tOslo sings .\n", Layout("text")),  # numbered sentences
        ("1\tAnna\n2\tBerg\n3\tOslo\n", Layout("text")),
        ("Anna\tB-Work of art\nsings\tO\n", Layout("columns", True)),
        ("Anna sings in Oslo .\n\nBerg sings .\n", Layout("text")),
        ("1 Anna\n2 Berg sings in Oslo\n3 ...\n", Layout("text")),
        ("[1] Anna sings .\n", Layout("text")),
        ("Anna\nsings\n\nOslo\n", Layout("text")),
        ('{"tokens": ["Anna"], "tags": ["U-PER"]}\n', Layout("jsonl", True, "BIOUL")),
        ('{"tokens": ["Anna"]}\n', Layout("jsonl")),
    ],
)
def test_the_layout_is_found(content: str, layout: Layout, write: Write) -> None:
    assert find_layout(write(content)) == layout


def test_a_format_that_is_given_holds(write: Write) -> None:
    path = write("Anna\nsings\n")
    assert find_layout(path, "columns") == Layout("columns")
    assert read_file(path, Layout("columns")) == Contents(1, ())
    assert read_file(path, find_layout(path)) == Contents(2, ())
    assert find_layout(write("Anna B-PER\n"), "text") == Layout("text")


@pytest.mark.parametrize("content", ['[{"tokens": ["Anna"], "tags": ["O"]}]\n', "[\n  {\n"])
def test_json_that_is_no_jsonl_is_no_text(content: str, write: Write) -> None:
    with pytest.raises(ConfigurationError, match=r"corpus: is JSON, not JSONL; expected columns, JSONL \(an object a"):
        find_layout(write(content))
    assert find_layout(write(content), "text") == Layout("text")


def test_words_with_the_name_of_a_language(write: Write) -> None:
    with pytest.raises(ConfigurationError, match="corpus: its words begin with 'en:'; expected them without it"):
        find_layout(write("en:Anna\tB-PER\nen:sings\tO\n\nen:Oslo\tB-LOC\n"))
    assert find_layout(write("en:Anna\tB-PER\nsings\tO\n")) == Layout("columns", True)


def test_csv_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "columns.csv").write_text("Anna\tB-PER\n", encoding="utf-8")
    assert find_layout(str(tmp_path / "columns.csv")) == Layout("columns", True)
    (tmp_path / "corpus.CSV").write_text("sentence,word,tag\n1,Anna,B-PER\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"corpus.CSV: is CSV; expected columns, JSONL"):
        find_layout(str(tmp_path / "corpus.CSV"))


def test_comments_do_not_hide_a_word_in_each_line(write: Write) -> None:
    with pytest.raises(ConfigurationError, match="has a word in each line and no tags; expected --format columns"):
        find_layout(
            write("# text = Anna sings in Oslo\nAnna\nsings\nin\nOslo\n\n# text = Berg sings\nBerg\nsings\n.\n")
        )


def test_layouts_that_read_a_file_alike(write: Write) -> None:
    path = write("Anna B-PER\nsings I-LOC\n")
    assert is_read_alike(path, Layout("columns", True), Layout("columns", True, tag_column=1))
    assert not is_read_alike(path, Layout("columns", True), Layout("columns", True, token_column=1))
    assert not is_read_alike(path, Layout("columns", True), Layout("columns", True, tag_column=2)), "not there"


def test_a_file_is_read_as_it_was_found(write: Write) -> None:
    for split, sentences in (("train", 600), ("dev", 150), ("test", 150)):
        path = str(QUICKSTART / f"{split}.conll")
        assert read_file(path, find_layout(path)) == Contents(sentences, ("LOC", "MISC", "ORG", "PER"))
    rows = [{"tokens": ["Anna", "sings"], "tags": ["S-PER", "O"]}] * 3
    path = write("\n".join(map(json.dumps, rows)))
    assert read_file(path, find_layout(path)) == Contents(3, ("PER",))
    path = write("Anna sings\n\n  Oslo\n")
    assert read_file(path, find_layout(path)) == Contents(2, ())


@pytest.mark.skipif(not SHARED_DATA.exists(), reason=f"{SHARED_DATA} is not here")
def test_corpora_of_others() -> None:
    found = find_layout(str(SHARED_DATA / "conll03" / "eng.testa"))
    assert found == Layout("columns", True, "IOB1")
    assert read_file(str(SHARED_DATA / "conll03" / "eng.testa"), found).sentences == 3250


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("Anna B-PER\n" * 30 + "sings VB\n", "line 31: tag 'VB' is none of BIO's"),
        ("Anna B-PER\n" * 30 + "sings\n", r"line 31: 1 column\(s\), but token_column is 0"),
        ('{"tokens": ["Anna"], "tags": ["O"]}\n{', "line 2: not JSON"),
        ('{"tokens": ["Anna"], "tags": ["O"]}\n{"tokens": ["a"]}', "line 2: neither 'tags'"),
        ("Anna\rsings\rin\r", "line 1: a carriage return"),
        ("\n", "no sentence in this file"),
    ],
)
def test_a_mistake_is_named_with_its_line(content: str, message: str, write: Write) -> None:
    path = write(content)
    with pytest.raises(ConfigurationError, match=message):
        repaired(path, find_layout(path))


def test_tags_that_can_be_repaired_are(write: Write) -> None:
    path = write("Anna B-PER\nsings O\n\nOslo I-LOC\n")
    layout, error = repaired(path, Layout("columns", True))
    assert layout == Layout("columns", True, repair=True)
    assert "line 4: 'I-LOC' after 'O'" in str(error)
    assert read_file(path, layout) == Contents(2, ("LOC", "PER"))
    valid = write("Anna B-PER\n")
    assert repaired(valid, Layout("columns", True)) == (Layout("columns", True), None)
