"""Column files read as arrays are what they are when they are read line by line: sentences, warnings and errors."""

import logging
import tempfile
from pathlib import Path
from typing import Any, List, Tuple

import pytest
from allennlp.common.checks import ConfigurationError
from allennlp.data.token_indexers import SingleIdTokenIndexer
from hypothesis import given, settings
from hypothesis import strategies as st

from seqmix_plugin.data import ConllColumnsReader, arrow_sentences, column_blocks, sentence_reader
from seqmix_plugin.sentence import SentenceSource
from seqmix_plugin.tag_schemes import PREFIXES

ROWS = ["a O\n", "b B-X\n", "c I-X\n", "d E-X\n", "e S-Y\n", "f I-Y\n", "b\tB-X\r\n", "g L-X\n", "\u200b O\n", "1 O\n"]
OTHERS = ["\n", "\n", " \n", "\r\n", "# id = a\n", "# id = 3\n", "# b O\n", "-DOCSTART- O\n", "x y O\n", "\ufeffb O\n"]
WRONG = ["a\n", "a b\rO\n", "# ", "\n \t", b"\xff O\n", "a Q\n"]
LINES = st.lists(st.one_of(st.sampled_from(ROWS), st.sampled_from(ROWS), st.sampled_from(OTHERS)), max_size=14)


def outcome(read: Any) -> Tuple[List[str], Any]:
    """What is logged, and the sentences or the error."""
    messages: List[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: messages.append(record.getMessage())  # type: ignore[method-assign]
    logger = logging.getLogger("seqmix_plugin.sentence_files")
    logger.addHandler(handler)
    try:
        return messages, list(read())
    except ConfigurationError as error:
        return messages, str(error)
    finally:
        logger.removeHandler(handler)


def check(content: bytes, small: int, **keys: Any) -> None:
    reader = ConllColumnsReader({"tokens": SingleIdTokenIndexer()}, **keys)
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(column_blocks, "BYTES", 9 * small)
        patch.setattr(column_blocks, "BATCH_ROWS", small)
        patch.setattr(column_blocks, "MOST_KNOWN", 3)
        patch.setattr(arrow_sentences, "BATCH_ROWS", small)
        path = Path(folder) / "corpus.conll"
        path.write_bytes(content)
        expected = outcome(lambda: reader.parse(str(path)))
        assert outcome(lambda: reader.read_sentences(str(path))) == expected
        if isinstance(expected[1], list):
            written = arrow_sentences.ArrowSentences.write(Path(folder) / "a", expected[1]).path.read_bytes()
            patch.setattr(sentence_reader, "LARGEST_LIST", 0)
            table: SentenceSource = reader.read_sentences(str(path), Path(folder))
            assert isinstance(table, arrow_sentences.ArrowSentences)
            assert table.path.read_bytes() == written


@settings(deadline=None, max_examples=150)
@given(LINES, st.sampled_from(list(PREFIXES)), st.booleans(), st.booleans(), st.integers(1, 4))
def test_usual_lines(lines: List[str], scheme: str, repair: bool, unlabelled: bool, small: int) -> None:
    content = "".join(lines).encode("utf-8")
    check(content, small, source_scheme=scheme, repair_tags=repair, unlabelled=unlabelled)


@settings(deadline=None, max_examples=100)
@given(LINES, st.sampled_from(WRONG), LINES, st.booleans(), st.integers(1, 4))
def test_a_line_with_a_mistake(before: List[str], wrong: Any, after: List[str], repair: bool, small: int) -> None:
    middle = wrong if isinstance(wrong, bytes) else wrong.encode("utf-8")
    content = "".join(before).encode("utf-8") + middle + "".join(after).encode("utf-8")
    check(content, small, repair_tags=repair)


def test_numbers_of_rows_are_no_words() -> None:
    check(b"1 O\n2 O\n3 O\n\n" * 5, 1)
    check(b"1 O\n2 O\n3 O\n\n" * 5 + b"a O\n", 1)
    check("".join(f"1\t{word}{'	_' * 7}\tO\n" for word in "abc").encode("utf-8"), 2, token_column=1)
