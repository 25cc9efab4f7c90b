"""Sentences that occur more than once, counted in the pass that collects the labels."""

import itertools
import logging
import tracemalloc
from collections import defaultdict
from pathlib import Path
from typing import Dict, Iterator, List, Optional, Set, Tuple

import pytest
from allennlp.data import Vocabulary
from allennlp.data.token_indexers import SingleIdTokenIndexer
from hypothesis import given, settings
from hypothesis import strategies as st

from seqmix_plugin.active_learning.corpora import leaked, read_corpora, warn_of_labels, warn_of_leaks
from seqmix_plugin.active_learning.file_labels import Labels, Repeats, labels_of
from seqmix_plugin.data import ArrowSentences, ConllColumnsReader, WordPieceIndexer
from seqmix_plugin.sentence import TaggedSentence
from tests.conftest import SHARED_DATA


def sentences(*pairs: Tuple[str, str]) -> List[TaggedSentence]:
    return [TaggedSentence(f"s{n}", tuple(words), tuple(tags)) for n, (words, tags) in enumerate(pairs)]


def test_by_hand(tmp_path: Path) -> None:
    """ab twice alike, cd in three ways, ba once, e twice."""
    first = [("e", "x"), ("ab", "xx"), ("cd", "xx"), ("ab", "xx"), ("ba", "xx"), ("cd", "xx")]
    some = sentences(*first, ("cd", "xy"), ("e", "y"), ("cd", "yy"))
    assert labels_of(some).repeats == Repeats(3, 2, ("s0", "s7"))
    assert labels_of(some[1:]).repeats == Repeats(2, 1, ("s2", "s6"))
    assert labels_of(some[:6]).repeats == Repeats(2, 0, None)
    assert labels_of([]).repeats == Repeats(0, 0, None)
    assert labels_of(some[:1]).repeats == Repeats(0, 0, None)
    assert labels_of(ArrowSentences.write(tmp_path / "corpus.arrow", some)).repeats == Repeats(3, 2, ("s0", "s7"))


@settings(deadline=None, max_examples=200)
@given(st.lists(st.tuples(st.sampled_from(["a", "b", "ab", "abc"]), st.sampled_from("xyz")), max_size=12))
def test_as_counted_with_dictionaries(pairs: List[Tuple[str, str]]) -> None:
    some = sentences(*((words, tag * len(words)) for words, tag in pairs))
    places: Dict[Tuple[str, ...], List[int]] = defaultdict(list)
    tags: Dict[Tuple[str, ...], Set] = defaultdict(set)
    for position, sentence in enumerate(some):
        places[sentence.tokens].append(position)
        tags[sentence.tokens].add(sentence.tags)
    conflicts = {words: positions for words, positions in places.items() if len(tags[words]) > 1}
    found = labels_of(some).repeats
    assert found[:2] == (sum(len(positions) > 1 for positions in places.values()), len(conflicts))
    if conflicts:
        first, *others = min(conflicts.values())
        second = next(position for position in others if some[position].tags != some[first].tags)
        assert found.example == (f"s{first}", f"s{second}")


class Copies:
    """One sentence many times, as a source of sentences that takes no room."""

    def __init__(self, sentence: TaggedSentence, size: int) -> None:
        self.sentence, self.size = sentence, size

    def __len__(self) -> int:
        return self.size

    def __getitem__(self, position: int) -> TaggedSentence:
        return self.sentence

    def __iter__(self) -> Iterator[TaggedSentence]:
        return itertools.repeat(self.sentence, self.size)


def test_a_sentence_takes_few_bytes() -> None:
    size = 50_000
    copies = Copies(TaggedSentence("0", ("Anna", "sings"), ("B-PER", "O")), size)
    tracemalloc.start()
    labels = labels_of(copies)  # type: ignore[arg-type]
    held, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert labels.repeats == Repeats(1, 0, None)
    assert held < 24 * size
    assert most < 120 * size


def test_all_files_are_said_in_one_line(caplog: pytest.LogCaptureFixture) -> None:
    tags = {"O", "B-X"}
    agreeing, conflicting = Repeats(9, 0), Repeats(12, 3, ("7", "a'b"))
    with caplog.at_level(logging.WARNING):
        warn_of_labels("train.conll", Labels(tags, set(), agreeing), {"dev": Labels(tags, set(), agreeing)})
        assert caplog.text == ""
        dev, test = Labels(tags, set(), agreeing), Labels(tags, set(), Repeats(5, 1, ("0", "4")))
        warn_of_labels("train.conll", Labels(tags, set(), conflicting), {"dev": dev, "test": test})
    assert [record.getMessage() for record in caplog.records] == [
        "train.conll: 12 sentences occur more than once, 3 of them with different tags, such as '7' and \"a'b\"; "
        "test: 5, 1 of them with different tags, such as '0' and '4'"
    ]


WORDS = st.lists(st.sampled_from(["a", "b", "ab", "abc", "ba"]), max_size=8)


@settings(deadline=None, max_examples=100)
@given(WORDS, WORDS, WORDS)
def test_leaks_as_counted_with_sets(dev: List[str], train: List[str], seed: List[str]) -> None:
    made = {
        name: sentences(*((words, "x" * len(words)) for words in some))
        for name, some in zip("dts", (dev, train, seed), strict=True)
    }
    words = {name: labels_of(some).words for name, some in made.items()}
    expected = [position for position, text in enumerate(dev) if text in {*train, *seed}]
    assert leaked(words["d"], [words["t"], words["s"]]).tolist() == expected
    assert leaked(words["d"], []).tolist() == []


def test_leaks_of_all_splits_are_said_in_one_line(caplog: pytest.LogCaptureFixture) -> None:
    train, dev, test = (
        sentences(("ab", "xx"), ("cd", "xx")),
        sentences(("x", "x"), ("cd", "yy")),
        sentences(("ab", "xx")),
    )
    labels = {"train.conll": labels_of(train), "dev": labels_of(dev), "test": labels_of(test)}
    warn_of_leaks(labels, {"dev": dev, "test": test})
    assert caplog.messages == [
        "train.conll: has 1 of the 2 sentences of dev, such as 's1' and 1 of the 1 sentences of test, such as 's0': "
        "scores are higher for it"
    ]


@pytest.mark.parametrize(
    ("corpus", "names", "scheme", "counts"),
    [
        ("conll03", ("eng.train", "eng.testa", "eng.testb"), "IOB1", [193, 126]),
        ("webpage", ("train.conll", "dev.conll", "test.conll"), "BIO", [0, 0]),
        ("events_geneva33", ("train.conll", "dev.conll", "test.conll"), "BIO", [4, 10]),
    ],
)
def test_leaks_of_real_corpora(corpus: str, names: Tuple[str, str, str], scheme: str, counts: List[int]) -> None:
    paths = [SHARED_DATA / corpus / name for name in names]
    if not paths[0].exists():
        pytest.skip(f"{paths[0]} is not here")
    reader = ConllColumnsReader({"tokens": SingleIdTokenIndexer()}, source_scheme=scheme)
    train, *others = (labels_of(reader.read_sentences(str(path))).words for path in paths)
    assert [len(leaked(words, [train])) for words in others] == counts


@pytest.mark.parametrize("types", [None, ["LOC", "PER", "PERSON"]])
@pytest.mark.parametrize("labelled", [True, False])
def test_all_files_are_looked_at_whether_labels_are_named_or_not(
    tmp_path: Path,
    word_pieces: WordPieceIndexer,
    caplog: pytest.LogCaptureFixture,
    types: Optional[List[str]],
    labelled: bool,
) -> None:
    """A seed file calls a type otherwise than the training file; both say two things of a sentence."""
    texts = {"train": "Anna B-PER\n\nAnna O\n\nOslo B-LOC\n", "seed": "Berg B-PERSON\n\nBerg O\n"}
    paths: Dict[str, Optional[str]] = {}
    for name, text in texts.items():
        paths[f"{name}_data_path"] = str(tmp_path / name)
        (tmp_path / name).write_text(text, encoding="utf-8")
    reader, other = (ConllColumnsReader({"tokens": word_pieces}, unlabelled=pool) for pool in (not labelled, False))
    read_corpora(reader, other, paths, tmp_path, Vocabulary.empty(), types)
    said = [line for line in caplog.messages if "no entity" not in line]
    repeats = "1 sentences occur more than once, 1 of them with different tags, such as '0' and '1'"
    if labelled:
        also = repeats.replace(" sentences occur more than once", "")
        assert said == [
            "seed has entity types that the training file lacks: PERSON",
            f"{tmp_path / 'train'}: {repeats}; seed: {also}",
        ]
    else:
        assert said == [f"seed: {repeats}"]
