"""What `train` takes for a run that has not begun, which it replaces, and what for somebody's files."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, Dict, Tuple

import pytest

import seqmix_plugin as sx
from seqmix_plugin.active_learning.loop import ActiveLearningLoop
from seqmix_plugin.api.training import has_not_begun
from tests.api.conftest import shortest_config
from tests.conftest import ROOT

ANOTHER = "holds a run of another configuration|holds a run with seed"
KILLED = """
import json, os, signal, sys
import seqmix_plugin as sx
from seqmix_plugin.active_learning.loop import ActiveLearningLoop
ActiveLearningLoop.query = lambda *_: os.kill(os.getpid(), int(sys.argv[2]))
sx.train(json.loads(sys.argv[1]), "run")
"""


@pytest.mark.parametrize(
    "kept",
    [
        ("config.json", "model.tar.gz", "metrics.json"),
        ("config.json", "meta.json", "model.tar.gz", "vocabulary"),
        ("config.json", "meta.json", "metrics.json"),
        ("config.json", "meta.json", "best.th", "vocabulary"),
        ("config.json",),
    ],
)
def test_what_is_left_of_a_run_is_not_deleted(kept: Tuple[str, ...], tiny_encoder: str, tmp_path: Path) -> None:
    run = tmp_path / "run"
    run.mkdir()
    for name in kept:
        (run / name).write_text("{}", encoding="utf-8")
    with pytest.raises(sx.ConfigurationError, match=ANOTHER):
        sx.train(shortest_config(tiny_encoder, seed=5), run)
    with pytest.raises(sx.ConfigurationError, match=ANOTHER):
        sx.ActiveLearner(shortest_config(tiny_encoder, seed=5), run)
    assert {path.name: path.read_text(encoding="utf-8") for path in run.iterdir()} == dict.fromkeys(kept, "{}")


def test_a_run_that_failed_or_was_killed_before_its_first_query_begins_anew(
    tiny_encoder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: Any) -> None:
        raise sx.ConfigurationError("of a test")

    config: Dict[str, Any] = shortest_config(tiny_encoder)
    with monkeypatch.context() as patch:
        patch.setattr(ActiveLearningLoop, "query", fails)
        with pytest.raises(sx.ConfigurationError, match="^of a test$"):
            sx.train(config, tmp_path / "run")
    assert (tmp_path / "run/best.th").exists()
    with pytest.raises(sx.ConfigurationError, match="best.th"):
        sx.train({**config, "include_in_archive": ["best.th"]}, tmp_path / "run")
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == ["config.json", "meta.json"]
    code = [sys.executable, "-c", KILLED, json.dumps(config), str(int(signal.SIGKILL))]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    assert subprocess.run(code, cwd=tmp_path, env=environment, capture_output=True).returncode == -signal.SIGKILL
    assert (tmp_path / "run/best.th").exists()
    assert sx.train({**config, "seed": 5}, tmp_path / "run").finished
    assert not has_not_begun(tmp_path / "run")
