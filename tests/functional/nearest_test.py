"""Cross-domain similarity local scaling and restrictions of the table."""

from typing import Tuple

import pytest
import torch
from torch.nn.functional import cosine_similarity

from seqmix_plugin.functional import mean_neighbour_similarity, nearest, satisfied, word_shape

NONE = torch.full((1, 1), -1)


def table() -> torch.Tensor:
    """Four rows with the mean (1, 2): around it they are (1, 0), (0, 1), (−1, 0) and (0, −1)."""
    return torch.tensor([[2.0, 2.0], [1.0, 3.0], [0.0, 2.0], [1.0, 1.0]])


def test_mean_similarity_by_hand() -> None:
    """Each row is at right angles to two others and opposite to the third."""
    assert mean_neighbour_similarity(table(), 1).tolist() == pytest.approx([0, 0, 0, 0])
    assert mean_neighbour_similarity(table(), 3).tolist() == pytest.approx([-1 / 3] * 4)
    assert mean_neighbour_similarity(table(), 10).tolist() == pytest.approx([-1 / 3] * 4)  # there are three


def test_csls_by_hand() -> None:
    """
    Rows at 0°, 30°, 60° and the mirrored ones, so that the mean is 0. With k = 2, r is 0.866 for the middle one of each
    three, and (0.866 + 0.5) / 2 = 0.683 for the outer ones. A vector at 25° has the cosines 0.906, 0.996 and 0.819:
    2 cos − r is 1.130, 1.126 and 0.955, so that the row at 0° is nearer than the hub at 30°.
    """
    degrees = torch.tensor([0.0, 30, 60, 180, 210, 240])
    rows = torch.stack((degrees.deg2rad().cos(), degrees.deg2rad().sin()), dim=-1)
    density = mean_neighbour_similarity(rows, 2)
    assert density.tolist() == pytest.approx([0.683, 0.866, 0.683] * 2, abs=1e-3)
    angle = torch.tensor(25.0).deg2rad()
    vector = torch.stack((angle.cos(), angle.sin())).unsqueeze(0)
    assert nearest(vector, rows, NONE, "cosine").tolist() == [1]
    assert nearest(vector, rows, NONE, "csls", density=density).tolist() == [0]


def test_csls_is_of_centred_vectors() -> None:
    """From the mean (1, 2) the first row is at the smallest angle, from the origin the second, 11° against 15°."""
    moved = table() + torch.tensor([100.0, -7.0])
    vector = torch.tensor([[1.2, 2.1]])
    assert nearest(vector, table(), NONE, "cosine").tolist() == [1]
    assert nearest(vector, table(), NONE, "csls").tolist() == [0]
    assert nearest(vector + torch.tensor([100.0, -7.0]), moved, NONE, "csls").tolist() == [0]


def brute_force(vectors: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
    centred, others = vectors - rows.mean(0), rows - rows.mean(0)
    among = cosine_similarity(others[:, None], others[None], dim=-1)
    density = torch.tensor(
        [sum(sorted(among[i, j].item() for j in range(len(rows)) if j != i)[-10:]) / 10 for i in range(len(rows))]
    )
    return (2 * cosine_similarity(centred[:, None], others[None], dim=-1) - density).argmax(-1)


@pytest.mark.parametrize("chunk_size", [1, 7, 4096])
def test_chunks_give_what_brute_force_gives(chunk_size: int) -> None:
    torch.manual_seed(0)
    vectors, rows = torch.randn(20, 5) + 1, torch.randn(30, 5) + 1
    found = nearest(vectors, rows, torch.full((20, 1), -1), "csls", chunk_size)
    assert found.tolist() == brute_force(vectors, rows).tolist()
    density = mean_neighbour_similarity(rows, chunk_size=chunk_size)
    torch.testing.assert_close(density, mean_neighbour_similarity(rows))


def test_hubs_are_chosen_less_often() -> None:
    """Mixed vectors are shorter than those of the table, and so near its few short ones by L2."""
    torch.manual_seed(0)
    rows = torch.randn(300, 40) * (1 + torch.rand(300, 1))
    parents = torch.randint(300, (500, 2))
    vectors = rows[parents].mean(1)
    distinct = [len(nearest(vectors, rows, parents, distance).unique()) for distance in ("l2", "csls")]
    assert distinct[1] > 1.5 * distinct[0]


def restriction() -> Tuple[torch.Tensor, torch.Tensor]:
    """Rows 1 and 2 have the first feature, row 3 the second; three vectors want the first, the second, the third."""
    return torch.eye(3), torch.tensor([[0.0, 0, 0], [1, 0, 0], [1, 0, 0], [0, 1, 0]])


@pytest.mark.parametrize("distance", ["l2", "cosine", "csls"])
def test_only_rows_with_a_wanted_feature_are_chosen(distance: str) -> None:
    vectors = torch.tensor([[2.0, 2.0]] * 3)
    rows = nearest(vectors, table(), torch.full((3, 1), -1), distance, restrictions=[restriction()])
    assert rows[1:].tolist() == [3, 0]  # no row has the third feature: the nearest of all
    assert int(rows[0]) in (1, 2)
    assert satisfied(rows, [restriction()]).tolist() == [True, True, False]


def test_restrictions_hold_together_and_excluded_rows_stay_excluded() -> None:
    vectors, second = torch.tensor([[0.0, 2.0]] * 3), torch.tensor([[0.0], [1.0], [0.0], [1.0]])
    both = [restriction(), (torch.ones(3, 1), second)]
    free, taken = torch.full((3, 1), -1), torch.tensor([[1], [-1], [2]])
    assert nearest(vectors, table(), free, restrictions=both).tolist() == [1, 3, 2]
    # The only row that is left to the first vector is excluded, and so is the nearest of all of the third.
    assert nearest(vectors, table(), taken, restrictions=both).tolist()[0] == 2
    assert nearest(vectors, table(), taken, restrictions=both).tolist()[2] != 2


@pytest.mark.parametrize(
    ("word", "shape"),
    [
        ("Oslo", "Xx"),
        ("EU", "X"),
        ("12.5", "0.0"),
        ("U.S.", "X.X."),
        ("McKay", "XxXx"),
        ("...", "."),
        ("1996-08", "0-0"),
    ],
)
def test_shapes(word: str, shape: str) -> None:
    assert word_shape(word) == shape
