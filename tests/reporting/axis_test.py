"""Curves against tokens and seconds, by hand-worked numbers."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.annotation_cost import AnnotationCost
from seqmix_plugin.reporting import pair_tables, tables
from seqmix_plugin.reporting.axis import annotated, common_budgets, interpolated
from seqmix_plugin.reporting.chart_data import mean_rows, reached_curves, run_rows
from seqmix_plugin.reporting.comparison import Comparison
from seqmix_plugin.reporting.page import write_page
from seqmix_plugin.reporting.run_groups import with_cost
from seqmix_plugin.reporting.verdict import verdict
from tests.reporting.saved_labels_test import RANDOM, method

LONG = [70, 270, 470]
"""Tokens of a method that queries longer sentences; those of the other are 70, 140 and 210."""


def compared(against: str) -> Comparison:
    return Comparison([method("random", [RANDOM]), method("nte", [[10.0, 30.0, 40.0]], LONG)], against=against)


def test_budgets_that_all_runs_cover() -> None:
    groups = compared("sentences").groups
    assert common_budgets(groups, "sentences") is None
    assert common_budgets(groups, "tokens") == [70.0, 140.0, 210.0]
    # 10 + 2 * 70 + 3 * 30 seconds to 30 + 2 * 210 + 3 * 90, of the shorter.
    assert common_budgets(groups, "seconds") == [240.0, 480.0, 720.0]
    seeds = [method("nte", [RANDOM], [50, 100, 200]), method("lc", [[10.0, 20.0]], [81, 121])]
    assert common_budgets(seeds, "tokens") == [81.0, 121.0], "as many as the method with the fewest rounds has"
    with pytest.raises(ConfigurationError, match="--against is 'tokens', but the runs have no range of annotated tok"):
        Comparison([method("nte", [RANDOM], [50, 60, 70]), method("lc", [RANDOM], [70, 80, 90])], against="tokens")


def test_sentences_of_queries_that_were_counted_in_tokens() -> None:
    """Rounds of 70 tokens: 10, 20 and 30 sentences with random, 10, 14 and 18 with nte."""
    random, nte = method("random", [RANDOM]), method("nte", [RANDOM])
    for k, row in enumerate(nte.runs[0].rounds):
        row["annotated"]["sentences"] = 10 + 4 * k
    assert common_budgets([random, nte], "sentences") == [10.0, 14.0, 18.0]
    comparison = Comparison([random, nte])
    # random has 14 and 18 points where nte has 20 and 30.
    assert comparison.pairs["test"][0].at_budgets == pytest.approx({10: 0.0, 14: 6.0, 18: 12.0})
    assert not comparison.uneven
    one_round = Comparison([random, method("all", [[10.0]])])
    assert one_round.common is None


def test_budgets_that_are_equal_by_accident_are_no_common_ones() -> None:
    """Of 10, 20, 30, 40 and 50 sentences, rounds counted in tokens meet 10 and once 30."""
    random, nte = method("random", [[10.0] * 5]), method("nte", [[10.0] * 5])
    for row, sentences in zip(nte.runs[0].rounds, (10, 22, 30, 38, 46), strict=True):
        row["annotated"]["sentences"] = sentences
    assert common_budgets([random, nte], "sentences") == [10.0, 19.0, 28.0, 37.0, 46.0]
    for row, sentences in zip(nte.runs[0].rounds, (10, 30, 50, 70, 90), strict=True):
        row["annotated"]["sentences"] = sentences
    assert common_budgets([random, nte], "sentences") is None, "three of five are common"
    for k, row in enumerate(nte.runs[0].rounds):
        row["annotated"]["sentences"] = 10 + 30 * k
    assert common_budgets([random, nte], "sentences") is None, "10 and 40: of queries of 10 and of 30 sentences"


def test_scores_between_rounds() -> None:
    counts, scores = np.array([[10, 20, 40], [0, 40, 80]]), np.array([[1.0, 3.0, 7.0], [0.0, 8.0, 8.0]])
    assert interpolated(counts, scores, [15, 30]).tolist() == [[2.0, 5.0], [3.0, 6.0]]
    # Of two rounds with 20 the last counts.
    assert interpolated(np.array([[10, 20, 20]]), np.array([[1.0, 9.0, 3.0]]), [15, 20]).tolist() == [[2.0, 3.0]]


def test_a_pair_at_equal_tokens() -> None:
    """At 140 and 210 tokens nte has 10 + 20 * 70 / 200 = 17 and 24 points, 3 and 6 fewer than random."""
    comparison = compared("tokens")
    [pair] = comparison.pairs["test"]
    assert pair.at_budgets == pytest.approx({70: 0.0, 140: -3.0, 210: -6.0})
    assert pair.difference == pytest.approx(-3.0)
    assert pair.same == []
    assert compared("sentences").pairs["test"][0].difference == pytest.approx(20 / 3)
    random, nte = comparison.summaries("test")
    assert nte.mean == pytest.approx([10.0, 17.0, 24.0])
    assert nte.mean_over_budgets[0] == nte.area == pytest.approx(17.0)
    assert nte.needed(30.0) == (270.0, 70.0)
    assert random.needed(30.0) == (210.0, 70.0)
    assert comparison.target("test") == 30.0, "the curves to their ends, not to where all of them are"
    assert [one.saved.percent for one in comparison.savings("test")] == pytest.approx([-100 * 60 / 210])


def test_words_and_tables_at_equal_tokens(tmp_path: Path) -> None:
    comparison = compared("tokens")
    table = tables.curves(comparison, "test")
    assert table.title == "test F1 against annotated tokens"
    assert table.columns == ["method", "seeds", "70", "140", "210", "mean", "area", "tokens to 30"]
    assert table.rows[1] == ["nte", "1", "10.0", "17.0", "24.0", "17.0", "17.0", "270"]
    assert pair_tables.at_budgets(comparison, "test").title.endswith("at each budget, in annotated tokens")
    said = verdict(comparison, "test")
    assert said.headline == "random leads on test: 3.0 F1 points above nte."
    assert "To reach 30 F1, random needs 210 annotated tokens, nte 270 (22 % fewer)." in said.details
    alone = verdict(Comparison(comparison.groups[1:], against="tokens"), "test")
    assert alone.headline == "nte reaches 40.0 F1 on test with 470 annotated tokens."
    write_page(comparison, [], tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert '<input type="radio" name="measure" value="tokens" checked>' in page
    assert '{"name":"measure","value":"tokens"}' in page
    assert "mean height over annotated tokens." in page


def test_seconds_are_what_annotations_cost() -> None:
    comparison = compared("seconds")
    assert (annotated("seconds"), annotated("tokens")) == ("seconds of annotation", "annotated tokens")
    # 10 + 2 * 70 + 3 * 30, and 20 + 2 * 270 + 3 * 60.
    assert [row["seconds"] for row in mean_rows(comparison)][3:5] == [240.0, 740.0]
    assert [row["seconds"] for row in run_rows(comparison)][3:5] == [240.0, 740.0]
    assert reached_curves(comparison)["test/"]["nte"]["seconds"][:2] == [240.0, 740.0]
    assert reached_curves(comparison)["test/"]["nte"]["mean"] == [10.0, 30.0, 40.0]
    line = "Seconds of annotation: 1 a sentence, 2 a token, 3 an entity."
    assert line in tables.markdown(comparison)
    tokens_only = Comparison(with_cost(comparison.groups, AnnotationCost(0, 1, 0)), against="seconds")
    assert tokens_only.pairs["test"][0].difference == pytest.approx(-3.0)


def test_seconds_are_at_the_cost_of_the_runs_where_they_agree() -> None:
    [group] = with_cost([method("nte", [RANDOM])])
    assert group.cost == AnnotationCost()
    costs = [AnnotationCost(1, 1, 1), AnnotationCost(1, 1, 1), AnnotationCost(2, 2, 2)]
    groups = [replace(group, runs=(replace(group.runs[0], annotation_cost=cost),)) for cost in costs]
    assert [one.cost for one in with_cost(groups[:2])] == costs[:2]
    assert [one.cost for one in with_cost(groups)] == [AnnotationCost()] * 3
    assert [one.cost for one in with_cost(groups, costs[0])] == [costs[0]] * 3
