"""How much a round queries: by hand, as properties, and in whole runs."""

import csv
import json
from pathlib import Path
from typing import Any, Dict, List

import numpy as np
import pytest
from allennlp.common.checks import ConfigurationError
from hypothesis import assume, given
from hypothesis import strategies as st

from seqmix_plugin.active_learning.label_budget import label_budget
from seqmix_plugin.active_learning.pool import Pool
from seqmix_plugin.active_learning.round_budget import RoundBudget, round_budget
from seqmix_plugin.active_learning.settings import AnnotationCostSettings, ScoringSettings
from seqmix_plugin.annotation_cost import AnnotationCost, annotation_seconds
from seqmix_plugin.commands.extend import extend
from seqmix_plugin.data import SentenceView
from seqmix_plugin.run import learning_curve
from seqmix_plugin.run.learning_curve import chart
from seqmix_plugin.run.reader import read_run
from seqmix_plugin.sentence import TaggedSentence
from seqmix_plugin.stopping.criteria import LabelBudgetCriterion
from tests.active_learning.conftest import Run, lines
from tests.faults.drill import differences

NONE = {
    "trainer.augmenter": {"type": "none"},
    "trainer.trainer.num_epochs": 1,
    "validation_data_path": None,
    "test_data_path": None,
}


def budget(own: Dict[str, int], left: Dict[str, float]) -> RoundBudget:
    """With sentences that take 10 seconds, and 2 more a token."""
    return RoundBudget(own, left, 10, 2)


@pytest.mark.parametrize(
    ("own", "left", "kept", "is_cut"),
    [
        ({"sentences": 4}, {}, 4, False),
        ({"sentences": 4}, {"sentences": 9}, 4, False),
        ({"sentences": 4}, {"sentences": 3}, 3, True),
        ({"sentences": 4}, {"sentences": -1}, 0, True),
        ({"sentences": 4}, {"tokens": 20}, 4, False),
        ({"sentences": 4}, {"tokens": 17}, 3, True),  # 5 + 2 + 10: the last, of 3, does not fit
        ({"sentences": 4}, {"tokens": 16}, 2, True),  # the third does not fit; the last is not taken in its place
        ({"sentences": 4}, {"tokens": 4}, 0, True),
        ({"sentences": 4}, {"tokens": -3}, 0, True),
        ({"sentences": 4}, {"tokens": 17, "sentences": 2}, 2, True),
        ({"sentences": 4}, {"seconds": 64}, 3, True),  # 20 + 14 + 30 of 80
        ({"sentences": 4}, {"seconds": 63.9}, 2, True),
        ({"tokens": 20}, {}, 4, False),
        ({"tokens": 17}, {}, 3, False),
        ({"tokens": 16}, {}, 2, False),
        ({"tokens": 17}, {"tokens": 17}, 3, False),
        ({"tokens": 17}, {"tokens": 16}, 2, True),
        ({"tokens": 17}, {"sentences": 3}, 3, False),
        ({"tokens": 17}, {"sentences": 2}, 2, True),
        ({"tokens": 17}, {"seconds": 40}, 2, True),
        ({"tokens": 8}, {"seconds": 40}, 2, False),
    ],
)
def test_a_query_is_cut_by_hand(own: Dict[str, int], left: Dict[str, float], kept: int, is_cut: bool) -> None:
    assert budget(own, left).cut(np.array([5, 2, 10, 3]), 1) == (kept, is_cut)


@pytest.mark.parametrize(
    ("own", "left", "lengths", "expected"),
    [
        ({"tokens": 20}, {}, [5, 2, 10, 3], 4),  # four of 5 words on average
        ({"tokens": 14}, {}, [5, 2, 10, 3], 2),
        ({"tokens": 3}, {}, [5, 2, 10, 3], 1),  # one at least
        ({"sentences": 3}, {}, [5, 2, 10, 3], 3),
        ({"sentences": 3}, {"tokens": 10}, [5, 2, 10, 3], 2),
        ({"sentences": 3}, {"seconds": 59}, [5, 2, 10, 3], 2),  # 20 each
        ({"sentences": 3}, {"sentences": -1}, [5, 2, 10, 3], 0),
        ({"sentences": 3}, {}, [], 3),  # of an exhausted pool, which the policy refuses
    ],
)
def test_how_many_are_expected_by_hand(
    own: Dict[str, int], left: Dict[str, float], lengths: List[int], expected: int
) -> None:
    given, found = np.array(lengths), budget(own, left)
    assert found.expected(given, found.most(given)) == expected


LENGTHS = st.lists(st.integers(1, 40), min_size=1, max_size=30)


@given(LENGTHS, st.integers(1, 200), st.integers(1, 200), st.floats(1, 500))
def test_a_query_never_exceeds_its_budgets(lengths: List[int], own: int, tokens: int, seconds: float) -> None:
    """Of sentences in any order it takes some from the front, no more than fit in any order, and not one fewer."""
    some = budget({"tokens": own}, {"tokens": tokens, "seconds": seconds})
    inside = np.array(lengths)[some.fits(np.array(lengths))]
    assume(len(inside))
    kept, _ = some.cut(inside, 1)
    assert 1 <= kept <= some.most(inside) <= len(inside)
    assert inside[:kept].sum() <= min(own, tokens)
    assert 10 * kept + 2 * inside[:kept].sum() <= seconds + 1e-6
    if kept < len(inside):
        more = inside[: kept + 1]
        assert more.sum() > min(own, tokens) or 10 * len(more) + 2 * more.sum() > seconds - 1e-6


@given(st.integers(1, 40), st.integers(1, 20), st.integers(1, 20))
def test_tokens_are_sentences_where_all_are_equally_long(length: int, number: int, query: int) -> None:
    assume(query <= number)
    lengths = np.full(number, length)
    in_tokens, in_sentences = budget({"tokens": query * length}, {}), budget({"sentences": query}, {})
    assert in_tokens.most(lengths) == in_sentences.most(lengths) == query
    assert in_tokens.cut(lengths, 1) == in_sentences.cut(lengths, 1)


def pool(*lengths: int) -> Pool:
    return Pool([TaggedSentence(str(number), ("x",) * length) for number, length in enumerate(lengths)])


def test_candidates_are_what_fits_alone() -> None:
    some = pool(5, 30, 12, 6)
    some.reject(["3"])

    def ids(left: Dict[str, float]) -> List[str]:
        return [sentence.id for sentence in RoundBudget({"tokens": 12}, left, 10, 2).candidates(some)]

    assert ids({}) == ["0", "2"]
    assert ids({"tokens": 11}) == ["0"]
    assert ids({"seconds": 34}) == ["0", "2"]
    assert ids({"seconds": 33}) == ["0"]
    with pytest.raises(ConfigurationError, match="pool exhausted: no sentence left within the 4 tokens requested"):
        RoundBudget({"tokens": 4}, {}, 10, 2).most(np.array([], dtype=int))


def test_lengths_are_those_of_the_sentences_of_a_slice() -> None:
    corpus = [TaggedSentence(str(number), ("x",) * (number + 1)) for number in range(9)]
    some = Pool(SentenceView(corpus, np.array([2, 5, 8])))
    assert some.lengths(some.unlabelled).tolist() == [3, 6, 9]
    assert some.lengths(SentenceView(some.unlabelled, np.array([2, 0]))).tolist() == [9, 3]


@pytest.mark.parametrize(
    ("query_size", "query_tokens", "sizes"),
    [
        (2, None, [{"sentences": 1}, {"sentences": 2}, {"sentences": 2}]),
        ([2, 1], None, [{"sentences": 1}, {"sentences": 2}, {"sentences": 1}]),
        (None, 7, [{"sentences": 1}, {"tokens": 7}, {"tokens": 7}]),
        (None, [5, 9], [{"sentences": 1}, {"tokens": 5}, {"tokens": 9}]),
    ],
)
def test_sizes_of_the_rounds(query_size: Any, query_tokens: Any, sizes: List[Dict[str, int]]) -> None:
    assert label_budget(1, 2, query_size, query_tokens, pool(3, 4, 5, 6, 7)) == sizes


@pytest.mark.parametrize(
    ("query_size", "query_tokens", "message"),
    [
        (None, None, "trainer takes exactly one of 'query_size' and 'query_tokens'; given: neither"),
        (2, 2, "trainer takes exactly one of 'query_size' and 'query_tokens'; given: both"),
        (None, 0, "trainer.query_tokens is 0; expected 1 or more tokens"),
        (None, [5], "trainer.query_tokens has 1 numbers for 2 rounds"),
        (None, [5, -1], "trainer.query_tokens is -1; expected 1 or more tokens"),
        (None, [5, 2], "trainer.query_tokens is 2; expected at least the 3 of the pool's shortest sentence"),
        (
            None,
            12,
            "trainer: 2 rounds of queries need 24 tokens, but beside 1 seed sentences the pool has at most 22; lower "
            "num_rounds or query_tokens, or raise trainer.pool.size",
        ),
    ],
)
def test_sizes_that_do_not_fit(query_size: Any, query_tokens: Any, message: str) -> None:
    with pytest.raises(ConfigurationError) as error:
        label_budget(1, 2, query_size, query_tokens, pool(3, 4, 5, 6, 7))
    assert str(error.value) == message


def test_candidates_are_checked_against_the_largest_query() -> None:
    """Of five sentences of 5 words on average: 21 tokens are 5 of them."""
    for most, sizes in ((None, [6]), (7, [5, 7]), (1, [])):
        ScoringSettings(max_candidates=most).check([{"sentences": size} for size in sizes], pool(3, 4, 5, 6, 7))
    ScoringSettings(max_candidates=5).check([{"tokens": 21}], pool(3, 4, 5, 6, 7))
    with pytest.raises(ConfigurationError, match="max_candidates is 4; expected at least the 5 sentences of a query"):
        ScoringSettings(max_candidates=4).check([{"tokens": 3}, {"tokens": 21}], pool(3, 4, 5, 6, 7))


@pytest.mark.parametrize(
    ("cost", "message"),
    [
        ({"seconds_per_token": -1}, "trainer.annotation_cost.seconds_per_token is -1; expected a number, 0 or more"),
        ({"seconds_per_entity": float("inf")}, "seconds_per_entity is inf; expected a number, 0 or more"),
        (
            {"seconds_per_sentence": 0, "seconds_per_token": 0, "seconds_per_entity": 0},
            "trainer.annotation_cost is 0 for all; expected a number above 0 for one at least",
        ),
    ],
)
def test_costs_that_make_no_sense(cost: Dict[str, float], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        AnnotationCostSettings(**cost)


def tokens_of(folder: Path) -> List[int]:
    """The tokens that each round has queried."""
    lengths = {row["id"]: len(row["tokens"]) for row in lines(folder / "annotated.jsonl")}
    return [sum(lengths[name] for name in record["queried"]) for record in lines(folder / "rounds.jsonl")]


def in_tokens(tokens: "int | List[int]", **overrides: Any) -> Dict[str, Any]:
    return {**NONE, "trainer.query_size": None, "trainer.query_tokens": tokens, **overrides}


def test_a_query_in_tokens_is_the_beginning_of_the_policys_order(run: Run) -> None:
    """Up to the first that does not fit, of one model and of a committee on a sample of the pool."""
    committee = {"trainer.query_policy": {"type": "vote_entropy", "committee_size": 2}}
    runs = (("one", {"trainer.num_rounds": 1}), ("committee", {**committee, "trainer.scoring": {"max_candidates": 20}}))
    for name, more in runs:
        all_of_them = 20 if name == "committee" else 28
        whole = run(f"{name}_whole", **{**NONE, **more, "trainer.num_rounds": 1, "trainer.query_size": all_of_them})
        order = lines(whole / "rounds.jsonl")[1]["queried"]
        lengths = {row["id"]: len(row["tokens"]) for row in lines(whole / "annotated.jsonl")}
        tokens = sum(lengths[name] for name in order[:4]) + lengths[order[4]] - 1
        folder = run(name, **in_tokens(tokens, **more))
        records = lines(folder / "rounds.jsonl")
        assert records[1]["queried"] == order[:4]
        assert records[1]["annotated"]["tokens"] - records[0]["annotated"]["tokens"] == tokens_of(folder)[1]
        assert all(0 < queried <= tokens for queried in tokens_of(folder)[1:])
        assert not any("stop" in record for record in records)
    (folder / "state" / "round_2.json").unlink()
    run(name, recover=True, **in_tokens(tokens, **more))
    assert [{**row, "seconds": 0} for row in lines(folder / "rounds.jsonl")] == [{**r, "seconds": 0} for r in records]


def test_tokens_are_sentences_where_all_of_the_corpus_are_equally_long(run: Run, tmp_path: Path) -> None:
    train = tmp_path / "train.conll"
    names = ("Anna", "Berg", "Oslo", "Paris")
    train.write_text("".join(f"{one}\tB-PER\nsings\tO\nin\tO\n{n}\tO\n\n" for n in range(10) for one in names))
    data = {"train_data_path": str(train), "trainer.scoring": {"max_candidates": 9}}
    sentences, tokens = run("sentences", **NONE, **data), run("tokens", **in_tokens(24, **data))
    assert differences(sentences, tokens) == []


def test_rounds_of_tokens_are_extended(run: Run) -> None:
    three = run("three", **in_tokens([50, 40, 30], **{"trainer.num_rounds": 3}))
    one = run("one", **in_tokens([50], **{"trainer.num_rounds": 1}))
    with pytest.raises(ConfigurationError, match="--query-tokens is None; trainer.query_tokens is a list: expected 2"):
        extend(str(one), num_rounds=3)
    with pytest.raises(ConfigurationError, match="--query-size is .*; trainer.query_size is not in the configuration"):
        extend(str(one), num_rounds=3, query_size=[6, 6])
    extend(str(one), num_rounds=3, query_tokens=[40, 30])
    assert differences(one, three) == []
    assert all(spent <= size for spent, size in zip(tokens_of(one)[1:], (50, 40, 30), strict=True))


def test_a_pool_that_runs_out_of_sentences_that_fit_ends_the_run(run: Run, tmp_path: Path) -> None:
    """Of 6 sentences of 2 tokens and 3 of 5: the second query takes what is left of the short ones."""
    train = tmp_path / "train.conll"
    train.write_text("".join("Anna\tB-PER\n" + f"{n}\tO\n" * (4 if n % 3 == 0 else 1) + "\n" for n in range(1, 10)))
    few = {"train_data_path": str(train), "trainer.pool.size": None, "trainer.seed_size": 1, "trainer.num_rounds": 4}
    folder = run("run", **in_tokens(4, **few))
    records = lines(folder / "rounds.jsonl")
    assert len(records) < 5
    assert records[-1]["stop"] == ("no sentence that is left in the pool is within the 4 tokens of the next query")
    assert set(tokens_of(folder)[1:]) <= {2, 4}
    assert read_run(folder).finished
    assert json.loads((folder / "metrics.json").read_text())["stopped_because"] == records[-1]["stop"]
    extended = run("extended", **in_tokens(4, **{**few, "trainer.num_rounds": len(records) - 1}))
    assert "stop" not in lines(extended / "rounds.jsonl")[-1]
    extend(str(extended), num_rounds=4)
    assert differences(folder, extended) == []


def test_a_label_budget_cuts_queries_in_tokens(run: Run) -> None:
    whole = run("whole", **in_tokens(60))
    first = lines(whole / "rounds.jsonl")[0]["annotated"]["tokens"]
    queried = tokens_of(whole)[1]
    for name, limit in (("less", queried - 1), ("more", queried + 20)):
        stopping = {"type": "label_budget", "tokens": first + limit}
        folder = run(name, **in_tokens(60, **{"trainer.stopping": stopping}))
        records = lines(folder / "rounds.jsonl")
        assert len(records) == (2 if name == "less" else 3)
        assert records[-1]["annotated"]["tokens"] <= first + limit
        assert records[-1]["stop"].endswith("of the label budget, too few for the next sentence")


def test_seconds_of_annotation_are_counted_and_end_a_run(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    cost = {"seconds_per_sentence": 100, "seconds_per_token": 10, "seconds_per_entity": 30}
    stopping = {"type": "label_budget", "seconds": 6500}
    settings = {**NONE, "trainer.annotation_cost": cost, "trainer.stopping": stopping}
    folder = run("run", **settings)
    records = lines(folder / "rounds.jsonl")
    for record in records:
        assert record["annotation_seconds"] == annotation_seconds(record["annotated"], AnnotationCost(**cost))
    assert 5500 < records[-1]["annotation_seconds"] < 6800
    assert "stop" in records[-1]
    with open(folder / "learning_curve.csv", newline="") as file:
        assert [float(row["annotation_seconds"]) for row in csv.DictReader(file)] == [
            record["annotation_seconds"] for record in records
        ]
    said = capsys.readouterr().out
    annotated, hours = records[0]["annotated"], records[0]["annotation_seconds"] / 3600
    assert f"({annotated['tokens']} tokens, {annotated['entities']} entities, {hours:.1f} h to annotate) + 0" in said
    assert metrics(folder)["annotation_seconds"] == records[-1]["annotation_seconds"]


def metrics(folder: Path) -> Dict[str, Any]:
    return json.loads((folder / "metrics.json").read_text(encoding="utf-8"))


def test_a_budget_in_seconds_has_to_have_room(run: Run) -> None:
    stopping = {"trainer.stopping": {"type": "label_budget", "seconds": 12.5}}
    with pytest.raises(ConfigurationError, match="the label budget is 12.5 seconds, and every sentence .* exceeds it"):
        run("run", **NONE, **stopping)


def test_the_seconds_of_a_query_are_estimated_from_the_entities_so_far() -> None:
    """Of 8 labelled tokens 2 are entities: a token is expected to take 3 seconds and a quarter of 8."""
    some, cost = pool(4, 4, 5, 6), AnnotationCost(10, 3, 8)
    assert round_budget({"tokens": 6}, None, some, cost) == RoundBudget({"tokens": 6}, {}, 10, 3)
    some.label([TaggedSentence(name, ("x",) * 4, ("B-PER", "O", "O", "O")) for name in "01"])
    stopping = LabelBudgetCriterion(seconds=100)
    # 100 − (2 · 10 + 8 · 3 + 2 · 8) are left, and 10 + 5 · 6 are needed for a sentence of 5 tokens
    budget = round_budget({"tokens": 6}, stopping, some, cost)
    assert budget == RoundBudget({"tokens": 6}, {"seconds": 40}, 10, 5)
    assert budget.cut(np.array([6]), 1) == (1, False)
    assert [sentence.id for sentence in budget.candidates(some)] == ["2", "3"]


def test_the_curve_of_a_run_that_queries_in_tokens_is_drawn_against_tokens(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    measures: List[str] = []

    def drawn(rounds: Any, measure: str, method: str) -> Any:
        measures.append(measure)
        return rounds, measure, method

    monkeypatch.setattr(learning_curve, "chart", drawn)
    for settings in (NONE, in_tokens(60)):
        run(str(len(measures)), **{**settings, "trainer.num_rounds": 0})
    assert measures == ["sentences", "tokens"]
    record = {"round": 0, "annotated": {"sentences": 5, "tokens": 70, "entities": 3}, "scores": {"dev": {"f1": 0.5}}}
    for measure in ("sentences", "tokens"):
        [value] = [one["value"] for one in chart([record], measure)["params"] if one["name"] == "measure"]
        assert value == measure
