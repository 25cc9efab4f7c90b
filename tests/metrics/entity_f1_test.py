from typing import Dict, List, Tuple

import pytest
from allennlp.training.metrics import Metric
from hypothesis import given, settings
from hypothesis import strategies as st
from seqeval.metrics import f1_score, precision_score, recall_score

from seqmix_plugin.metrics import EntityF1
from tests.two_processes import on_two_processes

TagRows = List[List[str]]


def scores(predicted: TagRows, gold: TagRows) -> Dict[str, float]:
    metric = EntityF1()
    metric(predicted, gold)
    return metric.get_metric()


def micro(predicted: TagRows, gold: TagRows) -> Tuple[float, float, float]:
    result = scores(predicted, gold)
    return result["precision"], result["recall"], result["f1"]


def test_is_registered() -> None:
    assert Metric.by_name("entity_f1") is EntityF1


def test_by_hand() -> None:
    gold = [["B-PER", "I-PER", "O", "B-LOC"], ["B-ORG", "O"]]
    predicted = [["B-PER", "I-PER", "O", "B-ORG"], ["B-ORG", "B-LOC"]]
    # 4 found, 3 wanted, 2 of them right: PER and the second sentence's ORG.
    assert scores(predicted, gold) == pytest.approx(
        {
            "precision": 2 / 4,
            "recall": 2 / 3,
            "f1": 2 * 2 / (4 + 3),
            "PER/precision": 1.0,
            "PER/recall": 1.0,
            "PER/f1": 1.0,
            "LOC/precision": 0.0,
            "LOC/recall": 0.0,
            "LOC/f1": 0.0,
            "ORG/precision": 1 / 2,
            "ORG/recall": 1.0,
            "ORG/f1": 2 / 3,
        }
    )


def test_a_type_that_gold_lacks_lowers_precision() -> None:
    result = scores([["B-PER", "B-MISC"]], [["B-PER", "O"]])
    assert (result["precision"], result["recall"], result["f1"]) == pytest.approx((1 / 2, 1.0, 2 / 3))
    assert (result["MISC/precision"], result["MISC/recall"], result["MISC/f1"]) == (0.0, 0.0, 0.0)


def test_micro_average_is_over_entities_not_types() -> None:
    """10 of 10 PER and 0 of 1 LOC: 10 correct of 10 found and 11 wanted, not the mean of 1 and 0."""
    gold = [["B-PER", "O"] * 10 + ["B-LOC"]]
    predicted = [["B-PER", "O"] * 10 + ["O"]]
    assert micro(predicted, gold) == pytest.approx((1.0, 10 / 11, 20 / 21))


def test_borders_must_be_exact() -> None:
    gold = [["O", "B-PER", "I-PER", "O"]]
    assert micro([["O", "B-PER", "O", "O"]], gold) == (0.0, 0.0, 0.0)
    assert micro([["O", "B-PER", "I-PER", "I-PER"]], gold) == (0.0, 0.0, 0.0)
    assert micro([["O", "B-PER", "B-PER", "O"]], gold) == (0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("predicted", "gold", "correct", "found", "wanted"),
    [
        # An I- without a beginning starts an entity.
        (["O", "I-PER", "I-PER"], ["O", "B-PER", "I-PER"], 1, 1, 1),
        (["I-PER", "O", "I-PER"], ["B-PER", "O", "B-PER"], 2, 2, 2),
        # A change of type inside ends one and starts one.
        (["B-PER", "I-LOC", "I-LOC"], ["B-PER", "B-LOC", "I-LOC"], 2, 2, 2),
        (["B-PER", "I-LOC", "I-PER"], ["B-PER", "I-PER", "I-PER"], 0, 3, 1),
        # Two entities of one type side by side.
        (["B-PER", "B-PER"], ["B-PER", "I-PER"], 0, 2, 1),
        (["B-PER", "B-PER"], ["B-PER", "B-PER"], 2, 2, 2),
    ],
)
def test_broken_sequences_are_read_as_conlleval(
    predicted: List[str], gold: List[str], correct: int, found: int, wanted: int
) -> None:
    assert micro([predicted], [gold]) == pytest.approx(
        (correct / found, correct / wanted, 2 * correct / (found + wanted))
    )


def test_an_entity_does_not_run_on_into_the_next_sentence() -> None:
    assert micro([["B-PER"], ["I-PER"]], [["B-PER"], ["B-PER"]]) == (1.0, 1.0, 1.0)


def test_words_that_were_cut_are_misses() -> None:
    gold = [["B-PER", "O", "B-LOC", "I-LOC"]]
    assert micro([["B-PER", "O"]], gold) == pytest.approx((1.0, 1 / 2, 2 / 3))
    # Half an entity is none.
    assert micro([["B-PER", "O", "B-LOC"]], gold) == pytest.approx((1 / 2, 1 / 2, 1 / 2))
    assert micro([[]], gold) == (0.0, 0.0, 0.0)


def test_more_tags_than_words_are_an_error() -> None:
    with pytest.raises(ValueError, match="2 predicted tags for a sentence of 1 gold tags"):
        EntityF1()([["O", "O"]], [["O"]])
    with pytest.raises(ValueError, match="zip"):
        EntityF1()([["O"], ["O"]], [["O"]])


@pytest.mark.parametrize(
    ("predicted", "gold"),
    [([], []), ([[]], [[]]), ([["O"]], [["O"]]), ([["B-X"]], [["O"]]), ([["O"]], [["B-X"]])],
)
def test_division_by_zero_gives_zero(predicted: TagRows, gold: TagRows) -> None:
    assert micro(predicted, gold) == (0.0, 0.0, 0.0)


def test_batches_add_up_and_reset_forgets() -> None:
    metric = EntityF1()
    assert metric.get_metric() == {"precision": 0.0, "recall": 0.0, "f1": 0.0}
    metric([["B-PER"]], [["B-PER"]])
    metric([["O"]], [["B-PER"]])
    assert metric.get_metric()["f1"] == pytest.approx(2 / 3)
    assert metric.get_metric(reset=True)["f1"] == pytest.approx(2 / 3), "asking without reset changes nothing"
    assert metric.get_metric() == {"precision": 0.0, "recall": 0.0, "f1": 0.0}
    metric([["B-LOC"]], [["B-LOC"]])
    assert metric.get_metric().keys() == {"precision", "recall", "f1", "LOC/precision", "LOC/recall", "LOC/f1"}


TAGS = st.sampled_from(["O", "B-X", "I-X", "B-Y", "I-Y", "B-Z-Z", "I-Z-Z"])
SENTENCES = st.integers(0, 10).flatmap(lambda n: st.tuples(*[st.lists(TAGS, min_size=n, max_size=n)] * 2))


@settings(deadline=None)
@given(st.lists(SENTENCES, min_size=1))
def test_as_seqeval(rows: List[Tuple[List[str], List[str]]]) -> None:
    predicted, gold = [row[0] for row in rows], [row[1] for row in rows]
    expected = [score(gold, predicted, zero_division=0) for score in (precision_score, recall_score, f1_score)]
    assert micro(predicted, gold) == pytest.approx(tuple(expected))
    types = f1_score(gold, predicted, average=None, zero_division=0)
    assert [value for key, value in sorted(scores(predicted, gold).items()) if key.endswith("/f1")] == pytest.approx(
        list(types)
    )


GOLD = [["B-PER", "O"], ["B-LOC", "B-LOC"], ["B-ORG", "I-ORG"]]
PREDICTED = [["B-PER", "B-PER"], ["B-LOC", "O"], ["B-ORG", "I-ORG"]]
# 4 found, 4 wanted, 3 right; the mean of the ranks' F1 (2/3 and 4/5) would be another number.
EVERYWHERE = {"precision": 3 / 4, "recall": 3 / 4, "f1": 3 / 4, "PER/f1": 2 / 3, "LOC/f1": 2 / 3, "ORG/f1": 1.0}


def check_on_one_rank(global_rank: int, world_size: int, gpu_id: int) -> None:
    """Rank 0 sees only PER, rank 1 only LOC and ORG, and each all by itself."""
    metric = EntityF1()
    mine = [slice(0, 1), slice(1, 3)][global_rank]
    metric(PREDICTED[mine], GOLD[mine])
    result = metric.get_metric(reset=True)
    assert {key: result[key] for key in EVERYWHERE} == pytest.approx(EVERYWHERE)
    assert set(metric.get_metric().values()) == {0.0}
    if global_rank == 1:
        metric(PREDICTED, GOLD)
    result = metric.get_metric()
    assert {key: result[key] for key in EVERYWHERE} == pytest.approx(EVERYWHERE), "a rank without sentences"


def test_every_rank_has_the_score_of_all_sentences() -> None:
    together = scores(PREDICTED, GOLD)
    assert {key: together[key] for key in EVERYWHERE} == pytest.approx(EVERYWHERE)
    on_two_processes(check_on_one_rank)
