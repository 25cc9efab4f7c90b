"""Seed sets and queries that are chosen by the vectors of the model, in whole runs."""

from pathlib import Path
from typing import Any, Dict, List

import numpy as np
import pytest

from seqmix_plugin.query_policies import BadgePolicy, KmeansPolicy
from tests.active_learning.conftest import Run, lines
from tests.faults.drill import differences

NONE: Dict[str, Any] = {"trainer.augmenter": {"type": "none"}, "trainer.trainer.num_epochs": 1}
HYBRID = {"type": "stratified", "policy": {"type": "hybrid", "policy": "mnlp", "diversity": "badge"}, "strata": 2}


def seed_set(folder: Path) -> List[str]:
    return lines(folder / "rounds.jsonl")[0]["queried"]


def test_the_same_seed_is_the_same_seed_set_and_another_is_not(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    vectors: List[np.ndarray] = []
    order = KmeansPolicy.order
    monkeypatch.setattr(KmeansPolicy, "order", lambda *given: (vectors.append(given[1].vectors), order(*given))[1])
    chosen = {**NONE, "trainer.num_rounds": 0, "trainer.seed_policy": "kmeans"}
    once, again, other = run("once", **chosen), run("again", **chosen), run("other", **chosen, seed=2)
    assert seed_set(once) == seed_set(again) != seed_set(other)
    assert len(set(seed_set(once))) == 12
    # The vectors are those of the pretrained encoder, which no seed changes.
    assert [len(some) for some in vectors] == [40, 40, 40]
    assert vectors[2] == pytest.approx(vectors[0], abs=1e-6)
    assert np.linalg.norm(vectors[0], axis=1) == pytest.approx(np.ones(40), abs=1e-5)


def test_a_run_that_was_interrupted_in_its_queries_is_the_whole_one(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = {**NONE, "trainer.seed_policy": "kmeans", "trainer.query_policy": HYBRID, "trainer.num_rounds": 1}
    whole = run("whole", **settings)

    def interrupted(*arguments: object) -> None:
        raise KeyboardInterrupt

    for policy in (KmeansPolicy, BadgePolicy):  # of the seed set, then of round 1
        with monkeypatch.context() as patch:
            patch.setattr(policy, "order", interrupted)
            with pytest.raises(KeyboardInterrupt):
                run("resumed", recover=policy is BadgePolicy, **settings)
    assert differences(whole, run("resumed", recover=True, **settings)) == []
