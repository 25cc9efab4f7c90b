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


def test_labels_of_the_pool_are_hidden() -> None:
    assert all(sentence.tags is None for sentence in Pool(sentences(3)).unlabelled)


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
    once, again, other = (draw_slice(sentences(50), 20, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert once == again
    assert once[0] != other[0]
    assert sorted(int(s.id) for part in once for s in part) == list(range(50))
    assert draw_slice(sentences(3), None, np.random.default_rng(0)) == (sentences(3), [])


@pytest.mark.parametrize("size", [0, 51])
def test_a_slice_that_cannot_be_drawn_is_an_error(size: int) -> None:
    with pytest.raises(ConfigurationError, match=f"trainer.pool_size is {size}; the training file has 50 sentences"):
        draw_slice(sentences(50), size, np.random.default_rng(0))
