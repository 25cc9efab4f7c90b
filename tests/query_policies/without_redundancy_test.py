"""No sentence that is nearly the same as another one."""

from typing import Iterator, List, Sequence

import numpy as np
import pytest
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.query_policies import (
    Candidates,
    MnlpPolicy,
    QueryPolicy,
    WithoutRedundancyPolicy,
    without_redundancy,
)
from seqmix_plugin.sentence import TaggedSentence

TEXTS = ["a b c d", "A b c D", "e f g h", "a b c x y", "e f g", "q"]


class Counted(Sequence[TaggedSentence]):
    """Sentences that are counted when they are read."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.sentences = [TaggedSentence(f"s{n}", tuple(text.split())) for n, text in enumerate(texts)]
        self.read: List[int] = []

    def __len__(self) -> int:
        return len(self.sentences)

    def __getitem__(self, index):  # type: ignore[no-untyped-def]
        self.read.append(index)
        return self.sentences[index]

    def __iter__(self) -> Iterator[TaggedSentence]:
        raise AssertionError("all sentences were read")


def candidates(
    texts: Sequence[str] = TEXTS,
    vectors: "Sequence[Sequence[float]] | None" = None,
    labelled: Sequence[str] = (),
    labelled_vectors: "Sequence[Sequence[float]] | None" = None,
) -> Candidates:
    """Candidates whose ranks fall from the first to the last."""
    number = len(texts)
    known = [TaggedSentence(f"l{n}", tuple(text.split())) for n, text in enumerate(labelled)]
    ranks = -np.arange(number, dtype=float)
    arrays = [None if some is None else np.array(some, dtype=np.float32) for some in (vectors, labelled_vectors)]
    lengths = np.array([len(text.split()) for text in texts])
    return Candidates(Counted(texts), lengths, ranks, ranks, np.arange(number), 2, arrays[0], known, arrays[1])


def chosen(policy: QueryPolicy, given: Candidates, size: int) -> List[int]:
    return policy.order(given, size, np.random.default_rng(0)).tolist()


def test_by_ngrams_by_hand() -> None:
    """
    Sentence 1 has both 3-grams of sentence 0, sentence 3 one of its three, sentence 4 its only one in sentence 2.
    Sentence 5 is shorter than an n-gram.
    """
    policy = WithoutRedundancyPolicy(MnlpPolicy())
    assert chosen(policy, candidates(), 4) == [0, 2, 3, 5]
    assert chosen(policy, candidates(), 6) == [0, 2, 3, 5, 1, 4]  # then those that were skipped
    assert chosen(WithoutRedundancyPolicy(MnlpPolicy(), max_overlap=0.3), candidates(), 4) == [0, 2, 5, 1]
    assert chosen(WithoutRedundancyPolicy(MnlpPolicy(), max_overlap=1), candidates(), 6) == [0, 1, 2, 3, 4, 5]
    assert chosen(WithoutRedundancyPolicy(MnlpPolicy(), ngram=5), candidates(), 6) == [0, 2, 3, 4, 5, 1]


def test_labelled_sentences_count() -> None:
    """The n-grams are shared with a single other sentence: two labelled ones have a half each."""
    policy = WithoutRedundancyPolicy(MnlpPolicy())
    assert chosen(policy, candidates(labelled=["u a b c d"]), 3) == [2, 3, 5]
    assert chosen(policy, candidates(labelled=["z a b c", "b c d z"]), 1) == [0]
    assert chosen(policy, candidates(labelled=["q", "e f g h i"]), 2) == [0, 3]


def test_by_cosine_by_hand() -> None:
    vectors = [[1, 0], [8, 6], [0, 2], [-1, 0], [0, 0], [3, 0]]
    texts = [str(number) for number in range(6)]
    policy = WithoutRedundancyPolicy(MnlpPolicy(), max_overlap=None, max_cosine=0.7)
    assert chosen(policy, candidates(texts, vectors), 4) == [0, 2, 3, 4]
    assert chosen(policy, candidates(texts, vectors), 6) == [0, 2, 3, 4, 1, 5]
    known = candidates(texts, vectors, ["x"], [[0, 5]])
    assert chosen(policy, known, 3) == [0, 3, 4]


def test_a_sentence_that_one_test_skips_is_not_taken_by_the_other() -> None:
    """Sentence 1 is skipped by its words; so sentence 2, which has its direction, is not."""
    given = candidates(["a b c", "a b c", "x y z"], [[1, 0], [0, 1], [0, 1]])
    assert chosen(WithoutRedundancyPolicy(MnlpPolicy(), max_cosine=0.9), given, 2) == [0, 2]


def test_no_more_sentences_are_read_than_needed() -> None:
    texts = [f"a{n} b{n} c{n}" for n in range(100)]
    given = candidates(texts)
    assert chosen(WithoutRedundancyPolicy(MnlpPolicy()), given, 3) == [0, 1, 2]
    assert set(given.sentences.read) == {0, 1, 2}  # type: ignore[attr-defined]
    same = candidates(["a b c"] * 100)
    assert chosen(WithoutRedundancyPolicy(MnlpPolicy()), same, 3) == [0, 1, 2]
    assert max(same.sentences.read) == 3 * without_redundancy.LOOK_AHEAD - 1  # type: ignore[attr-defined]


@pytest.mark.parametrize("size", [1, 5, 20])
def test_no_two_of_the_query_are_similar_where_there_are_others(size: int) -> None:
    rng = np.random.default_rng(size)
    texts = [" ".join(rng.choice(list("abc"), 6)) for _ in range(size)] + [f"{n} {n + 1} {n}" for n in range(20)]
    order = chosen(WithoutRedundancyPolicy(MnlpPolicy(), max_overlap=0), candidates(texts), size)
    parts = [{tuple(words[at : at + 3]) for at in range(len(words) - 2)} for words in (texts[n].split() for n in order)]
    assert sum(map(len, parts)) == len(set().union(*parts))
    assert len(set(order)) == size


def test_mistakes_are_told() -> None:
    with pytest.raises(
        ConfigurationError, match="^query_policy takes 'max_overlap', 'max_cosine' or both; given: neithe"
    ):
        WithoutRedundancyPolicy(MnlpPolicy(), max_overlap=None)
    with pytest.raises(ConfigurationError, match="query_policy.ngram is 0; expected a whole number, 1 or more"):
        WithoutRedundancyPolicy(MnlpPolicy(), ngram=0)
    for key in ("max_overlap", "max_cosine"):
        with pytest.raises(ConfigurationError, match=f"query_policy.{key} is 1.5; expected a number from 0 to 1"):
            WithoutRedundancyPolicy(MnlpPolicy(), **{key: 1.5})
