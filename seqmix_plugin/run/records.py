"""What is kept of a round, stage by stage, so that a run can go on where it was interrupted."""

import hashlib
import json
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Dict, Iterator, List, Optional

from allennlp.common.checks import ConfigurationError

from seqmix_plugin.errors import shortened
from seqmix_plugin.io.atomic import write_text

VERSION = 1
"""Of the files that a run goes on from; another one is not read."""


@dataclass(frozen=True)
class Part:
    """
    The lines of a round in a file that all rounds share.

    # Parameters

    start : `int`
        Position of the first byte.
    end : `int`
        Position after the last byte.
    sha256 : `str`
        Of the bytes between them.
    """

    start: int
    end: int
    sha256: str

    @classmethod
    def at(cls, start: int, content: bytes) -> "Part":
        """What `content` is when it stands at a position."""
        return cls(start, start + len(content), hashlib.sha256(content).hexdigest())

    def of(self, content: bytes) -> Optional[bytes]:
        """The bytes in the whole file's `content`; `None` when they are not what was written."""
        found = content[self.start : self.end]
        return found if hashlib.sha256(found).hexdigest() == self.sha256 else None


@dataclass
class RoundState:
    """
    A round. What a stage leaves is `None` until it is on the disk.

    # Parameters

    round : `int`
        Its number.
    seconds : `Dict[str, float]`
        What each stage took.
    members : `Dict[str, str]`, optional (default = `None`)
        Digests of the weights of a committee's other members, as they vote in this round.
    queried : `List[str]`, optional (default = `None`)
        Ids of the queried sentences.
    query_scores : `List[Optional[float]]`, optional (default = `None`)
        Their scores.
    annotated : `Part`, optional (default = `None`)
        Where their labels are.
    rejected : `List[str]`, optional (default = `None`)
        Ids of those that nobody will label.
    unanswered : `List[str]`, optional (default = `None`)
        Ids of those that went back to the pool.
    synthetic : `Part`, optional (default = `None`)
        Where the generated sentences are.
    statistics : `Dict[str, Any]`, optional (default = `None`)
        The augmenter's.
    sample_tags : `List[int]`, optional (default = `None`)
        What the round's model predicts for a fixed sample, where the stopping criterion compares models.
    record : `Dict[str, Any]`, optional (default = `None`)
        The line of `rounds.jsonl`: the round is whole.
    weights : `str`, optional (default = `None`)
        Digest of the model's weights after the round.
    """

    round: int
    seconds: Dict[str, float] = field(default_factory=dict)
    members: Optional[Dict[str, str]] = None
    queried: Optional[List[str]] = None
    query_scores: Optional[List[Optional[float]]] = None
    annotated: Optional[Part] = None
    rejected: Optional[List[str]] = None
    unanswered: Optional[List[str]] = None
    synthetic: Optional[Part] = None
    statistics: Optional[Dict[str, Any]] = None
    sample_tags: Optional[List[int]] = None
    record: Optional[Dict[str, Any]] = None
    weights: Optional[str] = None

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Adds the seconds that its block takes to the stage's."""
        start = time.perf_counter()
        yield
        self.seconds[stage] = round(self.seconds.get(stage, 0.0) + time.perf_counter() - start, 3)

    def write(self, path: Path) -> None:
        """Replaces the round's file."""
        body = json.loads(json.dumps({"version": VERSION, **asdict(self)}))  # as it will be read
        write_text(path, json.dumps({**body, "sha256": _digest(body)}, ensure_ascii=False) + "\n")

    @classmethod
    def read(cls, path: Path, k: int) -> "RoundState":
        """
        # Parameters

        path : `Path`
            The file.
        k : `int`
            The round that it should be of.

        # Raises

        `ValueError`
            When the file is not what `write` has written.
        `ConfigurationError`
            When another version of the plugin has written it.
        """
        try:
            return cls._parsed(path, k)
        except (TypeError, KeyError, AttributeError, RecursionError) as error:
            raise ValueError(f"it does not hold what round {k} leaves") from error

    @classmethod
    def _parsed(cls, path: Path, k: int) -> "RoundState":
        body = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(body, dict) or body.pop("sha256", None) != _digest(body):
            raise ValueError("its checksum is wrong")
        version = body.pop("version", None)
        if version != VERSION:
            raise ConfigurationError(
                f"{path} is of version {shortened(repr(version))}, and this plugin's is {VERSION}: go on with the "
                f"plugin that the run began with"
            )
        for name in ("annotated", "synthetic"):
            if body[name] is not None:
                body[name] = Part(**body[name])
        state = cls(**body)
        state.check(k)
        return state

    def check(self, k: int) -> None:
        """Raises a `ValueError` when a value is not of its type: a folder may come from anybody."""
        parts = [part for part in (self.annotated, self.synthetic) if part is not None]
        numbers = [self.round, *(number for part in parts for number in (part.start, part.end))]
        names = [*(part.sha256 for part in parts), *(self.members or {}).values()]
        names += [name for ids in (self.queried, self.rejected, self.unanswered) for name in ids or ()]
        blocks = [self.seconds, self.members or {}, self.statistics or {}, self.record or {}]
        fine = all(isinstance(number, int) for number in numbers) and all(isinstance(name, str) for name in names)
        if not fine or not all(isinstance(block, dict) for block in blocks) or self.round != k:
            raise ValueError(f"it does not hold what round {k} leaves")


def _digest(body: Dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode("utf-8")).hexdigest()
