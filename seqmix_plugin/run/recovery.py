"""What a run's folder holds of an earlier start, checked."""

import logging
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Dict, List, Optional, Tuple

from allennlp.common.checks import ConfigurationError

from seqmix_plugin.io.atomic import TEMPORARY, file_digest, name_for_damaged, write_bytes
from seqmix_plugin.io.folder_guard import disk_errors, locked, make_folder, own_folder, remove
from seqmix_plugin.run.layout import (
    ANNOTATED,
    ANSWER_FILES,
    CURVE,
    ENVIRONMENT,
    LOCK,
    PICTURE,
    ROUND_FILE,
    ROUNDS,
    STATE,
    SYNTHETIC,
    state_path,
)
from seqmix_plugin.run.records import Part, RoundState
from seqmix_plugin.run.rows import of_lines, sentence_of
from seqmix_plugin.sentence import TaggedSentence

logger = logging.getLogger(__name__)


@dataclass
class Recovered:
    """
    # Parameters

    states : `List[RoundState]`
        The rounds from the first on, without a gap. All but the last are whole.
    annotated : `List[List[TaggedSentence]]`
        What was labelled in each, as far as it is known.
    synthetic : `List[List[TaggedSentence]]`
        What was accepted of the sentences generated in each.
    left_over : `Dict[str, bytes]`
        Lines of `annotated.jsonl`, by the sentences' ids, that belong to none of these rounds: a round was interrupted,
        or its state is damaged. Nobody need be asked for these labels again.
    """

    states: List[RoundState] = field(default_factory=list)
    annotated: List[List[TaggedSentence]] = field(default_factory=list)
    synthetic: List[List[TaggedSentence]] = field(default_factory=list)
    left_over: Dict[str, bytes] = field(default_factory=dict)

    @property
    def last_whole(self) -> int:
        """Number of the last whole round, or -1."""
        return sum(state.record is not None for state in self.states) - 1


def begin(folder: Path) -> IO[bytes]:
    """
    Locks a run's folder, as long as what is returned is open and the process lives, and clears away what an earlier
    start was writing when it died.

    # Raises

    `ConfigurationError`
        When another process is at the run, it cannot be written to, or there are links in it.
    """
    own_folder(folder, ANSWER_FILES)
    make_folder(folder / STATE)
    with disk_errors(folder / STATE):
        lock = locked(folder / STATE / LOCK)
        if lock is None:
            raise ConfigurationError(f"{folder}: another process is at this run")
        for name in (ANNOTATED, SYNTHETIC, ROUNDS, CURVE, PICTURE, ENVIRONMENT, f"{STATE}/*.json"):
            for temporary in folder.glob(f"{name}{TEMPORARY}"):
                remove(temporary)
    return lock


def weights_damage(folder: Path, weights: Path) -> Optional[str]:
    """
    What is wrong with the weights in a run's folder, for a program that only reads them; `None` when nothing is, or
    nothing is known of them, as in an archive or where the newest state is damaged. The run may be going on.

    # Parameters

    folder : `Path`
        The run's.
    weights : `Path`
        The file.
    """
    newest = None
    for _ in range(2):  # a run replaces them a moment after it has written its state
        newest = _newest_weights(folder)
        if newest is None:
            return None
        staged = weights.with_name(f"{weights.name}{TEMPORARY}")
        if any(path.is_file() and file_digest(path) == newest.weights for path in (weights, staged)):
            return None
    return None if newest is None else f"{weights} does not hold the weights after round {newest.round}"


def _newest_weights(folder: Path) -> Optional[RoundState]:
    """The state of the last round of which there are weights; `None` when that is not known."""
    for k, path in sorted(_numbered(folder).items(), reverse=True):
        try:
            state = RoundState.read(path, k) if path.is_file() else None
        except (OSError, ValueError, ConfigurationError):  # the run itself will say so
            return None
        if state is None or state.weights is not None:
            return state
    return None


def _numbered(folder: Path) -> Dict[int, Path]:
    """The files of the rounds' states by their numbers."""
    found = ((ROUND_FILE.fullmatch(path.name), path) for path in folder.glob(f"{STATE}/*"))
    return {int(name[1]): path for name, path in found if name is not None}


def recover(folder: Path) -> Recovered:
    """
    Reads what is there, names what is damaged and keeps a copy of it, and leaves the files with what can be relied on.
    It may be interrupted as well: labels stay where they are, as long as a state tells of them.

    # Parameters

    folder : `Path`
        The run's.

    # Raises

    `ConfigurationError`
        When the folder holds rounds but no state of any, or states of another version.
    """
    paths = _numbered(folder)
    if not paths and (folder / ROUNDS).exists():
        raise ConfigurationError(
            f"{folder / ROUNDS} holds rounds, but {folder / STATE} does not hold what a run goes on from; take another "
            f"folder or --force"
        )
    states, damaged = _read_states(folder, paths)
    labels, generated = (_content(folder / name) for name in (ANNOTATED, SYNTHETIC))
    recovered = Recovered()
    intact = bytearray(labels)
    for k, state in sorted(states.items()):
        if _is_of_another_run(state, recovered):
            damaged.append(paths[k])
            continue
        annotated, synthetic = _sentences(state.annotated, labels), _sentences(state.synthetic, generated, True)
        for name, sentences in ((ANNOTATED, annotated), (SYNTHETIC, synthetic)):
            if sentences is None and folder / name not in damaged:
                damaged.append(folder / name)
        if annotated is None and state.annotated is not None:
            # Blank lines in their place, so that what other states tell of stays where it is.
            there = slice(state.annotated.start, state.annotated.end)
            intact[there] = b"\n" * len(intact[there])
        whole_so_far = all(before.record is not None for before in recovered.states)
        if k == len(recovered.states) and whole_so_far and annotated is not None and synthetic is not None:
            recovered.states.append(state)
            recovered.annotated.append(annotated)
            recovered.synthetic.append(synthetic)
    _collect_left_over(recovered, bytes(intact))
    for path in damaged:
        _put_aside(path, len(recovered.states))
    _leave(folder, recovered, paths, None if intact == labels else bytes(intact), generated)
    return recovered


def _is_of_another_run(state: RoundState, recovered: Recovered) -> bool:
    """Whether the labels that a state tells of do not follow on those of the rounds before."""
    if state.annotated is None:
        return False
    end = max((before.annotated.end for before in recovered.states if before.annotated is not None), default=0)
    follows = state.annotated.start == end
    return not follows and (state.round == len(recovered.states) or state.annotated.start < end)


def _leave(
    folder: Path, recovered: Recovered, paths: Dict[int, Path], labels: Optional[bytes], generated: bytes
) -> None:
    """Brings the files to what was recovered, in an order that can be broken off anywhere."""
    if labels is not None:
        write_bytes(folder / ANNOTATED, labels)
    end = max((state.synthetic.end for state in recovered.states if state.synthetic is not None), default=0)
    if len(generated) != end:
        write_bytes(folder / SYNTHETIC, generated[:end])
    if recovered.last_whole < 0:  # before the last state is gone: rounds without a state are refused
        for name in (ROUNDS, CURVE, PICTURE):
            remove(folder / name)
    for k in sorted(paths, reverse=True):  # from the last, so that there is never a gap
        if k >= len(recovered.states):
            remove(paths[k])


def _read_states(folder: Path, paths: Dict[int, Path]) -> Tuple[Dict[int, RoundState], List[Path]]:
    """The states that can be read, and the files that cannot or are missing."""
    states: Dict[int, RoundState] = {}
    damaged: List[Path] = []
    for number, (k, path) in enumerate(sorted(paths.items())):
        if number != k and not damaged:
            damaged.append(state_path(folder, number))
        if not path.is_file():
            raise ConfigurationError(f"{path} is no file")
        try:
            states[k] = RoundState.read(path, k)
        except (OSError, ValueError):
            damaged.append(path)
    return states, damaged


def _sentences(part: Optional[Part], content: bytes, accepted_only: bool = False) -> Optional[List[TaggedSentence]]:
    """The sentences that a state tells of; `None` when the file does not hold them."""
    if part is None:
        return []
    found = part.of(content)
    return None if found is None else _parsed(found, accepted_only)


def _parsed(content: bytes, accepted_only: bool = False) -> Optional[List[TaggedSentence]]:
    """The sentences of some lines, or `None` when they hold something else."""
    try:
        rows = of_lines(content)
        return [sentence_of(row) for row in rows if not accepted_only or row["accepted"]]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


def _collect_left_over(recovered: Recovered, content: bytes) -> None:
    """Labels on the disk that no round of `recovered` has."""
    known = {sentence.id for sentences in recovered.annotated for sentence in sentences}
    for line in content.split(b"\n"):
        for sentence in (_parsed(line) or ()) if line else ():
            if sentence.tags is not None and sentence.id not in known:
                recovered.left_over[sentence.id] = line + b"\n"


def _content(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else b""


def _put_aside(path: Path, k: int) -> None:
    """Keeps a copy of a damaged file and says so."""
    if not path.exists():
        logger.warning(f"{path} is gone; the run goes on with round {k}")
        return
    kept = name_for_damaged(path)
    write_bytes(kept, path.read_bytes())
    logger.warning(f"{path} is damaged (a copy is kept as {kept.name}); the run goes on with round {k}")
