"""Weights & Biases."""

from pathlib import Path
from typing import Any, Dict, Mapping, Optional
from uuid import uuid4

from seqmix_plugin.parameter_checks import one_of
from seqmix_plugin.trackers.tracker import FAILED, KeptRun, TrackedRun, Tracker

MODES = ("online", "offline", "disabled")
LONGEST_WAIT, LONGEST_UPLOAD = 30.0, 300.0
"""Seconds to begin a run, and to upload the rest of it at its end; W&B has longer ones, or none."""

FLUSH_INTERVAL = 1.0
"""Seconds after which a round is on the disk, so that a killed run has lost none; W&B's own is 15."""


@Tracker.register("wandb")
class WandbTracker(Tracker):
    """
    Logs to Weights & Biases, by the step of the round. Seeds of one configuration share a group. The configuration
    becomes the run's config, the learning curve and `metrics.json` its files. Files of its own are in `wandb/` in the
    working directory, or in `WANDB_DIR`. Offline there are only these, which `wandb sync` uploads: a folder for each
    start of a run.

    Needs the extra `wandb`.

    Registered as a `Tracker` with name "wandb".

    # Parameters

    project : `str`, optional (default = `"active_learning"`)
        The project of W&B.
    entity : `str`, optional (default = `None`)
        The team or user that it belongs to; by default that of the login.
    mode : `str`, optional (default = `None`)
        `"online"`, `"offline"` or `"disabled"`; by default that of `WANDB_MODE`, or else online, which needs a login.

    # Raises

    `ConfigurationError`
        When the mode is another one.
    """

    title = "Weights & Biases"
    extra = "wandb"

    def __init__(
        self, project: str = "active_learning", entity: Optional[str] = None, mode: Optional[str] = None
    ) -> None:
        self._project = project
        self._entity = entity
        self._mode = None if mode is None else one_of("trackers.mode", mode, MODES)
        self._run: Any = None

    def open(self, run: TrackedRun, kept: KeptRun) -> KeptRun:
        import wandb

        settings: Dict[str, Any] = {"console": "off", "silent": True, "save_code": False, "init_timeout": LONGEST_WAIT}
        newer = {"finish_timeout": LONGEST_UPLOAD, "x_transaction_log_flush_interval": FLUSH_INTERVAL}
        known = getattr(wandb.Settings, "model_fields", {})  # not all of them in older versions
        settings.update((name, value) for name, value in newer.items() if name in known)
        if "create_new" in str(known.get("reinit")):  # a run that the process has begun itself is left alone
            settings["reinit"] = "create_new"
        run_id = kept.run_id or uuid4().hex[:8]
        if self._run is not None and self._run.id != run_id:
            self.close(FAILED, {})
        if self._run is None:  # an error may have left it open
            self._run = wandb.init(
                project=self._project,
                entity=self._entity,
                mode=self._mode,  # type: ignore[arg-type]
                id=run_id,
                name=run.name,
                group=run.experiment,
                config=dict(run.parameters),
                resume="allow",
                settings=wandb.Settings(**settings),
            )
            self._run.define_metric("*", step_metric="round")
        # The server knows best; offline, only what was kept is known.
        return KeptRun(run_id=run_id, rounds=self._run.starting_step if self._run.resumed else kept.rounds)

    def log(self, number: int, values: Mapping[str, float]) -> None:
        self._run.log(dict(values), step=number, commit=True)  # else it waits for the next step

    def close(self, status: str, files: Mapping[str, bytes]) -> None:
        run, self._run = self._run, None
        try:
            for name, content in files.items():
                path = Path(run.dir, name)
                path.write_bytes(content)
                run.save(str(path), base_path=run.dir, policy="now")
        finally:
            run.finish(exit_code=int(status == FAILED))
