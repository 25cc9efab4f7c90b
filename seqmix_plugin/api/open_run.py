"""A run whose rounds are added one by one, in this process."""

import json
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path
from typing import Any, Dict, Iterator, List, Optional

from allennlp.commands.train import TrainModel
from allennlp.common import Params
from allennlp.common.logging import prepare_global_logging
from allennlp.common.meta import META_NAME, Meta
from allennlp.common.util import prepare_environment
from allennlp.models.archival import archive_model, verify_include_in_archive
from allennlp.training import util as training_util

from seqmix_plugin.active_learning.loop import ActiveLearningLoop
from seqmix_plugin.active_learning.train_model import set_torch
from seqmix_plugin.allennlp_gaps import transient_bars
from seqmix_plugin.allennlp_gaps.encoders import encoders_of_its_own, no_encoders
from seqmix_plugin.api.process_state import left_as_it_was
from seqmix_plugin.api.training import has_not_begun
from seqmix_plugin.api.training_data import follow_data
from seqmix_plugin.errors import ConfigurationError, quoted
from seqmix_plugin.io.atomic import write_text
from seqmix_plugin.io.json_text import is_list_of, read_object
from seqmix_plugin.oracles import Waiting
from seqmix_plugin.run.layout import CONFIG, STATE, state_files
from seqmix_plugin.run.reader import run_state
from seqmix_plugin.run.recovery import begin
from seqmix_plugin.run_console import one_line_failures

SIZES = ("seed_size", "num_rounds", "query_size", "query_tokens")
"""The keys of the trainer that say how much is queried."""
RESUME = "the next call resumes the run"


class OpenRun:
    """
    A run with an open number of rounds: the trainer's loop, held in memory between rounds. At any time its folder is
    that of a run whose configuration has the rounds that there are. In a folder that holds rounds, the one that was
    interrupted is completed, as far as there are labels.

    # Parameters

    folder : `Path`
        The run's folder.
    configuration : `Dict[str, Any]`
        The configuration as plain data; the sizes of rounds in it do not count.

    # Raises

    `ConfigurationError`
        For a mistake in the configuration, and when the folder holds another run.
    """

    def __init__(self, folder: Path, configuration: Dict[str, Any]) -> None:
        self._folder = folder
        self._given: Dict[str, Any] = json.loads(json.dumps(configuration))
        self._includes = configuration.get("include_in_archive")
        self.waiting: Optional[Waiting] = None
        """What the run waits for, if it waits."""
        self._encoders = no_encoders()
        with left_as_it_was(folder), encoders_of_its_own(self._encoders):
            self._sizes = self._begin()
            self._train_model: Any = self._built()
        self.loop: ActiveLearningLoop = self._train_model.trainer.loop  # type: ignore[attr-defined]
        """The loop of its rounds."""
        self._use(self._sizes[: sum(state.queried is not None for state in self.loop.files.saved.states)])
        with self._working():
            self._write_configuration()  # without the round of an interrupted query
            if self._sizes:
                self._run()

    @property
    def is_current(self) -> bool:
        """Whether the folder has the rounds of this object: somebody else may have resumed the run."""
        return self._seen == _content(self._folder)

    def query(self, size: int) -> None:
        """Runs a further round, in which so many sentences are queried; beside a seed set the first one is round 1."""
        sizes = [*(self._sizes or ([0] if self._least == 0 else [])), size]
        self.loop.querying.check([{"sentences": size}], self.loop.pool, first=len(sizes) - 1)
        with self._working():
            self._use(sizes)
            self._write_configuration()
            self._run()

    def resume(self) -> None:
        """Runs what is left of the rounds."""
        with self._working():
            self._run()

    def _run(self) -> None:
        """Runs until the run waits; writes `metrics.json` and, after a new round, `model.tar.gz`."""
        rounds = self.loop.files.rounds
        num_before = len(rounds)
        self.waiting, metrics = self._train_model.trainer.run_rounds()
        self._train_model.finish(metrics)
        if len(rounds) > num_before:
            archive_model(str(self._folder), include_in_archive=self._includes)

    @property
    def _least(self) -> int:
        """The least number of sentences in round 0."""
        return 1 if self._given.get("seed_data_path") is None else 0

    def _begin(self) -> List[int]:
        """Prepares the folder as `allennlp train` does, and gives the sizes of the rounds in it."""
        folder, kept = self._folder, self._folder / CONFIG
        verify_include_in_archive(self._includes)
        anew = has_not_begun(folder)
        resumes = kept.exists() and not anew
        self._sizes = _sizes_in(read_object(kept)) if resumes else []
        if not anew:
            run_state(folder, self._configuration())  # raises for another run
        if resumes:
            follow_data(folder, self._given)
            _check_same(folder, self._configuration())
        training_util.create_serialization_dir(Params(self._configuration()), str(folder), resumes, force=anew)
        if not resumes:
            self._write_configuration()
        Meta.new().to_file(str(folder / META_NAME))
        return self._sizes

    def _built(self) -> TrainModel:
        """The parts of the run, for a query of one sentence: each query has its size when it is made."""
        prepare_global_logging(str(self._folder))
        params = Params(with_sizes(self._given, self._least, 1))
        params.pop("include_in_archive", None)
        prepare_environment(params)
        return TrainModel.from_params(params=params, serialization_dir=str(self._folder), local_rank=0)

    @contextmanager
    def _working(self) -> Iterator[None]:
        """The folder is locked and has the log, and torch is set as the configuration says."""
        with left_as_it_was(self._folder), encoders_of_its_own(self._encoders):
            lock = begin(self._folder)  # noqa: F841 - as long as it lives
            prepare_global_logging(str(self._folder))
            set_torch(self._given.get("allow_tf32", False), self._given.get("deterministic", False))
            with one_line_failures(RESUME), transient_bars():
                yield
        self._seen = _content(self._folder)

    def _use(self, sizes: List[int]) -> None:
        self._sizes, self.loop.sizes = sizes, [{"sentences": size} for size in sizes]

    def _configuration(self) -> Dict[str, Any]:
        """The configuration of a run with the rounds so far."""
        return with_sizes(self._given, *(self._sizes or [self._least]))

    def _write_configuration(self) -> None:
        """Writes it to the run's folder, and then the copy with which it is compared when the run resumes."""
        text = json.dumps(self._configuration(), indent=4)
        write_text(self._folder / CONFIG, text)
        if (self._folder / STATE).exists():
            write_text(self._folder / STATE / CONFIG, text)


def answered_by_hand(configuration: Dict[str, Any]) -> Dict[str, Any]:
    """
    A configuration with an oracle that waits for answers. A `ConfigurationError` for one of several processes, in which
    the rounds cannot be held open.
    """
    trainer = configuration.get("trainer")
    if not isinstance(trainer, dict):
        raise ConfigurationError(f"trainer is {quoted(trainer)}; expected one of type 'active_learning'")
    if configuration.get("distributed") is not None:
        raise ConfigurationError("distributed is given; expected a configuration of one process")
    oracle = trainer.get("oracle")
    waits = (oracle.get("type") if isinstance(oracle, dict) else oracle) == "files"
    return {**configuration, "trainer": {**trainer, "oracle": oracle if waits else {"type": "files"}}}


def with_sizes(configuration: Dict[str, Any], seed_size: int, *sizes: int) -> Dict[str, Any]:
    """A copy of a configuration for a run that queries so many sentences in each round."""
    copied = deepcopy(configuration)  # building takes values out of it
    kept = {key: value for key, value in copied["trainer"].items() if key not in SIZES}
    own = {"seed_size": seed_size, "num_rounds": len(sizes), "query_size": list(sizes)}
    return {**copied, "trainer": {**kept, **own}}


def _sizes_in(configuration: Dict[str, Any]) -> List[int]:
    """The sizes of rounds in the configuration of a run that was begun here; of another run none."""
    trainer = configuration.get("trainer")
    seed_size, sizes = map(trainer.get, ("seed_size", "query_size")) if isinstance(trainer, dict) else (None, None)
    return [seed_size, *sizes] if isinstance(seed_size, int) and is_list_of(sizes, int) else []


def _check_same(folder: Path, configuration: Dict[str, Any]) -> None:
    """Raises a `ConfigurationError` for a key that AllenNLP would refuse, such as a tracker, in words of its own."""
    kept, wanted = (Params(values).as_flat_dict() for values in (read_object(folder / CONFIG), configuration))
    for key in dict.fromkeys([*kept, *wanted]):
        if kept.get(key) != wanted.get(key):
            raise ConfigurationError(
                f"{folder} holds a run with {key} {quoted(kept.get(key))}, not {quoted(wanted.get(key))}; take another "
                f"folder (-s)"
            )


def _content(folder: Path) -> List[bytes]:
    """What changes with each round of a run: its configuration and the state of its newest round."""
    states = state_files(folder)
    paths = [folder / CONFIG, *([states[max(states)]] if states else [])]
    return [path.read_bytes() for path in paths if path.exists()]
