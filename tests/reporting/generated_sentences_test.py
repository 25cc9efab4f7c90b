"""What was queried and generated."""

import json
from pathlib import Path
from typing import Any, List

import pytest
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.reporting.chart_data import density_rows, funnel_rows, mean_rows, overlap_rows
from seqmix_plugin.reporting.comparison import Comparison
from seqmix_plugin.reporting.generated_sentences import GeneratedSentences
from seqmix_plugin.reporting.run_groups import Group, find_runs, group_runs
from tests.active_learning.conftest import lines
from tests.reporting.conftest import write_run

SEQMIX = {"trainer.augmenter.type": "seqmix"}


def groups(folder: Path) -> List[Group]:
    return group_runs(find_runs([str(folder)])[0])[0]


def test_overlap_by_hand(tmp_path: Path) -> None:
    write_run(tmp_path / "a" / "1", [1.0] * 3, queried=[["s"], ["x", "y"], ["u", "v"]])
    write_run(tmp_path / "b" / "1", [1.0] * 3, queried=[["s"], ["y", "z"], ["x", "w"]], **SEQMIX)
    assert overlap_rows(groups(tmp_path)) == [
        {"method": "a", "other": "b", "round": 1, "% of queries": 50, "% of all labelled": pytest.approx(200 / 3)},
        {"method": "a", "other": "b", "round": 2, "% of queries": 0.0, "% of all labelled": pytest.approx(60)},
    ]


def test_overlap_is_the_mean_over_shared_seeds(tmp_path: Path) -> None:
    for seed, same in ((1, "x"), (2, "y")):
        write_run(tmp_path / "a" / str(seed), [1.0] * 2, seed=seed, queried=[["s"], ["x"]])
        write_run(tmp_path / "b" / str(seed), [1.0] * 2, seed=seed, queried=[["s"], [same]], **SEQMIX)
    write_run(tmp_path / "a" / "3", [1.0] * 2, seed=3, queried=[["s"], ["x"]])
    [row] = overlap_rows(groups(tmp_path))
    assert row["% of queries"] == 50
    assert row["% of all labelled"] == 75


def test_no_shared_seed_has_no_overlap(tmp_path: Path) -> None:
    write_run(tmp_path / "a" / "1", [1.0] * 2)
    write_run(tmp_path / "b" / "2", [1.0] * 2, seed=2, **SEQMIX)
    assert overlap_rows(groups(tmp_path)) == []


def test_densities_by_hand(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "a", [1.0] * 2)
    records = lines(folder / "rounds.jsonl")
    records[1]["annotated"] = {"sentences": 12, "tokens": 120, "entities": 35}  # 10, 70 and 30 before
    (folder / "rounds.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    first, second = density_rows(groups(tmp_path))
    assert first == {
        "method": "a",
        "round": 0,
        "entities in 100 tokens": pytest.approx(300 / 7),
        "tokens per sentence": 7.0,
    }
    assert second == {
        "method": "a",
        "round": 1,
        "entities in 100 tokens": pytest.approx(10.0),
        "tokens per sentence": 25.0,
    }


def test_the_funnel(tmp_path: Path) -> None:
    write_run(tmp_path / "a" / "1", [1.0] * 2, accepted=[10, 4])
    write_run(tmp_path / "a" / "2", [1.0] * 2, accepted=[8, 5], seed=2)
    write_run(tmp_path / "b", [1.0] * 2, **SEQMIX)
    mixed, plain = groups(tmp_path)
    assert funnel_rows([plain]) == []
    counts = {(row["round"], row["stage"]): row["sentences"] for row in funnel_rows([mixed])}
    assert counts == {
        (0, "wanted"): 10,
        (0, "judged"): 40,
        (0, "tried"): 18,
        (0, "accepted"): 9,
        (1, "wanted"): 10,
        (1, "judged"): 40,
        (1, "tried"): 9,
        (1, "accepted"): 4.5,
    }
    assert [row["short"] for row in mean_rows(Comparison([mixed, plain]))] == [False, True, False, False]


def test_scores_and_the_accepted_range(tmp_path: Path) -> None:
    write_run(tmp_path / "a", [1.0] * 2, accepted=[2, 1])
    generated = GeneratedSentences(groups(tmp_path)[0])
    assert generated.accepted_range == [50.0, 200.0]
    histogram = generated.histogram(num_bins=4)
    assert sum(row["sentences"] for row in histogram) == 6
    assert {row["verdict"]: row["sentences"] for row in histogram if row["from"] < 100} == {"accepted": 3}
    assert all(row["from"] < row["to"] for row in histogram)


def test_the_ranges_of_two_language_models_and_the_window(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "a", [1.0] * 2, accepted=[2, 1])
    old = '"accepted_range": [50.0, 200.0]'
    new = '"accepted_ranges": [[50.0, 200.0], [70.0, 400.0]], "scope": "window"'
    rounds = (folder / "rounds.jsonl").read_text().replace(old, new)
    assert rounds.count(new) == 2
    (folder / "rounds.jsonl").write_text(rounds)
    generated = GeneratedSentences(groups(tmp_path)[0])
    assert generated.accepted_range == [60.0, 300.0]
    assert generated.score_name == "perplexity of the window"


def test_scores_of_0_are_in_the_first_bar(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "a", [1.0], accepted=[2])
    children = lines(folder / "synthetic.jsonl")
    children[0]["score"] = 0.0
    (folder / "synthetic.jsonl").write_text("".join(json.dumps(child) + "\n" for child in children))
    histogram = GeneratedSentences(groups(tmp_path)[0]).histogram(num_bins=4)
    assert sum(row["sentences"] for row in histogram) == 4
    assert histogram[0]["sentences"] == 2
    assert histogram[0]["from"] > 0


def test_a_half_written_file_of_parents_is_named(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "a", [1.0], accepted=[2])
    path = folder / "annotated.jsonl"
    path.write_text(path.read_text()[:-20])
    with pytest.raises(ConfigurationError, match=r"annotated\.jsonl, line 10: not JSON"):
        GeneratedSentences(groups(tmp_path)[0])


def test_examples_show_parents_and_windows(tmp_path: Path) -> None:
    write_run(tmp_path / "a" / "7", [1.0] * 2, accepted=[3, 3], seed=7)
    examples = GeneratedSentences(groups(tmp_path)[0]).examples(2)
    assert [(example["round"], example["accepted"]) for example in examples] == [
        *[(0, True), (0, False), (0, True), (0, False)],
        *[(1, True), (1, False), (1, True), (1, False)],
    ]
    first = examples[0]
    assert (first["method"], first["seed"], first["lambda"], first["score"]) == ("a", 7, 0.7, 100.0)
    one, other = first["parents"]
    assert [list(parent["words"][slice(*parent["window"])]) for parent in (one, other)] == [
        ["Anna", "Berg", "sings"],
        ["in", "Oslo", "and"],
    ]
    assert (one["words"][0], one["tags"][0]) == ("Anna", "B-PER")
    child = first["child"]
    assert child["words"][slice(*child["window"])] == ["Nora", "Lund", "sings"]
    assert child["labels"][1] == [["I-PER", 0.7], ["B-LOC", 0.3]]
    assert child["labels"][3] == [["O", 1.0]]


def test_a_child_of_one_parent_has_no_weight(tmp_path: Path) -> None:
    """As mention replacement leaves them: the words that have changed are not always those of the parent's window."""
    folder = write_run(tmp_path / "a", [1.0], accepted=[1])
    children = lines(folder / "synthetic.jsonl")
    children[0] |= {"lambda": None, "parents": children[0]["parents"][:1], "changed": [0, 2], "tags": ["O"] * 7}
    children[1] |= {"lambda": None, "parents": [*children[1]["parents"], children[1]["parents"][0]]}
    (folder / "synthetic.jsonl").write_text("".join(json.dumps(child) + "\n" for child in children))
    one, three = GeneratedSentences(groups(tmp_path)[0]).examples()
    assert one["lambda"] is None
    assert [parent["window"] for parent in one["parents"]] == [[0, 3]]
    assert one["child"]["window"] == [0, 2]
    assert len(three["parents"]) == 3
    assert three["child"]["window"] == [0, 3]


def test_runs_that_kept_no_parents_have_no_examples(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "a", [1.0], accepted=[3])
    (folder / "annotated.jsonl").unlink()
    assert GeneratedSentences(groups(tmp_path)[0]).examples() == []


def test_a_method_that_generates_nothing(tmp_path: Path) -> None:
    write_run(tmp_path / "a", [1.0])
    generated = GeneratedSentences(groups(tmp_path)[0])
    assert generated.histogram() == []
    assert generated.accepted_range == []
    assert generated.examples() == []


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("accepted", 1),
        ("round", "0"),
        ("score", "high"),
        ("parents", [1]),
        ("parents", [{"sentence_id": "0-0", "start": "0", "end": 3}]),
        ("parents", [{"sentence_id": 1, "start": 0, "end": 3}]),
        ("tokens", None),
        ("tokens", ["one"]),
        ("tag_distributions", [{"O": 1.0}]),
        ("tag_distributions", [{"O": "x"}] * 7),
        ("lambda", "half"),
    ],
)
def test_what_is_no_generated_sentence_is_named(tmp_path: Path, key: str, value: Any) -> None:
    folder = write_run(tmp_path / "a", [1.0], accepted=[1])
    children = lines(folder / "synthetic.jsonl")
    children[1][key] = value
    (folder / "synthetic.jsonl").write_text("".join(json.dumps(child) + "\n" for child in children))
    with pytest.raises(ConfigurationError, match=r"synthetic\.jsonl, line 2: not a generated sentence"):
        GeneratedSentences(groups(tmp_path)[0])


def test_a_score_is_a_number(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "a", [1.0], accepted=[1])
    text = (folder / "synthetic.jsonl").read_text()
    (folder / "synthetic.jsonl").write_text(text.replace('"score": 310.0', '"score": Infinity'))
    with pytest.raises(ConfigurationError, match=r"synthetic\.jsonl, line 2: not JSON \(Infinity is no number"):
        GeneratedSentences(groups(tmp_path)[0])
