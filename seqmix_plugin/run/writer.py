"""Writes the files of a run's folder."""

import json
import logging
import shutil
from pathlib import Path
from typing import Any, Dict, Mapping, Optional, Sequence, Tuple

import torch

from seqmix_plugin.distributed import from_primary, is_primary, on_each_machine, rank
from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.io.atomic import append, disk_errors, replacement, write_bytes, write_text
from seqmix_plugin.io.folder_guard import make_folder, remove
from seqmix_plugin.io.json_text import of_lines, to_lines
from seqmix_plugin.run import layout
from seqmix_plugin.run.learning_curve import write_curve
from seqmix_plugin.run.provenance import environment, warn_of_changes
from seqmix_plugin.run.query_scores import ScoreFiles
from seqmix_plugin.run.recovery import SavedRounds, begin, read_saved, remove_rounds
from seqmix_plugin.run.round_state import Part, RoundState
from seqmix_plugin.run.sentence_rows import annotated_row, sentence_of, synthetic_row
from seqmix_plugin.run.weights import Weights
from seqmix_plugin.sentence import TaggedSentence
from seqmix_plugin.synthetic import Augmentation

logger = logging.getLogger(__name__)

KEEP = ("none", "last", "all")


class RunWriter:
    """
    Writes a run's files (see `layout`), each whole or not at all, so that a run can resume after any of them:
    `best.th` is there from the first moment, and the state of a round names nothing that is not on disk.

    In a distributed run the primary process reads and writes, and all processes get the same states; `best.th` is
    written on each machine, which archives it.

    # Parameters

    folder : `Path`
        The run's serialization directory.
    device : `torch.device`
        Where the models are.
    local_rank : `int`, optional (default = `0`)
        This process's number on its machine.
    keep_round_weights : `str`, optional (default = `"none"`)
        The rounds of which weights and checkpoints stay in `round_<k>/`: `"none"`, `"last"` or `"all"`.
    measure : `str`, optional (default = `"sentences"`)
        The unit of the annotations against which the learning curve is drawn.

    # Raises

    `ConfigurationError`
        When the folder holds rounds that cannot be resumed, or cannot be written to.
    """

    def __init__(
        self,
        folder: Path,
        device: torch.device,
        local_rank: int = 0,
        keep_round_weights: str = "none",
        measure: str = "sentences",
    ) -> None:
        if keep_round_weights not in KEEP:
            raise ConfigurationError(
                f"trainer.keep_round_weights is {keep_round_weights!r}; expected one of {', '.join(KEEP)}"
            )
        self.folder = folder
        self._local_rank = local_rank
        self._keep = keep_round_weights
        self._measure = measure
        self._writer = f".{rank()}" if rank() else ""  # machines may share the folder
        self._weights = Weights(folder / layout.WEIGHTS, self._writer)
        self.saved: SavedRounds = from_primary(lambda: self._begin(device))
        self.rounds = list(self.saved.records)
        """The records of all whole rounds."""
        self.scores = ScoreFiles(folder, self.saved.states)
        self._ends = {part: self.saved.end(part) for part in ("annotated", "synthetic")}
        self._left_over = dict(self.saved.left_over)

    @property
    def weights(self) -> Path:
        """The weights of the newest round."""
        return self._weights.path

    def known_labels(self, sentences: Sequence[TaggedSentence]) -> Dict[str, TaggedSentence]:
        """In the primary process: the labels of these sentences that an interrupted round has left, by their ids."""
        rows = [of_lines(self._left_over[s.id])[0] for s in sentences if s.id in self._left_over]
        words = {sentence.id: sentence.tokens for sentence in sentences}
        return {found.id: found for found in map(sentence_of, rows) if found.tokens == words[found.id]}

    def keep(self, state: RoundState) -> RoundState:
        """Writes the state of a round, that of the primary process: the stages that it names are not repeated."""
        return from_primary(lambda: self._write(state))

    def keep_members(self, state: RoundState, members: Mapping[str, torch.nn.Module]) -> RoundState:
        """Keeps the weights of a committee's other members."""
        return from_primary(lambda: self._write_members(state, members))

    def write_annotated(self, state: RoundState, sentences: Sequence[TaggedSentence]) -> RoundState:
        """In the primary process: adds the labels of a round to `annotated.jsonl`, before they are used."""
        path, start = self.folder / layout.ANNOTATED, self._ends["annotated"]
        content = to_lines(annotated_row(state.round, sentence) for sentence in sentences)
        for name in [*(sentence.id for sentence in sentences), *(state.rejected or ())]:
            self._left_over.pop(name, None)
        before = path.read_bytes()[:start] if path.exists() else b""
        write_bytes(path, before + content + b"".join(self._left_over.values()))
        return self._write_part(state, "annotated", Part.at(start, content))

    def keep_synthetic(self, state: RoundState, augmentation: Augmentation) -> RoundState:
        """Appends the sentences that were generated in a round to `synthetic.jsonl`."""

        def write() -> RoundState:
            start = self._ends["synthetic"]
            content = to_lines(synthetic_row(state.round, child) for child in augmentation.generated)
            append(self.folder / layout.SYNTHETIC, start, content)
            return self._write_part(state, "synthetic", Part.at(start, content))

        return from_primary(write)

    def keep_round(self, state: RoundState, model: torch.nn.Module) -> RoundState:
        """Writes a whole round: its weights, its line of `rounds.jsonl` and the learning curve."""
        assert state.record is not None
        self.rounds.append(state.record)
        state = self.keep_weights(state, model)
        if is_primary():
            self._write_rounds(self.rounds)
        return state

    def keep_weights(self, state: RoundState, model: torch.nn.Module) -> RoundState:
        """Keeps the weights after a whole round, and removes those in `round_<k>/` that are not to be kept."""

        def write() -> RoundState:
            written = self._write(state.model_copy(update={"weights": self._weights.stage(model)}))
            self._weights.settle()
            return written

        state = from_primary(write)
        self._write_elsewhere(state, model)
        self.tidy(state.round)
        return state

    def write_first_weights(self, model: torch.nn.Module) -> None:
        """Writes `best.th` on each machine before a round is done: AllenNLP needs one whatever happens."""
        if self._local_rank == 0:
            self._weights.write(model)

    def load_weights(self, state: RoundState, model: torch.nn.Module) -> bool:
        """Loads the weights after a whole round into a model; `False` when they are lost."""
        weights = from_primary(lambda: self._find_weights(state))
        if weights is None:
            return False
        self.tidy(state.round)
        model.load_state_dict(weights)
        self._write_elsewhere(state, model)
        return True

    def load_member(self, name: str, model: torch.nn.Module) -> int:
        """Loads the weights of a committee's member; the round that it was trained in, or -1 when they are lost."""
        k, weights = from_primary(lambda: self._find_member(name))
        if weights is not None:
            model.load_state_dict(weights)
        return k

    def tidy(self, k: int) -> None:
        """Leaves the weights and checkpoints in the folders of rounds that are to be kept."""
        on_each_machine(self._local_rank, lambda: self._tidy(k))

    def _begin(self, device: torch.device) -> SavedRounds:
        self._lock = begin(self.folder)  # as long as this object lives
        saved = read_saved(self.folder)
        current = environment(device)
        if saved.states:
            warn_of_changes(self.folder / layout.ENVIRONMENT, current)
        else:
            write_text(self.folder / layout.ENVIRONMENT, json.dumps(current, indent=2) + "\n")
        self._write_rounds(saved.records)
        if (self.folder / layout.CONFIG).exists():  # AllenNLP writes it anew at every start, but not in one step
            write_bytes(self.folder / layout.STATE / layout.CONFIG, (self.folder / layout.CONFIG).read_bytes())
        return saved

    def _write_rounds(self, rounds: Sequence[Dict[str, Any]]) -> None:
        """Writes `rounds.jsonl` and the learning curve, or removes them when there is no round."""
        if rounds:
            write_bytes(self.folder / layout.ROUNDS, to_lines(rounds))
            write_curve(rounds, self.folder, self._measure)
        else:
            remove_rounds(self.folder)

    def _write(self, state: RoundState) -> RoundState:
        state.write(layout.state_path(self.folder, state.round))
        return state

    def _write_part(self, state: RoundState, name: str, part: Part) -> RoundState:
        self._ends[name] = part.end
        return self._write(state.model_copy(update={name: part}))

    def _write_members(self, state: RoundState, members: Mapping[str, torch.nn.Module]) -> RoundState:
        files = {name: self._member(name) for name in members}
        digests = {name: files[name].stage(model) for name, model in members.items()}
        state = self._write(state.model_copy(update={"members": digests}))
        for file in files.values():
            file.settle()
        return state

    def _find_weights(self, state: RoundState) -> Optional[Dict[str, Any]]:
        copy = layout.kept_round(self.folder, state.round) / layout.WEIGHTS
        if not self._weights.recover(str(state.weights), [copy]):
            logger.warning(
                f"{self.weights} does not hold the weights after round {state.round}: rounds 0 to {state.round} are "
                f"trained again on the labels and generated sentences that are there"
            )
            return None
        return self._weights.load()

    def _find_member(self, name: str) -> Tuple[int, Optional[Dict[str, Any]]]:
        state = next((state for state in reversed(self.saved.states) if state.members is not None), None)
        if state is None or state.members is None or name not in state.members:
            return -1, None
        file = self._member(name)
        if not file.recover(state.members[name]):
            logger.warning(f"{file.path} does not hold the weights of round {state.round}: it is trained again")
            return -1, None
        return state.round - 1, file.load()  # they vote in the round after

    def _write_elsewhere(self, state: RoundState, model: torch.nn.Module) -> None:
        """Writes `best.th` on machines that have a folder of their own."""
        if self._local_rank == 0 and not is_primary() and not self._weights.recover(str(state.weights)):
            self._weights.write(model)

    def _member(self, name: str) -> Weights:
        return Weights(layout.member_weights(self.folder, name))

    def _tidy(self, k: int) -> None:
        folder = layout.kept_round(self.folder, k)
        with disk_errors(folder):
            if self._keep != "none":
                make_folder(folder)
                with replacement(folder / layout.WEIGHTS, self._writer) as temporary:
                    shutil.copyfile(self.weights, temporary)
            done = {"none": range(k + 1), "last": range(k), "all": range(0)}[self._keep]
            for number in done:
                for path in layout.kept_round(self.folder, number).glob("**/*.th"):
                    remove(path)
