"""When each criterion stops, by hand-made rounds."""

from typing import Any, Dict, List, Optional

import numpy as np
import pytest
from allennlp.common import Params
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.functional.agreement import cohens_kappa
from seqmix_plugin.stopping import StoppingCriterion


def rounds(f1: List[float], kappas: Optional[List[float]] = None) -> List[Dict[str, Any]]:
    """10 sentences of 15 tokens a round."""
    records: List[Dict[str, Any]] = [
        {
            "round": k,
            "annotated": {"sentences": 10 * (k + 1), "tokens": 150 * (k + 1)},
            "scores": {"dev": {"f1": value}},
        }
        for k, value in enumerate(f1)
    ]
    for record, kappa in zip(records[1:], kappas or [], strict=False):
        record["kappa"] = kappa
    return records


def first_stop(block: Dict[str, Any], records: List[Dict[str, Any]]) -> "tuple[Optional[int], Optional[str]]":
    """The first round after which a criterion stops, and why."""
    criterion = StoppingCriterion.from_params(Params(block))
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
        ({"type": "label_budget", "sentences": 30}, 2, "30 sentences are labelled, of 30"),
        ({"type": "label_budget", "tokens": 151}, 1, "300 tokens are labelled, of 151"),
        ({"type": "target_f1", "f1": 0.6}, 1, "dev F1 is 60.00, 60 was asked for"),
        ({"type": "target_f1", "f1": 0.7}, None, None),
        ({"type": "plateau", "patience": 2}, 3, "dev F1 has not risen by 0.5 in 2 rounds"),
        ({"type": "plateau", "patience": 2, "min_delta": 0.001}, None, None),
        ({"type": "plateau", "patience": 2, "min_delta": 0.0}, None, None),
        ({"type": "plateau", "patience": 4}, None, None),
        (
            {"type": "stable_predictions", "min_kappa": 0.99, "patience": 2},
            3,
            "the models of the last rounds agree: mean κ 0.9900, 0.99 was asked for",
        ),
        ({"type": "stable_predictions", "min_kappa": 0.98, "patience": 4}, None, None),
        (
            {
                "type": "any",
                "criteria": [{"type": "rounds", "num_rounds": 3}, {"type": "label_budget", "sentences": 20}],
            },
            1,
            "20 sentences are labelled, of 20",
        ),
        (
            {
                "type": "all",
                "criteria": [{"type": "rounds", "num_rounds": 3}, {"type": "label_budget", "sentences": 20}],
            },
            3,
            "3 rounds are done; 40 sentences are labelled, of 20",
        ),
    ],
)
def test_when_and_why(block: Dict[str, Any], stop: Optional[int], why: Optional[str]) -> None:
    assert first_stop(block, rounds(F1, KAPPAS)) == (stop, why)


def test_a_combination_needs_what_its_parts_need() -> None:
    parts = [{"type": "plateau", "split": "test"}, {"type": "target_f1", "f1": 0.9}]
    parts.append({"type": "stable_predictions", "sample_size": 7})
    criterion = StoppingCriterion.from_params(Params({"type": "any", "criteria": parts}))
    assert list(criterion.needed_splits) == ["dev", "test"]
    assert criterion.sample_size == 7


@pytest.mark.parametrize(
    ("block", "message"),
    [
        ({"type": "rounds", "num_rounds": -1}, "stopping.rounds.num_rounds is -1; expected a whole number from 0"),
        ({"type": "label_budget"}, "takes either 'sentences' or 'tokens'"),
        ({"type": "label_budget", "sentences": 1, "tokens": 1}, "takes either 'sentences' or 'tokens'"),
        ({"type": "label_budget", "tokens": 0}, "stopping.tokens is 0; expected a whole number from 1"),
        ({"type": "target_f1", "f1": 80}, "stopping.f1 is 80.*; expected a number from 0 to 1"),
        ({"type": "target_f1", "f1": 0.8, "split": "train"}, "stopping.split is 'train'; expected 'dev' or 'test'"),
        ({"type": "plateau", "patience": 0}, "stopping.patience is 0; expected a whole number from 1"),
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
    with pytest.raises(ValueError, match="are no two labellings of the same words"):
        cohens_kappa(np.zeros(3), np.zeros(2))
