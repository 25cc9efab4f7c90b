"""Runs are found, read as data, and grouped."""

import json
import os
import re
from pathlib import Path

import numpy as np
import pytest
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.reporting.run_groups import find_runs, group_runs
from seqmix_plugin.run.reader import read_run
from seqmix_plugin.run.run_record import write_record
from tests.reporting.conftest import write_run

SEQMIX = {"trainer.augmenter.type": "seqmix"}


def test_a_run_is_read(tmp_path: Path) -> None:
    run = read_run(write_run(tmp_path / "nte", [20.0, 30.0], seed=3))
    assert (run.seed, run.data_seed, run.num_rounds, run.finished) == (3, 0, 1, True)
    assert run.budgets == [10, 20]
    assert run.f1("test") == pytest.approx([20.0, 30.0])
    assert run.f1("dev") == pytest.approx([15.0, 25.0])
    assert run.f1("test", "LOC") == pytest.approx([10.0, 15.0])
    assert run.f1("train") == [None, None]
    assert run.environment["versions"]["torch"] == "2.11.0"


def test_a_running_run_is_read(tmp_path: Path) -> None:
    assert not read_run(write_run(tmp_path / "nte", [20.0, 30.0], num_rounds=5)).finished


def test_seeds_share_a_hash_and_changes_do_not(tmp_path: Path) -> None:
    runs = [
        read_run(write_run(tmp_path / name, [20.0], seed=seed, **changes))
        for name, seed, changes in (
            ("one", 1, {}),
            ("two", 2, {"trainer.pool.data_seed": 2}),
            ("mixed", 1, SEQMIX),
            ("pool", 1, {"trainer.pool.size": 50}),
        )
    ]
    hashes = [run.configuration_hash for run in runs]
    assert hashes[0] == hashes[1]
    assert len(set(hashes)) == 3
    assert [run.data_hash == runs[0].data_hash for run in runs] == [True, True, True, False]


@pytest.mark.parametrize(
    ("layout", "names"),
    [
        (["nte/1", "nte/2", "sub/1"], ["nte", "sub"]),
        (["nte_1", "nte_seed2", "sub"], ["nte", "sub"]),
        (["nte/seed1", "nte/seed2", "sub/seed1"], ["nte", "sub"]),
        (["first", "second", "sub"], ["first", "sub"]),
        (["words1", "words2", "x"], ["words1", "x"]),
        (["a/run", "b/run", "c/run"], ["run (", "run ("]),
    ],
)
def test_names_of_groups(tmp_path: Path, layout: list, names: list) -> None:
    for number, place in enumerate(layout):
        write_run(tmp_path / place, [20.0], seed=number, **(SEQMIX if number == 2 else {}))
    groups, left_out = group_runs(find_runs([str(tmp_path)])[0])
    assert left_out == []
    assert [len(group.runs) for group in groups] == [2, 1]
    assert all(group.name.startswith(name) for group, name in zip(groups, names, strict=True))
    assert len({group.name for group in groups}) == 2


def test_seeds_are_in_order(tmp_path: Path) -> None:
    for seed in (10, 2, 1):
        write_run(tmp_path / "nte" / str(seed), [20.0], seed=seed)
    runs, _ = find_runs([str(tmp_path / "nte")])
    assert [run.seed for run in runs] == [1, 2, 10]
    assert [run.seed for run in group_runs(runs[::-1])[0][0].runs] == [1, 2, 10]


def test_rounds_that_not_all_seeds_have_are_named(tmp_path: Path) -> None:
    for seed, f1 in ((1, [20.0, 30.0, 40.0]), (2, [20.0, 30.0])):
        write_run(tmp_path / "nte" / str(seed), f1, seed=seed, num_rounds=3, training=[{}, {"stop": "enough"}, {}])
    last = tmp_path / "nte" / "1" / "rounds.jsonl"
    last.write_text(re.sub(r'("round": 2, )', r'\1"stop": "enough", ', last.read_text()))
    [group], left_out = group_runs(find_runs([str(tmp_path)])[0])
    assert (len(group.runs), group.num_budgets) == (2, 2)
    assert left_out == [f"nte: its rounds from 2 on, which {tmp_path / 'nte' / '2'} does not have"]


def test_places_without_runs_are_named(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    runs, skipped = find_runs(
        [str(tmp_path / "empty"), str(tmp_path / "none"), str(write_run(tmp_path / "nte", [20.0]))]
    )
    assert len(runs) == 1
    assert skipped == [
        f"{tmp_path / 'empty'}: no rounds.jsonl in it or below it; expected the folder of a run",
        f"{tmp_path / 'none'}: no such folder; expected the folder of a run",
    ]


def test_what_is_no_path_is_named(tmp_path: Path) -> None:
    assert "no such folder" in find_runs([str(tmp_path / ("x" * 300))])[1][0]


def test_names_that_are_not_utf8(tmp_path: Path) -> None:
    write_run(tmp_path / os.fsdecode(b"n\xe9"), [20.0])
    [group], _ = group_runs(find_runs([str(tmp_path)])[0])
    assert group.name == "n\ufffd"


def test_other_columns_of_the_same_files_are_other_data(tmp_path: Path) -> None:
    reader = {"type": "conll_columns", "token_indexers": {"tokens": "a"}}
    changes = [{}, {"token_indexers": {"tokens": "b"}}, {"tag_column": 1}]
    runs = [
        read_run(write_run(tmp_path / str(i), [20.0], dataset_reader={**reader, **change}))
        for i, change in enumerate(changes)
    ]
    assert runs[0].data_hash == runs[1].data_hash != runs[2].data_hash


def test_a_folder_that_is_given_twice_counts_once(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "nte" / "1", [20.0])
    assert len(find_runs([str(folder), str(tmp_path), str(folder)])[0]) == 1


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("rounds.jsonl", '{"round": 0, "annot', r"rounds\.jsonl, line 1: not JSON"),
        ("rounds.jsonl", "[1]", r"rounds\.jsonl, line 1: \[1\] is no object; expected one a line"),
        (
            "rounds.jsonl",
            '{"round": 0, "round": 1}',
            r"rounds\.jsonl, line 1: not JSON \(the key 'round' stands twice in an object",
        ),
        (
            "rounds.jsonl",
            '{"x": ' + "[" * 500 + "]" * 500 + "}",
            r"rounds\.jsonl, line 1: not JSON \(nested more than 100 deep",
        ),
        ("rounds.jsonl", '{"round": 1e999}', r"rounds\.jsonl, line 1: not JSON \(1e999 is too large a number"),
        ("rounds.jsonl", "{}", r"rounds\.jsonl, line 1: not the record of round 0"),
        ("rounds.jsonl", "", r"broken: no round yet$"),
        ("rounds.jsonl", b"\xff\xfe", r"rounds\.jsonl: cannot be read"),
        ("rounds.jsonl", None, r"broken: no round yet$"),
        ("config.json", "{", r"config\.json: cannot be read"),
        ("config.json", "[" * 100_000, r"config\.json: cannot be read"),
        ("config.json", "[]", r"config\.json: holds no object"),
        ("config.json", '{"type": "default"}', r"config\.json: not the configuration of an 'active_learning' run"),
        (
            "config.json",
            '{"type": "active_learning", "seed": "x", "trainer": {"num_rounds": 1}}',
            r"config\.json: not the configuration of an 'active_learning' run .seed is 'x'; expected a valid integer",
        ),
        ("environment.json", "nothing", r"environment\.json: cannot be read"),
    ],
)
def test_a_broken_run_is_named_and_skipped(tmp_path: Path, file: str, content: object, message: str) -> None:
    broken = write_run(tmp_path / "broken", [20.0, 30.0])
    if content is None:
        (broken / file).unlink()
    else:
        (broken / file).write_bytes(content if isinstance(content, bytes) else str(content).encode())
    write_run(tmp_path / "whole", [20.0, 30.0])
    runs, skipped = find_runs([str(tmp_path)])
    assert [run.path.name for run in runs] == ["whole"]
    assert len(skipped) == 1
    assert re.search(message, skipped[0])
    assert "\n" not in skipped[0]


@pytest.mark.parametrize(
    "path", ["annotated.sentences", "scores.test.f1", "seconds.train", "round", "queried", "scores", "augmentation"]
)
@pytest.mark.parametrize("value", ["<b>", None, True, float("nan")])
def test_every_field_of_a_round_is_checked(tmp_path: Path, path: str, value: object) -> None:
    folder = write_run(tmp_path / "nte", [20.0])
    record = json.loads((folder / "rounds.jsonl").read_text())
    *parents, last = path.split(".")
    block = record
    for key in parents:
        block = block[key]
    block[last] = value
    (folder / "rounds.jsonl").write_text(json.dumps(record))
    what = r"not JSON \(NaN is no number" if isinstance(value, float) else "not the record of round 0"
    with pytest.raises(ConfigurationError, match=rf"rounds\.jsonl, line 1: {what}"):
        read_run(folder)


@pytest.mark.parametrize(
    "change",
    [
        {"queried": [{}]},
        {"augmentation": {"wanted": "x"}},
        {"augmentation": {"discriminator": {"accepted_range": ["a", 1]}}},
        {"augmentation": {"discriminator": {"accepted_range": 1}}},
        {"augmentation": {"discriminator": {"accepted_ranges": 1}}},
        {"augmentation": {"discriminator": {"accepted_ranges": [[1, "a"]]}}},
        {"augmentation": {"discriminator": 1}},
    ],
)
def test_what_is_counted_later_is_checked_as_well(tmp_path: Path, change: dict) -> None:
    folder = write_run(tmp_path / "nte", [20.0])
    record = json.loads((folder / "rounds.jsonl").read_text())
    (folder / "rounds.jsonl").write_text(json.dumps({**record, **change}))
    with pytest.raises(ConfigurationError, match="not the record of round 0"):
        read_run(folder)


def test_a_half_written_last_line(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "nte", [20.0, 30.0])
    text = (folder / "rounds.jsonl").read_text()
    (folder / "rounds.jsonl").write_text(text[:-20])
    _, skipped = find_runs([str(folder)])
    assert "line 2: not JSON" in skipped[0]


def test_no_run_at_all() -> None:
    with pytest.raises(ConfigurationError, match="there is no run to compare"):
        group_runs([])


def test_runs_on_different_data_are_not_compared(tmp_path: Path) -> None:
    one = write_run(tmp_path / "one", [20.0])
    other = write_run(tmp_path / "other", [20.0], test_data_path="another.conll")
    with pytest.raises(ConfigurationError, match=r"one and .*other do not work on the same data"):
        group_runs([read_run(one), read_run(other)])


def test_the_same_seed_twice_counts_once(tmp_path: Path) -> None:
    runs = [read_run(write_run(tmp_path / name, [20.0])) for name in ("one", "two")]
    groups, left_out = group_runs(runs)
    assert [len(group.runs) for group in groups] == [1]
    assert left_out == [f"{tmp_path / 'two'}: configuration and seed are those of {tmp_path / 'one'}"]


def test_running_runs_wait_where_others_are_finished(tmp_path: Path) -> None:
    write_run(tmp_path / "nte" / "1", [20.0, 30.0])
    write_run(tmp_path / "nte" / "2", [20.0], seed=2, num_rounds=1)
    groups, left_out = group_runs(find_runs([str(tmp_path)])[0])
    assert [run.seed for run in groups[0].runs] == [1]
    assert left_out == [f"{tmp_path / 'nte' / '2'}: 1 of 2 rounds; left out until it is finished"]


def test_running_runs_alone_are_shown_as_far_as_all_are(tmp_path: Path) -> None:
    write_run(tmp_path / "nte" / "1", [20.0, 30.0], num_rounds=5)
    write_run(tmp_path / "nte" / "2", [22.0, 33.0, 44.0], seed=2, num_rounds=5)
    [group], left_out = group_runs(find_runs([str(tmp_path)])[0])
    assert left_out == []
    assert group.num_budgets == 2
    assert group.budgets("tokens") == [70.0, 140.0]
    scores = group.f1("test")
    assert scores is not None
    assert scores == pytest.approx(np.array([[20.0, 30.0], [22.0, 33.0]]))


def test_records_stand_for_runs(tmp_path: Path) -> None:
    for seed in (1, 2):
        run = read_run(write_run(tmp_path / "runs" / "nte" / str(seed), [20.0, 30.0 + seed], seed=seed))
        write_record(run, tmp_path / "results" / "nte" / f"{seed}.json")
    kept, skipped = find_runs([str(tmp_path / "results")])
    assert skipped == []
    [group], _ = group_runs(kept)
    assert group.name == "nte"
    assert [run.f1("test")[1] for run in group.runs] == pytest.approx([31.0, 32.0])
