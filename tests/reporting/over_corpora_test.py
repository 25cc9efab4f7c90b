"""One verdict a pair of methods over several corpora, by hand-worked numbers."""

from pathlib import Path
from typing import Dict, Sequence

import pytest
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.reporting import pair_tables
from seqmix_plugin.reporting.comparison import Comparison
from seqmix_plugin.reporting.over_corpora import by_corpus, over_corpora
from seqmix_plugin.reporting.run_groups import find_runs
from tests.reporting.comparison_test import METHODS, compared
from tests.reporting.conftest import write_run

RANDOM = [10.0, 20.0]


def better(gains: Sequence[float]) -> Dict[str, Sequence[Sequence[float]]]:
    """Curves whose means over the two budgets differ by these points, a seed each."""
    return {"random": [RANDOM] * len(gains), "nte": [[10.0, 20.0 + 2 * gain] for gain in gains]}


def test_corpora_weigh_the_same(tmp_path: Path) -> None:
    comparisons = {
        "webpage": compared(tmp_path / "w", better([1.0, 3.0])),
        "conll": compared(tmp_path / "c", better([3.0])),
    }
    [pair] = over_corpora(comparisons, "test")
    assert (pair.first, pair.second, list(pair.corpora)) == ("nte", "random", ["webpage", "conll"])
    assert pair.difference == pytest.approx(2.5)
    assert pair.p == pair.adjusted_p == pytest.approx(2 / 8)
    assert pair.interval == pytest.approx((2.0, 3.0))
    assert pair.verdict == "not statistically significant: 6 pairs of runs are needed, there are 3"
    table = pair_tables.over_corpora(comparisons, "test")
    assert table.columns[3:5] == ["webpage (seeds)", "conll (seeds)"]
    assert table.rows == [
        ["nte − random", "+2.5", "+2.0 to +3.0", "+2.0 (2)", "+3.0 (1)", "0.250", "0.250", pair.verdict]
    ]


def test_three_seeds_of_two_corpora_are_enough(tmp_path: Path) -> None:
    corpora = {name: compared(tmp_path / name, better([1.0, 2.0, 3.0])) for name in ("webpage", "conll")}
    assert all(not pair.significant for one in corpora.values() for pair in one.pairs["test"])
    [pair] = over_corpora(corpora, "test")
    assert pair.adjusted_p == pytest.approx(2 / 64)
    assert pair.verdict == "statistically significant (p = 0.031, Holm)"
    assert pair.significant


def test_the_direction_is_that_of_the_first_corpus(tmp_path: Path) -> None:
    gains = better([1.0, 2.0])
    other = {name: gains[name] for name in ("nte", "random")}
    comparisons = {"one": compared(tmp_path / "one", gains), "two": compared(tmp_path / "two", other)}
    assert comparisons["two"].pairs["test"][0].difference == pytest.approx(-1.5)
    [pair] = over_corpora(comparisons, "test")
    assert (pair.first, pair.difference) == ("nte", pytest.approx(1.5))


def test_pairs_of_a_single_corpus_are_left_out_and_the_others_corrected(tmp_path: Path) -> None:
    three = {**better([1.0, 2.0]), "sub": [[10.0, 30.0], [10.0, 31.0]]}
    one, two = (compared(tmp_path / name, three) for name in ("one", "two"))
    named = Comparison(two.groups, named=[("sub", "random"), ("nte", "random")])
    pairs = over_corpora({"one": one, "two": named}, "dev")
    assert [(pair.first, pair.second) for pair in pairs] == [("nte", "random"), ("sub", "random")]
    assert [pair.p for pair in pairs] == [pytest.approx(2 / 16)] * 2
    assert [pair.adjusted_p for pair in pairs] == [pytest.approx(4 / 16)] * 2
    assert over_corpora({"one": one}, "test") == []
    assert pair_tables.over_corpora({"one": one}, "test").rows == []


def write_corpora(folder: Path, between: str, corpora: Sequence[str] = ("webpage", "conll")) -> Path:
    """Two methods with two seeds on each of these corpora, in folders such as `webpage_nte` or `webpage/nte`."""
    for corpus in corpora:
        for name, curves in better([1.0, 2.0]).items():
            for seed, f1 in enumerate(curves, start=1):
                place = folder / f"{corpus}{between}{name}" / str(seed)
                write_run(place, f1, seed=seed, train_data_path=f"{corpus}.conll", **METHODS[name])
    return folder


@pytest.mark.parametrize("between", ["_", "/", "-"])
def test_corpora_and_methods_by_their_folders(tmp_path: Path, between: str) -> None:
    corpora, left_out = by_corpus(find_runs([str(write_corpora(tmp_path, between))])[0])
    methods = {corpus: [group.name for group in groups] for corpus, groups in corpora.items()}
    assert methods == {"conll": ["nte", "random"], "webpage": ["nte", "random"]}
    assert left_out == []
    assert all(len(group.runs) == 2 for groups in corpora.values() for group in groups)


@pytest.mark.parametrize(
    ("folders", "expected"),
    [
        (
            ["conll_beta_1", "conll_beta_2", "web_beta_1", "web_beta_2"],
            {"conll": "beta_1 beta_2", "web": "beta_1 beta_2"},
        ),
        (["conll_beta_1", "conll_beta_2", "web_beta_1", "web_nte"], {"conll": "beta_1 beta_2", "web": "beta_1 nte"}),
        (["conll_03_nte", "conll_03_lc", "web_nte", "web_lc"], {"conll_03": "lc nte", "web": "lc nte"}),
        (["conll_nte_sub", "web_nte_sub", "web_nte"], {"conll": "nte_sub", "web": "nte nte_sub"}),
        (["conll_nte", "web_nte"], {"conll": "nte", "web": "nte"}),
    ],
)
def test_methods_keep_what_all_corpora_call_them(
    folders: Sequence[str], expected: Dict[str, str], tmp_path: Path
) -> None:
    for number, name in enumerate(folders):
        corpus, changes = name.split("_")[0], {"trainer.query_size": number}
        write_run(tmp_path / name / "1", RANDOM, train_data_path=f"{corpus}.conll", **changes)
    corpora, _ = by_corpus(find_runs([str(tmp_path)])[0])
    assert {corpus: " ".join(sorted(group.name for group in groups)) for corpus, groups in corpora.items()} == expected


def test_names_that_tell_no_corpus(tmp_path: Path) -> None:
    write_run(tmp_path / "a" / "nte" / "1", RANDOM, train_data_path="a.conll")
    write_run(tmp_path / "b" / "random" / "1", RANDOM, train_data_path="b.conll")
    with pytest.raises(ConfigurationError, match=r"the corpus of .*/a/nte/1 cannot be told from its name; expected f"):
        by_corpus(find_runs([str(tmp_path)])[0])
    with pytest.raises(ConfigurationError, match="these runs work on the same data; expected runs on two corpora"):
        by_corpus(find_runs([str(tmp_path / "a")])[0])
    with pytest.raises(ConfigurationError, match="there is no run to compare"):
        by_corpus([])


def test_unfinished_runs_make_no_verdict(tmp_path: Path) -> None:
    gains = better([1.0, 2.0, 3.0])
    comparisons = {name: compared(tmp_path / name, gains) for name in ("one", "two")}
    run = comparisons["two"].groups[0].runs[0]
    object.__setattr__(run, "num_rounds", 5)
    [pair] = over_corpora(comparisons, "test")
    assert pair.verdict == "not final: there are unfinished runs"
    assert not pair.significant
