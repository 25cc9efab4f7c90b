"""
Whatever a file holds, all readers read it as it should be read or refuse it in one line.

`FUZZ_SCALE=60 python -m pytest tests/data/fuzz_test.py` tries 60 times as many files, other ones at each call, which
takes about ten minutes; by default the same fifteen hundred are tried.
"""

import json
import os
from pathlib import Path
from typing import Any, Dict, List, Tuple, Union

import pytest
from allennlp.common.checks import ConfigurationError
from allennlp.data import Batch, Vocabulary
from allennlp.data.token_indexers import SingleIdTokenIndexer
from allennlp.data.tokenizers import CharacterTokenizer, LettersDigitsTokenizer, WhitespaceTokenizer
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from seqmix_plugin.commands.generated_files import check_columns, gold_record, output_paths, write_files
from seqmix_plugin.data import (
    ArrowSentences,
    ConllColumnsReader,
    JsonlSentencesReader,
    PlainTextReader,
    SentenceReader,
    WordPieceIndexer,
)
from seqmix_plugin.sentence import SentenceSource, TaggedSentence
from seqmix_plugin.tag_schemes import PREFIXES, tags_to_spans
from tests.conftest import FIXTURES, QUICKSTART
from tests.strange_text import WORDS, strange_text

SCALE = float(os.environ.get("FUZZ_SCALE", 1))


def tried(number: int) -> settings:
    return settings(
        max_examples=max(1, int(number * SCALE)),
        deadline=None,
        derandomize=SCALE == 1,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz")


TOKENIZERS = {"words": WhitespaceTokenizer(), "letters": LettersDigitsTokenizer(), "characters": CharacterTokenizer()}
"""Of plain text."""


def make(kind: str, scheme: str = "BIO", repair: bool = False) -> SentenceReader:
    if kind in TOKENIZERS:
        return PlainTextReader({"tokens": SingleIdTokenIndexer()}, TOKENIZERS[kind])
    reader: Any = ConllColumnsReader if kind == "conll" else JsonlSentencesReader
    return reader({"tokens": SingleIdTokenIndexer()}, source_scheme=scheme, repair_tags=repair)


def check(folder: Path, kind: str, content: Union[str, bytes], scheme: str = "BIO", repair: bool = False) -> None:
    """Reads a file of this content; what is read without an error is as it should be, however it is kept."""
    path = folder / f"corpus.{kind}"
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    try:
        sentences = make(kind, scheme, repair).read_sentences(str(path))
    except ConfigurationError as error:
        check_refusal(path, str(error))
        return
    assert len({sentence.id for sentence in sentences}) == len(sentences) > 0
    for sentence in sentences:
        assert sentence.id
        assert len(sentence) > 0
        assert all(sentence.tokens)
        (sentence.id + sentence.text).encode("utf-8")
        if sentence.tags is not None:
            tags_to_spans(sentence.tags)
            assert all(tag.isprintable() and tag == tag.strip() for tag in sentence.tags)
        assert "".join(sentence.spaces or ()).strip() == ""
        for row in sentence.tag_distributions or ():
            assert sum(row.values()) == pytest.approx(1, abs=0.011)
    assert list(ArrowSentences.write(folder / "corpus.arrow", sentences)) == list(sentences)
    if all(sentence.tags is not None for sentence in sentences):
        check_written(folder, sentences)


def check_refusal(path: Path, message: str) -> None:
    event("refused")
    assert message.startswith(str(path))
    assert len(message.splitlines()) == 1, message
    assert len(message) < 1000
    message.encode("utf-8")


def check_written(folder: Path, sentences: SentenceSource) -> None:
    """Written as `seqmix augment` writes, the same is read again."""
    paths = output_paths(str(folder / "again"))
    write_files(paths, list(map(gold_record, sentences)), {})
    assert make("jsonl").read_sentences(str(paths[0])) == list(sentences)
    try:
        check_columns("", sentences, with_ids=True)
    except ConfigurationError:
        return
    hard = [TaggedSentence(sentence.id, sentence.tokens, sentence.tags) for sentence in sentences]
    assert make("conll").read_sentences(str(paths[1])) == hard
    event("written in both formats")


KINDS = st.sampled_from(["conll", "jsonl", "words", "letters"])
SCHEMES = st.sampled_from(list(PREFIXES))
TAGS = [
    "O",
    "B-PER",
    "I-PER",
    "B-LOC",
    "E-PER",
    "S-LOC",
    "L-PER",
    "U-LOC",
    "B-",
    "O-X",
    "B-A-B",
    "B-\u200b",
    "B-X ",
    "X",
]


@tried(100)
@given(kind=KINDS, content=st.binary(max_size=80))
def test_any_bytes(folder: Path, kind: str, content: bytes) -> None:
    check(folder, kind, content)


@tried(100)
@given(kind=KINDS, content=st.text(max_size=80), repair=st.booleans())
def test_any_text(folder: Path, kind: str, content: str, repair: bool) -> None:
    check(folder, kind, content, repair=repair)


LINE = st.text(
    st.one_of(
        st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]),
        st.sampled_from([" ", "\t", "\x0b", "\x1c", "\x85", "\u00a0", "\u2028", "\u3000", "\u200b"]),
    ),
    max_size=20,
)


@tried(200)
@given(lines=st.lists(st.one_of(LINE, st.sampled_from(WORDS)), max_size=5), kind=st.sampled_from(list(TOKENIZERS)))
def test_any_plain_text_is_kept_as_it_was(folder: Path, lines: List[str], kind: str) -> None:
    lines = [line for line in lines if line.strip() and line[0] != "\ufeff"]  # it would be dropped
    path = folder / "corpus.txt"
    path.write_bytes("\n".join(["first", *lines]).encode("utf-8"))
    _, *sentences = make(kind).read_sentences(str(path))
    assert [sentence.raw_text for sentence in sentences] == [line.strip() for line in lines]
    assert not [word for sentence in sentences for word in sentence.tokens if not word.strip()]
    check(folder, kind, "\n".join(lines))


PIECES = ["\n", " ", "\t", "\r", "\r\n", "#", "# ", "# id = ", "=", "a", "-DOCSTART-", "\ufeff", "\0", "é"]
ROWS = ["a O\n", "b\tB-PER\n", "c X I-PER\n", "d\tX\tO\r\n", "\n", "# id = a\n", "# b O\n", "-DOCSTART- O\n"]
PARTS = st.one_of(st.sampled_from(ROWS), st.sampled_from(ROWS), st.sampled_from(PIECES + TAGS + WORDS))


@tried(300)
@given(pieces=st.lists(PARTS, max_size=12), scheme=SCHEMES, repair=st.booleans())
def test_any_columns(folder: Path, pieces: List[str], scheme: str, repair: bool) -> None:
    check(folder, "conll", "".join(pieces), scheme, repair)


@st.composite
def rows(draw: st.DrawFn) -> str:
    """Rows of a word and a tag, with any word and now and then a comment or a blank line."""
    word = st.text(st.characters(exclude_characters="\t\n", exclude_categories=["Cs"]), min_size=1, max_size=4)
    row = st.builds("{}\t{}".format, st.one_of(word, st.sampled_from(WORDS)), st.sampled_from(["O", "B-PER", "B-LOC"]))
    other = st.one_of(st.just(""), st.builds("# id = {}".format, st.one_of(word, st.sampled_from(TAGS))))
    return "\n".join(draw(st.lists(st.one_of(row, row, row, other), max_size=8)))


@tried(200)
@given(content=rows())
def test_any_word_in_columns(folder: Path, content: str) -> None:
    check(folder, "conll", content)


ANY = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(st.characters(), max_size=4)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=3), inner, max_size=3)),
    max_leaves=6,
)
NUMBERS = st.sampled_from([0, 0.25, 0.5, 1, 1.0, 1.005, True, -1, 10**400, "1", None])


SPACE = st.sampled_from([" ", "", "  ", "\n", "\u2028", "\u3000"])


@st.composite
def records(draw: st.DrawFn) -> str:
    """A line of JSON: an object that is as it should be but for one thing, or anything."""
    size = draw(st.integers(1, 3))
    word = st.one_of(st.sampled_from(["a", "b", *WORDS]), st.text(st.characters(), max_size=3))
    name = st.text(st.characters(), max_size=2)
    tag = st.one_of(st.sampled_from(TAGS), st.builds("B-{}".format, name), name)
    row = st.one_of(st.just({"B-X": 0.5, "O": 0.5}), st.dictionaries(tag, NUMBERS, max_size=3))
    record: Dict[str, Any] = {
        "tokens": draw(st.lists(st.sampled_from(["a", "b", *WORDS]), min_size=size, max_size=size)),
        "tags": draw(st.sampled_from([["O"] * size, ["B-PER"] * size])),
    }
    if draw(st.booleans()):
        record["tag_distributions"] = [{"O": 1}] * size
    if draw(st.booleans()):
        record["spaces"] = draw(st.lists(SPACE, min_size=size, max_size=size))
    values = {"tokens": word, "tags": tag, "tag_distributions": row, "spaces": st.one_of(SPACE, word), "id": word}
    wrong = draw(st.sampled_from(["nothing", "id", "list", "list", "type", "missing", "anything"]))
    key = "id" if wrong == "id" else draw(st.sampled_from(list(values)))
    if wrong == "id":
        record[key] = draw(st.one_of(st.integers(-3, 3), word, tag))
    elif wrong == "list":
        record[key] = draw(st.lists(values[key], min_size=size, max_size=size + draw(st.integers(0, 1))))
    elif wrong == "type":
        record[key] = draw(ANY)
    elif wrong == "missing":
        record.pop(key, None)
    return json.dumps(draw(ANY) if wrong == "anything" else record, ensure_ascii=draw(st.booleans()))


@tried(300)
@given(lines=st.lists(records(), min_size=1, max_size=3), scheme=SCHEMES, repair=st.booleans())
def test_any_json(folder: Path, lines: List[str], scheme: str, repair: bool) -> None:
    check(folder, "jsonl", "\n".join(lines).encode("utf-8", errors="surrogatepass"), scheme, repair)


def valid_files() -> List[Tuple[str, str, bytes]]:
    """Kind, scheme and content of files that are as they should be."""
    blocks = (QUICKSTART / "train.conll").read_text(encoding="utf-8").split("\n\n")[:4]
    texts = {
        "BIO": [(FIXTURES / "bio.conll").read_text(encoding="utf-8"), "\n\n".join(blocks), strange_text(3)],
        "IOB1": [(FIXTURES / "iob1.conll").read_text(encoding="utf-8")],
        "BIOES": ["# id = B-1\r\nAnna NNP B-PER\r\nBerg NNP E-PER\r\n\r\n-DOCSTART- -X- O\r\n\r\nOslo NNP S-LOC\r\n"],
    }
    files = [("conll", scheme, text.encode("utf-8")) for scheme, some in texts.items() for text in some]
    hard = [{"tokens": ["Anna", "Berg"], "tags": ["B-PER", "I-PER"], "id": 3}, {"tokens": ["\u200b"], "tags": ["O"]}]
    soft = {"tokens": ["Oslo", "é"], "tags": ["B-LOC", "O"], "tag_distributions": [{"B-LOC": 0.5, "O": 0.5}, {"O": 1}]}
    lines = [json.dumps(record, ensure_ascii=flag) for flag in (True, False) for record in (*hard, soft)]
    return [*files, ("jsonl", "BIO", "\n".join([*lines[:3], lines[5]]).encode("utf-8"))]


@st.composite
def mutated(draw: st.DrawFn) -> Tuple[str, str, bytes]:
    """A valid file with some of its lines or bytes deleted, doubled, swapped, replaced or moved."""
    kind, scheme, content = draw(st.sampled_from(valid_files()))
    for _ in range(draw(st.integers(0, 4))):
        separator = draw(st.sampled_from([b"\n", b" ", b"\t", b'"', b""]))
        parts = content.split(separator) if separator else [bytes([byte]) for byte in content]
        place, other = (draw(st.integers(0, max(len(parts) - 1, 0))) for _ in range(2))
        if not parts:
            continue
        change = draw(st.sampled_from(["delete", "double", "swap", "copy", "replace", "cut"]))
        if change == "delete":
            del parts[place]
        elif change == "double":
            parts.insert(place, parts[place])
        elif change == "swap":
            parts[place], parts[other] = parts[other], parts[place]
        elif change == "copy":
            parts[place] = parts[other]
        elif change == "replace":
            parts[place] = draw(st.one_of(st.binary(max_size=3), st.text(max_size=2).map(lambda text: text.encode())))
        else:
            del parts[place + 1 :]
        content = separator.join(parts)
    return kind, draw(st.one_of(st.just(scheme), SCHEMES)), content


@tried(300)
@given(file=mutated(), repair=st.booleans())
def test_mutations_of_valid_files(folder: Path, file: Tuple[str, str, bytes], repair: bool) -> None:
    kind, scheme, content = file
    check(folder, kind, content, scheme, repair)


@pytest.fixture(scope="module")
def real_reader(tiny_encoder: str) -> ConllColumnsReader:
    return ConllColumnsReader({"tokens": WordPieceIndexer(tiny_encoder)}, max_length=12)


WORD = st.one_of(st.sampled_from(WORDS), st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8))


@tried(100)
@given(sentences=st.lists(st.lists(WORD, min_size=1, max_size=6), min_size=1, max_size=4))
def test_any_word_keeps_its_pieces_and_its_label(real_reader: ConllColumnsReader, sentences: List[List[str]]) -> None:
    """In instances and encoded sentences; the pieces between a word's offsets are its own, and labels are in order."""
    indexer = real_reader.word_pieces
    assert indexer is not None
    vocab = Vocabulary.empty()
    vocab.add_tokens_to_namespace(["O"] + [f"B-{number}" for number in range(6)], "labels")
    tagged = [TaggedSentence("", tuple(words), tuple(f"B-{n}" for n in range(len(words)))) for words in sentences]
    instances = [real_reader.sentence_to_instance(sentence) for sentence in tagged]
    batch = Batch(instances)
    batch.index_instances(vocab)
    tensors: Any = batch.as_tensor_dict()
    encoded: Any = real_reader.encode(tagged)
    again = encoded.batch(list(range(len(tagged))))
    for key, tensor in again["tokens"]["tokens"].items():
        assert tensor.equal(tensors["tokens"]["tokens"][key]), key
    parts = tensors["tokens"]["tokens"]
    for row, words in enumerate(sentences):
        size = int(parts["mask"][row].sum())
        assert tensors["tag_distributions"][row, :size].argmax(-1).tolist() == list(range(1, size + 1))
        for (begin, end), word in zip(parts["offsets"][row, :size].tolist(), words, strict=False):
            assert tuple(parts["token_ids"][row, begin : end + 1].tolist()) == indexer.pieces([word])[0]
