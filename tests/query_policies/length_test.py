"""Policies that take the length out of another one's score."""

from dataclasses import replace

import numpy as np
import pytest
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.functional import rank_among_nearest, regressed_on_length
from seqmix_plugin.query_policies import (
    Candidates,
    FluctuationHistoryPolicy,
    LengthRankedPolicy,
    LengthRegressedPolicy,
    MnlpPolicy,
    QueryPolicy,
    RandomPolicy,
    StratifiedPolicy,
)
from tests.query_policies.stratified_test import candidates, chosen

WRAPPERS = [LengthRankedPolicy, LengthRegressedPolicy]


def biased(size: int = 400) -> Candidates:
    """Scores that fall with the length, as means over words do."""
    rng = np.random.default_rng(3)
    lengths = rng.geometric(0.1, size)
    return candidates(lengths.tolist(), rng.gamma(lengths, 1 / lengths).tolist(), 40)


def test_the_best_of_each_length_by_hand() -> None:
    """Among those of their length candidates 3, 4 and 0 are the highest."""
    given = candidates([9, 9, 4, 1, 4, 1], [0.9, 0.5, 0.4, 0.3, 0.5, 0.1], 3)
    assert set(chosen(LengthRankedPolicy(MnlpPolicy(), neighbours=2), given, 3)) == {0, 4, 3}
    assert chosen(LengthRegressedPolicy(MnlpPolicy(), standardized=False), given, 3) == [0, 3, 4]


def test_the_order_is_that_of_the_formula() -> None:
    given = biased()
    ranks = rank_among_nearest(given.ranks, given.lengths, given.ties, 31)
    assert chosen(LengthRankedPolicy(MnlpPolicy(), 31), given, 400) == np.lexsort((given.ties, -ranks)).tolist()
    for standardized in (True, False):
        ranks = regressed_on_length(given.ranks, given.lengths, standardized)
        policy = LengthRegressedPolicy(MnlpPolicy(), standardized)
        assert chosen(policy, given, 400) == np.lexsort((given.ties, -ranks)).tolist()


def test_a_query_has_the_lengths_of_the_pool() -> None:
    given = biased(4000)
    mean = given.lengths.mean()
    assert given.lengths[chosen(MnlpPolicy(), given, 40)].mean() < 0.4 * mean
    assert given.lengths[chosen(LengthRankedPolicy(MnlpPolicy()), given, 40)].mean() == pytest.approx(mean, rel=0.2)
    standardized, plain = (
        given.lengths[chosen(LengthRegressedPolicy(MnlpPolicy(), spread), given, 40)].mean() for spread in (True, False)
    )
    assert plain < standardized


@pytest.mark.parametrize("wrapper", WRAPPERS)
def test_a_policy_that_chooses_in_its_own_way_gets_the_ranks(wrapper: "type[QueryPolicy]") -> None:
    given = biased()
    inner = StratifiedPolicy(MnlpPolicy())
    if wrapper is LengthRankedPolicy:
        ranks = rank_among_nearest(given.ranks, given.lengths, given.ties, 101)
    else:
        ranks = regressed_on_length(given.ranks, given.lengths)
    assert chosen(wrapper(inner), given, 30) == chosen(inner, replace(given, ranks=ranks), 30)


@pytest.mark.parametrize("wrapper", WRAPPERS)
def test_candidates_of_one_score_are_taken_at_random(wrapper: "type[QueryPolicy]") -> None:
    given = candidates([1, 2, 3, 4, 5, 6, 7, 8], [0.3] * 8, 2)
    order = np.random.default_rng(0).permutation(8)
    assert chosen(wrapper(MnlpPolicy()), replace(given, ties=order), 8) == order.argsort().tolist()


def test_mistakes_are_told() -> None:
    for wrapper in WRAPPERS:
        message = "query_policy.policy is a RandomPolicy, which has no scores; expected a policy with scores, such as"
        with pytest.raises(ConfigurationError, match=message):
            wrapper(RandomPolicy())
        for nested in (
            FluctuationHistoryPolicy(MnlpPolicy()),
            StratifiedPolicy(FluctuationHistoryPolicy(MnlpPolicy())),
        ):
            with pytest.raises(ConfigurationError, match="which makes ranks of its own; expected this policy inside"):
                wrapper(nested)
    with pytest.raises(ConfigurationError, match="query_policy.neighbours is 1; expected a whole number, 2 or more"):
        LengthRankedPolicy(MnlpPolicy(), neighbours=1)
