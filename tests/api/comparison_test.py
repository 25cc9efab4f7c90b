"""Comparisons in Python are those of `seqmix compare`."""

from pathlib import Path

import pandas
import pytest

import seqmix_plugin as sx
from seqmix_plugin.commands.compare import compare as command
from tests.reporting.conftest import write_run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two methods with two seeds."""
    for method, above in (("nte", 4.0), ("random", 0.0)):
        for seed in (1, 2):
            scores = [50.0 + seed, 60.0 + above, 70.0 + above]
            changes = {"trainer.query_policy": {"type": method}}
            write_run(tmp_path / "runs" / method / str(seed), scores, seed=seed, **changes)
    return tmp_path / "runs"


def test_the_table_has_a_row_a_method(folder: Path) -> None:
    table = sx.compare([folder]).table
    assert list(table.columns) == ["method", "seeds", 10, 20, 30, "mean", "deviation", "area"]
    assert table["method"].tolist() == ["nte", "random"]
    assert table["seeds"].tolist() == [2, 2]
    # At 10 sentences 51 and 52, then 64 and 74: means over the budgets 63 and 63 1/3; area (57.75 + 69) / 2.
    [first, _] = table.to_dict("records")
    assert (first[10], first[20], first[30]) == (51.5, 64.0, 74.0)
    assert first["mean"] == pytest.approx(63 + 1 / 6)
    assert first["deviation"] == pytest.approx(1 / 3 / 2**0.5)
    assert first["area"] == pytest.approx(63.375)


def test_differences_are_those_of_the_command(folder: Path, tmp_path: Path) -> None:
    runs = [sx.Run(path) for method in ("nte", "random") for path in sorted((folder / method).iterdir())]
    differences = sx.compare(runs, baseline="random", split="dev").differences
    compared = command([str(folder)], output=str(tmp_path / "page.html"), baseline="random")
    [pair] = compared.pairs["dev"]
    [row] = differences.to_dict("records")
    assert (row["first"], row["second"], row["seeds"]) == ("nte", "random", 2)
    assert row["difference"] == pytest.approx(8 / 3)
    assert (row["low"], row["high"]) == pair.interval
    assert (row["p"], row["adjusted_p"], row["verdict"]) == (pair.p, pair.adjusted_p, pair.verdict)
    assert row["significant"] is False


def test_the_report_is_that_of_the_command(folder: Path, tmp_path: Path) -> None:
    wanted = {name: str(tmp_path / name) for name in ("report.html", "scores.csv", "tables.md")}
    command([str(folder)], output=wanted["report.html"], csv=wanted["scores.csv"], markdown=wanted["tables.md"])
    assert sx.compare([folder]).write(tmp_path / "new" / "report") == tmp_path / "new/report/report.html"
    for name, path in wanted.items():
        assert (tmp_path / "new/report" / name).read_bytes() == Path(path).read_bytes() != b""


def test_names_are_given_to_the_runs_of_one_configuration(folder: Path) -> None:
    places = [folder / "nte/1", folder / "random/1", folder / "nte/2"]
    comparison = sx.compare(places, ["Entropy", "Random", "Entropy"])
    assert comparison.table["method"].tolist() == ["Entropy", "Random"]
    assert repr(comparison) == "<Comparison on test: Entropy (2), Random (1)>"
    assert "<td>Entropy</td>" in comparison._repr_html_()
    assert sx.compare([folder / "nte", folder / "random"], ["E", "R"]).table["method"].tolist() == ["E", "R"]


def test_the_curves_are_a_picture(folder: Path) -> None:
    picture = sx.compare([folder]).plot()
    assert repr(picture) == "<Picture: learning curves of nte, random>"
    shown = picture._repr_svg_()
    assert shown.startswith("<svg")
    assert "random" in shown


def test_runs_that_are_not_measured(tmp_path: Path) -> None:
    comparison = sx.compare(write_run(tmp_path / "run", [1.0, 2.0], measured=False))
    assert comparison.table.empty
    assert comparison.differences.empty
    assert repr(comparison) == "<Comparison on nothing: not measured: run (1)>"
    with pytest.raises(sx.ConfigurationError, match="there is no curve to plot: F1 is not measured"):
        comparison.plot()
    assert isinstance(comparison.table, pandas.DataFrame)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"names": ["one"]}, "names has 1 names for 2 runs; expected one for each"),
        ({"names": ["same", "same"]}, "names: same stands for several configurations; expected a name for each"),
        ({"split": "train"}, "split is 'train'; what all of these runs have measured is test and dev"),
        ({"against": "words"}, "against is 'words'; expected one of sentences, tokens, entities, seconds"),
        ({"baseline": "mnlp"}, "baseline is 'mnlp'; expected one of nte, random"),
        ({"pairs": [("mnlp", "nte")]}, "pairs has 'mnlp'; expected one of nte, random"),
        ({"pairs": [("nte", "random")], "baseline": "nte"}, "baseline and pairs exclude each other: both say what is"),
    ],
)
def test_mistakes(options: dict, message: str, folder: Path) -> None:
    with pytest.raises(sx.ConfigurationError) as caught:
        sx.compare([folder / "nte", folder / "random"], **options)
    assert str(caught.value).startswith(message)


def test_two_names_for_one_configuration_are_an_error(folder: Path) -> None:
    with pytest.raises(sx.ConfigurationError, match="names: a and b are runs of one configuration; expected one name"):
        sx.compare([folder / "nte/1", folder / "nte/2"], ["b", "a"])


def test_no_run_is_an_error_that_says_why(tmp_path: Path) -> None:
    with pytest.raises(sx.ConfigurationError, match="nowhere: "):
        sx.compare([tmp_path / "nowhere"])
    with pytest.raises(sx.ConfigurationError, match="there is no run to compare; give runs or folders of runs"):
        sx.compare([])
