"""Diversity among the best of another policy."""

from dataclasses import replace
from typing import List, Sequence

import numpy as np
import pytest
import torch
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.query_policies import (
    BadgePolicy,
    BaldPolicy,
    Candidates,
    CoreSetPolicy,
    HybridPolicy,
    KmeansPolicy,
    LengthPolicy,
    MnlpPolicy,
    QueryPolicy,
    RandomPolicy,
    ScoredBatch,
    StratifiedPolicy,
    TypicalPolicy,
    VoteEntropyPolicy,
    WithoutRedundancyPolicy,
)
from seqmix_plugin.sentence import TaggedSentence


def candidates(ranks: Sequence[float], places: Sequence[float], expected: int) -> Candidates:
    """Candidates whose lengths are 1, 2, 3 and so on, with vectors on a line."""
    number = len(ranks)
    sentences = [TaggedSentence(f"s{n}", ("word",) * (n + 1)) for n in range(number)]
    scores, vectors = np.array(ranks, dtype=float), np.array(places, dtype=np.float32)[:, None]
    return Candidates(sentences, np.arange(number) + 1, scores, scores, np.arange(number), expected, vectors)


def chosen(policy: QueryPolicy, given: Candidates, size: int, seed: int = 0) -> List[int]:
    return policy.order(given, size, np.random.default_rng(seed)).tolist()


def test_clusters_among_the_best_by_hand() -> None:
    """The six best are at 0, 1, 2 | 20, 21, 22; what is asked for beyond them follows by score."""
    given = candidates([9, 1, 8, 7, 6, 2, 5, 4], [0, 500, 1, 2, 20, 400, 21, 22], 2)
    policy = HybridPolicy(MnlpPolicy(), KmeansPolicy())
    for seed in range(5):
        assert set(chosen(policy, given, 2, seed)) == {2, 6}
        everything = chosen(policy, given, 8, seed)
        assert set(everything[:2]) == {2, 6}
        assert sorted(everything[:6]) == [0, 2, 3, 4, 6, 7]
        assert everything[6:] == [5, 1]
    assert set(chosen(HybridPolicy(MnlpPolicy(), KmeansPolicy(), factor=1), given, 2)) == {0, 2}


def test_within_strata_each_has_clusters_of_its_own() -> None:
    """The issue's trial: of each stratum the best, three times as many as are queried of it, then clusters."""
    rng = np.random.default_rng(0)
    given = candidates(rng.random(100).tolist(), rng.random(100).tolist(), 10)
    policy = StratifiedPolicy(HybridPolicy(MnlpPolicy(), KmeansPolicy(), factor=3), strata=5)
    order = chosen(policy, given, 10)
    assert sorted(place // 20 for place in order) == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]
    for stratum in range(5):
        inside = np.arange(20 * stratum, 20 * stratum + 20)
        best = set(inside[np.argsort(-given.ranks[inside])][:6].tolist())
        assert best.issuperset(place for place in order if place // 20 == stratum)


def test_a_random_choice_among_the_best() -> None:
    given = candidates([5, 4, 3, 2, 1, 0], [0] * 6, 1)
    policy = HybridPolicy(MnlpPolicy(), RandomPolicy())
    shuffled = (replace(given, ties=np.random.default_rng(seed).permutation(6)) for seed in range(30))
    firsts = {chosen(policy, one, 1)[0] for one in shuffled}
    assert firsts == {0, 1, 2}
    longest = chosen(HybridPolicy(LengthPolicy(), TypicalPolicy()), candidates([0] * 6, [0, 1, 2, 3, 4, 9], 1), 3)
    assert longest == [4, 3, 5]


def test_one_prediction_serves_both() -> None:
    torch.manual_seed(0)
    mask = torch.ones(3, 2, dtype=torch.bool)
    probabilities = torch.rand(1, 3, 2, 4).softmax(-1)
    given = ScoredBatch(np.arange(3), probabilities, probabilities.argmax(-1), mask, None, torch.randn(3, 2, 5))
    policy = HybridPolicy(MnlpPolicy(), BadgePolicy())
    assert torch.equal(policy.score(given), MnlpPolicy().score(given))
    assert torch.equal(policy.vectors(given), BadgePolicy().vectors(given))


def needs(policy: QueryPolicy) -> "tuple":
    parts = (policy.has_scores, policy.needs_vectors, policy.needs_labelled_vectors)
    return (policy.committee_size, policy.num_samples, *parts)


def test_the_needs_of_both_are_combined() -> None:
    assert needs(HybridPolicy(MnlpPolicy(), KmeansPolicy())) == (1, 0, True, True, False)
    assert needs(HybridPolicy(VoteEntropyPolicy(), CoreSetPolicy())) == (3, 0, True, True, True)
    assert needs(HybridPolicy(LengthPolicy(), TypicalPolicy())) == (1, 0, False, True, True)
    assert needs(HybridPolicy(BaldPolicy(), RandomPolicy())) == (1, 10, True, False, False)
    strata = StratifiedPolicy(HybridPolicy(VoteEntropyPolicy(), KmeansPolicy()))
    assert needs(strata) == (3, 0, True, True, False)
    assert needs(WithoutRedundancyPolicy(strata, max_cosine=0.9)) == (3, 0, True, True, True)
    assert needs(WithoutRedundancyPolicy(BaldPolicy())) == (1, 10, True, False, False)


def test_parts_that_do_not_fit_are_refused() -> None:
    with pytest.raises(
        ConfigurationError, match=r"^query_policy.diversity scores sentences; expected a policy without"
    ):
        HybridPolicy(MnlpPolicy(), StratifiedPolicy(MnlpPolicy()))
    with pytest.raises(ConfigurationError, match="^query_policy.policy uses vectors, as does that of 'diversity'"):
        HybridPolicy(StratifiedPolicy(KmeansPolicy()), CoreSetPolicy())
    with pytest.raises(ConfigurationError, match="^query_policy.policy scores predictions with dropout"):
        HybridPolicy(StratifiedPolicy(BaldPolicy()), KmeansPolicy())
    with pytest.raises(ConfigurationError, match="^query_policy.policy scores predictions with dropout"):
        WithoutRedundancyPolicy(BaldPolicy(), max_cosine=0.9)
    with pytest.raises(ConfigurationError, match="query_policy.factor is 0; expected a whole number, 1 or more"):
        HybridPolicy(MnlpPolicy(), KmeansPolicy(), factor=0)
