"""A comparison as text."""

import csv
import io
import json
from pathlib import Path

import pytest

from seqmix_plugin.reporting import pair_tables, tables
from seqmix_plugin.reporting.comparison import Comparison
from seqmix_plugin.reporting.page import write_page
from seqmix_plugin.reporting.run_groups import find_runs, group_runs
from seqmix_plugin.reporting.scores_csv import scores_csv
from tests.reporting.comparison_test import METHODS, compared
from tests.reporting.conftest import write_run

CURVES = {"nte": [[10.0, 30.0], [12.0, 30.0]], "random": [[10.0, 28.0], [12.0, 26.0]]}


def test_the_table_of_curves(tmp_path: Path) -> None:
    table = tables.curves(compared(tmp_path, CURVES), "test", target=20.0)
    assert table.columns == ["method", "seeds", "10", "20", "mean", "area", "labels to 20"]
    # nte reaches 20 at 10 + 10 * (20 - 11) / (30 - 11) = 14.7; random at 10 + 10 * 9 / 16 = 15.6.
    assert table.rows == [
        ["nte", "2", "11.0 ± 1.4", "30.0 ± 0.0", "20.5 ± 0.7", "20.5", "15"],
        ["random", "2", "11.0 ± 1.4", "27.0 ± 1.4", "19.0 ± 0.0", "19.0", "16"],
    ]
    short = tables.curves(compared(tmp_path / "short", CURVES), "test", target=20.0, short=True)
    assert short.rows[0][2:5] == ["11.0", "30.0", "20.5 ± 0.7"]


def test_labels_that_are_needed(tmp_path: Path) -> None:
    comparison = compared(tmp_path, CURVES)
    assert [row[-1] for row in tables.curves(comparison, "test", 28.0).rows] == ["19", "not reached"]
    assert [row[-1] for row in tables.curves(comparison, "test", 5.0).rows] == ["≤ 10", "≤ 10"]
    assert tables.curves(comparison, "test").columns[-1] == "labels to 27"


def test_one_seed_shows_no_deviation(tmp_path: Path) -> None:
    table = tables.curves(compared(tmp_path, {"nte": [[10.0, 30.0]]}), "test")
    assert table.rows[0][2:5] == ["10.0", "30.0", "20.0"]


def test_a_single_budget_has_no_mean_over_budgets(tmp_path: Path) -> None:
    write_run(tmp_path / "all", [60.0], **{"trainer.seed_size": 100})
    compared(tmp_path, CURVES)
    comparison = Comparison(group_runs(find_runs([str(tmp_path)])[0])[0])
    rows = {row[0]: row for row in tables.curves(comparison, "test").rows}
    assert rows["all"] == ["all", "1", "60.0", "", "", "", ""]


def test_the_table_of_pairs(tmp_path: Path) -> None:
    in_turn = {"random": CURVES["random"], "nte": CURVES["nte"]}
    [row] = pair_tables.pairs(compared(tmp_path, in_turn), "test").rows
    # Differences 1 and 2; over budgets 0 and 3, of which the tie is left out.
    assert row == [
        "nte − random",
        "+1.5",
        "+1.0 to +2.0",
        "2",
        "0.500",
        "0.500",
        "not statistically significant: 6 seeds are needed, there are 2",
        "1.000",
    ]
    assert pair_tables.pairs(compared(tmp_path / "back", CURVES), "test").rows[0][1:3] == ["−1.5", "−2.0 to −1.0"]


def test_differences_at_budgets_mark_the_same_sentences(tmp_path: Path) -> None:
    queried = [["a"], ["b"], ["c"]]
    write_run(tmp_path / "nte", [1.0, 2.0, 4.5], queried=queried, **METHODS["nte"])
    write_run(tmp_path / "random", [1.0, 3.0, 4.0], queried=[["a"], ["c"], ["d"]])
    table = pair_tables.at_budgets(Comparison(group_runs(find_runs([str(tmp_path)])[0])[0]), "test")
    assert table.columns == ["pair", "1", "2", "3"]
    assert table.rows == [["random − nte", "0.0 =", "+1.0", "−0.5"]]


def test_seconds_a_stage(tmp_path: Path) -> None:
    # Two rounds; training takes 10 + seed seconds.
    table = tables.seconds(compared(tmp_path, CURVES).groups)
    assert table.columns == ["method", "query", "augment", "train", "measure", "all"]  # annotating took no time
    assert table.rows[0] == ["nte", "2", "4", "23", "6", "35"]


def test_the_sentence_on_seeds(tmp_path: Path) -> None:
    pairs = compared(tmp_path, CURVES).pairs["test"]
    assert "; one pair can pass 0.05 with 6 seeds or more." in pair_tables.seeds_sentence(pairs)


def test_every_score_as_csv(tmp_path: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(scores_csv(compared(tmp_path, CURVES).groups))))
    assert len(rows) == 4 * 2 * 2 * 3  # runs, rounds, splits, types
    [row] = [
        r
        for r in rows
        if (r["method"], r["seed"], r["round"], r["split"], r["of"]) == ("random", "2", "1", "test", "all types")
    ]
    assert float(row["f1"]) == pytest.approx(0.26)
    assert row["sentences"] == "20"
    assert row["type"] == ""
    [of_type] = [
        r for r in rows if {**r, "of": "one type", "type": "LOC", "precision": "", "recall": "", "f1": "0.13"} == r
    ]
    assert of_type["split"] == "test"


def test_no_cell_is_a_total_by_its_name_or_a_formula(tmp_path: Path) -> None:
    odd = ["all", "all types", "=cmd()", "+1", "-x", "@a", "\x1b[31mred", " =1", "'=1", "a;=1", "b,\t+1", "＝1"]
    write_run(tmp_path / "=sum(a)" / "1", [20.0])
    record = json.loads((tmp_path / "=sum(a)" / "1" / "rounds.jsonl").read_text())
    record["annotated"]["=cmd()"] = 1
    for scores in record["scores"].values():
        scores.update({f"{name}/{metric}": 0.5 for name in odd for metric in ("precision", "recall", "f1", "=2")})
    (tmp_path / "=sum(a)" / "1" / "rounds.jsonl").write_text(json.dumps(record) + "\n")
    groups = group_runs(find_runs([str(tmp_path)])[0])[0]
    rows = list(csv.DictReader(io.StringIO(scores_csv(groups))))
    assert {row["method"] for row in rows} == {"'=sum(a)"}
    assert all(row["sentences"] == "10" and None not in row for row in rows)
    assert len([row for row in rows if row["of"] == "all types"]) == 2, "one a split"
    written = ["'=cmd()", "'+1", "'-x", "'@a", "'\\x1b[31mred", " '=1", "''=1", "a;'=1", "b,'\\t+1", "'＝1"]
    types = {row["type"] for row in rows if row["of"] == "one type"}
    assert types == {"LOC", "PER", "all", "all types", *written}


def test_rounds_with_one_budget_are_one(tmp_path: Path) -> None:
    """In round 1 nobody labelled anything: the second score at ten sentences counts, everywhere."""
    first, last = [str(k) for k in range(10)], [str(k) for k in range(10, 20)]
    write_run(tmp_path / "nte" / "1", [10.0, 20.0, 40.0], queried=[first, [], last], **METHODS["nte"])
    write_run(tmp_path / "random" / "1", [12.0, 30.0], queried=[first, last])
    write_run(tmp_path / "sub" / "1", [12.0, 32.0], queried=[first, []], **METHODS["sub"])
    comparison = Comparison(group_runs(find_runs([str(tmp_path)])[0])[0])
    rows = {row[0]: row for row in tables.curves(comparison, "test", 20.0).rows}
    assert rows["nte"] == ["nte", "1", "20.0", "40.0", "30.0", "30.0", "≤ 10"]
    assert rows["sub"] == ["sub", "1", "32.0", "", "", "", ""]
    assert [summary.area for summary in comparison.summaries("test")] == [30.0, 21.0, 32.0]
    differences = {(pair.first, pair.second): pair.at_budgets for pair in comparison.pairs["test"]}
    assert differences["random", "nte"] == {10: pytest.approx(-8.0), 20: pytest.approx(-10.0)}
    assert differences["sub", "nte"] == {10: pytest.approx(12.0)}
    write_page(comparison, [], tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "NaN" not in page.split('id="data">')[1].split("</script>")[0]
    assert "<td>10.0</td>" in page, "the numbers of the chart have every round"


def test_needed_labels_are_of_the_seeds_that_all_have(tmp_path: Path) -> None:
    """Seed 3 of `nte` alone would have reached 20 with ten sentences."""
    comparison = compared(
        tmp_path, {"random": [[10.0, 20.0], [10.0, 20.0]], "nte": [[10.0, 20.0], [10.0, 20.0], [70.0, 80.0]]}
    )
    rows = {row[0]: row for row in tables.curves(comparison, "test", 20.0).rows}
    assert (rows["nte"][1], rows["nte"][-1]) == ("3", "20")
    assert rows["random"][-1] == "20"
    assert comparison.target("test") == 20.0
    which = "Leader and needed labels are of the seeds that all methods have: 1, 2."
    assert comparison.which_seeds == which
    assert which in tables.markdown(comparison)
    assert compared(tmp_path / "same", CURVES).which_seeds == ""


def test_markdown_can_be_read_back(tmp_path: Path) -> None:
    comparison = compared(tmp_path, CURVES)
    text = tables.markdown(comparison, ["broken: no rounds"], 20.0)
    for split in ("test", "dev"):
        for table in (tables.curves(comparison, split, 20.0), pair_tables.pairs(comparison, split)):
            cells = [
                [cell.strip() for cell in line.strip("|\n").split(" | ")] for line in table.markdown().splitlines()
            ]
            assert cells[0] == list(table.columns)
            assert cells[2:] == [list(row) for row in table.rows]
            assert table.markdown() in text
    assert "- broken: no rounds\n" in text


def test_markdown_escapes_bars(tmp_path: Path) -> None:
    write_run(tmp_path / "a|b", [1.0, 2.0])
    [group], _ = group_runs(find_runs([str(tmp_path)])[0])
    assert "a\\|b" in tables.markdown(Comparison([group]))


def test_the_terminal_shows_names_as_they_are(tmp_path: Path) -> None:
    file = io.StringIO()
    tables.Table("[bold]t", ["method", "[red]x"], [["[link=x]y", "1"]]).print(file)
    assert all(part in file.getvalue() for part in ("[bold]t", "[red]x", "[link=x]y"))


HOSTILE = "[red]a[/red] <img src=x> [b](http://c) `d` *e* \x1b[31mf\x07\ng\u202eh"


def test_names_give_a_terminal_no_commands() -> None:
    file = io.StringIO()
    tables.Table(HOSTILE, [HOSTILE], [[HOSTILE]]).print(file)
    shown = file.getvalue()
    assert all(character.isprintable() for character in shown if character != "\n")
    assert shown.count("[red]a[/red]") == 3
    assert "\\x1b[31mf" in "".join(shown.split())


def test_names_are_text_in_markdown(tmp_path: Path) -> None:
    written = tables.Table("", [HOSTILE], [[HOSTILE]]).markdown()
    assert len(written.splitlines()) == 3
    cell = r"[red]a[/red] &lt;img src=x&gt; [b\](http://c) \`d\` \*e\* \\x1b[31mf\\x07\\ng\\u202eh"
    assert written.splitlines()[2] == f"| {cell} |"
    write_run(tmp_path / "nte", [1.0, 2.0])
    [group], _ = group_runs(find_runs([str(tmp_path)])[0])
    assert f"- {cell}\n" in tables.markdown(Comparison([group]), [HOSTILE])


def test_in_a_file_a_row_is_a_line() -> None:
    file = io.StringIO()
    tables.Table("F1", ["method", *map(str, range(10, 50))], [["sub", *["20.5"] * 40]]).print(file)
    assert [line.split() for line in file.getvalue().splitlines() if "sub" in line] == [["sub", *["20.5"] * 40]]
