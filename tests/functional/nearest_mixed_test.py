"""The nearest rows of mixtures: by hand, and against a search of the whole table in float64."""

import sys
from typing import Dict, List, Optional, Tuple

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from seqmix_plugin.functional import Mixtures, Restriction, mean_neighbour_similarity, nearest, nearest_mixed
from seqmix_plugin.functional.mixture_scores import exact_scores, linear_scores

MODULE = sys.modules[nearest_mixed.__module__]  # its name is that of the function
DISTANCES = ("l2", "cosine", "csls")


def line(lambdas: List[float]) -> Mixtures:
    """Words at 0, 8 and 5.5 on a line from 0 to 10, of which the last is not in the table."""
    parents = torch.tensor([[0, 1]] * (len(lambdas) - 1) + [[2, 0]])
    return Mixtures(torch.tensor([[0.0], [8.0], [5.5]]), torch.tensor([0, 8, -1]), parents, torch.tensor(lambdas))


def test_by_hand() -> None:
    """0.25 · 0 + 0.75 · 8 = 6; at λ = 1 the nearest row is 0, a parent's; 4.5 is as near to 4 as to 5; 0.5 · 5.5."""
    table = torch.arange(11.0).unsqueeze(-1)
    assert nearest_mixed(line([0.25, 1.0, 0.4375, 0.5]), table).tolist() == [6, 1, 4, 3]


def test_linear_scores_are_those_of_the_distance_times_a_number_of_the_mixture() -> None:
    torch.manual_seed(0)
    table, sources = torch.randn(9, 4) + 1, torch.randn(5, 4)
    for distance in DISTANCES:
        for restore_norm in (False, True):
            mixtures = Mixtures(sources, torch.full((5,), -1), torch.randint(5, (20, 2)), torch.rand(20), restore_norm)
            density = mean_neighbour_similarity(table)
            scores = linear_scores(mixtures, table, distance, density)
            inner = scores.sources @ scores.table.T - scores.offset
            first, second = (inner[column] for column in mixtures.parents.unbind(-1))
            linear = torch.lerp(second, first, mixtures.lam.unsqueeze(-1))
            for coefficient, values in scores.terms:
                linear += coefficient.unsqueeze(-1) * values
            exact = torch.stack(
                [
                    exact_scores(mixtures.vectors(), torch.full((20,), row), table, distance, density)
                    for row in range(len(table))
                ],
                dim=-1,
            )
            # Differences of rows in units of the first difference, which are free of the number.
            ratio = (linear - linear[:, :1]) / (linear[:, 1:2] - linear[:, :1])
            expected = (exact - exact[:, :1]) / (exact[:, 1:2] - exact[:, :1])
            torch.testing.assert_close(ratio, expected.float(), rtol=1e-3, atol=1e-3)
            assert (linear.argmax(-1) == exact.argmax(-1)).all()


def a_case(seed: int, size: int, dimension: int, repeated: bool) -> Tuple[Mixtures, torch.Tensor]:
    """A table, some of it twice, and mixtures of some of its rows and other vectors."""
    rng = torch.Generator().manual_seed(seed)
    table = torch.randn(size, dimension, generator=rng) * (0.5 + torch.rand(size, 1, generator=rng))
    if repeated:
        table[size // 2 :] = table[: size - size // 2].clone()
    own = torch.cat((torch.randperm(size, generator=rng)[:6], torch.full((3,), -1)))
    sources = torch.cat((table[own[:6]], torch.randn(3, dimension, generator=rng)))
    lam = torch.rand(40, generator=rng)
    lam[:3] = torch.tensor([0.0, 1.0, 1e-9])
    return Mixtures(sources, own, torch.randint(9, (40, 2), generator=rng), lam), table


def restrictions(seed: int, size: int) -> List[Restriction]:
    rng = torch.Generator().manual_seed(seed)
    return [
        (
            (torch.rand(40, features, generator=rng) < 0.4).float(),
            (torch.rand(size, features, generator=rng) < share).float(),
        )
        for features, share in ((4, 0.3), (3, 0.4))
    ]


def brute_force(
    mixtures: Mixtures,
    table: torch.Tensor,
    distance: str,
    density: Optional[torch.Tensor],
    wanted: List[Restriction],
) -> torch.Tensor:
    """All scores in float64, less those of the parents and of rows without what is wanted."""
    vectors = mixtures.vectors()
    scores = torch.stack(
        [
            exact_scores(vectors, torch.full((len(vectors),), row), table, distance, density)
            for row in range(len(table))
        ],
        dim=-1,
    )
    for place, parents in enumerate(mixtures.own[mixtures.parents]):
        scores[place, parents[parents >= 0]] = -torch.inf
    some = scores.clone()
    for wants, had in wanted:
        some[wants @ had.T == 0] = -torch.inf
    return torch.where((some > -torch.inf).any(-1, keepdim=True), some, scores)


@pytest.mark.parametrize("distance", DISTANCES)
@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.integers(12, 200), st.integers(2, 9), st.booleans(), st.booleans(), st.booleans())
def test_equals_brute_force(
    distance: str, seed: int, size: int, dimension: int, repeated: bool, restore_norm: bool, restricted: bool
) -> None:
    """Where the best of float64 is not alone within the rounding of float32, one of the best is chosen."""
    mixtures, table = a_case(seed, size, dimension, repeated)
    mixtures = mixtures._replace(restore_norm=restore_norm)
    wanted = restrictions(seed, size) if restricted else []
    density = mean_neighbour_similarity(table)
    chosen = nearest_mixed(mixtures, table, distance, density, wanted)
    scores = brute_force(mixtures, table, distance, density, wanted)
    found = scores.gather(1, chosen.unsqueeze(-1)).squeeze(-1)
    torch.testing.assert_close(found, scores.amax(-1), rtol=0, atol=1e-5)
    # And so does the search of the whole table.
    whole = nearest(
        mixtures.vectors(), table, mixtures.own[mixtures.parents], distance, density=density, restrictions=wanted
    )
    assert ((chosen == whole) | (scores.topk(2).values.diff().abs().squeeze(-1) < 1e-5)).all()


@pytest.mark.parametrize("limits", [{"GROUP": 1, "BLOCK": 1}, {"GROUP": 4, "BLOCK": 3}, {"CHUNK": 7}, {"MANY": 0}])
def test_blocks_change_nothing(limits: Dict[str, int], monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where one group, block or chunk is smaller than the case, and where all is looked up one by one."""
    mixtures, table = a_case(3, 100, 6, repeated=False)
    expected = nearest_mixed(mixtures, table, "csls", restrictions=restrictions(3, 100))
    for name, value in limits.items():
        monkeypatch.setattr(MODULE, name, value)
    assert nearest_mixed(mixtures, table, "csls", restrictions=restrictions(3, 100)).tolist() == expected.tolist()


def test_of_equal_rows_the_first_is_taken() -> None:
    """Also where they are in different blocks, and where all rows are equal."""
    mixtures, table = a_case(0, 3000, 3, repeated=True)
    inside = (mixtures.lam > 1e-6) & (mixtures.lam < 1 - 1e-6)
    mixtures = mixtures._replace(own=torch.full((9,), -1))
    assert (nearest_mixed(mixtures, table)[inside] < 1500).all()
    assert nearest_mixed(mixtures, torch.ones(200, 3)).tolist() == [0] * 40


def test_few_rows_are_scored(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of rows on a circle, in their order, one group in 64 or two can have the nearest to a mixture of neighbours."""
    angles = torch.linspace(0, 6.28, 2048)
    table = torch.stack((angles.cos(), angles.sin()), dim=-1)
    sources, parents = torch.arange(0, 2048, 8), torch.stack((torch.arange(255), torch.arange(1, 256)), dim=-1)
    scored, original = [], MODULE._scored

    def counted(some: Mixtures, block: object, of: torch.Tensor, *others: object) -> object:
        scored.append(len(of))
        return original(some, block, of, *others)

    monkeypatch.setattr(MODULE, "_scored", counted)
    nearest_mixed(Mixtures(table[sources], sources, parents, torch.full((255,), 0.5)), table, "cosine")
    assert 255 <= sum(scored) <= 4 * 255


def test_no_mixtures() -> None:
    none = Mixtures(
        torch.empty(0, 2), torch.empty(0, dtype=torch.long), torch.empty(0, 2, dtype=torch.long), torch.empty(0)
    )
    assert nearest_mixed(none, torch.ones(3, 2)).tolist() == []
