"""MLflow."""

import os
import re
import time
from contextlib import nullcontext
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ContextManager, Dict, Mapping, Optional

from filelock import FileLock

from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.trackers.tracker import FAILED, FINISHED, WAITING, KeptRun, TrackedRun, Tracker

DEFAULTS = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_LOGGING_LEVEL": "WARNING",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "20",
}
"""Settings of MLflow that only stand where the user has none: it would wait for minutes for a server that is away."""
DATABASE = re.compile(r"(sqlite|mysql|postgresql|mssql)\b")
SQLITE = "sqlite:///"
LONGEST_LOCK = 120.0
"""Seconds that another run may take to make the tables of a database."""
NEEDED_FOR_DATABASES = ("sqlalchemy", "alembic")
PARAMETERS, METRICS = 100, 1000
"""How many MLflow takes in one request."""
LONGEST_KEY, LONGEST_VALUE = 250, 6000
STRANGE = re.compile(r"[^\w\-. :/]")
STATUS = {FINISHED: "FINISHED", WAITING: "SCHEDULED", FAILED: "FAILED"}


@Tracker.register("mlflow")
class MlflowTracker(Tracker):
    """
    Logs to an MLflow server or database, by the step of the round. Seeds of one configuration share the tag
    `experiment` and the parameter `configuration_hash`. The configuration becomes parameters, the learning curve and
    `metrics.json` artifacts. A run that waits for annotators has the status `SCHEDULED`.

    Needs the extra `mlflow`, and SQLAlchemy and Alembic where it writes to a database itself.

    Registered as a `Tracker` with name "mlflow".

    # Parameters

    tracking_uri : `str`, optional (default = `None`)
        The server's address, such as `http://localhost:5000`, or a database such as `sqlite:///mlflow.db`; by default
        that of `MLFLOW_TRACKING_URI`, or else MLflow's own.
    experiment_name : `str`, optional (default = `"active_learning"`)
        The name of the experiment in MLflow, which is made if there is none.
    """

    title = "MLflow"
    extra = "mlflow"

    def __init__(self, tracking_uri: Optional[str] = None, experiment_name: str = "active_learning") -> None:
        self._uri = tracking_uri
        self._experiment_name = experiment_name

    def check(self) -> None:
        super().check()
        missing = [name for name in NEEDED_FOR_DATABASES if find_spec(name) is None]
        if missing and DATABASE.match(self._place):
            raise ConfigurationError(
                f"the tracker MLflow needs {', '.join(missing)} for a database: pip install {' '.join(missing)}"
            )

    @property
    def _place(self) -> str:
        """The server or database, as MLflow finds it."""
        return self._uri or os.environ.get("MLFLOW_TRACKING_URI") or f"{SQLITE}mlflow.db"

    def open(self, run: TrackedRun, kept: KeptRun) -> KeptRun:
        for name, value in DEFAULTS.items():
            os.environ.setdefault(name, value)
        from mlflow import MlflowClient

        with _alone(self._place):
            self._client = MlflowClient(tracking_uri=self._uri)
        if kept.run_id is None:
            tags = {"experiment": run.experiment, "seed": str(run.seed), "folder": str(run.folder.absolute())}
            found = self._client.create_run(self._experiment_id(), run_name=run.name, tags=tags)
        else:
            found = self._client.get_run(kept.run_id)
            self._client.update_run(kept.run_id, status="RUNNING")
        self._run_id = found.info.run_id
        known = found.data.params  # which MLflow does not replace
        self._parameters = [pair for pair in _accepted(run.parameters).items() if pair[0] not in known]
        return KeptRun(run_id=self._run_id, rounds=int(found.data.metrics.get("round", -1)) + 1)

    def log(self, number: int, values: Mapping[str, float]) -> None:
        from mlflow.entities import Metric, Param

        while self._parameters:
            pairs = self._parameters[:PARAMETERS]
            self._client.log_batch(self._run_id, params=[Param(key, value) for key, value in pairs])
            del self._parameters[:PARAMETERS]
        now = int(time.time() * 1000)
        # The number of the round comes last: it says that the round is whole.
        names = sorted(values, key=lambda name: name == "round")
        metrics = [Metric(name[:LONGEST_KEY], values[name], now, number) for name in names]
        for start in range(0, len(metrics), METRICS):
            self._client.log_batch(self._run_id, metrics=metrics[start : start + METRICS])

    def close(self, status: str, files: Mapping[str, bytes]) -> None:
        if status == WAITING:  # first, as the place of the files may be another one than that of the run
            self._client.update_run(self._run_id, status=STATUS[status])
        else:
            self._client.set_terminated(self._run_id, STATUS[status])
        with TemporaryDirectory() as folder:
            for name, content in files.items():
                Path(folder, name).write_bytes(content)
            if files:
                self._client.log_artifacts(self._run_id, folder)

    def _experiment_id(self) -> str:
        """The experiment of this name, which another process may make at the same time."""
        from mlflow.exceptions import MlflowException

        found = self._client.get_experiment_by_name(self._experiment_name)
        if found is not None:
            return found.experiment_id
        try:
            return self._client.create_experiment(self._experiment_name)
        except MlflowException:
            found = self._client.get_experiment_by_name(self._experiment_name)
            if found is None:
                raise
            return found.experiment_id


def _alone(uri: str) -> ContextManager[Any]:
    """A lock beside a database of SQLite, whose tables MLflow makes here: seeds that start at once would fail."""
    if not uri.startswith(SQLITE):
        return nullcontext()
    path = Path(uri.removeprefix(SQLITE))
    path.parent.mkdir(parents=True, exist_ok=True)
    return FileLock(f"{path}.lock", timeout=LONGEST_LOCK)


def _accepted(parameters: Mapping[str, Any]) -> Dict[str, str]:
    """Parameters as text, with keys and values that MLflow accepts."""
    pairs = ((STRANGE.sub("_", key)[:LONGEST_KEY], str(value)) for key, value in parameters.items())
    return {key: value if len(value) <= LONGEST_VALUE else value[: LONGEST_VALUE - 1] + "…" for key, value in pairs}
