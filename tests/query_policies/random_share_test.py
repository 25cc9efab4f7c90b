"""A share of each query at random."""

import numpy as np
import pytest
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.query_policies import Candidates, MnlpPolicy, QueryPolicy, RandomPolicy, RandomSharePolicy
from seqmix_plugin.sentence import TaggedSentence
from tests.query_policies.stratified_test import candidates, chosen


def ascending(size: int) -> Candidates:
    """MNLP takes the last first."""
    scores = np.arange(float(size))
    return Candidates([TaggedSentence("s", ("word",))] * size, np.ones(size, int), scores, scores, np.arange(size), 5)


def test_a_fifth_is_drawn_and_the_others_are_the_best() -> None:
    """Of so many candidates hardly any drawn one is among the best."""
    order = chosen(RandomSharePolicy(MnlpPolicy()), ascending(100_000), 50)
    assert [place for place in order if place >= 99_000] == list(range(99_999, 99_959, -1))
    assert len(set(order)) == 50


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 1.0])
def test_any_beginning_has_the_share(share: float) -> None:
    order = np.array(chosen(RandomSharePolicy(MnlpPolicy(), share), ascending(100_000), 200))
    is_random = order < 99_800
    assert np.abs(is_random.cumsum() - share * np.arange(1, 201)).max() <= 1


def test_every_candidate_may_be_drawn_at_any_place() -> None:
    orders = np.array([chosen(RandomSharePolicy(MnlpPolicy(), 0.5), ascending(6), 2, seed) for seed in range(300)])
    assert set(orders[:, 0]) == set(orders[:, 1]) == set(range(6))
    assert np.mean(orders[:, 0] == 5) == pytest.approx(1 / 2 + 1 / 12, abs=0.1)


@pytest.mark.parametrize("policy", [MnlpPolicy(), RandomPolicy()])
def test_all_candidates(policy: QueryPolicy) -> None:
    assert sorted(chosen(RandomSharePolicy(policy, 0.4), ascending(17), 17)) == list(range(17))


def test_the_other_policy_is_told_how_many_it_will_give() -> None:
    class Told(MnlpPolicy):
        def order(self, candidates: Candidates, size: int, rng: np.random.Generator) -> np.ndarray:
            told.append((candidates.expected, size))
            return super().order(candidates, size, rng)

    told: list[tuple[int, int]] = []
    given = candidates([3] * 300, list(range(300)), 100)
    chosen(RandomSharePolicy(Told(), 0.25), given, 200)
    chosen(RandomSharePolicy(Told(), 1), given, 200)
    assert told == [(75, 200), (1, 200)]


def test_mistakes_are_told() -> None:
    with pytest.raises(ConfigurationError, match=r"query_policy.share is 1.5; expected a number from 0 to 1"):
        RandomSharePolicy(MnlpPolicy(), share=1.5)
