"""The files of a run: what is written, and what a run that was interrupted goes on with."""

import json
import logging
import shutil
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence

import torch
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.active_learning.environment import environment, warn_of_changes
from seqmix_plugin.active_learning.learning_curve import write_csv, write_plot
from seqmix_plugin.active_learning.recovery import Recovered, recover, state_path
from seqmix_plugin.active_learning.round_state import Part, RoundState
from seqmix_plugin.active_learning.rows import annotated_row, of_lines, sentence_of, synthetic_row, to_lines
from seqmix_plugin.active_learning.weights import Weights
from seqmix_plugin.atomic_files import append, disk_errors, locked, replacement, write_text
from seqmix_plugin.augmenters import Augmentation
from seqmix_plugin.ranks import from_primary, is_primary, rank
from seqmix_plugin.run_files import ANNOTATED, CURVE, ENVIRONMENT, PICTURE, ROUNDS, STATE, SYNTHETIC, WEIGHTS
from seqmix_plugin.sentence import TaggedSentence

logger = logging.getLogger(__name__)

KEEP = ("none", "last", "all")


class RunFolder:
    """
    Writes a run's files: `rounds.jsonl`, a line a round; `annotated.jsonl`, a line a labelled sentence;
    `synthetic.jsonl`, a line a generated sentence; the learning curve as `learning_curve.csv` and `.png`;
    `environment.json`; `best.th`, which is there from the first moment and always whole; and, in `state/`, what each
    stage of each round has left, with checksums. What is there of an earlier start is read first: its stages are not
    done again.

    In a distributed run the primary process reads and writes, and the others only keep count; `best.th` is written on
    each machine, which archives it.

    # Parameters

    folder : `Path`
        The run's serialization directory.
    device : `torch.device`
        Where the models are.
    local_rank : `int`, optional (default = `0`)
        This process's number on its machine.
    keep_round_weights : `str`, optional (default = `"none"`)
        Of which rounds weights and checkpoints stay in `round_<k>/`: `"none"`, `"last"` or `"all"`.

    # Raises

    `ConfigurationError`
        When the folder holds rounds that cannot be gone on with, or cannot be written to.
    """

    def __init__(
        self, folder: Path, device: torch.device, local_rank: int = 0, keep_round_weights: str = "none"
    ) -> None:
        if keep_round_weights not in KEEP:
            raise ConfigurationError(
                f"trainer.keep_round_weights is {keep_round_weights!r}; expected one of {', '.join(KEEP)}"
            )
        self.folder = folder
        self._local_rank = local_rank
        self._keep = keep_round_weights
        self._recovered: Recovered = from_primary(self._begin)
        self._states = self._recovered.states
        self._weights = Weights(folder / WEIGHTS, f".{rank()}" if rank() else "")  # machines may share the folder
        if is_primary():
            current = environment(device)
            if self._states:
                warn_of_changes(folder / ENVIRONMENT, current)
            else:
                write_text(folder / ENVIRONMENT, json.dumps(current, indent=2) + "\n")
            self._write_rounds()

    @property
    def rounds(self) -> List[Dict[str, Any]]:
        """The records of all whole rounds."""
        return [state.record for state in self._states if state.record is not None]

    @property
    def weights(self) -> Path:
        """The weights of the newest round."""
        return self._weights.path

    @property
    def last_whole(self) -> int:
        """The number of the last round of an earlier start that is whole, or -1."""
        return self._recovered.last_whole

    def state(self, k: int) -> RoundState:
        """What there is of a round."""
        if k == len(self._states):
            self._states.append(RoundState(k))
        return self._states[k]

    def annotated(self, k: int) -> List[TaggedSentence]:
        """What an earlier start had labelled in a round whose state has it."""
        return self._recovered.annotated[k]

    def synthetic(self, k: int) -> List[TaggedSentence]:
        """The accepted sentences of a round whose state has them."""
        return self._recovered.synthetic[k]

    def known_labels(self, sentences: Sequence[TaggedSentence]) -> Dict[str, TaggedSentence]:
        """In the primary process: the labels that an interrupted round has left of these sentences, by their ids."""
        left_over = self._recovered.left_over
        found = [sentence_of(of_lines(left_over[s.id])[0]) for s in sentences if s.id in left_over]
        words = {sentence.id: sentence.tokens for sentence in sentences}
        return {sentence.id: sentence for sentence in found if sentence.tokens == words[sentence.id]}

    def keep(self, state: RoundState) -> None:
        """Writes the state of a round: what it tells of is from now on not done again."""
        if is_primary():
            state.write(state_path(self.folder, state.round))

    def keep_members(self, state: RoundState, members: Dict[str, torch.nn.Module]) -> None:
        """Keeps the weights of a committee's other members."""
        if is_primary():
            files = {name: self._member(name) for name in members}
            state.members = {name: files[name].stage(model) for name, model in members.items()}
            self.keep(state)
            for file in files.values():
                file.settle()

    def keep_annotated(self, state: RoundState, sentences: Sequence[TaggedSentence]) -> None:
        """Keeps what was labelled in a round, before anything is made of it."""
        if not is_primary():
            return
        path, left_over = self.folder / ANNOTATED, self._recovered.left_over
        start = self._end("annotated")
        content = to_lines(annotated_row(state.round, sentence) for sentence in sentences)
        for sentence in sentences:
            left_over.pop(sentence.id, None)
        with replacement(path) as temporary:
            before = path.read_bytes()[:start] if path.exists() else b""
            temporary.write_bytes(before + content + b"".join(left_over.values()))
        state.annotated = Part.at(start, content)
        self.keep(state)

    def keep_synthetic(self, state: RoundState, augmentation: Augmentation) -> None:
        """Keeps what was generated in a round."""
        state.statistics = augmentation.statistics
        if not is_primary():
            return
        start = self._end("synthetic")
        content = to_lines(synthetic_row(state.round, child) for child in augmentation.generated)
        append(self.folder / SYNTHETIC, start, content)
        state.synthetic = Part.at(start, content)
        self.keep(state)

    def keep_round(self, state: RoundState, record: Optional[Dict[str, Any]], model: torch.nn.Module) -> None:
        """Keeps a whole round and its weights, and draws the learning curve anew."""
        if record is not None:
            state.record = record
        if self._local_rank == 0:
            state.weights = self._weights.stage(model)
            self.keep(state)
            self._weights.settle()
        if is_primary():
            self._write_rounds()
            self._tidy(state.round)

    def save_first_weights(self, model: torch.nn.Module) -> None:
        """Writes `best.th` before there is a round."""
        if self._local_rank == 0:
            self._weights.stage(model)
            self._weights.settle()

    def recovered_weights(self) -> Optional[Dict[str, Any]]:
        """The weights after the last whole round; `None` when there is none, or its weights are lost."""
        return from_primary(self._find_weights)

    def recovered_member(self, name: str) -> "tuple[int, Optional[Dict[str, Any]]]":
        """The round in which the weights of a committee's member voted that are there, and the weights."""
        return from_primary(lambda: self._find_member(name))

    def _begin(self) -> Recovered:
        """In the primary process: makes sure that no other run writes here, and reads what there is."""
        with disk_errors(self.folder / STATE):
            (self.folder / STATE).mkdir(parents=True, exist_ok=True)
            self._lock = locked(self.folder / STATE / "lock")
        if self._lock is None:
            raise ConfigurationError(f"{self.folder}: another process is at this run")
        return recover(self.folder)

    def _find_weights(self) -> Optional[Dict[str, Any]]:
        k = self.last_whole
        if k < 0:
            return None
        copy = self.folder / f"round_{k}" / WEIGHTS
        if not self._weights.recover(str(self._states[k].weights), [copy]):
            logger.warning(
                f"{self.weights} does not hold the weights after round {k}: rounds 0 to {k} are trained again on the "
                f"labels and generated sentences that are there"
            )
            return None
        self._tidy(k)
        return self._weights.load()

    def _find_member(self, name: str) -> "tuple[int, Optional[Dict[str, Any]]]":
        state = next((state for state in reversed(self._states) if state.members is not None), None)
        if state is None or state.members is None or name not in state.members:
            return -1, None
        file = self._member(name)
        if not file.recover(state.members[name]):
            logger.warning(f"{file.path} does not hold the weights of round {state.round}: it is trained again")
            return -1, None
        return state.round, file.load()

    def _member(self, name: str) -> Weights:
        return Weights(self.folder / STATE / f"{name}.th")

    def _end(self, part: str) -> int:
        """Where a file ends that all rounds share."""
        return max((getattr(state, part).end for state in self._states if getattr(state, part) is not None), default=0)

    def _write_rounds(self) -> None:
        """The files that follow from the states."""
        rounds = self.rounds
        if rounds:
            write_text(self.folder / ROUNDS, to_lines(rounds).decode("utf-8"))
            write_csv(rounds, self.folder / CURVE)
            write_plot(rounds, self.folder / PICTURE)
        else:
            (self.folder / ROUNDS).unlink(missing_ok=True)

    def _tidy(self, k: int) -> None:
        """Leaves the weights and checkpoints in the folders of rounds that are to be kept."""
        folder = self.folder / f"round_{k}"
        with disk_errors(folder):
            if self._keep != "none":
                folder.mkdir(exist_ok=True)
                with replacement(folder / WEIGHTS) as temporary:
                    shutil.copyfile(self.weights, temporary)
            done = {"none": range(k + 1), "last": range(k), "all": range(0)}[self._keep]
            for number in done:
                for path in self.folder.glob(f"round_{number}/**/*.th"):
                    path.unlink()
