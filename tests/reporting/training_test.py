"""Training steps, retries and collapsed models, as the report tells them."""

from pathlib import Path
from typing import Any

from seqmix_plugin.reporting import tables
from seqmix_plugin.reporting.comparison import Comparison
from seqmix_plugin.reporting.page import write_page
from seqmix_plugin.reporting.run_groups import find_runs, group_runs
from seqmix_plugin.reporting.training import training, training_sentences
from tests.reporting.comparison_test import METHODS
from tests.reporting.conftest import write_run


def compared(folder: Path, **records: Any) -> Comparison:
    """Methods with a run for each seed, which is given by the records of its rounds."""
    for name, runs in records.items():
        for seed, rounds in enumerate(runs, start=1):
            write_run(folder / name / str(seed), [10.0, 20.0], seed=seed, training=rounds, **METHODS[name])
    return Comparison(group_runs(find_runs([str(folder)])[0])[0])


def test_different_steps(tmp_path: Path) -> None:
    comparison = compared(
        tmp_path,
        nte=[[{"steps": 30}, {"steps": 69}], [{"steps": 30}, {"steps": 71}]],
        sub=[[{"steps": 40}, {"steps": 90}]],
    )
    line = (
        "Methods differ in training steps a round: nte 30 to 70, sub 40 to 90; part of a difference may come from that."
    )
    assert training_sentences(comparison) == [line]
    table = training(comparison.groups)
    assert table is not None
    assert table.rows == [["nte", "30 to 70", "0", "0 of 4"], ["sub", "40 to 90", "0", "0 of 2"]]
    text = tables.markdown(comparison)
    assert "| nte | 30 to 70 | 0 | 0 of 4 |" in text
    assert f"\n{line}\n" in text
    write_page(comparison, [], tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert page.count(f"<li>{line}</li>") == len(comparison.splits)
    assert '<th scope="row">sub</th><td>40 to 90</td><td>0</td><td>0 of 2</td>' in page


def test_equal_steps_need_no_word(tmp_path: Path) -> None:
    equal = [[{"steps": 200}, {"steps": 200}]]
    comparison = compared(tmp_path, nte=equal, sub=equal)
    assert training_sentences(comparison) == []
    table = training(comparison.groups)
    assert table is not None
    assert [row[1] for row in table.rows] == ["200", "200"]


def test_rounds_that_are_not_there_yet_do_not_differ(tmp_path: Path) -> None:
    write_run(tmp_path / "nte", [10.0, 20.0, 30.0], training=[{"steps": s} for s in (10, 20, 30)], **METHODS["nte"])
    write_run(tmp_path / "sub", [10.0], num_rounds=2, training=[{"steps": 10}], **METHODS["sub"])
    assert training_sentences(Comparison(group_runs(find_runs([str(tmp_path)])[0])[0])) == []


def test_retries_and_collapsed_models(tmp_path: Path) -> None:
    equal = {"steps": 200}
    runs = [[{**equal, "retries": 1}, {**equal, "retries": 2, "collapsed": True}], [equal, equal]]
    comparison = compared(tmp_path, nte=runs, random=[[equal, equal]])
    line = "nte: 1 of 4 rounds ended with a model that has collapsed (F1 near 0 on its own labels)."
    assert training_sentences(comparison) == [line]
    table = training(comparison.groups)
    assert table is not None
    assert table.rows == [["nte", "200", "3", "1 of 4"], ["random", "200", "0", "0 of 2"]]


def test_records_without_steps(tmp_path: Path) -> None:
    comparison = compared(tmp_path / "old", nte=[None], random=[None])
    assert training(comparison.groups) is None
    assert training_sentences(comparison) == ["Training steps are not recorded."]
    assert "### Training" not in tables.markdown(comparison)
    mixed = compared(tmp_path / "mixed", nte=[None], random=[[{"steps": 5}, {"steps": 5}]])
    assert training_sentences(mixed) == ["Training steps are not recorded of nte."]
    table = training(mixed.groups)
    assert table is not None
    assert table.rows == [["nte", "not recorded", "–", "–"], ["random", "5", "0", "0 of 2"]]
