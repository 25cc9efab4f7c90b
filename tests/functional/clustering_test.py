"""Choosing among vectors, compared with brute force."""

from itertools import combinations, pairwise, product
from typing import List, Tuple

import numpy as np
import pytest

from seqmix_plugin.functional import clustering, in_turns, k_center_greedy, kmeans, kmeans_plus_plus, nearest_centres


def on_a_line(*numbers: float) -> np.ndarray:
    return np.array(numbers, dtype=np.float32)[:, None]


def drawn(seed: int, number: int = 30, dimension: int = 3) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(number, dimension)).astype(np.float32)


def distances(vectors: np.ndarray, others: np.ndarray) -> np.ndarray:
    return np.linalg.norm(vectors[:, None].astype(float) - others[None], axis=-1)


def radius(vectors: np.ndarray, chosen: List[int]) -> float:
    return distances(vectors, vectors[chosen]).min(1).max()


def test_the_greedy_k_centre_by_hand() -> None:
    """The mean is 4.4: 5 is nearest to it, 10 is farthest from 5 (0 is as far, and later), 0 from both, 7 from all."""
    vectors = on_a_line(10, 5, 7, 0, 0)
    assert k_center_greedy(vectors, 4).tolist() == [1, 0, 3, 2]
    assert k_center_greedy(vectors, 5).tolist() == [1, 0, 3, 2, 4]
    assert k_center_greedy(vectors, 2, covered=on_a_line(9, 5)).tolist() == [3, 2]


@pytest.mark.parametrize("seed", range(5))
def test_the_greedy_k_centre_is_the_naive_one_and_within_twice_the_best(seed: int) -> None:
    vectors, covered = drawn(seed, 12), drawn(seed + 100, 3)
    chosen = k_center_greedy(vectors, 12, covered).tolist()
    assert sorted(chosen) == list(range(12))
    for end in range(12):
        known = np.concatenate((covered, vectors[chosen[:end]]))
        assert distances(vectors, known).min(1)[chosen[end]] == pytest.approx(distances(vectors, known).min(1).max())
    greedy = k_center_greedy(vectors, 3).tolist()
    best = min(radius(vectors, list(some)) for some in combinations(range(12), 3))
    assert best <= radius(vectors, greedy) <= 2 * best


def test_the_seeding_draws_by_squared_distance() -> None:
    """From 0, of 1 and 3, the latter is drawn with probability 9/10; what equals a drawn one is never drawn before."""
    vectors = on_a_line(0, 1, 3, 0)
    seconds = [int(kmeans_plus_plus(vectors, 2, np.random.default_rng(seed), first=0)[1]) for seed in range(1000)]
    counts = np.bincount(seconds, minlength=4)
    assert counts[[0, 3]].tolist() == [0, 0]
    assert 870 <= counts[2] <= 930
    firsts = [int(kmeans_plus_plus(vectors, 1, np.random.default_rng(seed))[0]) for seed in range(1000)]
    assert min(np.bincount(firsts)) >= 200


def test_the_seeding_of_equal_vectors_is_uniform() -> None:
    for seed in range(10):
        chosen = kmeans_plus_plus(np.ones((5, 2), dtype=np.float32), 5, np.random.default_rng(seed))
        assert sorted(chosen.tolist()) == [0, 1, 2, 3, 4]
    thirds = {
        int(kmeans_plus_plus(on_a_line(0, 1, 1, 1, 1), 3, np.random.default_rng(seed), first=0)[2])
        for seed in range(60)
    }
    assert thirds == {1, 2, 3, 4}


@pytest.mark.parametrize("seed", range(5))
def test_any_beginning_of_the_seeding_is_the_seeding_of_fewer(seed: int) -> None:
    vectors = drawn(seed)
    everything = kmeans_plus_plus(vectors, 30, np.random.default_rng(seed)).tolist()
    assert sorted(everything) == list(range(30))
    assert kmeans_plus_plus(vectors, 7, np.random.default_rng(seed)).tolist() == everything[:7]


def inertia(vectors: np.ndarray, clusters: Tuple[int, ...]) -> float:
    parts = [vectors[np.array(clusters) == one].astype(float) for one in set(clusters)]
    return float(sum(((part - part.mean(0)) ** 2).sum() for part in parts))


@pytest.mark.parametrize("seed", range(5))
def test_clusters_far_apart_are_the_best_partition(seed: int) -> None:
    rng = np.random.default_rng(seed)
    places = rng.permutation([0, 0, 0, 1, 1, 2, 2])
    vectors = (np.array([[0, 0], [9, 0], [0, 9]])[places] + rng.normal(0, 0.5, (7, 2))).astype(np.float32)
    clusters, squared = kmeans(vectors, 3, rng)
    best = min(inertia(vectors, some) for some in product(range(3), repeat=7))
    assert inertia(vectors, tuple(clusters)) == pytest.approx(best, rel=1e-5)
    assert squared.sum() == pytest.approx(best, rel=1e-4)


@pytest.mark.parametrize("seed", range(5))
def test_clusters_stay_as_they_are_once_found(seed: int) -> None:
    vectors = drawn(seed, 40)
    clusters, squared = kmeans(vectors, 4, np.random.default_rng(seed), max_iterations=100)
    assert set(clusters.tolist()) == {0, 1, 2, 3}
    centres = np.stack([vectors[clusters == one].mean(0) for one in range(4)])
    assert distances(vectors, centres).argmin(1).tolist() == clusters.tolist()
    assert squared == pytest.approx(distances(vectors, centres).min(1) ** 2, abs=1e-5)


@pytest.mark.parametrize("seed", range(5))
def test_moving_the_centres_never_makes_it_worse(seed: int) -> None:
    vectors = drawn(seed, 40)
    sums = [kmeans(vectors, 5, np.random.default_rng(seed), most)[1].sum() for most in range(8)]
    assert all(after <= before + 1e-4 for before, after in pairwise(sums))
    assert sums[-1] < sums[0]


def test_more_clusters_than_different_vectors() -> None:
    clusters, squared = kmeans(on_a_line(1, 1, 1, 5), 3, np.random.default_rng(0))
    assert len(set(clusters[:3].tolist())) == 1
    assert clusters[3] != clusters[0]
    assert squared == pytest.approx(np.zeros(4), abs=1e-6)


def test_chunks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors, centres = drawn(0, 50), drawn(1, 6)
    whole = nearest_centres(vectors, centres), kmeans(vectors, 4, np.random.default_rng(0))
    monkeypatch.setattr(clustering, "CHUNK", 7)
    parts = nearest_centres(vectors, centres), kmeans(vectors, 4, np.random.default_rng(0))
    for one, other in zip(whole, parts, strict=True):
        assert one[0].tolist() == other[0].tolist()
        assert one[1] == pytest.approx(other[1], abs=1e-5)
    assert whole[0][0].tolist() == distances(vectors, centres).argmin(1).tolist()


def test_no_vectors_have_no_nearest_centre() -> None:
    clusters, squared = nearest_centres(np.zeros((0, 2), dtype=np.float32), drawn(0, 2, 2))
    assert (clusters.shape, squared.shape) == ((0,), (0,))


def test_turns_by_hand() -> None:
    """Cluster 1 has three members, cluster 0 two, cluster 2 one."""
    clusters = np.array([0, 1, 1, 2, 1, 0])
    costs = np.array([0.2, 0.3, 0.1, 0.0, 0.3, 0.1])
    ties = np.array([0, 5, 2, 3, 1, 4])
    assert in_turns(clusters, costs, ties).tolist() == [2, 5, 3, 4, 0, 1]
    assert in_turns(clusters, costs, ties, taken=np.array([0, 2, 1])).tolist() == [5, 0, 3, 2, 4, 1]
