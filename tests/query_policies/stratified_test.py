"""The best of each stratum of the pool."""

from dataclasses import replace
from typing import List, Sequence

import numpy as np
import pytest
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.query_policies import Candidates, QueryPolicy, RandomPolicy, StratifiedPolicy
from seqmix_plugin.query_policies.mnlp import MnlpPolicy
from seqmix_plugin.sentence import TaggedSentence


def candidates(lengths: Sequence[int], ranks: Sequence[float], expected: int) -> Candidates:
    sentences = [TaggedSentence(f"s{n}", ("word",) * length) for n, length in enumerate(lengths)]
    scores = np.array(ranks, dtype=float)
    return Candidates(sentences, np.array(lengths), scores, scores, np.arange(len(ranks)), expected)


def chosen(policy: QueryPolicy, given: Candidates, size: int, seed: int = 0) -> List[int]:
    return policy.order(given, size, np.random.default_rng(seed)).tolist()


def test_the_best_of_each_length_by_hand() -> None:
    """Lengths 1, 1 | 4, 5 | 9, 8: the best of each stratum come first, then the others."""
    given = candidates([1, 9, 4, 1, 8, 5], [0.1, 0.9, 0.4, 0.2, 0.8, 0.3], 3)
    policy = StratifiedPolicy(MnlpPolicy(), strata=3)
    assert set(chosen(policy, given, 3)) == {3, 2, 1}
    assert set(chosen(policy, given, 6)[:3]) == {3, 2, 1}
    assert sorted(chosen(policy, given, 6)) == [0, 1, 2, 3, 4, 5]


def test_strata_by_position() -> None:
    given = candidates([5, 5, 5, 5], [0.4, 0.3, 0.2, 0.1], 2)
    assert set(chosen(StratifiedPolicy(MnlpPolicy(), by="position", strata=2), given, 2)) == {0, 2}


@pytest.mark.parametrize("outer", ["length", "position"])
def test_documents_have_a_share_within_strata_of_length_and_around_them(outer: str) -> None:
    """Five documents of twenty sentences, of two lengths each; the second has all of the highest ranks."""
    documents = np.repeat(np.arange(5), 20)
    given = candidates((1 + np.arange(100) % 2).tolist(), ((documents == 1) + np.arange(100) / 1000).tolist(), 10)
    by = {"length": 2, "position": 5}
    [inner] = by.keys() - {outer}
    within = StratifiedPolicy(MnlpPolicy(), by=inner, strata=by[inner])
    order = chosen(StratifiedPolicy(within, by=outer, strata=by[outer]), given, 10)
    assert np.bincount(documents[order]).tolist() == [2] * 5


@pytest.mark.parametrize("size", [1, 4, 7, 23, 52, 53])
@pytest.mark.parametrize("strata", [2, 5, 7])
def test_any_beginning_has_equal_shares(size: int, strata: int) -> None:
    rng = np.random.default_rng(size)
    given = candidates(rng.integers(1, 40, 53).tolist(), rng.random(53).tolist(), size)
    order = np.array(chosen(StratifiedPolicy(MnlpPolicy(), strata=strata), given, size))
    assert len(set(order.tolist())) == size
    of = np.empty(53, dtype=int)
    for number, part in enumerate(np.array_split(np.lexsort((given.ties, given.lengths)), strata)):
        of[part] = number
    for end in range(1, size + 1):
        counts = np.bincount(of[order[:end]], minlength=strata)
        assert counts.max() - counts.min() <= 1 or end > strata * (53 // strata)
    for number in range(strata):  # within a stratum the highest ranks, in their order
        inside = order[of[order] == number]
        best = np.flatnonzero(of == number)
        assert inside.tolist() == best[np.argsort(-given.ranks[best])][: len(inside)].tolist()


def test_which_strata_have_one_more_is_drawn() -> None:
    given = candidates([1, 2, 3, 4], [0.1, 0.2, 0.3, 0.4], 1)
    firsts = {chosen(StratifiedPolicy(MnlpPolicy(), strata=4), given, 1, seed)[0] for seed in range(40)}
    assert firsts == {0, 1, 2, 3}


def test_a_random_query_within_strata() -> None:
    given = candidates([1, 1, 1, 9, 9, 9], [0.0] * 6, 2)
    for seed in range(10):
        first, second = chosen(StratifiedPolicy(RandomPolicy(), strata=2), given, 2, seed)
        assert (first < 3) != (second < 3)


def test_a_random_query_within_strata_prefers_no_length() -> None:
    """One stratum has the lengths 1 and 2, the other 2 and 3; sentences of the same length are sorted by their ties."""
    lengths = np.repeat([1, 2, 3], [40, 40, 40])
    given, policy = candidates(lengths.tolist(), [0.0] * 120, 8), StratifiedPolicy(RandomPolicy(), strata=2)
    counts = np.zeros(4)
    for seed in range(200):
        rng = np.random.default_rng(seed)
        order = policy.order(replace(given, ties=rng.permutation(120)), 8, rng)
        counts += np.bincount(lengths[order], minlength=4)
    # A third of 1,600 each, give or take three standard deviations.
    assert counts[1:] == pytest.approx(np.full(3, 1600 / 3), abs=57)


def test_mistakes_are_told() -> None:
    with pytest.raises(ConfigurationError, match="query_policy.strata is 1; expected a whole number, 2 or more"):
        StratifiedPolicy(MnlpPolicy(), strata=1)
    with pytest.raises(ConfigurationError, match="query_policy.by is 'size'; expected one of length, position"):
        StratifiedPolicy(MnlpPolicy(), by="size")
