"""Files with more sentences than fit into memory as objects."""

import json
import logging
import random
import subprocess
import sys
from pathlib import Path
from typing import Any, Dict, Iterator, List

import pytest
from allennlp.common.checks import ConfigurationError
from allennlp.data.token_indexers import SingleIdTokenIndexer

from seqmix_plugin.data import (
    ArrowSentences,
    ConllColumnsReader,
    JsonlSentencesReader,
    SentenceReader,
    WordPieceIndexer,
    sentence_reader,
)
from seqmix_plugin.run.layout import CORPUS
from seqmix_plugin.sentence import TaggedSentence
from tests.conftest import QUICKSTART, ROOT

CONLL = "".join(f"Anna I-PER\nsings{n} O\n\n" for n in range(6))
JSONL = "".join(json.dumps({"tokens": ["Anna", f"sings{n}"], "tags": ["I-PER", "O"]}) + "\n" for n in range(6))
SOFT = '{"tokens": ["Anna"], "tag_distributions": [{"B-PER": 0.25, "O": 0.75}], "id": "soft"}\n'
KINDS = {"conll": (ConllColumnsReader, CONLL), "jsonl": (JsonlSentencesReader, JSONL)}


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sentence_reader, "LARGEST_LIST", 4)
    monkeypatch.setattr(sentence_reader, "CHUNK", 2)


def make(kind: str, **keys: Any) -> SentenceReader:
    return KINDS[kind][0]({"tokens": SingleIdTokenIndexer()}, **{"repair_tags": True, **keys})  # type: ignore


def write(folder: Path, text: str) -> str:
    (folder / "corpus.txt").write_text(text, encoding="utf-8")
    return str(folder / "corpus.txt")


@pytest.mark.parametrize("kind", KINDS)
def test_a_large_file_becomes_a_table_of_the_same_sentences(
    tmp_path: Path, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    path = write(tmp_path, KINDS[kind][1])
    with caplog.at_level(logging.INFO):
        expected = make(kind).read_sentences(path)
        table = make(kind).read_sentences(path, tmp_path)
    assert isinstance(expected, list)
    assert isinstance(table, ArrowSentences)
    assert list(table) == expected
    assert table.path == tmp_path / CORPUS
    assert caplog.text.count("6 tags were not valid BIO and have been repaired") == 2
    assert f"{path}: 6 sentences, kept in {table.path} instead of in memory" in caplog.text


def test_soft_labels_are_kept(tmp_path: Path) -> None:
    path = write(tmp_path, JSONL + SOFT)
    table = make("jsonl").read_sentences(path, tmp_path)
    assert isinstance(table, ArrowSentences)
    assert table[-1] == TaggedSentence("soft", ("Anna",), None, ({"B-PER": 0.25, "O": 0.75},))


@pytest.mark.parametrize("size", [1, 4])
def test_a_small_file_becomes_a_list(tmp_path: Path, size: int) -> None:
    path = write(tmp_path, "Anna B-PER\n\n" * size)
    sentences = make("conll").read_sentences(path, tmp_path)
    assert sentences == [TaggedSentence(str(n), ("Anna",), ("B-PER",)) for n in range(size)]
    assert not (tmp_path / CORPUS).exists()


@pytest.mark.parametrize(
    ("kind", "text", "message"),
    [
        ("conll", CONLL + "# id = 1\nOslo O\n", "two sentences have the same id '1'"),
        ("jsonl", JSONL + SOFT + SOFT, "two sentences have the same id 'soft'"),
        ("conll", CONLL + "Oslo\n", "line 19: 1 column"),
        ("jsonl", JSONL + "[]\n", r"line 7: \[\] is not an object"),
        ("conll", "\n", "no sentence in this file"),
        ("jsonl", "\n", "no sentence in this file"),
    ],
)
def test_what_is_wrong_with_a_file_leaves_no_table(tmp_path: Path, kind: str, text: str, message: str) -> None:
    path = write(tmp_path, text)
    for folder in (None, tmp_path):
        with pytest.raises(ConfigurationError, match=message):
            make(kind).read_sentences(path, folder)
    assert [file.name for file in tmp_path.iterdir()] == ["corpus.txt"]


def test_of_repeated_ids_the_first_is_named(tmp_path: Path) -> None:
    path = write(tmp_path, "".join(f"# id = {name}\nAnna O\n\n" for name in "abba"))
    with pytest.raises(ConfigurationError, match="the same id 'b'"):
        make("conll").read_sentences(path)


@pytest.mark.parametrize("kind", KINDS)
def test_parsing_is_one_sentence_after_the_other(tmp_path: Path, kind: str) -> None:
    stream = make(kind).parse(write(tmp_path, KINDS[kind][1] + "[\n"))
    assert [next(stream).id for _ in range(6)] == list("012345")
    with pytest.raises(ConfigurationError, match="line"):
        next(stream)


@pytest.mark.parametrize("kind", KINDS)
def test_words_and_tags_are_shared(tmp_path: Path, kind: str) -> None:
    first, second, *_ = make(kind).read_sentences(write(tmp_path, KINDS[kind][1]))
    assert first.tokens[0] is second.tokens[0]
    assert first.tags is not None
    assert second.tags is not None
    assert [a is b for a, b in zip(first.tags, second.tags, strict=True)] == [True, True]


def test_each_word_is_tokenized_once_and_cut_words_are_counted(
    word_pieces: WordPieceIndexer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    path = str(QUICKSTART / "dev.conll")
    expected = ConllColumnsReader({"tokens": SingleIdTokenIndexer()}).read_sentences(path)
    asked: List[str] = []

    def tokenizer(words: List[str], **keys: Any) -> Dict[str, Any]:
        asked.extend(words)
        return original(words, **keys)

    original = word_pieces.tokenizer
    monkeypatch.setattr(tokenizer, "unk_token_id", original.unk_token_id, raising=False)
    monkeypatch.setattr(tokenizer, "is_fast", False, raising=False)
    monkeypatch.setattr(word_pieces, "tokenizer", tokenizer)
    with caplog.at_level(logging.WARNING):
        table = ConllColumnsReader({"tokens": word_pieces}, max_length=12).read_sentences(path, tmp_path)
    assert list(table) == list(expected)
    assert sorted(asked) == sorted({word for sentence in expected for word in sentence.tokens})
    pieces = [[len(some) for some in word_pieces.pieces(sentence.tokens)] for sentence in expected]
    cut = [sum(sum(some[: n + 1]) > 10 for n in range(len(some))) for some in pieces]
    said = f"{sum(map(bool, cut))} of {len(expected)} sentences are longer than max_length 12 word pieces; "
    assert f"{said}{sum(cut)} words are cut" in caplog.text


MEASURE = """
import json, sys
from pathlib import Path
from seqmix_plugin.data import ConllColumnsReader, WordPieceIndexer, sentence_reader

def resident(name):  # as the kernel counts it; `ru_maxrss` of a process begins with its parent's peak
    return next(int(line.split()[1]) * 1024 for line in open("/proc/self/status") if line.startswith(name))

encoder, small, large, folder = sys.argv[1:]
sentence_reader.LARGEST_LIST = 5_000
reader = ConllColumnsReader({"tokens": WordPieceIndexer(encoder)}, max_length=128)
list(reader.read_sentences(small, Path(folder)))  # what it takes to read anything at all
before = resident("VmRSS")
sentences = reader.read_sentences(large, Path(folder))
words = sum(len(sentence) for sentence in sentences)
print(json.dumps([len(sentences), words, resident("VmHWM") - before]))
"""


def made_up(size: int) -> Iterator[str]:
    """Column text: sentences of 10 to 18 words from 5,000 forms."""
    rng = random.Random(1)
    forms = ["".join(rng.choices("abcdefghijklmnop", k=rng.randint(2, 9))) for _ in range(5000)]
    for _ in range(size):
        yield "".join(
            f"{word}\t{rng.choice(('O', 'O', 'B-PER'))}\n" for word in rng.choices(forms, k=rng.randint(10, 18))
        )


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is measured on Linux only")
def test_a_large_file_takes_little_memory(tiny_encoder: str, tmp_path: Path) -> None:
    """200,000 sentences, in a process of its own; the better part of a minute on one slow core."""
    small, large = tmp_path / "small.conll", tmp_path / "large.conll"
    blocks = list(made_up(200_000))
    small.write_text("\n".join(blocks[:10_000]), encoding="utf-8")
    large.write_text("\n".join(blocks), encoding="utf-8")
    command = [sys.executable, "-c", MEASURE, tiny_encoder, str(small), str(large), str(tmp_path)]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    size, words, growth = json.loads(result.stdout.splitlines()[-1])
    assert (size, words) == (200_000, sum(block.count("\n") for block in blocks))
    assert growth - large.stat().st_size < 250 * size  # measured: 154; a list: 392
