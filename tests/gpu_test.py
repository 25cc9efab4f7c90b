"""What only a GPU shows: the same run twice, scores close to a CPU's, and where a batch waits."""

import warnings
from pathlib import Path

import numpy as np
import pytest
import torch

from seqmix_plugin.active_learning.learner import Learner
from seqmix_plugin.functional import on_device
from seqmix_plugin.query_policies import QueryPolicy
from tests.active_learning.conftest import lines, run  # noqa: F401  a fixture
from tests.waits_test import learner  # noqa: F401  a fixture

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU")


def test_a_deterministic_run_queries_the_same_ids_twice(run) -> None:  # noqa: F811
    """Also the same weights, to the last bit."""
    perplexity = {"type": "perplexity", "language_model": {"type": "in_domain"}, "quantile": [0, 0.5]}
    settings = {"deterministic": True, "trainer.augmenter.discriminator": perplexity}
    once, again = run("once", **settings), run("again", **settings)
    queried = [[row["queried"] for row in lines(folder / "rounds.jsonl")] for folder in (once, again)]
    assert queried[0] == queried[1]
    weights = [torch.load(folder / "best.th", weights_only=True) for folder in (once, again)]
    assert all(torch.equal(weights[0][name], weights[1][name]) for name in weights[0])


def test_the_scores_of_a_pool_are_close_to_those_on_a_cpu(learner: Learner) -> None:  # noqa: F811
    policy, scores = QueryPolicy.by_name("normalized_token_entropy")(), []
    for device in (torch.device("cpu"), torch.device("cuda", 0)):
        model, pool = learner.model.to(device), list(learner.experiment.corpora.train)
        found = policy.score_pool(pool, lambda some: learner.experiment.predict([model], some, device))  # noqa: B023
        scores.append(found.scores)
    np.testing.assert_allclose(scores[1], scores[0], atol=1e-4)
    assert np.ptp(scores[0]) > 1e-3


def test_a_transfer_to_a_gpu_is_not_waited_for(tmp_path: Path) -> None:
    values = torch.arange(6).view(2, 3)
    torch.cuda.set_sync_debug_mode("warn")
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            there = on_device(values, torch.device("cuda", 0))
            assert not [one for one in caught if "synchroniz" in str(one.message)]
    finally:
        torch.cuda.set_sync_debug_mode("default")
    assert torch.equal(there.cpu(), values)
