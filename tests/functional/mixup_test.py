from typing import Dict

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from seqmix_plugin.functional import (
    dominant_distribution,
    mix_distributions,
    mix_vectors,
    nearest,
    sample_lambda,
    smoothed_distribution,
)


def none_excluded(count: int) -> torch.Tensor:
    return torch.full((count, 1), -1)


def brute_force(vectors: torch.Tensor, table: torch.Tensor, excluded: torch.Tensor, distance: str) -> torch.Tensor:
    if distance == "cosine":
        distances = 1 - torch.nn.functional.cosine_similarity(vectors[:, None], table[None], dim=-1)
    else:
        distances = (vectors[:, None] - table[None]).norm(dim=-1)
    for row, banned in zip(distances, excluded, strict=True):
        row[banned[banned >= 0]] = torch.inf
    return distances.argmin(-1)


def test_vectors_are_mixed_with_the_weight_of_their_pair() -> None:
    first, second = torch.tensor([[1.0, 0.0], [4.0, 2.0]]), torch.tensor([[0.0, 1.0], [0.0, 10.0]])
    mixed = mix_vectors(first, second, torch.tensor([0.75, 0.5]))
    assert mixed.tolist() == [[0.75, 0.25], [2.0, 6.0]]


def test_the_length_of_mixed_vectors_is_restored() -> None:
    """λ ‖a‖ + (1 − λ) ‖b‖ is 0.5 · 6 + 0.5 · 8 = 7 where the mixed vector (3, 4) has 5, and 0.75 · 4 + 0.25 · 8 = 5."""
    first, second = torch.tensor([[6.0, 0.0], [4.0, 0.0]]), torch.tensor([[0.0, 8.0], [-8.0, 0.0]])
    weights = torch.tensor([0.5, 0.75])
    assert mix_vectors(first, second, weights).tolist() == [[3.0, 4.0], [1.0, 0.0]]
    restored = mix_vectors(first, second, weights, restore_norm=True)
    torch.testing.assert_close(restored, torch.tensor([[4.2, 5.6], [5.0, 0.0]]))


def test_opposite_vectors_cancel_and_have_no_direction_to_restore() -> None:
    vector = torch.tensor([[1.0, 2.0]])
    assert mix_vectors(vector, -vector, torch.tensor([0.5]), restore_norm=True).tolist() == [[0.0, 0.0]]


def test_nearest_by_hand() -> None:
    table = torch.tensor([[0.0, 0.0], [3.0, 0.0], [0.0, 4.0]])
    vectors = torch.tensor([[1.0, 1.0], [2.0, 0.0], [0.0, 2.1]])
    assert nearest(vectors, table, none_excluded(3)).tolist() == [0, 1, 2]


def test_cosine_and_l2_differ() -> None:
    table = torch.tensor([[10.0, 0.0], [0.0, 1.0]])
    vector = torch.tensor([[1.0, 0.5]])
    # 9.01 and 1.12 away, but at angles with cosine 0.89 and 0.45.
    assert nearest(vector, table, none_excluded(1), "l2").tolist() == [1]
    assert nearest(vector, table, none_excluded(1), "cosine").tolist() == [0]


def test_l2_is_not_the_inner_product() -> None:
    table = torch.tensor([[1.0, 0.0], [100.0, 0.0]])
    assert nearest(torch.tensor([[2.0, 0.0]]), table, none_excluded(1)).tolist() == [0]


def test_of_equally_near_rows_the_first_is_taken() -> None:
    table = torch.tensor([[5.0], [1.0], [-1.0], [1.0]])
    assert nearest(torch.tensor([[0.0], [1.0]]), table, none_excluded(2)).tolist() == [1, 1]


@pytest.mark.parametrize("distance", ["l2", "cosine"])
def test_excluded_rows_are_passed_over(distance: str) -> None:
    table = torch.tensor([[1.0, 0.0], [1.0, 0.1], [1.0, 0.2], [1.0, 0.3]])
    vectors = torch.tensor([[1.0, 0.0]] * 4)
    excluded = torch.tensor([[-1, -1], [0, -1], [1, 0], [0, 0]])
    assert nearest(vectors, table, excluded, distance).tolist() == [0, 1, 2, 1]


def test_exclusion_leaves_the_table_alone() -> None:
    table = torch.tensor([[1.0], [2.0]])
    nearest(torch.tensor([[1.0]]), table, torch.tensor([[0]]))
    assert table.tolist() == [[1.0], [2.0]]


@pytest.mark.parametrize("distance", ["l2", "cosine"])
@pytest.mark.parametrize("chunk_size", [1, 3, 7, 20, 4096])
def test_chunks_give_what_brute_force_gives(distance: str, chunk_size: int) -> None:
    torch.manual_seed(0)
    vectors, table = torch.randn(20, 5), torch.randn(30, 5)
    excluded = torch.randint(-1, 30, (20, 2))
    expected = brute_force(vectors, table, excluded, distance)
    torch.testing.assert_close(nearest(vectors, table, excluded, distance, chunk_size), expected)


def test_no_vectors_give_no_rows() -> None:
    result = nearest(torch.empty(0, 2), torch.ones(3, 2), torch.empty(0, 1, dtype=torch.long))
    assert result.shape == (0,)
    assert result.dtype == torch.long


def test_mix_by_hand() -> None:
    mixed = mix_distributions({"B-PER": 1.0}, {"O": 1.0}, 0.75)
    assert mixed == {"B-PER": 0.75, "O": 0.25}
    # 0.25 · 0.2 + 0.75 · 0.4 = 0.35 and 0.25 · 0.8 + 0.75 · 0.6 = 0.65
    assert mix_distributions({"A": 0.2, "O": 0.8}, {"A": 0.4, "O": 0.6}, 0.25) == pytest.approx({"A": 0.35, "O": 0.65})


def test_equal_labels_stay_one_hot() -> None:
    assert mix_distributions({"O": 1.0}, {"O": 1.0}, 0.3) == {"O": 1.0}


def test_the_borders_of_lambda_give_the_parents() -> None:
    first, second = {"A": 0.9, "O": 0.1}, {"B": 1.0}
    assert mix_distributions(first, second, 1.0) == first
    assert mix_distributions(first, second, 0.0) == second


def distributions() -> st.SearchStrategy[Dict[str, float]]:
    weights = st.dictionaries(st.sampled_from(["O", "B-X", "I-X", "B-Y"]), st.integers(1, 9), min_size=1)
    return weights.map(lambda counts: {tag: count / sum(counts.values()) for tag, count in counts.items()})


@settings(deadline=None)
@given(distributions(), distributions(), st.floats(0, 1))
def test_mixed_labels_sum_to_one(first: Dict[str, float], second: Dict[str, float], lam: float) -> None:
    mixed = mix_distributions(first, second, lam)
    assert sum(mixed.values()) == pytest.approx(1)
    assert all(probability > 0 for probability in mixed.values())
    assert mixed.keys() <= first.keys() | second.keys()
    for tag, probability in mixed.items():
        assert probability == pytest.approx(lam * first.get(tag, 0) + (1 - lam) * second.get(tag, 0))
    turned = mix_distributions(second, first, 1 - lam)
    for tag in first.keys() | second.keys():
        assert mixed.get(tag, 0) == pytest.approx(turned.get(tag, 0))


def test_lambda_follows_from_the_generator() -> None:
    draws = [sample_lambda(8.0, np.random.default_rng(3)) for _ in range(2)]
    assert draws[0] == draws[1]
    assert isinstance(draws[0], float)
    rng = np.random.default_rng(3)
    assert sample_lambda(8.0, rng) != sample_lambda(8.0, rng)


@pytest.mark.parametrize("alpha", [0.1, 1.0, 8.0])
def test_lambda_is_beta_of_alpha_and_alpha(alpha: float) -> None:
    """Beta(α, α) has mean 1/2 and variance 1 / (4 (2α + 1))."""
    rng = np.random.default_rng(0)
    draws = np.array([sample_lambda(alpha, rng) for _ in range(4000)])
    assert draws.min() >= 0
    assert draws.max() <= 1
    assert draws.mean() == pytest.approx(0.5, abs=0.03)
    assert draws.var() == pytest.approx(1 / (4 * (2 * alpha + 1)), rel=0.1)


def test_labels_of_the_larger_part() -> None:
    first, second = {"B-PER": 1.0}, {"A": 0.4, "O": 0.6}
    assert [dominant_distribution(first, second, lam) for lam in (0.9, 0.5, 0.49)] == [first, first, second]


def test_smoothed_labels_by_hand() -> None:
    """λ′ = 0.75 of A, or of B, and 0.25 spread over four tags: 0.75 + 0.0625 and 0.0625 each."""
    tags = ["A", "B", "I", "O"]
    rest = dict.fromkeys(tags, 0.0625)
    assert smoothed_distribution({"A": 1.0}, {"B": 1.0}, 0.75, tags) == {**rest, "A": 0.8125}
    assert smoothed_distribution({"A": 1.0}, {"B": 1.0}, 0.25, tags) == {**rest, "B": 0.8125}
    assert smoothed_distribution({"A": 1.0}, {"B": 1.0}, 1.0, tags) == {"A": 1.0}
