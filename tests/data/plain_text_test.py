"""Text without labels, split by any tokenizer that keeps to the text."""

import logging
import re
from pathlib import Path
from typing import Any, Dict, List, Tuple, Union

import pytest
import spacy
from allennlp.common import Params
from allennlp.common.checks import ConfigurationError
from allennlp.data import DatasetReader, Token, Tokenizer
from allennlp.data.token_indexers import SingleIdTokenIndexer
from allennlp.data.tokenizers import (
    CharacterTokenizer,
    LettersDigitsTokenizer,
    PretrainedTransformerTokenizer,
    SpacyTokenizer,
    WhitespaceTokenizer,
)

from seqmix_plugin.configuration.constructors import check_value
from seqmix_plugin.data import ArrowSentences, PlainTextReader, plain_text, sentence_reader
from seqmix_plugin.data.unicode_words import UnicodeWordsTokenizer
from seqmix_plugin.sentence import TaggedSentence

EXPECTED = r"; expected all words of the line, unchanged and in order, as from .*'unicode_words' and 'whitespace'$"


class Pieces(Tokenizer):
    """Words and where they stand, as a test wants them, whatever the text is."""

    def __init__(self, *words: Union[str, Tuple[str, int]]) -> None:
        self.words = words

    def tokenize(self, text: str) -> List[Token]:
        return [Token(word) if isinstance(word, str) else Token(*word) for word in self.words]


class Chunks(WhitespaceTokenizer):
    """Notes what it is given together."""

    def __init__(self) -> None:
        self.given: List[List[str]] = []

    def batch_tokenize(self, texts: List[str]) -> List[List[Token]]:
        self.given.append(list(texts))
        return super().batch_tokenize(texts)


def make(tokenizer: Tokenizer, **keys: Any) -> PlainTextReader:
    """A reader that needs no word pieces."""
    return PlainTextReader({"tokens": SingleIdTokenIndexer()}, tokenizer, **keys)


def write(folder: Path, content: Union[str, bytes]) -> str:
    path = folder / "pool.txt"
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return str(path)


@pytest.fixture(scope="module")
def blank_english(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A language of spaCy's that only splits, as a folder."""
    folder = tmp_path_factory.mktemp("language") / "blank"
    spacy.blank("en").to_disk(folder)
    return str(folder)


def test_a_sentence_a_line_without_labels(tmp_path: Path) -> None:
    path = write(tmp_path, "\ufeff  Anna  sings.\t\r\n\n \t\r\nIn Oslo,\u2028or\x0bnot ?\n")
    assert make(LettersDigitsTokenizer()).read_sentences(path) == [
        TaggedSentence("0", ("Anna", "sings", "."), spaces=("  ", "", "")),
        TaggedSentence("1", ("In", "Oslo", ",", "or", "not", "?"), spaces=(" ", "", "\u2028", "\x0b", " ", "")),
    ]
    assert make(WhitespaceTokenizer()).read_sentences(path) == [
        TaggedSentence("0", ("Anna", "sings."), spaces=("  ", "")),
        TaggedSentence("1", ("In", "Oslo,", "or", "not", "?"), spaces=(" ", "\u2028", "\x0b", " ", "")),
    ]


def test_one_space_between_all_words_is_what_no_spaces_mean(tmp_path: Path) -> None:
    [first, second] = make(WhitespaceTokenizer()).read_sentences(write(tmp_path, "Anna sings \nOslo"))
    assert (first.spaces, second.spaces) == (None, None)
    assert (first.raw_text, second.raw_text) == ("Anna sings", "Oslo")


def test_words_that_occur_again_are_found_in_order(tmp_path: Path) -> None:
    """A tokenizer that does not say where its words stand."""
    [sentence] = make(Pieces("a", "aa", "a", "b")).read_sentences(write(tmp_path, "a aaa  b"))
    assert sentence == TaggedSentence("0", ("a", "aa", "a", "b"), spaces=(" ", "", "  ", ""))


def test_white_space_is_no_word(tmp_path: Path) -> None:
    [sentence] = make(CharacterTokenizer()).read_sentences(write(tmp_path, "東京 \u3000へ"))
    assert sentence == TaggedSentence("0", ("東", "京", "へ"), spaces=("", " \u3000", ""))
    assert make(Pieces("", "a", "")).read_sentences(write(tmp_path, "a")) == [TaggedSentence("0", ("a",))]


@pytest.mark.parametrize("keep", [True, False])
def test_spacy_splits_and_keeps_the_text(tmp_path: Path, blank_english: str, keep: bool) -> None:
    path = write(tmp_path, "Anna's  house\u00a0(in Oslo).\n" * 2)
    tokenizer = SpacyTokenizer(blank_english, keep_spacy_tokens=keep)
    words = ("Anna", "'s", "house", "(", "in", "Oslo", ")", ".")
    spaces = ("", "  ", "\u00a0", "", " ", "", "", "")
    sentences = make(tokenizer).read_sentences(path)
    assert sentences == [TaggedSentence(name, words, spaces=spaces) for name in "01"]


def test_lines_are_tokenized_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain_text, "CHUNK", 2)
    tokenizer = Chunks()
    make(tokenizer).read_sentences(write(tmp_path, "a\n\nb b\nc\n"))
    assert tokenizer.given == [["a", "b b"], ["c"]]


def test_a_large_file_becomes_a_table_of_the_same_sentences(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sentence_reader, "LARGEST_LIST", 3)
    path = write(tmp_path, "Anna  sings.\nIn Oslo\nand,\tsays\nBerg\n")
    reader = make(LettersDigitsTokenizer())
    table = reader.read_sentences(path, tmp_path)
    assert isinstance(table, ArrowSentences)
    assert list(table) == reader.read_sentences(path)
    assert [sentence.raw_text for sentence in table] == ["Anna  sings.", "In Oslo", "and,\tsays", "Berg"]


def test_a_configuration_names_the_tokenizer() -> None:
    block: Dict[str, Any] = {
        "type": "plain_text",
        "token_indexers": {"tokens": "single_id"},
        "tokenizer": "unicode_words",
    }
    reader = DatasetReader.from_params(Params(dict(block)))
    assert isinstance(reader, PlainTextReader)
    assert isinstance(reader.tokenizer, UnicodeWordsTokenizer)
    del block["tokenizer"]
    missing = "^dataset_reader.tokenizer is missing; expected a block such as {'type': 'unicode_words'}$"
    with pytest.raises(ConfigurationError, match=missing):
        check_value("dataset_reader", DatasetReader, block)


LATER: Any = Pieces(("sings", 5), ("Anna", 0))
OVERLAPPING: Any = Pieces(("Anna", 0), ("a sings", 3))
MARKED: Any = CharacterTokenizer(start_tokens=["@"])


@pytest.mark.parametrize(
    ("tokenizer", "message"),
    [
        (Pieces("Anna", "##s", "sings"), "returns the word '##s', which is not the next word of the text"),
        (Pieces(("Anna", 1)), "returns the word 'Anna', which .*"),
        (LATER, "leaves out 'Anna'"),
        (OVERLAPPING, "returns the word 'a sings', which .*"),
        (Pieces("Anna", "Anna sings"), "returns the word 'Anna sings', which .*"),
        (Pieces("Anna", ("sings", 5), ("@end@", -1)), "returns the word '@end@', which .*"),
        (MARKED, "returns the word '@', which .*"),
        (Pieces("Anna\x1b" * 99), r"returns the word 'Anna\\x1bAnna.*…, which .*"),
        (CharacterTokenizer(lowercase_characters=True), "leaves out 'Ann'"),
        (CharacterTokenizer(byte_encoding="utf-8"), "returns numbers instead of words"),
        (Pieces("Anna"), "leaves out 'sings'"),
        (Pieces("sings"), "leaves out 'Anna'"),
        (Pieces(), "leaves out 'Anna sings'"),
    ],
)
def test_a_tokenizer_whose_words_are_not_the_lines_is_an_error(
    tmp_path: Path, tokenizer: Tokenizer, message: str
) -> None:
    path = write(tmp_path, "\nAnna sings \n")
    with pytest.raises(ConfigurationError, match=f"^{re.escape(path)}, line 2: the tokenizer {message}{EXPECTED}"):
        make(tokenizer).read_sentences(path)


def test_word_pieces_are_an_error(tmp_path: Path, tiny_encoder: str) -> None:
    with pytest.raises(ConfigurationError, match=r"line 1: the tokenizer returns the word '\[CLS\]', which"):
        make(PretrainedTransformerTokenizer(tiny_encoder)).read_sentences(write(tmp_path, "Anna"))
    pieces = PretrainedTransformerTokenizer(tiny_encoder, add_special_tokens=False)
    with pytest.raises(ConfigurationError, match="line 2: the tokenizer returns the word '##z', which"):
        make(pieces).read_sentences(write(tmp_path, "Anna\nzzz\n"))


def test_a_line_that_the_tokenizer_refuses_is_named(tmp_path: Path, blank_english: str) -> None:
    path = write(tmp_path, "Anna\n" + "a" * 1_000_001 + "\n")
    with pytest.raises(ConfigurationError, match=r"line 2: the tokenizer cannot split it \(\[E088\] Text of length"):
        make(SpacyTokenizer(blank_english)).read_sentences(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("Anna\nsings\rin Oslo\r\n", r"line 2: a carriage return inside the line; lines end with \\n or \\r\\n"),
        (b"Anna\nM\xfcnchen\n", "line 2: byte 0xfc is not UTF-8"),
    ],
)
def test_errors_name_file_and_line(tmp_path: Path, content: Union[str, bytes], message: str) -> None:
    path = write(tmp_path, content)
    with pytest.raises(ConfigurationError, match=f"^{re.escape(path)}, {message}$"):
        make(WhitespaceTokenizer()).read_sentences(path)


def test_a_file_without_text_is_an_error(tmp_path: Path) -> None:
    path = write(tmp_path, "\n \u2003\x85\n")
    with pytest.raises(ConfigurationError, match=f"^{re.escape(path)}: no sentence in this file$"):
        make(WhitespaceTokenizer()).read_sentences(path)


def test_odd_words_are_counted_with_the_line_of_the_first(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = write(tmp_path, "fine می\u200cخواهم\n\n\ufeffOslo, zero\u200bwidth\nand\u200e\n")
    with caplog.at_level(logging.WARNING):
        sentences = make(WhitespaceTokenizer()).read_sentences(path)
    assert [sentence.tokens for sentence in sentences][1:] == [("Oslo,", "zero\u200bwidth"), ("and\u200e",)]
    assert caplog.messages == [
        f"{path}: 2 words with invisible characters, or white space at an end, such as 'zero\\u200bwidth' in line 3"
    ]
