"""The verdict in words says what the numbers say, and no more."""

from pathlib import Path
from typing import Optional, Sequence

import pytest

from seqmix_plugin.reporting.comparison import Comparison
from seqmix_plugin.reporting.formatting import MINUS
from seqmix_plugin.reporting.run_groups import find_runs, group_runs
from seqmix_plugin.reporting.verdict import Verdict, ranked, verdict
from tests.reporting.conftest import write_run


def write_method(folder: Path, name: str, curves: Sequence[Sequence[float]], first_seed: int = 1) -> None:
    for seed, curve in enumerate(curves, start=first_seed):
        write_run(folder / name / str(seed), curve, seed=seed, **{"trainer.query_policy.type": name})


def compared(folder: Path, baseline: Optional[str] = None) -> Comparison:
    return Comparison(group_runs(find_runs([str(folder)])[0])[0], baseline)


def said(folder: Path, baseline: Optional[str] = None, target: Optional[float] = None) -> Verdict:
    return verdict(compared(folder, baseline), "test", target)


def test_one_run_says_what_it_reached_and_that_nothing_can_be_told(tmp_path: Path) -> None:
    write_method(tmp_path, "nte", [[40, 60]])
    result = said(tmp_path)
    assert result.headline == "nte reaches 60.0 F1 on test with 20 annotated sentences."
    assert (result.significant, result.text) == (
        None,
        "There is one seed only, so that the variation over seeds is unknown.",
    )
    assert result.details == ["Its mean over 2 budgets is 50.0 F1."]


def test_one_method_with_seeds_says_how_far_they_reach(tmp_path: Path) -> None:
    write_method(tmp_path, "nte", [[40, 60], [40, 66]])
    result = said(tmp_path)
    assert result.headline == "nte reaches 63.0 F1 on test with 20 annotated sentences."
    assert (result.significant, result.text) == (None, "There is no other method with rounds to compare it with.")
    assert result.details[0] == "That is the mean of 2 seeds, which range from 60.0 to 66.0."


def test_one_seed_of_two_methods_tells_nothing(tmp_path: Path) -> None:
    write_method(tmp_path, "nte", [[40, 60]])
    write_method(tmp_path, "random", [[40, 50]])
    result = said(tmp_path)
    assert result.headline == "nte leads on test: 5.0 F1 points above random."
    assert result.significant is False
    assert result.text == "The difference is not statistically significant: 6 seeds are needed, there is 1."
    assert result.details == [
        "The difference is the mean over 2 budgets and 1 seed (1): +5.0 F1 points.",
        "To reach 50 F1, nte needs 15 annotated sentences, random 20 (25 % fewer).",
    ]


def test_six_seeds_that_agree_are_believed_whichever_method_comes_first(tmp_path: Path) -> None:
    write_method(tmp_path, "a", [[40, 50 + seed] for seed in range(6)])
    write_method(tmp_path, "b", [[40, 60 + 2 * seed] for seed in range(6)])
    result = said(tmp_path)
    assert result.headline == "b leads on test: 6.2 F1 points above a."
    assert result.significant is True
    assert result.text == "The difference is statistically significant (p = 0.031, Holm)."
    assert result.details[0].startswith(
        "The difference is the mean over 2 budgets and 6 seeds (1, 2, 3, 4, 5, 6): +6.2 F1 points, 95 % "
    )
    assert MINUS not in result.details[0]  # the interval has the sign of the leader's difference


def test_six_seeds_that_disagree_are_not_believed(tmp_path: Path) -> None:
    write_method(tmp_path, "a", [[40, 50]] * 6)
    write_method(tmp_path, "b", [[40, 50 + shift] for shift in (-8, 9, -7, 6, -3, 5)])
    result = said(tmp_path)
    assert result.significant is False
    assert result.text.startswith("The difference is not statistically significant (p = 0.")


def test_no_seed_in_common_is_no_comparison(tmp_path: Path) -> None:
    write_method(tmp_path, "a", [[40, 50]])
    write_method(tmp_path, "b", [[40, 60]], first_seed=7)
    result = said(tmp_path)
    assert result.headline == "b has the highest mean on test."
    assert result.significant is False
    assert result.text == "The difference is not tested: no seed in common."
    assert not any(line.startswith("The difference is the mean") for line in result.details)


def test_the_next_best_is_named_and_all_pairs_are_counted(tmp_path: Path) -> None:
    for name, last in (("a", 50), ("b", 70), ("c", 60)):
        write_method(tmp_path, name, [[40, last]])
    result = said(tmp_path)
    assert result.headline == "b leads on test: 5.0 F1 points above c, the next best."
    assert result.details[-1] == "Of all 3 differences between methods none is statistically significant."


@pytest.mark.parametrize(("baseline", "other"), [("a", "a"), ("b", "c, the next best")])
def test_the_leader_is_compared_with_the_baseline(tmp_path: Path, baseline: str, other: str) -> None:
    for name, last in (("a", 50), ("b", 70), ("c", 60)):
        write_method(tmp_path, name, [[40, last]])
    assert said(tmp_path, baseline).headline.endswith(f"F1 points above {other}.")


def test_methods_with_fewer_budgets_are_ranked_by_those_that_all_have(tmp_path: Path) -> None:
    write_run(tmp_path / "long" / "1", [40, 50, 80], **{"trainer.query_policy.type": "a"})
    write_run(tmp_path / "short" / "1", [40, 60], num_rounds=2, **{"trainer.query_policy.type": "b"})
    assert [summary.group.name for summary in ranked(compared(tmp_path), "test")[0]] == ["short", "long"]
    result = said(tmp_path)
    assert result.headline == "short leads on test: 5.0 F1 points above long."
    assert result.details[-1] == "Not all methods have the same budgets; they are ranked by the 2 that all have."


def test_no_budget_in_common(tmp_path: Path) -> None:
    sentences = [[f"{k}-{i}" for i in range(7)] for k in range(2)]
    write_run(tmp_path / "a" / "1", [40, 50], queried=sentences, **{"trainer.query_policy.type": "a"})
    write_run(tmp_path / "b" / "1", [40, 60], **{"trainer.query_policy.type": "b"})
    result = said(tmp_path)
    assert result.headline == "b has the highest mean on test."
    assert result.text == "The difference is not tested: no budget in common."


def test_the_highest_mean_of_other_seeds_is_no_lead(tmp_path: Path) -> None:
    write_method(tmp_path, "a", [[50, 50], [90, 90]])
    write_method(tmp_path, "b", [[52, 54]])
    result = said(tmp_path)
    assert result.headline == "b leads on test: 3.0 F1 points above a."
    assert "Leader and needed labels are of the seed that all methods have: 1." in result.details


def test_next_to_no_difference_is_no_lead(tmp_path: Path) -> None:
    write_method(tmp_path, "a", [[40, 50]])
    write_method(tmp_path, "b", [[40, 50.04]])
    result = said(tmp_path)
    assert result.headline == "No clear leader on test: b and a are less than 0.05 F1 points apart."
    assert not any("To reach" in line for line in result.details)


def test_a_sure_difference_of_nothing_is_no_lead(tmp_path: Path) -> None:
    write_method(tmp_path, "a", [[40, 50 + seed] for seed in range(6)])
    write_method(tmp_path, "b", [[40, 50.06 + seed] for seed in range(6)])
    result = said(tmp_path)
    assert result.headline.startswith("No clear leader on test")
    assert result.significant is None
    assert result.text == "The difference is statistically significant (p = 0.031, Holm), but below 0.05 F1 points."


def test_unfinished_runs_are_not_believed(tmp_path: Path) -> None:
    for name, last in (("a", 50), ("b", 70)):
        for seed in range(6):
            changes = {"trainer.query_policy.type": name}
            write_run(tmp_path / name / str(seed), [40, last + seed], seed=seed, num_rounds=5, **changes)
    result = said(tmp_path)
    assert (result.significant, result.text) == (False, "The difference is not final: there are unfinished runs.")
    assert "b is not finished: 2 of 6 rounds are counted." in result.details


def test_one_method_beside_training_on_everything(tmp_path: Path) -> None:
    write_method(tmp_path, "nte", [[40, 60], [40, 66]])
    write_run(tmp_path / "all", [70.5], **{"trainer.seed_size": 100})
    assert said(tmp_path).details[-1] == "all reaches 70.5 F1, 10.5 more on seed 1."
    write_run(tmp_path / "other" / "9", [80.0], seed=9, **{"trainer.seed_size": 90})
    assert said(tmp_path).details[-1] == "other reaches 80.0 F1, on other seeds."


def test_a_curve_that_starts_above_the_target(tmp_path: Path) -> None:
    write_method(tmp_path, "a", [[40, 60]])
    write_method(tmp_path, "b", [[55, 65]])
    labels = "To reach 50 F1, b needs ≤ 10 annotated sentences, a 15 (≥ 33 % fewer)."
    assert labels in said(tmp_path, target=50).details
    assert not any("To reach" in line for line in said(tmp_path, target=30).details)


def test_the_chosen_target_counts(tmp_path: Path) -> None:
    write_method(tmp_path, "nte", [[40, 60]])
    write_method(tmp_path, "random", [[40, 50]])
    assert (
        "To reach 45.5 F1, nte needs 13 annotated sentences, random 16 (18 % fewer)."
        in said(tmp_path, target=45.5).details
    )
    assert not any("To reach" in line for line in said(tmp_path, target=55).details)


def test_the_headline_is_of_the_seeds_that_both_have(tmp_path: Path) -> None:
    """By its third seed alone `nte` would lead."""
    write_method(tmp_path, "nte", [[40, 50], [40, 50], [90, 100]])
    write_method(tmp_path, "random", [[40, 54], [40, 54]])
    result = said(tmp_path)
    assert result.headline == "random leads on test: 2.0 F1 points above nte."
    assert "Leader and needed labels are of the seeds that all methods have: 1, 2." in result.details
    assert "To reach 50 F1, random needs 17 annotated sentences, nte 20 (14 % fewer)." in result.details


def test_with_three_methods_difference_and_labels_are_of_the_seeds_that_the_two_have(tmp_path: Path) -> None:
    """
    On seed 1, which all have, `a` leads. On seeds 1 and 2 the two leaders have 45, 55, and 42, 52 in the mean of both
    budgets; their mean curves, 40 to 60 and 40 to 54, reach 50 at 10 + 10 · 10/20 and 10 + 10 · 10/14 sentences.
    """
    write_method(tmp_path, "a", [[40, 50], [40, 70]])
    write_method(tmp_path, "b", [[40, 48], [40, 60], [90, 99]])
    write_method(tmp_path, "c", [[20, 30]])
    result = said(tmp_path, target=50)
    assert result.headline == "a leads on test: 3.0 F1 points above b, the next best."
    assert result.details[0].startswith("The difference is the mean over 2 budgets and 2 seeds (1, 2): +3.0 F1 points")
    assert "To reach 50 F1, a needs 15 annotated sentences, b 17 (12 % fewer)." in result.details
    assert "The methods are ranked by the seeds that all of them have: 1." in result.details
