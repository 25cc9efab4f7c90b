"""Curves, differences and verdicts, by hand-worked numbers."""

from dataclasses import replace
from pathlib import Path
from typing import Any, Dict, Sequence

import pytest
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.reporting.comparison import Comparison
from seqmix_plugin.reporting.run_groups import find_runs, group_runs
from tests.reporting.conftest import write_run

METHODS: Dict[str, Dict[str, Any]] = {
    "random": {},
    "nte": {"trainer.query_policy.type": "normalized_token_entropy"},
    "sub": {"trainer.augmenter.type": "seqmix"},
}


def compared(folder: Path, curves: Dict[str, Sequence[Sequence[float]]], **settings: Any) -> Comparison:
    """A comparison of methods, a curve a seed."""
    for name, rows in curves.items():
        for seed, f1 in enumerate(rows, start=1):
            write_run(folder / name / str(seed), f1, seed=seed, **METHODS[name])
    order = [str(folder / name) for name in curves]
    return Comparison(group_runs(find_runs(order)[0])[0], **settings)


def test_a_curve(tmp_path: Path) -> None:
    comparison = compared(tmp_path, {"nte": [[10.0, 20.0, 30.0], [14.0, 24.0, 40.0]]})
    [summary] = comparison.summaries("test")
    assert summary.budgets == [10, 20, 30]
    assert summary.mean == pytest.approx([12.0, 22.0, 35.0])
    assert summary.deviation == pytest.approx([8**0.5, 8**0.5, 50**0.5])
    # Means over the budgets: 20 and 26.
    assert summary.mean_over_budgets == pytest.approx((23.0, 18**0.5))
    assert summary.area == pytest.approx((17.0 + 28.5) / 2)
    assert summary.needed(17.0) == (pytest.approx(15.0), summary.budgets[0])
    assert comparison.target("test") == 35.0
    assert comparison.splits == ["test", "dev"]
    assert comparison.kinds == ["LOC", "PER"]
    assert comparison.summaries("test", "LOC")[0].mean == pytest.approx([6.0, 11.0, 17.5])
    assert comparison.pairs["test"] == []


def test_one_seed_has_no_deviation(tmp_path: Path) -> None:
    [summary] = compared(tmp_path, {"nte": [[10.0, 20.0]]}).summaries("test")
    assert summary.deviation == [0.0, 0.0]
    assert summary.mean_over_budgets == (15.0, 0.0)


def test_a_pair_by_hand(tmp_path: Path) -> None:
    curves = {"random": [[10.0, 28.0], [12.0, 26.0], [11.0, 25.0]], "nte": [[10.0, 30.0], [12.0, 30.0], [11.0, 31.0]]}
    [pair] = compared(tmp_path, curves).pairs["test"]
    # Differences of the means over both budgets: 1, 2, 3.
    assert (pair.first, pair.second, len(pair.units)) == ("nte", "random", 3)
    assert pair.difference == pytest.approx(2.0)
    assert pair.p == pair.adjusted_p == pytest.approx(2 / 8)
    assert pair.at_budgets == {10: pytest.approx(0.0, abs=1e-9), 20: pytest.approx(4.0)}
    assert pair.interval is not None
    assert pair.interval == pytest.approx((1.0, 3.0))
    assert not pair.significant
    assert pair.verdict == "not statistically significant: 6 seeds are needed, there are 3"


def test_six_seeds_tell_one_pair_apart(tmp_path: Path) -> None:
    [pair] = compared(
        tmp_path,
        {"random": [[10.0, 28.0]] * 6, "nte": [[10.0, 30.0 + s] for s in range(6)]},
    ).pairs["test"]
    assert pair.adjusted_p == pytest.approx(2 / 64)
    assert pair.verdict == "statistically significant (p = 0.031, Holm)"


def test_the_better_one_may_be_the_second(tmp_path: Path) -> None:
    curves = {"nte": [[10.0, 30.0 + s] for s in range(6)], "random": [[10.0, 28.0]] * 6}
    [pair] = compared(tmp_path, curves).pairs["test"]
    assert pair.difference < 0
    assert pair.verdict == "statistically significant (p = 0.031, Holm)"


def test_enough_seeds_and_no_difference(tmp_path: Path) -> None:
    curves = {"nte": [[10.0, 30.0 + (-1) ** s] for s in range(6)], "random": [[10.0, 30.0]] * 6}
    [pair] = compared(tmp_path, curves).pairs["test"]
    assert pair.p == 1.0
    assert pair.verdict == "not statistically significant (p = 1.000, Holm)"


def test_three_methods_make_three_pairs_and_need_more_seeds(tmp_path: Path) -> None:
    curves = {
        "random": [[10.0, 20.0 + s] for s in range(6)],
        "nte": [[10.0, 30.0 + 2 * s] for s in range(6)],
        "sub": [[10.0, 50.0 + 4 * s] for s in range(6)],
    }
    comparison = compared(tmp_path / "all", curves)
    pairs = comparison.pairs["test"]
    assert [(pair.first, pair.second) for pair in pairs] == [("nte", "random"), ("sub", "random"), ("sub", "nte")]
    assert [pair.needed for pair in pairs] == [7, 7, 7]
    assert [pair.adjusted_p for pair in pairs] == pytest.approx([3 * 2 / 64] * 3)
    with_baseline = Comparison(comparison.groups, "random").pairs["test"]
    assert [(pair.first, pair.second) for pair in with_baseline] == [("nte", "random"), ("sub", "random")]
    assert [pair.adjusted_p for pair in with_baseline] == pytest.approx([2 * 2 / 64] * 2)


def test_an_unknown_baseline(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="--baseline is 'lc'; expected one of nte, random"):
        compared(tmp_path, {"nte": [[1.0, 2.0]], "random": [[1.0, 2.0]]}, baseline="lc")


def test_named_pairs_are_corrected_for_themselves_alone(tmp_path: Path) -> None:
    curves = {
        "random": [[10.0, 20.0 + s] for s in range(6)],
        "nte": [[10.0, 30.0 + 2 * s] for s in range(6)],
        "sub": [[10.0, 50.0 + 4 * s] for s in range(6)],
    }
    comparison = compared(tmp_path, curves, named=[("random", "sub")])
    for one in (comparison, comparison.same_seeds):
        [pair] = one.pairs["test"]
        assert (pair.first, pair.second, pair.needed) == ("random", "sub", 6)
        assert pair.adjusted_p == pytest.approx(2 / 64)
        assert pair.significant
        [planned] = replace(one, planned=4).pairs["test"]
        assert (planned.family, planned.needed, planned.adjusted_p) == (4, 8, pytest.approx(8 / 64))
        # Half of 30 + 3 s points, s from 0 to 5.
        assert pair.differences == pytest.approx([-15.0 - 1.5 * s for s in range(6)])
        assert pair.difference == pytest.approx(-18.75)
        assert pair.gain_of("sub").differences == pytest.approx([15.0 + 1.5 * s for s in range(6)])
    two = Comparison(comparison.groups, named=[("sub", "nte"), ("nte", "random")])
    assert [pair.adjusted_p for pair in two.pairs["test"]] == pytest.approx([2 * 2 / 64] * 2)


def test_an_unknown_method_of_a_pair(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="--pairs has 'lc'; expected one of nte, random"):
        compared(tmp_path, {"nte": [[1.0, 2.0]], "random": [[1.0, 2.0]]}, named=[("nte", "lc")])


def test_only_shared_seeds_are_paired(tmp_path: Path) -> None:
    [pair] = compared(tmp_path, {"random": [[10.0, 28.0]], "nte": [[10.0, 30.0], [0.0, 90.0]]}).pairs["test"]
    assert len(pair.units) == 1
    assert pair.difference == pytest.approx(1.0)
    assert (pair.p, pair.interval) == (None, None)
    assert pair.verdict == "not statistically significant: 6 seeds are needed, there is 1"


def test_no_shared_seed(tmp_path: Path) -> None:
    write_run(tmp_path / "nte", [1.0, 2.0], seed=1, **METHODS["nte"])
    write_run(tmp_path / "random", [1.0, 2.0], seed=2)
    [pair] = Comparison(group_runs(find_runs([str(tmp_path)])[0])[0]).pairs["test"]
    assert pair.verdict == "not tested: no seed in common"
    assert pair.wilcoxon_p is None


def test_the_papers_test_needs_all_six_budgets(tmp_path: Path) -> None:
    curves = {"nte": [[float(11 + 2 * k) for k in range(6)]], "random": [[10.0 + k for k in range(6)]]}
    [pair] = compared(tmp_path, curves).pairs["test"]
    assert pair.wilcoxon_p == pytest.approx(2 / 64)
    assert pair.p is None


def test_budgets_at_which_both_have_the_same_sentences(tmp_path: Path) -> None:
    seed_set, first, second = ["a", "b"], ["c", "d"], ["e", "f"]
    write_run(tmp_path / "nte", [1.0, 2.0, 3.0], queried=[seed_set, first, second], **METHODS["nte"])
    write_run(tmp_path / "random", [1.0, 2.0, 3.5], queried=[seed_set, second, first])
    write_run(
        tmp_path / "sub", [1.0, 2.0, 3.0], queried=[seed_set, first, second], accepted=[1, 1, 1], **METHODS["sub"]
    )
    pairs = Comparison(group_runs(find_runs([str(tmp_path)])[0])[0]).pairs["test"]
    same = {(pair.first, pair.second): pair.same for pair in pairs}
    # The seed set, and the exhausted pool, whatever the scores; never where sentences were generated.
    assert same == {("random", "nte"): [2, 6], ("sub", "nte"): [], ("sub", "random"): []}


def test_training_on_everything_is_a_line_and_no_method(tmp_path: Path) -> None:
    write_run(tmp_path / "all", [60.0], **{"trainer.seed_size": 100})
    comparison = compared(tmp_path, {"nte": [[10.0, 20.0]], "random": [[10.0, 21.0]]})
    with_all = Comparison(group_runs(find_runs([str(tmp_path)])[0])[0])
    assert [group.name for group in with_all.references] == ["all"]
    assert [group.name for group in with_all.curves] == ["nte", "random"]
    assert len(with_all.pairs["test"]) == len(comparison.pairs["test"]) == 1
    assert with_all.target("test") == 20.0


def test_single_budgets_alone_are_compared(tmp_path: Path) -> None:
    comparison = compared(tmp_path, {"random": [[21.0]], "nte": [[20.0]]})
    assert comparison.references == []
    assert comparison.pairs["test"][0].difference == pytest.approx(-1.0)


def test_what_still_runs_is_not_final(tmp_path: Path) -> None:
    for name, last in (("random", 20.0), ("nte", 50.0)):
        for seed in range(6):
            write_run(tmp_path / name / str(seed), [10.0, last + seed], seed=seed, num_rounds=5, **METHODS[name])
    [pair] = Comparison(group_runs(find_runs([str(tmp_path)])[0])[0]).pairs["test"]
    assert pair.p == pytest.approx(2 / 64)
    assert not pair.significant
    assert pair.verdict == "not final: there are unfinished runs"
