"""What only a GPU shows: the same run twice, scores close to a CPU's, and where a batch waits."""

import warnings
from pathlib import Path

import numpy as np
import pytest
import torch

from seqmix_plugin.functional import on_device
from tests.active_learning.conftest import lines, run  # noqa: F401  a fixture

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


def test_the_scores_of_the_seed_set_are_close_to_those_on_a_cpu(run) -> None:  # noqa: F811
    settings = {"trainer.num_rounds": 1, "trainer.query_policy": {"type": "least_confidence"}, "model.dropout": 0.0}
    scores = [
        np.load(run(f"run{device}", **settings, **{"trainer.cuda_device": device}) / "state" / "scores_1.npy")
        for device in (-1, 0)
    ]
    assert np.corrcoef(scores[0], scores[1])[0, 1] > 0.9  # dropout of the encoder is drawn otherwise


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
