"""What trackers are given of a round and of a run."""

import pytest

from seqmix_plugin.run.reader import identity, seedless
from seqmix_plugin.trackers.values import round_values, run_parameters

RECORD = {
    "round": 2,
    "annotated": {"sentences": 24, "tokens": 339, "entities": 49},
    "annotation_seconds": 1800.0,
    "synthetic_in_training": 12,
    "steps": 10,
    "collapsed": True,
    "scores": {
        "dev": {"precision": 0.5, "recall": 0.25, "f1": 1 / 3, "PER/f1": 0.5, "A/B+c/f1": 0.75, "../f1": 0.125},
        "test": {"precision": 0.0, "recall": 0.0, "f1": 0.0},
    },
    "augmentation": {"wanted": 6, "accepted": 4, "discriminator": {"accepted_range": [0, 500]}},
    "queried": ["7", "9"],
    "query_scores": [0.5, 0.25],
    "mean_words": {"queried": 11.5, "candidates": 14.0},
    "rejected": 1,
    "unanswered": 0,
    "kappa": 0.9,
    "seconds": {"query": 1.5, "train": 2.25},
}


def test_the_values_of_a_round() -> None:
    assert round_values(RECORD) == {
        "round": 2,
        "dev/precision": 0.5,
        "dev/recall": 0.25,
        "dev/f1": 1 / 3,
        "dev/PER/f1": 0.5,
        "dev/A_2f_B_2b_c/f1": 0.75,
        "dev/_2e__2e_/f1": 0.125,
        "test/precision": 0,
        "test/recall": 0,
        "test/f1": 0,
        "annotated/sentences": 24,
        "annotated/tokens": 339,
        "annotated/entities": 49,
        "annotated/hours": 0.5,
        "query/kappa": 0.9,
        "query/rejected": 1,
        "query/unanswered": 0,
        "query/mean_words_of_queried": 11.5,
        "query/mean_words_of_candidates": 14,
        "generated/in_training": 12,
        "generated/wanted": 6,
        "generated/accepted": 4,
        "training/steps": 10,
        "training/retries": 0,
        "training/collapsed": 1,
        "seconds/query": 1.5,
        "seconds/train": 2.25,
        "seconds/all": 3.75,
    }


def test_a_round_without_scores_has_the_other_values() -> None:
    values = round_values({**RECORD, "scores": {}})
    assert not any(name.startswith(("dev", "test")) for name in values)
    assert values["annotated/sentences"] == 24


CONFIGURATION = {
    "type": "active_learning",
    "seed": 3,
    "trainer": {
        "type": "active_learning",
        "num_rounds": 2,
        "stopping": None,
        "reuse_model": True,
        "query_size": [5, 6],
        "pool": {"size": 40, "data_seed": 1},
        "trackers": [{"type": "mlflow", "tracking_uri": "postgresql://me:secret@db/runs"}],
    },
}


def test_the_parameters_of_a_run() -> None:
    environment = {"versions": {"torch": "2.11.0", "seqmix_plugin": None}, "revision": "abc", "device": "x86_64"}
    assert run_parameters(CONFIGURATION, environment) == {
        "type": "active_learning",
        "seed": 3,
        "trainer.type": "active_learning",
        "trainer.num_rounds": 2,
        "trainer.reuse_model": True,
        "trainer.query_size": "[5, 6]",
        "trainer.pool.size": 40,
        "trainer.pool.data_seed": 1,
        "configuration_hash": identity(CONFIGURATION)[0],
        "versions.torch": "2.11.0",
        "revision": "abc",
        "device": "x86_64",
    }


@pytest.mark.parametrize("trackers", [[], None, [{"type": "tensorboard"}]])
def test_a_run_is_the_same_with_and_without_trackers(trackers: object) -> None:
    trainer = {key: value for key, value in CONFIGURATION["trainer"].items() if key != "trackers"}  # type: ignore[attr-defined]
    without = {**CONFIGURATION, "trainer": trainer}
    tracked = {**without, "trainer": {**trainer, "trackers": trackers}}
    assert identity(tracked) == identity(without)
    assert identity(without)[0] == "ba498625fb51"  # as before there were trackers
    assert "trackers" not in seedless(tracked)["trainer"]
