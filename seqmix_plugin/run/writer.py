"""The files of a run: what is written, and what a run that was interrupted goes on with."""

import json
import logging
import shutil
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence, Tuple

import torch
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.distributed import from_primary, is_primary, on_each_machine, rank
from seqmix_plugin.io.atomic import append, disk_errors, replacement, write_bytes, write_text
from seqmix_plugin.io.folder_guard import make_folder, remove
from seqmix_plugin.run.layout import ANNOTATED, CONFIG, ENVIRONMENT, STATE, SYNTHETIC, WEIGHTS, state_path
from seqmix_plugin.run.learning_curve import write_rounds
from seqmix_plugin.run.provenance import environment, warn_of_changes
from seqmix_plugin.run.records import Part, RoundState
from seqmix_plugin.run.recovery import Recovered, begin, recover
from seqmix_plugin.run.rows import annotated_row, of_lines, sentence_of, synthetic_row, to_lines
from seqmix_plugin.run.weights import Weights
from seqmix_plugin.sentence import TaggedSentence
from seqmix_plugin.synthetic import Augmentation

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
        self.last_whole: int = self._recovered.last_whole
        """The number of the last round of an earlier start that is whole, or -1."""
        self._writer = f".{rank()}" if rank() else ""  # machines may share the folder
        self._weights = Weights(folder / WEIGHTS, self._writer)
        if is_primary():
            current = environment(device)
            if self._states:
                warn_of_changes(folder / ENVIRONMENT, current)
            else:
                write_text(folder / ENVIRONMENT, json.dumps(current, indent=2) + "\n")
            write_rounds(self.rounds, self.folder)
            self._keep_configuration()

    @property
    def rounds(self) -> List[Dict[str, Any]]:
        """The records of all whole rounds."""
        return [state.record for state in self._states if state.record is not None]

    @property
    def weights(self) -> Path:
        """The weights of the newest round."""
        return self._weights.path

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
        for name in [*(sentence.id for sentence in sentences), *(state.rejected or ())]:
            left_over.pop(name, None)
        before = path.read_bytes()[:start] if path.exists() else b""
        write_bytes(path, before + content + b"".join(left_over.values()))
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

    def keep_round(self, state: RoundState, record: Dict[str, Any], model: torch.nn.Module) -> None:
        """Keeps a whole round and its weights, and draws the learning curve anew."""
        state.record = record
        self.keep_weights(state, model)
        if is_primary():
            write_rounds(self.rounds, self.folder)

    def keep_weights(self, state: RoundState, model: torch.nn.Module) -> None:
        """Keeps the weights after a whole round, of which those in `round_<k>/` may then go."""
        if is_primary():
            state.weights = self._weights.stage(model)
            self.keep(state)
            self._weights.settle()
        self._write_elsewhere(state, model)
        self.tidy(state.round)

    def first_weights(self, model: torch.nn.Module, recovered: bool) -> None:
        """Sees to it that there is a `best.th` on each machine before a round is done."""
        if recovered:
            self._write_elsewhere(self._states[self.last_whole], model)
        elif self._local_rank == 0:
            self._weights.stage(model)
            self._weights.settle()

    def tidy(self, k: int) -> None:
        """Leaves the weights and checkpoints in the folders of rounds that are to be kept."""
        on_each_machine(self._local_rank, lambda: self._tidy(k))

    def recovered_weights(self) -> Optional[Dict[str, Any]]:
        """The weights after the last whole round; `None` when there is none, or its weights are lost."""
        weights = from_primary(self._find_weights)
        if weights is not None:
            self.tidy(self.last_whole)
        return weights

    def recovered_member(self, name: str) -> Tuple[int, Optional[Dict[str, Any]]]:
        """The round in which the weights of a committee's member voted that are there, and the weights."""
        return from_primary(lambda: self._find_member(name))

    def _begin(self) -> Recovered:
        """In the primary process: makes sure that no other run writes here, and reads what there is."""
        self._lock = begin(self.folder)
        return recover(self.folder)

    def _keep_configuration(self) -> None:
        """AllenNLP writes it anew at every start, but not in one step."""
        if (self.folder / CONFIG).exists():
            write_text(self.folder / STATE / CONFIG, (self.folder / CONFIG).read_text(encoding="utf-8"))

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
        return self._weights.load()

    def _find_member(self, name: str) -> Tuple[int, Optional[Dict[str, Any]]]:
        state = next((state for state in reversed(self._states) if state.members is not None), None)
        if state is None or state.members is None or name not in state.members:
            return -1, None
        file = self._member(name)
        if not file.recover(state.members[name]):
            logger.warning(f"{file.path} does not hold the weights of round {state.round}: it is trained again")
            return -1, None
        return state.round, file.load()

    def _write_elsewhere(self, state: RoundState, model: torch.nn.Module) -> None:
        """Writes `best.th` on machines that have a folder of their own."""
        digest = str(from_primary(lambda: state.weights))  # the primary process has written its own by now
        if self._local_rank == 0 and not is_primary() and not self._weights.recover(digest):
            self._weights.stage(model)
            self._weights.settle()

    def _member(self, name: str) -> Weights:
        return Weights(self.folder / STATE / f"{name}.th")

    def _end(self, part: str) -> int:
        """Where a file ends that all rounds share."""
        return max((getattr(state, part).end for state in self._states if getattr(state, part) is not None), default=0)

    def _tidy(self, k: int) -> None:
        folder = self.folder / f"round_{k}"
        with disk_errors(folder):
            if self._keep != "none":
                make_folder(folder)
                with replacement(folder / WEIGHTS, self._writer) as temporary:
                    shutil.copyfile(self.weights, temporary)
            done = {"none": range(k + 1), "last": range(k), "all": range(0)}[self._keep]
            for number in done:
                for path in self.folder.glob(f"round_{number}/**/*.th"):
                    remove(path)
