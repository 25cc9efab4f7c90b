"""What stands behind the page: rows of charts and tables, wording, looks, and provenance."""

import json
from pathlib import Path
from typing import Any

import pytest
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.reporting import wording
from seqmix_plugin.reporting.charts import stacked
from seqmix_plugin.reporting.comparison import Comparison
from seqmix_plugin.reporting.generated import Generated
from seqmix_plugin.reporting.grouping import find_runs, group_runs
from seqmix_plugin.reporting.origins import differing_keys, flattened, origins
from seqmix_plugin.reporting.page_data import (
    labels_needed,
    line_rows,
    mean_rows,
    run_rows,
    seconds_a_stage,
    table,
    targets,
)
from seqmix_plugin.reporting.page_examples import examples
from seqmix_plugin.reporting.palette import BACKGROUNDS, COLOURS, look
from seqmix_plugin.reporting.wording import MINUS, NOTHING
from seqmix_plugin.run.record_file import write_record
from tests.reporting.conftest import write_run


def compared(folder: Path) -> Comparison:
    return Comparison(group_runs(find_runs([str(folder)])[0])[0])


def test_mean_rows_hold_all_cells_and_what_was_accepted(tmp_path: Path) -> None:
    for seed, last in ((1, 50), (2, 54)):
        write_run(tmp_path / "mix" / str(seed), [40, last], seed=seed, accepted=[10, 3])
    comparison = compared(tmp_path)
    _, row = mean_rows(comparison, comparison.groups)
    assert (row["group"], row["round"], row["runs"], row["sentences"], row["tokens"]) == ("mix", 1, 2, 20, 140)
    assert (row["test/"], row["± test/"], row["dev/"], row["test/LOC"]) == (52.0, 2.83, 47.0, 26.0)
    assert (row["generated"], row["short"]) == ("6 of 20", True)
    points = run_rows(comparison, comparison.groups)
    assert [(point["seed"], point["round"], point["test/"]) for point in points] == [
        (1, 0, 40.0),
        (1, 1, 50.0),
        (2, 0, 40.0),
        (2, 1, 54.0),
    ]


def test_lines_change_style_where_too_little_was_accepted() -> None:
    shorts = {"a": [True, False, False, True], "b": [False, False]}
    means = [{"group": name, "round": k, "short": short} for name, row in shorts.items() for k, short in enumerate(row)]
    rows = [(row["group"], row["piece"], row["round"], row["short"]) for row in line_rows(means)]
    assert rows == [
        ("a", 1, 0, False),
        ("a", 1, 1, False),
        ("a", 1, 2, False),
        ("a", 2, 2, True),
        ("a", 2, 3, True),
        ("b", 3, 0, False),
        ("b", 3, 1, False),
    ]


def test_labels_needed_of_whole_points_and_of_the_target(tmp_path: Path) -> None:
    write_run(tmp_path / "a" / "1", [40.5, 42.5, 42.0])
    needed = labels_needed(compared(tmp_path), 41.3)
    assert needed["test/"]["sentences"]["a"] == {
        "first": 40,
        "start": 10.0,
        "values": [10.0, 12.5, 17.5],
        "chosen": 14.0,
    }
    assert needed["test/"]["tokens"]["a"]["values"] == [70.0, 87.5, 122.5]
    assert labels_needed(compared(tmp_path), None)["test/"]["sentences"]["a"]["chosen"] is None


def test_targets_are_reached_by_all_methods_with_rounds(tmp_path: Path) -> None:
    write_run(tmp_path / "a" / "1", [40, 52.9])
    write_run(tmp_path / "b" / "1", [40, 60], **{"trainer.query_policy.type": "b"})
    write_run(tmp_path / "all" / "1", [30], **{"trainer.query_policy.type": "c"})
    assert targets(compared(tmp_path)) == {
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
    (row,) = seconds_a_stage(compared(tmp_path).groups)
    assert row == {
        "group": "a",
        "query": 2.0,
        "annotate": 0.0,
        "augment": 4.0,
        "committee": 0.0,
        "train": 23.0,
        "measure": 6.0,
        "total": 35.0,
    }


def test_table() -> None:
    rows = [{"a": 1, "b": 2, "c": 3}, {"a": 1, "b": 4, "c": 5}]
    assert table(rows, ("a",), "b") == {(1,): {2: rows[0], 4: rows[1]}}


def test_refused_sentences_stand_on_accepted_ones() -> None:
    bins = [
        {"group": "a", "low": 1.0, "verdict": "accepted", "sentences": 3},
        {"group": "a", "low": 1.0, "verdict": "refused", "sentences": 2},
        {"group": "b", "low": 1.0, "verdict": "refused", "sentences": 2},
    ]
    assert [(row["bottom"], row["top"]) for row in stacked(bins)] == [(0, 3), (3, 5), (0, 2)]


def test_examples_are_fewer_the_more_methods_there_are(tmp_path: Path) -> None:
    for position in range(12):
        changes = {"trainer.query_policy.type": f"p{position}"}
        write_run(tmp_path / f"m{position}" / "1", [1, 2, 3, 4, 5], accepted=[5] * 5, **changes)
    generated = [Generated(group) for group in compared(tmp_path).groups]
    assert len(examples(generated[:1])) == 5 * 2 * 4
    assert len(examples(generated)) == 12 * 5 * 2 * 2


def test_an_example_says_what_each_parent_weighs(tmp_path: Path) -> None:
    write_run(tmp_path / "mix" / "1", [40], accepted=[2])
    first = examples([Generated(compared(tmp_path).groups[0])])[0]
    assert first["weights"] == [0.7, 0.3]
    assert [parent["window"] for parent in first["parents"]] == [[0, 3], [3, 6]]
    assert first["child"]["labels"][0] == [["B-PER", 0.7], ["O", 0.3]]
    assert (first["score"], first["lambda"], first["accepted"]) == (100.0, 0.7, True)


def test_weights_are_not_guessed_where_labels_agree(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "mix" / "1", [40], accepted=[1])
    lines = [json.loads(line) for line in (folder / "synthetic.jsonl").read_text().splitlines()]
    for line in lines:
        line["parents"] = [{**parent, "start": 2, "end": 4} for parent in line["parents"]]
    (folder / "synthetic.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert examples([Generated(compared(tmp_path).groups[0])])[0]["weights"] is None


@pytest.mark.parametrize(
    "change",
    [
        {"score": "high"},
        {"lambda": "half"},
        {"accepted": 1},
        {"round": None},
        {"tokens": None},
        {"tokens": ["one"]},
        {"tag_distributions": [1] * 7},
        {"tag_distributions": [{"O": "1"}] * 7},
        {"parents": [1]},
        {"parents": [{"sentence_id": 1, "start": 0, "end": 1}]},
        {"parents": [{"sentence_id": "1", "start": "0", "end": 1}]},
    ],
)
def test_what_no_run_writes_is_an_error(tmp_path: Path, change: Any) -> None:
    folder = write_run(tmp_path / "mix" / "1", [40], accepted=[1])
    line = json.loads((folder / "synthetic.jsonl").read_text().splitlines()[0])
    (folder / "synthetic.jsonl").write_text(json.dumps({**line, **change}) + "\n")
    with pytest.raises(ConfigurationError, match=r"synthetic.jsonl, line 1: not a generated sentence"):
        Generated(compared(tmp_path).groups[0])


def test_scores_have_the_name_of_what_was_judged(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "mix" / "1", [40], accepted=[1])
    assert Generated(compared(tmp_path).groups[0]).score_name == "perplexity"
    rounds = (folder / "rounds.jsonl").read_text().replace('"accepted_range', '"other')
    (folder / "rounds.jsonl").write_text(rounds)
    assert Generated(compared(tmp_path).groups[0]).score_name == "score"


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


def test_origins_join_what_differs(tmp_path: Path) -> None:
    for seed in (1, 2):
        write_run(tmp_path / "a" / str(seed), [40], seed=seed)
    broken = {"versions": 7, "revision": None, "host": "there", "device": "<i>", "threads": 4}
    (tmp_path / "a" / "2" / "environment.json").write_text(json.dumps(broken))
    facts = dict(origins(compared(tmp_path).groups))
    assert (facts["seeds"], facts["data seeds"], facts["versions"]) == ("1, 2", "0", "python 3.11.7, torch 2.11.0")
    assert (facts["host"], facts["device"], facts["threads"]) == ("here, there", "x86_64, <i>", "2, 4")
    assert facts["runs"] == f"{tmp_path / 'a' / '1'}, {tmp_path / 'a' / '2'}"


def test_wording() -> None:
    assert [wording.decimal(value) for value in (None, float("nan"), -0.04, 1234.56)] == [
        NOTHING,
        NOTHING,
        "0.0",
        "1,234.6",
    ]
    assert [wording.signed(value) for value in (None, 0.04, 0.06, -1.25, -0.04)] == [
        NOTHING,
        "0.0",
        "+0.1",
        f"{MINUS}1.2",
        "0.0",
    ]
    assert [wording.p_value(p) for p in (None, 0.0625, 0.0001, 1.0)] == [NOTHING, "0.063", "< 0.001", "1.000"]
    assert [wording.between(ends) for ends in (None, (-0.4, 3.92))] == [NOTHING, f"{MINUS}0.4 to +3.9"]
    assert [wording.with_deviation(71.26, 1.24, runs) for runs in (1, 2)] == ["71.3", "71.3 ± 1.2"]
    assert [wording.counted(number, "seed") for number in (1, 2)] == ["1 seed", "2 seeds"]
    assert [wording.saving(*pair) for pair in ((75, 100), (120, 100), (100, 100.2), (None, 100), (100, None))] == [
        "25 % fewer",
        "20 % more",
        "as many",
        NOTHING,
        NOTHING,
    ]
    assert str(wording.breakable("a.b_c<2.10.1>")) == "a.<wbr>b_<wbr>c&lt;2.10.1&gt;"


def luminance(colour: str) -> float:
    """Relative luminance, as WCAG 2 defines it."""
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_colours_can_be_seen_on_both_backgrounds() -> None:
    for theme, background in enumerate(BACKGROUNDS):
        for colours in COLOURS:
            low, high = sorted((luminance(colours[theme]), luminance(background)))
            assert (high + 0.05) / (low + 0.05) >= 3, (colours[theme], background)


def test_colour_and_shape_together_are_unique() -> None:
    assert len({look(position) for position in range(56)}) == 56
