"""TensorBoard."""

import json
import struct
import time
from html import escape
from typing import Any, Mapping

from seqmix_plugin.trackers.tracker import KeptRun, TrackedRun, Tracker

FOLDER = "tensorboard"
"""The folder in that of the run."""
PNG = b"\x89PNG\r\n\x1a\n"


@Tracker.register("tensorboard")
class TensorboardTracker(Tracker):
    """
    Writes event files to `tensorboard/` in the run's folder: `tensorboard --logdir runs` then shows all runs in `runs/`
    by their paths. The step is the round. The tab of hyper-parameters has the configuration, that of text the content
    of `metrics.json`, and that of images the learning curve. Files are written by tensorboardX, which AllenNLP needs
    anyway; only the program that shows them is of the extra `tensorboard`.

    Each start of a run begins a new event file, which tells TensorBoard from which round on it replaces the others.

    Registered as a `Tracker` with name "tensorboard".
    """

    title = "TensorBoard"

    def open(self, run: TrackedRun, kept: KeptRun) -> KeptRun:
        from tensorboardX.event_file_writer import EventsWriter  # without a thread: an error is raised where it occurs
        from tensorboardX.proto.event_pb2 import SessionLog
        from tensorboardX.summary import hparams

        folder = run.folder / FOLDER
        folder.mkdir(exist_ok=True)
        self._last = kept.rounds - 1
        self._writer = EventsWriter(str(folder / "events"), f".{kept.rounds:06d}.{time.time_ns()}")
        self._write(kept.rounds, session_log=SessionLog(status=SessionLog.START))
        if kept.rounds == 0:
            for summary in hparams(dict(run.parameters), {"dev/f1": 0, "test/f1": 0}):
                self._write(0, summary=summary)
        self._writer.flush()
        return kept

    def log(self, number: int, values: Mapping[str, float]) -> None:
        from tensorboardX.proto.summary_pb2 import Summary

        summary = Summary(value=[Summary.Value(tag=name, simple_value=value) for name, value in values.items()])
        self._write(number, summary=summary)
        self._writer.flush()
        self._last = number

    def close(self, status: str, files: Mapping[str, bytes]) -> None:
        from tensorboardX.proto.summary_pb2 import Summary
        from tensorboardX.summary import text

        for name, content in files.items():
            if content.startswith(PNG):
                width, height = struct.unpack(">II", content[16:24])
                image = Summary.Image(width=width, height=height, colorspace=4, encoded_image_string=content)
                self._write(self._last, summary=Summary(value=[Summary.Value(tag=name, image=image)]))
            else:
                rows = json.loads(content).items()
                table = "\n".join(f"| {escape(key)} | {escape(str(value))} |" for key, value in rows)
                self._write(self._last, summary=text(name, f"| | |\n|---|---|\n{table}"))
        self._writer.close()

    def _write(self, step: int, **what: Any) -> None:
        from tensorboardX.proto.event_pb2 import Event

        self._writer.write_event(Event(wall_time=time.time(), step=step, **what))
