"""The rows of charts and tables, formatting, and details of the runs."""

import json
from pathlib import Path

import pytest

from seqmix_plugin.reporting import formatting
from seqmix_plugin.reporting.chart_data import (
    cells,
    differing_keys,
    mean_rows,
    pair_rows,
    reached_curves,
    run_details,
    run_rows,
)
from seqmix_plugin.reporting.comparison import Comparison
from seqmix_plugin.reporting.formatting import MINUS, NOTHING
from seqmix_plugin.reporting.generated_sentences import GeneratedSentences, examples
from seqmix_plugin.reporting.run_groups import find_runs, group_runs
from seqmix_plugin.reporting.tables import numbers, seconds
from seqmix_plugin.run.reader import flattened
from seqmix_plugin.run.run_record import write_record
from tests.reporting.conftest import write_run


def compared(folder: Path) -> Comparison:
    return Comparison(group_runs(find_runs([str(folder)])[0])[0])


def test_mean_rows_hold_all_cells_and_what_was_accepted(tmp_path: Path) -> None:
    for seed, last in ((1, 50), (2, 54)):
        write_run(tmp_path / "mix" / str(seed), [40, last], seed=seed, accepted=[10, 3])
    comparison = compared(tmp_path)
    _, row = mean_rows(comparison)
    assert (row["method"], row["round"], row["seeds"], row["sentences"], row["tokens"]) == ("mix", 1, 2, 20, 140)
    assert (row["test/"], row["± test/"], row["dev/"], row["test/LOC"]) == (52.0, 2.83, 47.0, 26.0)
    assert (row["accepted"], row["short"]) == ("6 of 20", True)
    points = run_rows(comparison)
    assert [(point["round"], point["test/"]) for point in points] == [(0, 40.0), (1, 50.0), (0, 40.0), (1, 54.0)]


def test_curves_of_needed_labels_are_of_the_seeds_that_all_have(tmp_path: Path) -> None:
    write_run(tmp_path / "a" / "1", [40.5, 42.5, 42.0])
    write_run(tmp_path / "a" / "2", [90.0, 90.0, 90.0], seed=2)
    write_run(tmp_path / "b" / "1", [40, 41, 42], **{"trainer.query_policy.type": "b"})
    reached = reached_curves(compared(tmp_path))
    assert reached["test/"]["a"] == {
        "mean": [40.5, 42.5, 42.0],
        "sentences": [10, 20, 30],
        "tokens": [70, 140, 210],
        "entities": [30, 60, 90],
        # 10 sentences of 12.57 seconds, 70 tokens of 3.795 and 30 entities of 5.387 a round.
        "seconds": pytest.approx([552.96, 1105.92, 1658.88]),
    }
    assert reached["dev/LOC"]["b"]["mean"] == [17.5, 18.0, 18.5]


def test_pairs_without_a_shared_seed_are_not_drawn(tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 2), ("c", 1)):
        write_run(tmp_path / name / str(seed), [40, 50], seed, **{"trainer.query_policy.type": name})
    rows = pair_rows(compared(tmp_path))
    assert [(row["split"], row["method"], row["other"]) for row in rows] == [("test", "c", "a"), ("dev", "c", "a")]
    assert (rows[0]["difference"], rows[0]["low"], rows[0]["seeds"]) == (0.0, None, 1)


def test_targets_are_reached_by_all_methods_with_rounds(tmp_path: Path) -> None:
    write_run(tmp_path / "a" / "1", [40, 52.9])
    write_run(tmp_path / "b" / "1", [40, 60], **{"trainer.query_policy.type": "b"})
    write_run(tmp_path / "all" / "1", [30], **{"trainer.query_policy.type": "c"})
    comparison = compared(tmp_path)
    assert {name: comparison.target(*cell) for name, cell in cells(comparison).items()} == {
        "test/": 52.0,
        "test/LOC": 26.0,
        "test/PER": 52.0,
        "dev/": 47.0,
        "dev/LOC": 23.0,
        "dev/PER": 47.0,
    }


def test_seconds_are_sums_over_rounds_and_means_over_seeds(tmp_path: Path) -> None:
    for seed in (1, 2):
        write_run(tmp_path / "a" / str(seed), [40, 50], seed=seed)
    table = seconds(compared(tmp_path).groups)
    assert table.columns == ["method", "query", "augment", "train", "measure", "all"]
    assert table.rows == [["a", "2", "4", "23", "6", "35"]]
    assert table.methods == [["a"]]


def test_the_numbers_of_a_chart() -> None:
    rows = [
        {"method": "a", "other": "b", "round": 1, "share": 1 / 3},
        {"method": "a", "other": "c", "round": 2000, "share": 2.0},
    ]
    table = numbers("shares", rows)
    assert table.columns == ["method", "other", "round", "share"]
    assert table.rows == [["a", "b", "1", "0.3333"], ["a", "c", "2,000", "2"]]
    assert table.methods == [["a", "b"], ["a", "c"]]
    assert numbers("nothing", []).rows == []


def test_examples_are_fewer_the_more_methods_there_are(tmp_path: Path) -> None:
    for position in range(12):
        changes = {"trainer.query_policy.type": f"p{position}"}
        write_run(tmp_path / f"m{position}" / "1", [1, 2, 3, 4, 5], accepted=[5] * 5, **changes)
    generated = [GeneratedSentences(group) for group in compared(tmp_path).groups]
    assert len(examples(generated[:1])) == 5 * 2 * 4
    assert len(examples(generated)) == 12 * 5 * 2 * 2


def test_scores_have_the_name_of_what_was_judged(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "mix" / "1", [40], accepted=[1])
    assert GeneratedSentences(compared(tmp_path).groups[0]).score_name == "perplexity"
    rounds = (folder / "rounds.jsonl").read_text().replace('"accepted_range', '"other')
    (folder / "rounds.jsonl").write_text(rounds)
    assert GeneratedSentences(compared(tmp_path).groups[0]).score_name == "score"


def test_differing_keys(tmp_path: Path) -> None:
    write_run(tmp_path / "a" / "1", [40], **{"trainer.augmenter": {"type": "seqmix", "range": [0, 500]}})
    write_run(tmp_path / "b" / "1", [40], seed=2)
    groups = compared(tmp_path).groups
    rows = [["trainer.augmenter.range", "[0, 500]", NOTHING], ["trainer.augmenter.type", "seqmix", "none"]]
    assert differing_keys(groups) == rows
    write_record(groups[0].runs[0], tmp_path / "records" / "c" / "1.json")
    write_run(tmp_path / "d" / "1", [40], **{"trainer.query_policy.type": "d"})
    with_record = group_runs(find_runs([str(tmp_path / name) for name in ("b", "d", "records")])[0])[0]
    assert differing_keys(with_record) == [["trainer.query_policy.type", "random", "d", "not kept"]]


def test_flattened() -> None:
    assert flattened({"a": {"b": [1, {"c": 2}], "d": {}}, "e": None}) == {"a.b": [1, {"c": 2}], "a.d": {}, "e": None}


def test_details_join_what_differs(tmp_path: Path) -> None:
    for seed in (1, 2):
        write_run(tmp_path / "a" / str(seed), [40], seed=seed)
    broken = {"versions": 7, "revision": None, "host": "there", "device": "<i>", "threads": 4}
    (tmp_path / "a" / "2" / "environment.json").write_text(json.dumps(broken))
    facts = dict(run_details(compared(tmp_path).groups))
    assert (facts["seeds"], facts["data seeds"], facts["versions"]) == ("1, 2", "0", "python 3.11.7, torch 2.11.0")
    assert (facts["host"], facts["device"], facts["threads"]) == ("here, there", "x86_64, <i>", "2, 4")
    assert facts["runs"] == f"{tmp_path / 'a' / '1'}, {tmp_path / 'a' / '2'}"


def test_formatting() -> None:
    assert [formatting.decimal(value) for value in (None, float("nan"), -0.04, 1234.56)] == [
        NOTHING,
        NOTHING,
        "0.0",
        "1,234.6",
    ]
    assert [formatting.signed(value) for value in (None, 0.04, 0.06, -1.25, -0.04)] == [
        NOTHING,
        "0.0",
        "+0.1",
        f"{MINUS}1.2",
        "0.0",
    ]
    assert [formatting.p_value(p) for p in (None, 0.0625, 0.0001, 1.0)] == [NOTHING, "0.063", "< 0.001", "1.000"]
    assert [formatting.between(ends) for ends in (None, (-0.4, 3.92))] == [NOTHING, f"{MINUS}0.4 to +3.9"]
    assert [formatting.with_deviation(71.26, 1.24, runs) for runs in (1, 2)] == ["71.3", "71.3 ± 1.2"]
    assert [formatting.counted(number, "seed") for number in (1, 2)] == ["1 seed", "2 seeds"]
    pairs = ((75, 100), (120, 100), (100, 100.2), (None, 100), (100, None))
    assert [formatting.saving((own, 0.0), (others, 0.0)) for own, others in pairs] == [
        "25 % fewer",
        "20 % more",
        "as many",
        NOTHING,
        NOTHING,
    ]
    assert formatting.saving((10, 10.0), (20, 5.0)) == "≥ 50 % fewer"
    assert formatting.saving((10, 10.0), (20, 20.0)) == NOTHING
