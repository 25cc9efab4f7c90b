"""Tables of LaTeX: their numbers by hand, their structure, and text that is LaTeX itself."""

import re
from pathlib import Path
from typing import Any, List

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqmix_plugin.reporting.comparison import Comparison
from seqmix_plugin.reporting.latex import escaped, of_comparison, over_corpora
from seqmix_plugin.reporting.over_corpora import by_corpus
from seqmix_plugin.reporting.over_corpora import over_corpora as stratified
from seqmix_plugin.reporting.run_groups import find_runs, group_runs
from tests.reporting.conftest import write_run

NUM_SEEDS = 6
SPECIAL_TEXT = "ab&%$#_{}\\~^<>|[]* \n\x1b\u2212\u00e9"


def compared(folder: Path, **options: Any) -> Comparison:
    """A baseline, a method that is 2 points better on all seeds, one that is worse on most, and a reference."""
    for seed in range(1, NUM_SEEDS + 1):
        for name, more in (("a_base", 0.0), ("b_better", 2.0), ("c_mixed", -3.0 if seed > 1 else 3.0)):
            curve = [30.0 + seed + more, 50.0 + seed + more]
            write_run(folder / name / str(seed), curve, seed, **{"trainer.query_policy.type": name})
    write_run(folder / "everything" / "1", [72.0], **{"trainer.query_policy.type": "all"})
    return Comparison(group_runs(find_runs([str(folder)])[0])[0], **options)


def rows(text: str) -> List[List[str]]:
    """The cells of a table; fails when it is not one of LaTeX."""
    lines = [line for line in text.splitlines() if not line.startswith("%")]
    assert (lines[0], lines[-1]) == (f"\\begin{{tabular}}{{l{'r' * lines[0].count('r', 16)}}}", "\\end{tabular}")
    assert (lines[1], lines[-2]) == ("\\toprule", "\\bottomrule")
    body = [line for line in lines[1:-1] if not line.endswith("rule")]
    assert all(line.endswith(r" \\") for line in body)
    cells = [re.split(r"(?<!\\)&", line.removesuffix(r" \\")) for line in body]
    columns = len(re.sub(r".*\{(\w+)\}$", r"\1", lines[0]))
    assert {len(row) for row in cells} == {columns}
    assert all(text.count("{", 0) == text.count("}") for text in lines)
    return [[cell.strip() for cell in row] for row in cells]


def test_means_differences_and_stars_by_hand(tmp_path: Path) -> None:
    table = of_comparison(compared(tmp_path, baseline="a_base"), "test", {"b_better": "Better & more"})
    text = str(table)
    # Seeds 1 to 6 have the deviation 1.87; the mean of 33.5 and 53.5 is 43.5.
    header, base, better, mixed, reference = rows(text)
    assert header == ["Method", "Seeds", "Mean F1", "Final F1", "Difference"]
    assert base == [r"a\_base", "6", r"43.5 $\pm$ 1.9", r"53.5 $\pm$ 1.9", "--"]
    assert better[0] == r"Better \& more"
    # Two pairs: p is 2/2⁶ = 0.031, twice that after Holm's correction, which is not significant.
    assert better[4] == "$+$2.0 [$+$2.0, $+$2.0]"
    assert mixed[4].startswith("$-$2.0 [$-$3.0, ")
    assert reference == ["everything", "1", "--", "72.0", "--"]
    assert r"% \caption{F1 on test (\%): mean over the budgets in annotated sentences" in text
    assert r"Differences to a\_base are of the mean." in text
    assert "after Holm's correction over 2 pairs" in text
    assert "% \\label{tab:f1-test}" in text


def test_a_named_pair_has_a_row_and_a_star(tmp_path: Path) -> None:
    text = str(of_comparison(compared(tmp_path, named=[("b_better", "a_base")]), "test"))
    *_, last = rows(text)
    assert last == [r"b\_better $-$ a\_base", "6", "", "", "$+$2.0$^{*}$ [$+$2.0, $+$2.0]"]
    assert "Holm" not in text, "there is one pair"
    assert text.count("\\midrule") == 2


def test_without_a_baseline_the_first_method_is_it(tmp_path: Path) -> None:
    comparison = compared(tmp_path)
    cells = {row[0]: row[4] for row in rows(str(of_comparison(comparison, "dev")))}
    assert cells[r"a\_base"] == "--"
    assert cells[r"b\_better"].startswith("$+$2.0 ")
    assert "over 3 pairs" in str(of_comparison(comparison, "dev")), "those that the comparison has"


def test_one_method_has_no_differences(tmp_path: Path) -> None:
    write_run(tmp_path / "nte" / "1", [40.0, 50.0])
    comparison = Comparison(group_runs(find_runs([str(tmp_path)])[0])[0])
    assert rows(str(of_comparison(comparison, "test"))) == [
        ["Method", "Seeds", "Mean F1", "Final F1"],
        ["nte", "1", "45.0", "50.0"],
    ]


def test_pairs_over_corpora(tmp_path: Path) -> None:
    for corpus, gain in (("web_page", 1.0), ("conll", 3.0)):
        for seed in (1, 2, 3):
            for name, more in (("nte", 0.0), ("sub", gain)):
                changes = {"trainer.query_policy.type": name, "train_data_path": corpus}
                write_run(tmp_path / corpus / name / str(seed), [40.0 + more, 50.0 + more], seed, **changes)
    corpora, _ = by_corpus(find_runs([str(tmp_path)])[0])
    found = stratified({corpus: Comparison(groups) for corpus, groups in corpora.items()}, "test")
    header, row = rows(str(over_corpora(found, "test", list(corpora))))
    assert header == ["Methods", "Pairs of runs", "Difference", "conll", r"web\_page"]
    assert row == ["sub $-$ nte", "6", "$+$2.0$^{*}$ [$+$2.0, $+$2.0]", "$+$3.0", "$+$1.0"]


def test_special_characters_by_hand() -> None:
    assert escaped(r"a_b & 50% #1 {x} \y") == r"a\_b \& 50\% \#1 \{x\} \textbackslash{}y"
    assert escaped("~^<>|") == (r"\textasciitilde{}\textasciicircum{}\textless{}\textgreater{}\textbar{}")
    assert escaped("[1] *") == "{[}1{]} {*}", "no argument of the row before"
    assert escaped("a\nb\x1b") == r"a\textbackslash{}nb\textbackslash{}x1b"


@given(st.text(SPECIAL_TEXT))
def test_nothing_special_is_left(text: str) -> None:
    found = escaped(text)
    assert found.isprintable()
    left = re.sub(r"\\[&%$#_{}]|\\text[a-z]+\{\}|\{[][*]\}|\$-\$", "", found)
    assert not set(left) & set("&%$#_{}\\~^")


def test_the_deviation_of_one_seed_is_left_out(tmp_path: Path) -> None:
    for name in ("nte", "sub"):
        write_run(tmp_path / name / "1", [40.0, 50.0], **{"trainer.query_policy.type": name})
    comparison = Comparison(group_runs(find_runs([str(tmp_path)])[0])[0])
    _, _, row = rows(str(of_comparison(comparison, "test")))
    assert row == ["sub", "1", "45.0", "50.0", "0.0"]


@pytest.mark.parametrize("against", ["tokens", "seconds"])
def test_what_annotations_are_counted_in_is_said(tmp_path: Path, against: str) -> None:
    caption = of_comparison(compared(tmp_path, against=against), "test").caption
    assert {"tokens": "annotated tokens", "seconds": "seconds of annotation"}[against] in caption
