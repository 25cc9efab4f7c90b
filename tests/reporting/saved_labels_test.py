"""What a method saves at equal F1, by hand-worked numbers."""

from itertools import product
from pathlib import Path
from typing import Any, List, Optional, Sequence

import numpy as np
import pytest

from seqmix_plugin.annotation_cost import AnnotationCost
from seqmix_plugin.reporting import pair_tables, tables
from seqmix_plugin.reporting.comparison import Comparison
from seqmix_plugin.reporting.run_groups import Group
from seqmix_plugin.reporting.saved_labels import AT_LEAST, EXACT, LESS, Saving, saving
from seqmix_plugin.run.reader import Run

RANDOM = [10.0, 20.0, 30.0]


def method(name: str, curves: Sequence[Sequence[float]], tokens: Optional[Sequence[int]] = None) -> Group:
    """A curve a seed; each round labels 10 sentences with 30 entities and, by default, 70 tokens."""
    runs: List[Run] = []
    for seed, curve in enumerate(curves, start=1):
        rounds: Any = [
            {
                "annotated": {
                    "sentences": 10 * (k + 1),
                    "tokens": tokens[k] if tokens else 70 * (k + 1),
                    "entities": 30 * (k + 1),
                },
                "scores": {"test": {"f1": f1 / 100}},
                "synthetic_in_training": 0,
                "queried": [],
                "augmentation": {},
                "seconds": {},
            }
            for k, f1 in enumerate(curve)
        ]
        runs.append(Run(Path(name), name, "data", seed, 0, len(curve) - 1, tuple(rounds)))
    return Group(name, tuple(runs), AnnotationCost(1, 2, 3))


def saved(curves: Sequence[Sequence[float]], others: Sequence[Sequence[float]], measure: str = "sentences") -> Saving:
    found = saving(method("nte", curves), method("random", others), "test", measure)
    assert found is not None
    return found


def test_a_saving() -> None:
    # random ends at 30 with 30 sentences; nte is there with 10 + 10 * 20 / 25 = 18.
    found = saved([[10.0, 35.0, 40.0]], [RANDOM])
    assert (found.first, found.second, found.measure) == ("nte", "random", "sentences")
    assert (found.f1, found.needed, found.others) == pytest.approx((30.0, 18.0, 30.0))
    assert found.saved == (pytest.approx(40.0), EXACT)
    assert (found.interval, found.never) == (None, 0.0)


def test_an_f1_that_is_not_reached_is_a_bound() -> None:
    found = saved([[10.0, 20.0, 29.0]], [RANDOM])
    assert (found.needed, found.saved, found.never) == (30.0, (0.0, LESS), 1.0)
    # With one round more it needs more than 40 sentences, a third more than 30.
    found = saved([[10.0, 20.0, 21.0, 29.0]], [RANDOM])
    assert (found.needed, found.saved) == (40.0, (pytest.approx(-100 / 3), LESS))


def test_a_first_budget_that_is_enough_is_a_bound() -> None:
    found = saved([[31.0, 40.0, 50.0]], [RANDOM])
    assert (found.needed, found.saved) == (10.0, (pytest.approx(100 * (1 - 10 / 30)), AT_LEAST))
    # The other falls below where it began: it may need anything up to 10, nte 20 at least, which is twice as much.
    found = saved([[10.0, 30.0, 40.0]], [[35.0, 32.0, 30.0]])
    assert (found.needed, found.others, found.saved) == (20.0, 10.0, (-100.0, LESS))
    assert found.never == 0.0  # it does reach the F1
    line = pair_tables.saving_sentence(found)
    assert line == "to reach 30.0 F1: 20 sentences instead of ≤ 10, saves less than −100 %"
    both = saved([[31.0, 40.0, 50.0]], [[35.0, 32.0, 30.0]])
    assert (both.saved, both.never) == ((100.0, LESS), 0.0)
    assert "≤ 10 sentences instead of ≤ 10" in pair_tables.saving_sentence(both)


def test_a_curve_that_falls_saves_nothing_against_itself() -> None:
    """Both are counted where they first reach the F1, which is before the end."""
    found = saved([[10.0, 32.0, 30.0]], [[10.0, 32.0, 30.0]])
    assert (found.needed, found.others) == pytest.approx((10 + 10 * 20 / 22,) * 2)
    assert found.saved == (0.0, EXACT)


def test_the_interval_by_hand() -> None:
    """Of two seeds a quarter of the resamples has the first twice, a quarter the second, and a half both."""
    found = saved([[10.0, 30.0, 40.0], [10.0, 20.0, 30.0]], [RANDOM, RANDOM])
    # nte needs 20, 30, or on the mean [10, 25, 35] 25 of 30.
    assert found.saved == (pytest.approx(100 / 6), EXACT)
    assert found.interval == ((pytest.approx(0.0), EXACT), (pytest.approx(100 / 3), EXACT))
    assert found.never == 0.0


def test_an_interval_with_resamples_that_never_reach_the_f1() -> None:
    found = saved([[10.0, 30.0, 40.0], [10.0, 20.0, 25.0]], [RANDOM, RANDOM])
    # On the mean [10, 25, 32.5] it needs 20 + 10 * 5 / 7.5 = 26.7; of the second seed alone more than 30.
    assert found.saved == (pytest.approx(100 / 9), EXACT)
    assert found.interval == ((0.0, LESS), (pytest.approx(100 / 3), EXACT))
    assert found.never == pytest.approx(0.25, abs=0.02)


def test_an_interval_with_resamples_in_which_the_first_budget_is_enough() -> None:
    found = saved([[50.0, 60.0, 70.0], [10.0, 20.0, 30.0]], [RANDOM, RANDOM])
    # The mean [30, 40, 50] begins with the F1.
    assert found.saved == (pytest.approx(200 / 3), AT_LEAST)
    assert found.interval == ((pytest.approx(0.0), EXACT), (pytest.approx(200 / 3), AT_LEAST))


def test_a_bound_below_the_interval_does_not_touch_its_upper_end() -> None:
    """All resamples are bounds: what they save lies below 0 % at most, and may lie below −33 %."""
    found = saved([[10.0, 20.0, 21.0, 22.0], [10.0, 20.0, 21.0, 22.0]], [RANDOM, [10.0, 20.0, 29.0, 30.0]])
    assert found.never == 1.0
    assert found.interval is not None
    assert [end.bound for end in found.interval] == [LESS, LESS]


def test_seeds_are_resampled_in_pairs() -> None:
    """The second seed is 20 points better with both methods: drawn apart, the saving would vary."""
    found = saved([[10.0, 30.0, 40.0], [30.0, 50.0, 60.0]], [RANDOM, [30.0, 40.0, 50.0]])
    assert found.saved == (pytest.approx(100 / 3), EXACT)
    assert found.interval == ((pytest.approx(100 / 3), EXACT), (pytest.approx(100 / 3), EXACT))


def reaches(curve: Sequence[float], target: float) -> Optional[float]:
    """Sentences with which a curve of ten a round first reaches an F1, by walking along it."""
    for k, f1 in enumerate(curve):
        if f1 >= target:
            return 10.0 if k == 0 else 10 * (k + (target - curve[k - 1]) / (f1 - curve[k - 1]))
    return None


@pytest.mark.parametrize("number", range(5))
def test_the_interval_by_counting_all_resamples(number: int) -> None:
    """Each of the 27 resamples of three seeds has more than 2.5 %, so that the ends are the lowest and the highest."""
    generator = np.random.default_rng(number)
    others = np.sort(generator.uniform(10, 50, (3, 4)), axis=1)
    curves = others + np.array([-5.0, 6.0, 8.0, 10.0]) + generator.uniform(-2, 2, (3, 4))
    percents = []
    for drawn in product(range(3), repeat=3):
        own, other = (rows[list(drawn)].mean(axis=0).tolist() for rows in (curves, others))
        needs = reaches(own, other[-1]), reaches(other, other[-1])
        assert needs[0] is not None
        assert needs[1] is not None
        percents.append(100 * (1 - needs[0] / needs[1]))
    found = saved(curves.tolist(), others.tolist())
    assert found.interval is not None
    assert [end.percent for end in found.interval] == pytest.approx([min(percents), max(percents)])
    assert found.never == 0.0


def test_what_is_counted_decides() -> None:
    """nte has the F1 with a third fewer sentences, which are longer."""
    nte, random = method("nte", [[10.0, 30.0, 40.0]], [70, 270, 470]), method("random", [RANDOM])
    found = {measure: saving(nte, random, "test", measure) for measure in pair_tables.COUNTED}
    percents = {measure: one and one.saved.percent for measure, one in found.items()}
    # 20 of 30 sentences; 270 of 210 tokens; 20 + 2 * 270 + 3 * 60 = 740 of 30 + 2 * 210 + 3 * 90 = 720 seconds.
    assert percents == pytest.approx({"sentences": 100 / 3, "tokens": -100 * 60 / 210, "seconds": -100 * 20 / 720})


def test_nothing_to_compare() -> None:
    assert saving(method("nte", [[10.0, 20.0]]), method("random", []), "test") is None
    assert saving(method("nte", [[10.0, 20.0]]), method("random", [[10.0, 20.0]]), "dev") is None
    assert saving(method("all", [[10.0]]), method("random", [[10.0, 20.0]]), "test") is None


def test_single_budgets_have_no_table() -> None:
    comparison = Comparison([method("once", [[10.0], [12.0]]), method("twice", [[20.0], [21.0]])])
    assert "Annotations saved" not in tables.markdown(comparison)
    assert "| twice − once | +9.5 |" in tables.markdown(comparison)


def test_the_table_and_the_line() -> None:
    nte, random = method("nte", [[10.0, 30.0, 40.0], [10.0, 20.0, 25.0]]), method("random", [RANDOM, RANDOM])
    comparison = Comparison([random, nte])
    table = pair_tables.savings(comparison, "test")
    assert [row[:2] for row in table.rows] == [["nte − random", name] for name in ("sentences", "tokens", "seconds")]
    row = dict(zip(table.columns, table.rows[0], strict=True))
    assert (row["F1"], row["first needs"], row["second needs"], row["saved"]) == ("30.0", "27", "30", "11 %")
    assert row["95 % interval"] == "less than 0 % to 33 %"
    assert table.methods == [("nte", "random")] * 3
    line = "to reach 30.0 F1: 27 sentences instead of 30, saves 11 % [less than 0 % to 33 %], not reached in 24 % of"
    assert pair_tables.saving_sentence(comparison.savings("test")[0]).startswith(line)
    [back] = Comparison([nte, random]).savings("test")
    # nte ends at 32.5 on the mean, which random does not reach.
    assert pair_tables.saving_sentence(back).startswith("to reach 32.5 F1: more than 30 sentences instead of 30, saves")
    single = Comparison([method("random", [RANDOM]), method("nte", [[31.0, 40.0, 50.0]])])
    line = "to reach 30.0 F1: ≤ 10 sentences instead of 30, saves at least 67 %"
    assert pair_tables.saving_sentence(single.savings("test")[0]) == line
