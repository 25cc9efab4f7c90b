"""When each criterion stops, by hand-made rounds."""

import json
from typing import Any, Dict, List, Optional

import numpy as np
import pytest
from allennlp.common import Params
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.active_learning.predictions import kappa as kappa_of
from seqmix_plugin.data import SentenceView
from seqmix_plugin.functional.agreement import cohens_kappa
from seqmix_plugin.sentence import TaggedSentence
from seqmix_plugin.stopping import StoppingCriterion


def rounds(f1: List[float], kappas: Optional[List[float]] = None) -> List[Dict[str, Any]]:
    """10 sentences of 15 tokens a round, which take 100 seconds each."""
    records: List[Dict[str, Any]] = [
        {
            "round": k,
            "annotated": {"sentences": 10 * (k + 1), "tokens": 150 * (k + 1)},
            "annotation_seconds": 1000.0 * (k + 1),
            "scores": {"dev": {"f1": value}},
        }
        for k, value in enumerate(f1)
    ]
    for record, kappa in zip(records[1:], kappas or [], strict=False):
        record["kappa"] = kappa
    return records


def first_stop(block: Dict[str, Any], records: List[Dict[str, Any]]) -> "tuple[Optional[int], Optional[str]]":
    """The first round after which a criterion stops, and why."""
    criterion = StoppingCriterion.from_params(Params(json.loads(json.dumps(block))))
    for k in range(len(records)):
        reason = criterion.reason(records[: k + 1])
        if reason is not None:
            return k, reason
    return None, None


F1 = [0.5, 0.6, 0.604, 0.602, 0.61]
KAPPAS = [0.9, 0.98, 1.0, 0.99]


@pytest.mark.parametrize(
    ("block", "stop", "why"),
    [
        ({"type": "rounds", "num_rounds": 2}, 2, "2 rounds are done"),
        ({"type": "label_budget", "sentences": 30}, 2, "30 of 30 sentences are labelled"),
        ({"type": "label_budget", "tokens": 151}, 1, "300 of 151 tokens are labelled"),
        ({"type": "label_budget", "seconds": 1500.5}, 1, "2,000 of 1,500 seconds of annotation are spent"),
        ({"type": "target_f1", "f1": 0.6}, 1, "dev F1 is 60.00, the target is 60"),
        ({"type": "target_f1", "f1": 0.7}, None, None),
        ({"type": "plateau", "patience": 2}, 3, "dev F1 has not risen by 0.5 in 2 rounds"),
        ({"type": "plateau", "patience": 2, "min_delta": 0.001}, None, None),
        ({"type": "plateau", "patience": 2, "min_delta": 0.0}, None, None),
        ({"type": "plateau", "patience": 1, "min_delta": 0}, 3, "dev F1 has not risen in 1 rounds"),
        ({"type": "plateau", "patience": 4}, None, None),
        (
            {"type": "stable_predictions", "min_kappa": 0.99, "patience": 2},
            3,
            "the models of the last rounds agree: mean κ is 0.9900, the threshold is 0.99",
        ),
        ({"type": "stable_predictions", "min_kappa": 0.98, "patience": 4}, None, None),
        (
            {
                "type": "any",
                "criteria": [{"type": "rounds", "num_rounds": 3}, {"type": "label_budget", "sentences": 20}],
            },
            1,
            "20 of 20 sentences are labelled",
        ),
        (
            {
                "type": "all",
                "criteria": [{"type": "rounds", "num_rounds": 3}, {"type": "label_budget", "sentences": 20}],
            },
            3,
            "3 rounds are done; 40 of 20 sentences are labelled",
        ),
    ],
)
def test_when_and_why(block: Dict[str, Any], stop: Optional[int], why: Optional[str]) -> None:
    assert first_stop(block, rounds(F1, KAPPAS)) == (stop, why)


@pytest.mark.parametrize("min_delta", [0, 0.0, 0.005])
def test_an_f1_that_stays_is_no_rise(min_delta: float) -> None:
    stop, why = first_stop(
        {"type": "plateau", "patience": 2, "min_delta": min_delta}, rounds([0.0, 0.6, 0.6, 0.6, 0.6])
    )
    assert stop == 3
    assert why == f"dev F1 has not risen{' by 0.5' if min_delta else ''} in 2 rounds"


def test_rounds_without_kappa_are_no_agreement() -> None:
    """All sentences of the sample have been labelled, so that there is nothing left to compare the models on."""
    block = {"type": "stable_predictions", "min_kappa": 0.9, "patience": 2}
    assert first_stop(block, rounds(F1, [1.0])) == (None, None)
    assert first_stop(block, rounds(F1, [1.0, 1.0]))[0] == 2


LEFT = {"sentences": 20, "tokens": 300, "seconds": 2000.0}
BUDGETS: List[Dict[str, Any]] = [
    {"type": "label_budget", "sentences": 30},
    {"type": "label_budget", "tokens": 290},
    {"type": "label_budget", "sentences": 25},
]


@pytest.mark.parametrize(
    ("block", "left"),
    [
        (BUDGETS[0], {"sentences": 10}),
        (BUDGETS[1], {"tokens": -10}),
        ({"type": "label_budget", "seconds": 3600}, {"seconds": 1600}),
        ({"type": "any", "criteria": [*BUDGETS, {"type": "rounds", "num_rounds": 9}]}, {"sentences": 5, "tokens": -10}),
        ({"type": "any", "criteria": [{"type": "any", "criteria": BUDGETS[:1]}]}, {"sentences": 10}),
        ({"type": "all", "criteria": BUDGETS}, {}),
        ({"type": "any", "criteria": [BUDGETS[0], {"type": "all", "criteria": BUDGETS}]}, {"sentences": 10}),
        ({"type": "plateau"}, {}),
    ],
)
def test_what_may_still_be_labelled(block: Dict[str, Any], left: Dict[str, int]) -> None:
    assert StoppingCriterion.from_params(Params(json.loads(json.dumps(block)))).left(LEFT) == left


def test_a_combination_needs_what_its_parts_need() -> None:
    parts: List[Dict[str, Any]] = [{"type": "plateau"}, {"type": "target_f1", "f1": 0.9}]
    parts.append({"type": "stable_predictions", "sample_size": 7})
    criterion = StoppingCriterion.from_params(Params({"type": "any", "criteria": parts}))
    assert list(criterion.needed_splits) == ["dev"]
    assert criterion.sample_size == 7


@pytest.mark.parametrize(
    ("block", "message"),
    [
        ({"type": "rounds", "num_rounds": -1}, "stopping.num_rounds is -1; expected a whole number, 0 or more"),
        ({"type": "label_budget"}, "takes exactly one of 'sentences', 'tokens' and 'seconds'; given: none"),
        ({"type": "label_budget", "sentences": 1, "seconds": 1}, "and 'seconds'; given: 'sentences' and 'seconds'"),
        ({"type": "label_budget", "seconds": 0}, "stopping.seconds is 0.*; expected a number above 0"),
        ({"type": "label_budget", "tokens": 0}, "stopping.tokens is 0; expected a whole number, 1 or more"),
        ({"type": "target_f1", "f1": 80}, "stopping.f1 is 80.*; expected a number from 0 to 1"),
        ({"type": "target_f1", "f1": 0.8, "split": "train"}, "stopping.split is 'train'; expected 'dev'$"),
        (
            {"type": "target_f1", "f1": 0.8, "split": "test"},
            "stopping.split is 'test'; expected 'dev' \\(scores on test",
        ),
        ({"type": "plateau", "split": "test"}, "stopping.split is 'test'; expected 'dev' \\(scores on test"),
        (
            {"type": "any", "criteria": [{"type": "all", "criteria": [{"type": "plateau", "split": "test"}]}]},
            "stopping.criteria.0.criteria.0.split is 'test'; expected 'dev'",
        ),
        ({"type": "plateau", "patience": 0}, "stopping.patience is 0; expected a whole number, 1 or more"),
        ({"type": "stable_predictions", "min_kappa": 2}, "stopping.min_kappa is 2.*; expected a number from 0 to 1"),
        ({"type": "any", "criteria": []}, "stopping.criteria is empty"),
    ],
)
def test_mistakes(block: Dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        StoppingCriterion.from_params(Params(block))


def test_kappa_by_hand() -> None:
    """Cohen's own arithmetic: 20 + 15 of 50 agree; p_e = (25·30 + 25·20) / 50² = 0.5."""
    first = np.array([1] * 25 + [0] * 25)
    second = np.array([1] * 20 + [0] * 5 + [1] * 10 + [0] * 15)
    assert cohens_kappa(first, second) == pytest.approx((0.7 - 0.5) / 0.5)
    assert cohens_kappa(first, first) == 1.0
    assert cohens_kappa(np.zeros(3), np.zeros(3)) == 1.0
    assert cohens_kappa(np.array([0, 1]), np.array([1, 0])) == pytest.approx(-1.0)
    with pytest.raises(ValueError, match="labellings have shapes .* expected the same words"):
        cohens_kappa(np.zeros(3), np.zeros(2))


def test_kappa_leaves_out_words_that_were_cut_and_sentences_that_were_trained_on() -> None:
    """
    Of the second sentence the last word was cut, and the third is labelled. Of the words that are left, 3 of 4 agree;
    the first labelling has tag 0 twice, the second once: p_e = (2·1 + 2·3) / 4² = 0.5, and κ = (0.75 − 0.5) / 0.5.
    """
    sentences = [TaggedSentence("a", ("x", "y")), TaggedSentence("b", ("x", "y", "z")), TaggedSentence("c", ("x", "y"))]
    sample = SentenceView(sentences, np.arange(3))
    before, now = [0, 0, 1, 1, -1, 0, 1], [0, 1, 1, 1, -1, 0, 1]
    assert kappa_of(sample, before, now, {"c", "elsewhere"}) == pytest.approx(0.5)
    # With the third, 5 of 6 words agree, and p_e = (3·2 + 3·4) / 6² = 0.5: κ = (5/6 − 0.5) / 0.5.
    assert kappa_of(sample, before, now, set()) == pytest.approx(2 / 3)
    assert kappa_of(sample, before, now, {"a", "b", "c"}) is None
    assert kappa_of(sample, [0, 0, -1, -1, -1, 0, 1], now, {"a", "c"}) is None
