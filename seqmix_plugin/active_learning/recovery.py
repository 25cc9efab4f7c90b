"""What a run's folder holds of an earlier start, checked."""

import itertools
import logging
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Dict, List, Optional, Set, Tuple

from allennlp.common.checks import ConfigurationError

from seqmix_plugin.active_learning.round_state import RoundState
from seqmix_plugin.active_learning.rows import of_lines, sentence_of
from seqmix_plugin.atomic_files import TEMPORARY, replacement
from seqmix_plugin.run_files import ANNOTATED, CURVE, PICTURE, ROUNDS, STATE, SYNTHETIC
from seqmix_plugin.sentence import TaggedSentence

logger = logging.getLogger(__name__)

ROUND_FILE = re.compile(r"round_(\d+)\.json")


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


def state_path(folder: Path, k: int) -> Path:
    """Where the state of a round is kept."""
    return folder / STATE / f"round_{k}.json"


def recover(folder: Path) -> Recovered:
    """
    Reads what is there, names what is damaged and puts it aside, and leaves the files with what can be relied on.

    # Parameters

    folder : `Path`
        The run's.

    # Raises

    `ConfigurationError`
        When the folder holds rounds but no state of any.
    """
    paths = {int(found[1]): path for path in folder.glob(f"{STATE}/*") if (found := ROUND_FILE.fullmatch(path.name))}
    if not paths and (folder / ROUNDS).exists():
        raise ConfigurationError(
            f"{folder / ROUNDS} holds rounds, but {folder / STATE} does not hold what a run goes on from; take another "
            f"folder or --force"
        )
    for temporary in (folder / f"{name}{TEMPORARY}" for name in (ANNOTATED, SYNTHETIC, ROUNDS, CURVE, PICTURE)):
        temporary.unlink(missing_ok=True)
    states, damaged = _read_states(folder, paths)
    contents = {name: _content(folder / name) for name in (ANNOTATED, SYNTHETIC)}
    recovered, damaged_files, lost = _relied_on(states, contents)
    _collect_left_over(recovered, states, contents[ANNOTATED], lost)
    for path in damaged + [folder / name for name in sorted(damaged_files)]:
        _put_aside(path, len(recovered.states))
    ends = {ANNOTATED: 0, SYNTHETIC: 0}
    for state in recovered.states:
        for name, part in ((ANNOTATED, state.annotated), (SYNTHETIC, state.synthetic)):
            ends[name] = part.end if part is not None else ends[name]
    if ANNOTATED in damaged_files:
        rest = b"".join(recovered.left_over.values())
        _rewrite(folder / ANNOTATED, contents[ANNOTATED][: ends[ANNOTATED]] + rest)
    if len(contents[SYNTHETIC]) != ends[SYNTHETIC]:
        _rewrite(folder / SYNTHETIC, contents[SYNTHETIC][: ends[SYNTHETIC]])
    for k in sorted(paths, reverse=True):  # from the last, so that there is never a gap
        if k >= len(recovered.states):
            paths[k].unlink(missing_ok=True)
    return recovered


def _read_states(folder: Path, paths: Dict[int, Path]) -> Tuple[Dict[int, RoundState], List[Path]]:
    """The states that can be read, and the files that cannot."""
    states: Dict[int, RoundState] = {}
    damaged: List[Path] = []
    for k in range(max(paths, default=-1) + 1):
        path = paths.get(k, state_path(folder, k))
        try:
            states[k] = RoundState.read(path)
            if states[k].round != k:
                raise ValueError(f"it is of round {states[k].round}")
        except (OSError, ValueError, TypeError, KeyError, RecursionError):
            states.pop(k, None)
            damaged.append(path)
    return states, damaged


def _relied_on(
    states: Dict[int, RoundState], contents: Dict[str, bytes]
) -> Tuple[Recovered, Set[str], Set[Tuple[int, int]]]:
    """The rounds up to the first that is not whole or damaged; the damaged files; the bytes of labels that are lost."""
    recovered = Recovered()
    damaged: Set[str] = set()
    lost: Set[Tuple[int, int]] = set()
    going = True
    for k, state in sorted(states.items()):
        parsed: Dict[str, Optional[List[TaggedSentence]]] = {}
        for name, part in ((ANNOTATED, state.annotated), (SYNTHETIC, state.synthetic)):
            parsed[name] = []
            if part is not None:
                parsed[name] = _parsed(part.of(contents[name]), accepted_only=name == SYNTHETIC)
                if parsed[name] is None:
                    damaged.add(name)
                    if name == ANNOTATED:
                        lost.add((part.start, part.end))
        annotated, synthetic = parsed[ANNOTATED], parsed[SYNTHETIC]
        going = going and k == len(recovered.states) and annotated is not None and synthetic is not None
        if going and annotated is not None and synthetic is not None:
            recovered.states.append(state)
            recovered.annotated.append(annotated)
            recovered.synthetic.append(synthetic)
            going = state.record is not None
    return recovered, damaged, lost


def _parsed(content: Optional[bytes], accepted_only: bool) -> Optional[List[TaggedSentence]]:
    """The sentences of some lines, or `None` when they hold something else."""
    if content is None:
        return None
    try:
        rows = of_lines(content)
        return [sentence_of(row) for row in rows if not accepted_only or row["accepted"]]
    except (ValueError, KeyError, RecursionError):
        return None


def _collect_left_over(
    recovered: Recovered, states: Dict[int, RoundState], content: bytes, lost: Set[Tuple[int, int]]
) -> None:
    """Labels on the disk that no round of `recovered` has, but for those of lines that are known to be damaged."""
    position = 0
    known = {sentence.id for sentences in recovered.annotated for sentence in sentences}
    for line in content.split(b"\n"):
        start, position = position, position + len(line) + 1
        if not line or any(begin < position and start < end for begin, end in lost):
            continue
        parsed = _parsed(line, accepted_only=False)
        for sentence in parsed or ():
            if sentence.tags is not None and sentence.id not in known:
                recovered.left_over[sentence.id] = line + b"\n"


def _content(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else b""


def _rewrite(path: Path, content: bytes) -> None:
    with replacement(path) as temporary:
        temporary.write_bytes(content)


def _put_aside(path: Path, k: int) -> None:
    """Keeps a copy of a damaged file and says so."""
    kept = next(
        name for number in itertools.count(1) if not (name := path.with_name(f"{path.name}.damaged{number}")).exists()
    )
    if path.exists():
        shutil.copyfile(path, kept)
        logger.warning(f"{path} is damaged (a copy is kept as {kept.name}); the run goes on with round {k}")
    else:
        logger.warning(f"{path} is gone; the run goes on with round {k}")
