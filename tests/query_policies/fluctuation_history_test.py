"""Scores that fluctuate from round to round."""

from typing import List, Optional, Sequence

import numpy as np
import pytest
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.query_policies import (
    Candidates,
    FluctuationHistoryPolicy,
    QueryContext,
    QueryPolicy,
    RandomPolicy,
    StratifiedPolicy,
    VoteEntropyPolicy,
)
from seqmix_plugin.query_policies.mnlp import MnlpPolicy
from seqmix_plugin.sentence import TaggedSentence
from tests.query_policies.query_policy_test import predict, sentences

NAN = np.nan
SCORES = [0.5, 0.6, 0.7]
EARLIER = np.array([[9.0, 9.0, 9.0], [0.5, 1.8, 0.7], [0.5, 0.6, NAN]])


def candidates(earlier: Optional[np.ndarray], lengths: Sequence[int] = (1, 1, 1)) -> Candidates:
    pool = [TaggedSentence(f"s{n}", ("word",) * length) for n, length in enumerate(lengths)]
    scores = np.array(SCORES)
    return Candidates(pool, np.array(lengths), scores, scores, np.arange(3), 3, earlier=earlier)


def chosen(policy: QueryPolicy, given: Candidates, size: int = 3) -> List[int]:
    return policy.order(given, size, np.random.default_rng(0)).tolist()


def test_score_and_variance_by_hand() -> None:
    """
    1.8, 0.6, 0.6 vary by 2/3 · 0.4² + 1/3 · 0.8² = 0.32; the others do not, and what was before the window does not
    matter. With equal weights: 0.25, 0.3 + 0.16 = 0.46 and 0.35.
    """
    assert chosen(FluctuationHistoryPolicy(MnlpPolicy()), candidates(EARLIER)) == [1, 2, 0]
    # 0.8 · 0.6 + 0.2 · 0.32 = 0.544 is less than 0.8 · 0.7 = 0.56.
    assert chosen(FluctuationHistoryPolicy(MnlpPolicy(), weight=0.8), candidates(EARLIER)) == [2, 1, 0]
    # Over two rounds nothing varies.
    assert chosen(FluctuationHistoryPolicy(MnlpPolicy(), window=2), candidates(EARLIER)) == [2, 1, 0]
    # Over four, 9 and 0.5 three times vary most: 8.5² · 3/16 = 13.5; of 9, 1.8, 0.6, 0.6 it is 12.2; of 9, 0.7 17.2.
    assert chosen(FluctuationHistoryPolicy(MnlpPolicy(), window=4, weight=0), candidates(EARLIER)) == [2, 0, 1]


def test_the_score_alone_where_there_is_nothing_earlier_or_it_weighs_all() -> None:
    assert chosen(FluctuationHistoryPolicy(MnlpPolicy()), candidates(None)) == [2, 1, 0]
    assert chosen(FluctuationHistoryPolicy(MnlpPolicy(), weight=1), candidates(EARLIER)) == [2, 1, 0]


@pytest.mark.parametrize("inside", [True, False])
def test_within_strata_and_around_them(inside: bool) -> None:
    """Of the first stratum, sentences 1 and 2, the one that fluctuates is the best; of the second there is only 0."""
    if inside:
        policy: QueryPolicy = FluctuationHistoryPolicy(StratifiedPolicy(MnlpPolicy(), strata=2))
    else:
        policy = StratifiedPolicy(FluctuationHistoryPolicy(MnlpPolicy()), strata=2)
    assert policy.num_earlier == 2
    order = chosen(policy, candidates(EARLIER, lengths=(9, 1, 1)))
    assert set(order[:2]) == {0, 1}
    assert order[2] == 2


def test_a_query_gets_the_earlier_scores_and_gives_its_own() -> None:
    """Scores 0.11, 0.51, 0.36 and 0.69; the first has fluctuated. What is kept are the scores without that."""
    kept: List[np.ndarray] = []
    earlier = np.array([[3.0, NAN, NAN, NAN]])
    context = QueryContext(earlier=earlier, keep_scores=kept.append)
    policy = FluctuationHistoryPolicy(MnlpPolicy())
    queries = policy.select(sentences(), 4, predict, np.random.default_rng(0), context)
    assert [query.position for query in queries] == [0, 3, 1, 2]
    expected = -np.log([0.9, 0.6, 0.7, 0.5])
    np.testing.assert_allclose(kept, [expected], rtol=1e-6)
    assert [query.score for query in queries] == pytest.approx(expected[[0, 3, 1, 2]].tolist())


def test_a_committee_is_passed_on() -> None:
    policy = FluctuationHistoryPolicy(VoteEntropyPolicy(committee_size=4), window=5)
    assert (policy.committee_size, policy.num_earlier) == (4, 4)
    assert StratifiedPolicy(policy).num_earlier == 4


def test_mistakes_are_told() -> None:
    with pytest.raises(ConfigurationError, match="query_policy.window is 1; expected a whole number, 2 or more"):
        FluctuationHistoryPolicy(MnlpPolicy(), window=1)
    with pytest.raises(ConfigurationError, match="query_policy.weight is 1.5; expected a number from 0 to 1"):
        FluctuationHistoryPolicy(MnlpPolicy(), weight=1.5)
    with pytest.raises(
        ConfigurationError, match="query_policy.policy is a RandomPolicy, which has no scores; expected a policy"
    ):
        FluctuationHistoryPolicy(RandomPolicy())
    for inside in (FluctuationHistoryPolicy(MnlpPolicy()), StratifiedPolicy(FluctuationHistoryPolicy(MnlpPolicy()))):
        with pytest.raises(ConfigurationError, match="which makes ranks of its own; expected this policy inside"):
            FluctuationHistoryPolicy(inside)  # which would have no effect
