"""How typical a vector is of its cluster."""

import numpy as np
import pytest

from seqmix_plugin.functional import neighbour_distance, typicality

CLUSTERS = np.array([0, 1, 0, 0, 2, 1])
VECTORS = np.array([0, 5, 1, 4, 9, 7], dtype=np.float32)[:, None]


def test_the_mean_distance_from_the_nearest_by_hand() -> None:
    """Cluster 0 has 0, 1 and 4; cluster 1 has 5 and 7; cluster 2 has 9 alone."""
    nearest = neighbour_distance(VECTORS, CLUSTERS, np.random.default_rng(0), neighbours=1)
    assert nearest == pytest.approx([1, 2, 1, 3, np.inf, 2])
    both = neighbour_distance(VECTORS, CLUSTERS, np.random.default_rng(0))
    assert both == pytest.approx([2.5, 2, 2, 3.5, np.inf, 2])


@pytest.mark.parametrize("neighbours", [1, 3, 20])
def test_it_is_that_of_all_distances(neighbours: int) -> None:
    rng = np.random.default_rng(neighbours)
    vectors, clusters = rng.normal(size=(40, 3)).astype(np.float32), rng.integers(0, 3, 40)
    found = neighbour_distance(vectors, clusters, rng, neighbours)
    for place, vector in enumerate(vectors):
        others = np.flatnonzero((clusters == clusters[place]) & (np.arange(40) != place))
        lengths = np.sort(np.linalg.norm(vectors[others] - vector, axis=1))
        assert found[place] == pytest.approx(lengths[:neighbours].mean(), rel=1e-3)


def test_of_a_large_cluster_some_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a line of 60 evenly spaced numbers, of which 30 are drawn, neighbours are about twice as far."""
    vectors = np.arange(60, dtype=np.float32)[:, None]
    same = np.zeros(60, dtype=int)
    exact = neighbour_distance(vectors, same, np.random.default_rng(0), 10)
    monkeypatch.setattr(typicality, "MAX_REFERENCES", 30)
    monkeypatch.setattr(typicality, "CHUNK", 1)  # chunks of a few rows
    about = neighbour_distance(vectors, same, np.random.default_rng(0), 10)
    assert np.isfinite(about).all()
    assert 1.5 < about[20:40].mean() / exact[20:40].mean() < 2.5
    again = neighbour_distance(vectors, same, np.random.default_rng(0), 10)
    assert again.tolist() == about.tolist()


def test_a_vector_is_not_its_own_neighbour() -> None:
    vectors = np.array([[0.0], [3.0]], dtype=np.float32)
    assert neighbour_distance(vectors, np.zeros(2, dtype=int), np.random.default_rng(0)) == pytest.approx([3, 3])
