"""Labelled and unlabelled sentences are disjoint and together all."""

from typing import List

import numpy as np
import pytest
from allennlp.common.checks import ConfigurationError
from hypothesis import given
from hypothesis import strategies as st

from seqmix_plugin.active_learning import Pool, draw_slice
from seqmix_plugin.sentence import TaggedSentence


def sentences(size: int) -> List[TaggedSentence]:
    return [TaggedSentence(str(n), ("Oslo", "sings"), ("B-LOC", "O")) for n in range(size)]


@given(
    st.integers(1, 20).flatmap(lambda size: st.tuples(st.just(size), st.permutations(range(size)), st.integers(1, 7)))
)
def test_the_parts_are_disjoint_and_together_all(case: "tuple[int, list[int], int]") -> None:
    size, order, step = case
    corpus = sentences(size)
    pool = Pool(corpus)
    for start in range(0, size, step):
        pool.label([corpus[n] for n in order[start : start + step]])
        labelled, unlabelled = ({s.id for s in part} for part in (pool.labelled, pool.unlabelled))
        assert not labelled & unlabelled
        assert labelled | unlabelled == {s.id for s in corpus}
        assert [int(s.id) for s in pool.labelled] == list(order[: start + step])


def test_what_is_rejected_is_neither_labelled_nor_unlabelled() -> None:
    corpus = sentences(4)
    pool = Pool(corpus)
    pool.label([corpus[0]])
    pool.reject(["2"])
    assert [sentence.id for sentence in pool.unlabelled] == ["1", "3"]
    assert [sentence.id for sentence in pool.labelled] == ["0"]
    for name in ("0", "2", "9"):
        with pytest.raises(ValueError, match=f"'{name}' is not in the pool, or is labelled or rejected already"):
            pool.reject([name])
    with pytest.raises(ValueError, match="'2' is not in the pool, is labelled already or has no tags"):
        pool.label([corpus[2]])


def test_labels_of_the_pool_are_hidden() -> None:
    assert all(sentence.tags is None for sentence in Pool(sentences(3)).unlabelled)


def test_the_pool_keeps_the_order_of_its_sentences_and_of_labelling() -> None:
    corpus = sentences(6)
    pool = Pool(corpus)
    before = pool.unlabelled
    pool.label([corpus[4], corpus[1]])
    hidden = [sentence.without_labels() for sentence in corpus]
    assert list(pool.sentences) == list(before) == hidden
    assert list(pool.unlabelled) == [hidden[position] for position in (0, 2, 3, 5)]
    assert pool.unlabelled.positions.tolist() == [0, 2, 3, 5]
    assert pool.labelled == [corpus[4], corpus[1]]


def test_a_pool_of_a_slice_holds_none_of_its_sentences() -> None:
    corpus = sentences(9)
    inside, outside = draw_slice(corpus, 4, np.random.default_rng(0))
    pool = Pool(inside)
    pool.label([inside[1]])
    assert [sentence.id for sentence in pool.unlabelled] == [inside[position].id for position in (0, 2, 3)]
    assert pool.unlabelled.source is corpus
    assert {s.id for s in outside} | {s.id for s in inside} == {s.id for s in corpus}


def test_two_equal_ids_are_an_error() -> None:
    with pytest.raises(ConfigurationError, match="two sentences of the pool have the same id"):
        Pool([*sentences(2), *sentences(1)])


def test_counts() -> None:
    pool = Pool(sentences(3))
    pool.label(sentences(2))
    assert pool.counts() == {"sentences": 2, "tokens": 4, "entities": 2}


@pytest.mark.parametrize("wrong", [TaggedSentence("9", ("a",), ("O",)), TaggedSentence("0", ("a",), ("O",))])
def test_labelling_twice_or_a_stranger_is_an_error(wrong: TaggedSentence) -> None:
    pool = Pool(sentences(3))
    pool.label(sentences(1))
    with pytest.raises(ValueError, match=f"sentence '{wrong.id}' is not in the pool, is labelled already"):
        pool.label([wrong])


def test_a_slice_depends_on_its_seed_alone() -> None:
    drawn = (draw_slice(sentences(50), 20, np.random.default_rng(seed)) for seed in (1, 1, 2))
    once, again, other = ([list(part) for part in parts] for parts in drawn)
    assert once == again
    assert once[0] != other[0]
    assert sorted(int(s.id) for part in once for s in part) == list(range(50))
    assert draw_slice(sentences(3), None, np.random.default_rng(0)) == (sentences(3), [])


@pytest.mark.parametrize("size", [0, 51])
def test_a_slice_that_cannot_be_drawn_is_an_error(size: int) -> None:
    with pytest.raises(ConfigurationError, match=f"trainer.pool.size is {size}; the training file has 50 sentences"):
        draw_slice(sentences(50), size, np.random.default_rng(0))
