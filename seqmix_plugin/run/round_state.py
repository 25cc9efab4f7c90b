"""The state of a round, `state/round_<k>.json`, from which a run resumes."""

import hashlib
import json
import time
from pathlib import Path
from typing import Any, Dict, List, Optional

from pydantic import Field

from seqmix_plugin.errors import ConfigurationError, quoted
from seqmix_plugin.io import json_text
from seqmix_plugin.io.atomic import data_digest, write_text
from seqmix_plugin.io.stored import Stored

VERSION = 2
"""Of the states of rounds; a run resumes with the version of the plugin that it began with."""


class Part(Stored):
    """The lines of one round in a file that all rounds share: bytes `start` to `end` and their SHA-256."""

    start: int
    end: int
    sha256: str

    @classmethod
    def at(cls, start: int, content: bytes) -> "Part":
        """The part that `content` is when it is written at a position."""
        return cls(start=start, end=start + len(content), sha256=hashlib.sha256(content).hexdigest())

    def of(self, content: bytes) -> Optional[bytes]:
        """The part's bytes in the whole file's `content`; `None` when they are not what was written."""
        found = content[self.start : self.end]
        return found if hashlib.sha256(found).hexdigest() == self.sha256 else None


class RoundState(Stored):
    """
    The content of `state/round_<k>.json`. Each stage of a round makes a new state of the one before; a result is `None`
    until it is on disk.
    """

    round: int
    seconds: Dict[str, float] = Field(default={})
    """Seconds that each stage took."""
    members: Optional[Dict[str, str]] = None
    """Digests of the weights with which a committee's other members vote in this round."""
    queried: Optional[List[str]] = None
    """Ids of the queried sentences."""
    query_scores: Optional[List[Optional[float]]] = None
    all_scores: Optional[str] = None
    """Digest of the file with the scores of all candidates, where the query policy needs those of earlier rounds."""
    is_cut: Optional[bool] = None
    """Whether the label budget of the run, not the size of the round, has ended the query."""
    mean_words: Optional[Dict[str, float]] = None
    """The mean number of words of the `queried` sentences and of all `candidates` of the query."""
    annotated: Optional[Part] = None
    """Their labels in `annotated.jsonl`."""
    rejected: Optional[List[str]] = None
    """Ids of the queried sentences that an annotator rejected for good."""
    unanswered: Optional[List[str]] = None
    """Ids of the queried sentences that went back to the pool."""
    synthetic: Optional[Part] = None
    """The generated sentences in `synthetic.jsonl`."""
    statistics: Optional[Dict[str, Any]] = None
    """The augmenter's statistics."""
    sample_tags: Optional[List[int]] = None
    """Predictions for a fixed sample, where the stopping criterion compares the models of successive rounds."""
    record: Optional[Dict[str, Any]] = None
    """The line of `rounds.jsonl`, which makes the round whole."""
    weights: Optional[str] = None
    """Digest of the model's weights after the round."""

    @property
    def is_whole(self) -> bool:
        """Whether all stages of the round are done."""
        return self.record is not None

    def after(self, stage: str, start: float, **values: Any) -> "RoundState":
        """The state after a stage that began at `start` (of `time.perf_counter`), with the stage's results."""
        spent = round(self.seconds.get(stage, 0.0) + time.perf_counter() - start, 3)
        return self.model_copy(update={"seconds": {**self.seconds, stage: spent}, **values})

    def write(self, path: Path) -> None:
        """Replaces the round's file."""
        body = json.loads(json.dumps({"version": VERSION, **self.model_dump()}))  # as it will be read
        write_text(path, json.dumps({**body, "sha256": data_digest(body)}, ensure_ascii=False) + "\n")

    @classmethod
    def read(cls, path: Path, k: int) -> "RoundState":
        """
        The state of round `k` in a file; a `ValueError` when it is not what `write` has written, a `ConfigurationError`
        when another version of the plugin has written it.
        """
        body = json_text.read(path)
        if not isinstance(body, dict) or body.pop("sha256", None) != data_digest(body):
            raise ValueError("its checksum is wrong")
        version = body.pop("version", None)
        if version != VERSION:
            plugin = "seqmix_plugin 0.1" if version == 1 else "the version of the plugin that it began with"
            raise ConfigurationError(
                f"{path} is of version {quoted(version)}, and this plugin's is {VERSION}: resume the run with {plugin}"
            )
        state = cls.model_validate(body)
        if state.round != k:
            raise ValueError(f"it is the state of round {state.round}")
        return state
