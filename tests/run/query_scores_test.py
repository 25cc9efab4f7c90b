"""Scores of earlier rounds: kept in the run's folder, and the same in a run that was interrupted."""

import json
import shutil
from pathlib import Path
from typing import Any, Dict

import numpy as np
import pytest
from allennlp.commands.train import train_model
from allennlp.common import Params

from seqmix_plugin.active_learning.learner import Learner
from seqmix_plugin.run.query_scores import QueryScores, ScoreFiles
from seqmix_plugin.run.round_state import RoundState
from seqmix_plugin.run.writer import RunWriter
from tests.active_learning.conftest import Run, lines, small_config
from tests.faults.drill import differences

# The variance alone decides, and each query has a sample of the pool as candidates.
HISTORY: Dict[str, Any] = {
    "trainer.query_policy": {"type": "fluctuation_history", "policy": {"type": "mnlp"}, "weight": 0.0},
    "trainer.augmenter": {"type": "none"},
    "trainer.scoring": {"max_candidates": 17},
    "trainer.num_rounds": 3,
    "trainer.query_size": 4,
}


@pytest.fixture(scope="module")
def whole(tiny_encoder: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that never stopped."""
    folder = tmp_path_factory.mktemp("whole") / "run"
    train_model(Params(small_config(tiny_encoder, **HISTORY)), str(folder))
    return folder


def kept(folder: Path, k: int) -> Dict[int, float]:
    positions, scores = np.load(folder / "state" / f"scores_{k}.npy")
    return dict(zip(positions.astype(int).tolist(), scores.tolist(), strict=True))


def test_scores_are_those_of_their_sentences() -> None:
    found = QueryScores(np.array([2, 5, 9]), np.array([0.2, 0.5, 0.9])).at(np.array([0, 2, 6, 9, 11]))
    np.testing.assert_array_equal(found, [np.nan, 0.2, np.nan, 0.9, np.nan])
    assert np.isnan(QueryScores(np.array([], dtype=int), np.array([])).at(np.array([3]))).all()


def test_a_query_goes_by_the_variance_of_the_kept_scores(whole: Path) -> None:
    """In the third query there are sentences that were scored before and others that were not."""
    rounds = [kept(whole, k) for k in (1, 2, 3)]
    assert [len(scores) for scores in rounds] == [17, 17, 17]
    histories = [[scores[place] for scores in rounds if place in scores] for place in rounds[2]]
    assert {len(history) for history in histories} == {1, 2, 3}
    # Of those with the highest variances, the recorded scores are those of this round.
    best = sorted(histories, key=lambda history: -np.var(history))[:4]
    record = lines(whole / "rounds.jsonl")[3]
    assert record["query_scores"] == pytest.approx([history[-1] for history in best])
    assert not (whole / "state" / "scores_0.npy").exists(), "the seed set is drawn"


def dying(monkeypatch: pytest.MonkeyPatch, owner: Any, method: str, k: int) -> None:
    """Lets a method end the run as it is called for a round."""
    original = getattr(owner, method)

    def replaced(self: Any, what: Any, *arguments: Any, **keywords: Any) -> Any:
        if getattr(what, "round", what) == k:
            raise KeyboardInterrupt
        return original(self, what, *arguments, **keywords)

    monkeypatch.setattr(owner, method, replaced)


@pytest.mark.parametrize(
    ("owner", "method", "k"),
    [(ScoreFiles, "keep", 2), (RunWriter, "keep", 2), (RunWriter, "write_annotated", 3), (Learner, "train", 2)],
    ids=["before the scores", "before the state that names them", "before the labels", "before the training"],
)
def test_an_interrupted_run_is_the_one_that_never_stopped(
    run: Run, whole: Path, monkeypatch: pytest.MonkeyPatch, owner: Any, method: str, k: int
) -> None:
    with monkeypatch.context() as patch:
        dying(patch, owner, method, k)
        with pytest.raises(KeyboardInterrupt):
            run("died", **HISTORY)
    folder = run("died", recover=True, **HISTORY)
    assert differences(whole, folder) == []
    for k in (1, 2, 3):
        assert kept(folder, k) == kept(whole, k)


def test_a_round_that_is_lost_is_made_again_with_the_scores_before_it(run: Run, whole: Path, tmp_path: Path) -> None:
    """All files are kept, also those that a last round no longer needs."""
    shutil.copytree(whole, tmp_path / "run")
    (tmp_path / "run" / "state" / "round_2.json").unlink()
    folder = run("run", recover=True, **HISTORY)
    assert differences(whole, folder) == []
    assert kept(folder, 2) == kept(whole, 2)


@pytest.mark.parametrize(("content", "what"), [(None, "gone"), (b"scores", "damaged")])
def test_lost_scores_are_told_and_left_out(
    whole: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, content: "bytes | None", what: str
) -> None:
    shutil.copytree(whole / "state", tmp_path / "state")
    states = [RoundState.read(path, k) for k, path in enumerate(sorted(whole.glob("state/round_*.json")))]
    path = tmp_path / "state" / "scores_1.npy"
    path.unlink() if content is None else path.write_bytes(content)
    files = ScoreFiles(tmp_path, states)
    for _ in range(2):
        (left,) = files.before(3, 2)
        assert dict(zip(left.positions.tolist(), left.scores.tolist(), strict=True)) == kept(whole, 2)
    message = f"{path} is {what}: the queries of later rounds do without the scores of round 1"
    assert [record.getMessage() for record in caplog.records] == [message]


def test_a_run_without_history_keeps_no_scores(run: Run) -> None:
    folder = run("run", **{"trainer.augmenter": {"type": "none"}, "trainer.num_rounds": 1})
    assert list(folder.glob("state/*.npy")) == []
    assert json.loads((folder / "state" / "round_1.json").read_text())["all_scores"] is None
