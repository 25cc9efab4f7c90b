"""Runs that stop before their last round."""

import json
from pathlib import Path
from typing import Any, Dict

import pytest
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.run.reader import read_run
from tests.active_learning.conftest import Run, lines
from tests.faults.drill import differences

NONE = {"trainer.augmenter": {"type": "none"}}


def test_a_run_stops_and_says_why(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    folder = run("run", **NONE, **{"trainer.stopping": {"type": "label_budget", "sentences": 15}})
    rounds = lines(folder / "rounds.jsonl")
    assert [record.get("stop") for record in rounds] == [None, "15 of 15 sentences are labelled"]
    metrics = json.loads((folder / "metrics.json").read_text())
    assert metrics["stopped_because"] == "15 of 15 sentences are labelled"
    shown = capsys.readouterr().out
    assert "round 1: 3 instead of 6 sentences are queried, to stay within the label budget of trainer.stopping" in shown
    assert "stopped after round 1: 15 of 15 sentences are labelled" in shown
    assert read_run(folder).finished
    before = (folder / "best.th").read_bytes()
    (folder / "best.th").unlink()
    again = run("run", recover=True, **NONE, **{"trainer.stopping": {"type": "label_budget", "sentences": 15}})
    assert lines(again / "rounds.jsonl") == rounds
    assert (folder / "best.th").read_bytes() == before


def lengths(folder: Path) -> Dict[str, int]:
    """The words of each labelled sentence, by its id."""
    return {row["id"]: len(row["tokens"]) for row in lines(folder / "annotated.jsonl")}


def test_the_last_query_is_the_beginning_of_what_it_would_have_been(run: Run) -> None:
    """Of sentences and of tokens, alone and under `any`; and the same when the run goes on from the round before."""
    whole = run("whole", **NONE)
    first, second, _ = (record["queried"] for record in lines(whole / "rounds.jsonl"))
    words = lengths(whole)
    num_tokens = sum(words[name] for name in first) + sum(words[name] for name in second[:4]) + words[second[4]] - 1
    for number, (limit, kept) in enumerate((({"sentences": 14}, 2), ({"tokens": num_tokens}, 4))):
        budget = {"type": "label_budget", **limit}
        other = {"type": "any", "criteria": [{"type": "rounds", "num_rounds": 9}, budget]}
        for stopping in (budget, other):
            name = f"run_{number}_{stopping['type']}"
            folder = run(name, **NONE, **{"trainer.stopping": stopping})
            rounds = lines(folder / "rounds.jsonl")
            assert [record["queried"] for record in rounds] == [first, second[:kept]]
            assert rounds[-1]["annotated"]["sentences"] == 12 + kept
            assert rounds[-1]["annotated"]["tokens"] <= limit.get("tokens", 10**9)
    left = num_tokens - rounds[-1]["annotated"]["tokens"]
    assert rounds[-1]["stop"] == f"{left} tokens are left of the label budget, too few for the next sentence"
    assert read_run(folder).finished
    (folder / "state" / "round_1.json").unlink()
    run(name, recover=True, **NONE, **{"trainer.stopping": other})
    assert [{**row, "seconds": 0} for row in lines(folder / "rounds.jsonl")] == [{**r, "seconds": 0} for r in rounds]


def test_all_does_not_cut(run: Run) -> None:
    criteria = [{"type": "label_budget", "sentences": 15}, {"type": "rounds", "num_rounds": 1}]
    folder = run("run", **NONE, **{"trainer.stopping": {"type": "all", "criteria": criteria}})
    assert [record["annotated"]["sentences"] for record in lines(folder / "rounds.jsonl")] == [12, 18]


def test_the_seed_set_is_within_the_budget_too(run: Run, tmp_path: Path) -> None:
    for limit in ({"sentences": 5}, {"tokens": 60}):
        folder = run(
            f"run_{len(limit)}_{next(iter(limit))}", **NONE, **{"trainer.stopping": {"type": "label_budget", **limit}}
        )
        [record] = lines(folder / "rounds.jsonl")
        assert 0 < record["annotated"][next(iter(limit))] <= limit[next(iter(limit))]
        assert "stop" in record
    given = tmp_path / "seed.conll"
    given.write_text("Anna\tB-PER\nsings\tO\n\n" * 4, encoding="utf-8")
    spent = {"seed_data_path": str(given), "trainer.stopping": {"type": "label_budget", "sentences": 4}}
    folder = run("given", **NONE, **spent)
    [record] = lines(folder / "rounds.jsonl")
    assert (record["annotated"]["sentences"], record["queried"]) == (4, [])
    assert record["stop"] == "4 of 4 sentences are labelled"


@pytest.mark.parametrize(
    ("limit", "message"),
    [
        ({"sentences": 3}, "seed_data_path has 1 sentences more than the label budget; raise the budget"),
        ({"tokens": 5}, "seed_data_path has 3 tokens more than the label budget; raise the budget"),
        ({"tokens": 1}, "the label budget is 1 tokens, and every sentence of the pool exceeds it; raise the budget"),
    ],
)
def test_a_budget_without_room(run: Run, tmp_path: Path, limit: Dict[str, int], message: str) -> None:
    stopping: Dict[str, Any] = {"trainer.stopping": {"type": "label_budget", **limit}}
    if "seed_data_path" in message:
        given = tmp_path / "seed.conll"
        given.write_text("Anna\tB-PER\nsings\tO\n\n" * 4, encoding="utf-8")
        stopping["seed_data_path"] = str(given)
    with pytest.raises(ConfigurationError, match=message):
        run("run", **NONE, **stopping)
    assert not list((tmp_path / "run" / "state").glob("round_*"))


def test_models_are_compared_on_a_sample(run: Run, tmp_path: Path) -> None:
    stopping = {"type": "stable_predictions", "sample_size": 10, "min_kappa": 1.0, "patience": 2}
    still = {"trainer.trainer.optimizer.lr": 0.0, "trainer.num_rounds": 4, "trainer.query_size": 2}
    settings: Dict[str, Any] = {**NONE, "trainer.stopping": stopping}
    folder = run("still", **settings, **still)
    assert [record.get("kappa") for record in lines(folder / "rounds.jsonl")] == [None, 1.0, 1.0]
    trained_on = run(
        "trained_on", **settings, **{**still, "trainer.pool.size": 22, "trainer.num_rounds": 2, "trainer.query_size": 5}
    )
    # All 10 sentences that the seed set leaves are the sample; the last round has none that is not labelled.
    assert [record.get("kappa") for record in lines(trained_on / "rounds.jsonl")] == [None, 1.0, None]
    moving = run("moving", **settings, **{"trainer.num_rounds": 1})
    assert -1 <= lines(moving / "rounds.jsonl")[1]["kappa"] < 1
    # Round 1 is made again from the state of round 0.
    before = (moving / "rounds.jsonl").read_bytes()
    (moving / "state" / "round_1.json").unlink()
    run("moving", recover=True, **settings, **{"trainer.num_rounds": 1})
    for line, old in zip(lines(moving / "rounds.jsonl"), map(json.loads, before.splitlines()), strict=True):
        assert line.get("kappa") == old.get("kappa")
    assert differences(moving, moving) == []


def test_a_criterion_needs_its_split(run: Run) -> None:
    with pytest.raises(ConfigurationError, match="stopping needs F1 on dev, but there is no validation_data_path"):
        run("run", **{"validation_data_path": None, "trainer.stopping": {"type": "plateau"}})
