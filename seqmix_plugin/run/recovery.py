"""The rounds that an earlier start has left in a run's folder, checked, so that the run can resume."""

import logging
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Callable, Dict, List, Optional, Tuple, TypeVar

from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.io.atomic import TEMPORARY, name_for_damaged, write_bytes
from seqmix_plugin.io.folder_guard import disk_errors, locked, make_folder, own_folder, remove
from seqmix_plugin.io.json_text import of_lines
from seqmix_plugin.run import layout
from seqmix_plugin.run.round_state import Part, RoundState
from seqmix_plugin.run.sentence_rows import sentence_of, training_of
from seqmix_plugin.sentence import TaggedSentence
from seqmix_plugin.synthetic import TrainingSentence

logger = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass
class SavedRounds:
    """
    The rounds in a run's folder, from the first on, without a gap; all but the last are whole. With the labelled and
    the generated, accepted sentences of each round, and the lines of `annotated.jsonl`, by the sentences' ids, that
    belong to none of these rounds: the labels of an interrupted round, which are not requested again.
    """

    states: List[RoundState] = field(default_factory=list)
    annotated: List[List[TaggedSentence]] = field(default_factory=list)
    synthetic: List[List[TrainingSentence]] = field(default_factory=list)
    left_over: Dict[str, bytes] = field(default_factory=dict)

    def end(self, part: str) -> int:
        """Where the file ends that all rounds share for their part `annotated` or `synthetic`."""
        return max((getattr(state, part).end for state in self.states if getattr(state, part) is not None), default=0)

    @property
    def records(self) -> List[Dict[str, Any]]:
        """The lines of `rounds.jsonl`, of all whole rounds."""
        return [state.record for state in self.states if state.record is not None]

    @property
    def last_whole(self) -> int:
        """Number of the last whole round, or -1."""
        return len(self.records) - 1


def begin(folder: Path) -> IO[bytes]:
    """
    Locks a run's folder as long as the returned file is open and the process lives, and removes temporary files of an
    earlier start that was killed.

    # Raises

    `ConfigurationError`
        When another process has locked the folder, it cannot be written to, or there are links in it.
    """
    own_folder(folder, layout.ANSWER_FILES)
    make_folder(folder / layout.STATE)
    with disk_errors(folder / layout.STATE):
        lock = locked(folder / layout.STATE / layout.LOCK)
        if lock is None:
            raise ConfigurationError(f"{folder}: the run folder is locked by another process")
        for name in (*layout.WRITTEN, f"{layout.STATE}/*.json", f"{layout.STATE}/*.npy"):
            for temporary in folder.glob(f"{name}{TEMPORARY}"):
                remove(temporary)
    return lock


def check_version(folder: Path) -> None:
    """Raises a `ConfigurationError` when another version of the plugin has written the rounds in a run's folder."""
    for k, path in sorted(layout.state_files(folder).items()):
        with suppress(OSError, ValueError):
            if path.is_file():
                RoundState.read(path, k)


def read_saved(folder: Path) -> SavedRounds:
    """
    Reads the rounds in a run's folder, warns of damaged files and keeps copies of them, and reduces the files to the
    rounds that can be resumed. It may be interrupted at any point: labels stay in place as long as a state names them.

    # Parameters

    folder : `Path`
        The run's.

    # Raises

    `ConfigurationError`
        When the folder holds rounds but no state of any, or states of another version.
    """
    paths = layout.state_files(folder)
    if not paths and (folder / layout.ROUNDS).exists():
        raise ConfigurationError(
            f"{folder / layout.ROUNDS} holds rounds, but {folder / layout.STATE} holds no state to resume from; choose "
            f"another folder or --force"
        )
    states, damaged = _read_states(folder, paths)
    paths_of_both = folder / layout.ANNOTATED, folder / layout.SYNTHETIC
    labels, generated = (path.read_bytes() if path.exists() else b"" for path in paths_of_both)
    saved = SavedRounds()
    intact = bytearray(labels)
    for k, state in sorted(states.items()):
        if _is_of_another_run(state, saved):
            damaged.append(paths[k])
            continue
        annotated, synthetic = _sentences(state.annotated, labels), _training(state.synthetic, generated)
        found = zip(paths_of_both, (annotated, synthetic), strict=True)
        damaged += [path for path, sentences in found if sentences is None and path not in damaged]
        if annotated is None and state.annotated is not None:
            # Blank lines take their place, so that the positions in other states stay valid.
            there = slice(state.annotated.start, state.annotated.end)
            intact[there] = b"\n" * len(intact[there])
        whole_so_far = all(before.record is not None for before in saved.states)
        if k == len(saved.states) and whole_so_far and annotated is not None and synthetic is not None:
            saved.states.append(state)
            saved.annotated.append(annotated)
            saved.synthetic.append(synthetic)
    _collect_left_over(saved, bytes(intact))
    for path in damaged:
        _put_aside(path, len(saved.states))
    _leave(folder, saved, paths, None if intact == labels else bytes(intact), generated)
    return saved


def remove_rounds(folder: Path) -> None:
    """Removes the files that follow from whole rounds."""
    for name in (layout.ROUNDS, layout.CURVE, layout.PICTURE):
        remove(folder / name)


def _is_of_another_run(state: RoundState, saved: SavedRounds) -> bool:
    """Whether the labels that a state names do not follow those of the rounds before."""
    part, end = state.annotated, saved.end("annotated")
    return part is not None and (part.start < end or (part.start > end and state.round == len(saved.states)))


def _leave(folder: Path, saved: SavedRounds, paths: Dict[int, Path], labels: Optional[bytes], generated: bytes) -> None:
    """Reduces the files to the saved rounds, in an order that may be interrupted at any point."""
    if labels is not None:
        write_bytes(folder / layout.ANNOTATED, labels)
    end = saved.end("synthetic")
    if len(generated) != end:
        write_bytes(folder / layout.SYNTHETIC, generated[:end])
    if saved.last_whole < 0:  # before the last state is gone: rounds without a state are refused
        remove_rounds(folder)
    for k in sorted(paths, reverse=True):  # from the last, so that there is never a gap
        if k >= len(saved.states):
            remove(paths[k])


def _read_states(folder: Path, paths: Dict[int, Path]) -> Tuple[Dict[int, RoundState], List[Path]]:
    """The states that can be read, and the files that cannot or are missing."""
    states: Dict[int, RoundState] = {}
    damaged: List[Path] = []
    for number, (k, path) in enumerate(sorted(paths.items())):
        if number != k and not damaged:
            damaged.append(layout.state_path(folder, number))
        if not path.is_file():
            raise ConfigurationError(f"{path} is not a file")
        try:
            states[k] = RoundState.read(path, k)
        except (OSError, ValueError):
            damaged.append(path)
    return states, damaged


def _sentences(part: Optional[Part], content: bytes) -> Optional[List[TaggedSentence]]:
    """The sentences that a state names, without those that were not accepted; `None` when the file has others."""
    found = b"" if part is None else part.of(content)
    return None if found is None else _parsed(found, _sentences_of)


def _training(part: Optional[Part], content: bytes) -> Optional[List[TrainingSentence]]:
    """The generated sentences that a state names and that were accepted; `None` when the file has others."""
    found = b"" if part is None else part.of(content)
    return None if found is None else _parsed(found, training_of)


def _parsed(content: bytes, read: Callable[[List[Any]], List[T]]) -> Optional[List[T]]:
    """The sentences of some lines, without those that were not accepted, or `None` when they hold something else."""
    try:
        return read([row for row in of_lines(content) if row.get("accepted", True)])
    except (ValueError, TypeError, AttributeError):
        return None


def _sentences_of(rows: List[Any]) -> List[TaggedSentence]:
    return [sentence_of(row) for row in rows]


def _collect_left_over(saved: SavedRounds, content: bytes) -> None:
    """Labels on the disk that no round of `saved` has."""
    known = {sentence.id for sentences in saved.annotated for sentence in sentences}
    for line in content.split(b"\n"):
        for sentence in (_parsed(line, _sentences_of) or ()) if line else ():
            if sentence.tags is not None and sentence.id not in known:
                saved.left_over[sentence.id] = line + b"\n"


def _put_aside(path: Path, k: int) -> None:
    """Keeps a copy of a damaged file, with a warning."""
    if not path.exists():
        logger.warning(f"{path} is gone; the run resumes with round {k}")
        return
    kept = name_for_damaged(path)
    write_bytes(kept, path.read_bytes())
    logger.warning(f"{path} is damaged (a copy is kept as {kept.name}); the run resumes with round {k}")
