"""Policies that choose by the vectors of the sentences."""

from typing import List, Optional, Sequence

import numpy as np
import pytest
import torch
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.query_policies import (
    BadgePolicy,
    Candidates,
    CoreSetPolicy,
    KmeansPolicy,
    LengthPolicy,
    QueryPolicy,
    ScoredBatch,
    TypicalPolicy,
)
from seqmix_plugin.sentence import TaggedSentence

POLICIES = [CoreSetPolicy(), KmeansPolicy(), BadgePolicy(), TypicalPolicy()]


def candidates(
    vectors: np.ndarray, expected: int, labelled: Optional[np.ndarray] = None, lengths: Optional[Sequence[int]] = None
) -> Candidates:
    number = len(vectors)
    sizes = np.ones(number, dtype=int) if lengths is None else np.array(lengths)
    sentences = [TaggedSentence(f"s{n}", ("word",) * size) for n, size in enumerate(sizes)]
    nothing, known = np.zeros(number), 0 if labelled is None else len(labelled)
    return Candidates(
        sentences,
        sizes,
        nothing,
        nothing,
        np.arange(number),
        expected,
        vectors.astype(np.float32),
        sentences[:known],
        None if labelled is None else labelled.astype(np.float32),
    )


def chosen(policy: QueryPolicy, given: Candidates, size: int, seed: int = 0) -> List[int]:
    return policy.order(given, size, np.random.default_rng(seed)).tolist()


def batch(probabilities: torch.Tensor, word_vectors: torch.Tensor, mask: torch.Tensor) -> ScoredBatch:
    positions = np.arange(len(mask))
    return ScoredBatch(positions, probabilities[None], probabilities.argmax(-1)[None], mask, None, word_vectors)


def groups(*sizes: int, seed: int = 0) -> np.ndarray:
    """Vectors around as many far places as there are sizes, one group after the other."""
    rng = np.random.default_rng(seed)
    return np.concatenate(
        [10 * np.eye(len(sizes))[n] + rng.normal(0, 0.1, (s, len(sizes))) for n, s in enumerate(sizes)]
    )


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: type(policy).__name__)
@pytest.mark.parametrize("size", [0, 1, 4, 11, 20])
def test_any_number_of_distinct_candidates(policy: QueryPolicy, size: int) -> None:
    given = candidates(groups(8, 6, 4, 2), 4, groups(1, 0, 2, 0))
    order = chosen(policy, given, size)
    assert len(order) == len(set(order)) == size
    assert chosen(policy, given, size) == order
    nothing = candidates(np.zeros((0, 4)), 0)
    assert chosen(policy, nothing, 0) == []


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: type(policy).__name__)
@pytest.mark.parametrize("seed", range(5))
def test_the_first_are_of_all_groups(policy: QueryPolicy, seed: int) -> None:
    order = chosen(policy, candidates(groups(8, 6, 4, 2), 4), 4, seed)
    assert {int(np.searchsorted([8, 14, 18], place, side="right")) for place in order} == {0, 1, 2, 3}


@pytest.mark.parametrize("policy", [CoreSetPolicy(), TypicalPolicy()], ids=lambda policy: type(policy).__name__)
@pytest.mark.parametrize("seed", range(5))
def test_groups_with_a_labelled_sentence_come_last(policy: QueryPolicy, seed: int) -> None:
    order = chosen(policy, candidates(groups(8, 6, 4, 2), 2, groups(1, 0, 1, 0, seed=1)), 2, seed)
    assert {int(np.searchsorted([8, 14, 18], place, side="right")) for place in order} == {1, 3}


def test_kmeans_takes_the_nearest_to_each_centre_of_larger_clusters_first() -> None:
    """Clusters 0, 1, 2 with the centre 1, and 10, 12 with the centre 11, of which both are as far."""
    given = candidates(np.array([[12.0], [0], [1], [2], [10]]), 2)
    for seed in range(5):
        assert chosen(KmeansPolicy(), given, 5, seed) == [2, 0, 1, 4, 3]


def test_typical_takes_the_one_among_most_others() -> None:
    """Of 0, 1, 2, 3, 9 the mean is 3, but 1 and 2 have the nearest neighbours."""
    given = candidates(np.array([[0.0], [1], [2], [3], [9]]), 1)
    assert chosen(TypicalPolicy(neighbours=2), given, 5) == [1, 2, 0, 3, 4]
    assert chosen(KmeansPolicy(), given, 5) == [3, 2, 1, 0, 4]
    assert chosen(TypicalPolicy(neighbours=20), given, 1) == [2]


def test_typical_counts_the_labelled_sentences_of_a_cluster() -> None:
    """Two of the larger group are labelled: two of the smaller one come first."""
    given = candidates(groups(8, 3), 1, groups(2, 0, seed=1))
    order = chosen(TypicalPolicy(max_clusters=2), given, 5)
    assert [place >= 8 for place in order] == [True, True, False, True, False]


def test_a_vector_is_the_mean_of_words_of_unit_length() -> None:
    words = torch.tensor([[[1.0, 2.0], [5.0, 6.0], [9.0, 9.0]], [[0.0, -2.0], [7.0, 7.0], [7.0, 7.0]]])
    mask = torch.tensor([[True, True, False], [True, False, False]])
    given = batch(torch.full((2, 3, 2), 0.5), words, mask)
    for policy in (KmeansPolicy(), CoreSetPolicy(), TypicalPolicy()):
        assert policy.vectors(given).flatten().tolist() == pytest.approx([0.6, 0.8, 0, -1])


def test_badge_draws_what_is_uncertain_by_long_gradients() -> None:
    """Both words of the first sentence are certain, the second is the most uncertain: always first."""
    vectors = np.array([[0, 0], [3, 0], [0, 1], [0, 0.9]])
    assert {chosen(BadgePolicy(), candidates(vectors, 2), 1, seed)[0] for seed in range(10)} == {1}
    seconds = [chosen(BadgePolicy(), candidates(vectors, 2), 2, seed)[1] for seed in range(60)]
    assert set(seconds) == {0, 2, 3}


def test_badge_projects_long_gradients_only() -> None:
    torch.manual_seed(0)
    mask = torch.ones(2, 3, dtype=torch.bool)
    given = batch(torch.rand(2, 3, 4).softmax(-1), torch.randn(2, 3, 100), mask)
    exact, projected = BadgePolicy(dimension=400).vectors(given), BadgePolicy(dimension=200).vectors(given)
    assert (exact.shape, projected.shape) == ((2, 400), (2, 200))
    assert torch.pdist(projected) == pytest.approx(torch.pdist(exact), rel=0.2)
    assert torch.equal(BadgePolicy(dimension=200).vectors(given), projected)
    for dimension, vectors in ((400, exact), (200, projected)):
        with torch.autocast("cpu", torch.bfloat16):  # as with trainer.scoring.dtype
            assert torch.equal(BadgePolicy(dimension=dimension).vectors(given), vectors)
    with pytest.raises(ConfigurationError, match="query_policy.dimension is 0; expected a whole number, 1 or more"):
        BadgePolicy(dimension=0)


def test_the_longest_sentences() -> None:
    assert chosen(LengthPolicy(), candidates(np.zeros((4, 1)), 2, lengths=[3, 9, 1, 9]), 3) == [1, 3, 0]
    assert not LengthPolicy().asks_models


def test_numbers_of_typical_are_checked() -> None:
    for key in ("neighbours", "max_clusters"):
        with pytest.raises(ConfigurationError, match=f"query_policy.{key} is 0; expected a whole number, 1 or more"):
            TypicalPolicy(**{key: 0})
