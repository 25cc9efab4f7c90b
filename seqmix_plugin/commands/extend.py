"""`allennlp extend`: more rounds for a run that is finished or was stopped."""

import argparse
import json
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence

from allennlp.commands.subcommand import Subcommand
from allennlp.commands.train import train_model
from allennlp.common import Params
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.commands.terminal import quiet_terminal, show
from seqmix_plugin.errors import shortened
from seqmix_plugin.io.atomic import write_text
from seqmix_plugin.io.folder_guard import locked, own_folder
from seqmix_plugin.run.configuration_copy import check_copy
from seqmix_plugin.run.layout import ANSWER_FILES, CONFIG, LOCK, METRICS, STATE, state_files, state_path
from seqmix_plugin.run.reader import read_json


@Subcommand.register("extend")
class ExtendCommand(Subcommand):
    """
    `allennlp extend DIR --num-rounds 8`: goes on with a run, to more rounds than its configuration had. See `extend`.

    Registered as a `Subcommand` with name "extend".
    """

    def add_subparser(self, parser: argparse._SubParsersAction) -> argparse.ArgumentParser:
        subparser = parser.add_parser(
            self.name,
            description="Go on with a run of active learning, to more rounds than its configuration had.",
            help="Add rounds to a run of active learning.",
        )
        add = subparser.add_argument
        add("folder", type=str, help="the run's serialization directory")
        add("--num-rounds", type=int, required=True, help="rounds after round 0, those that are there included")
        add("--query-size", type=int, nargs="+", help="K of each new round, where trainer.query_size is a list")
        add("--file-friendly-logging", action="store_true", help="as in allennlp train")
        subparser.set_defaults(func=_extend_from_args)
        return subparser


def _extend_from_args(args: argparse.Namespace) -> None:
    with quiet_terminal("the same command goes on where it ended"):
        extend(
            args.folder,
            args.num_rounds,
            args.query_size,
            include_package=args.include_package,
            file_friendly_logging=args.file_friendly_logging,
        )


def extend(
    folder: str,
    num_rounds: int,
    query_size: Optional[List[int]] = None,
    include_package: Sequence[str] = (),
    file_friendly_logging: bool = False,
) -> None:
    """
    Adds rounds to a run that is finished or was stopped: replaces `trainer.num_rounds` in the configuration that its
    folder holds, in one step, and goes on as `allennlp train --recover` does. The run is then the one that had been
    configured with so many rounds from the start. Nothing else of the configuration can be changed, and the data files
    must be those that the run began with.

    # Parameters

    folder : `str`
        The run's serialization directory.
    num_rounds : `int`
        Rounds after round 0, those that are there included.
    query_size : `List[int]`, optional (default = `None`)
        K of each new round; only and always where `trainer.query_size` is a list.
    include_package : `Sequence[str]`, optional (default = `()`)
        Other packages that the configuration needs.
    file_friendly_logging : `bool`, optional (default = `False`)
        As in `allennlp train`.

    # Raises

    `ConfigurationError`
        Before anything is changed: no run, fewer rounds than it has. When the pool or the data do not allow more
        rounds; the configuration is then as it was.
    """
    path, state = Path(folder) / CONFIG, Path(folder) / STATE
    numbers = state_files(Path(folder))
    if not numbers:
        raise ConfigurationError(f"{folder}: no run that can be gone on with; there is no round in {STATE}/")
    own_folder(Path(folder), ANSWER_FILES)
    lock = locked(state / LOCK)
    if lock is None:
        raise ConfigurationError(f"{folder}: the run folder is locked by another process")
    configuration = read_json(path)
    check_copy(path, configuration)
    before = path.read_text(encoding="utf-8")
    changed = _extended(path, configuration, max(numbers), num_rounds, query_size)
    write_text(path, json.dumps(changed, indent=2))
    lock.close()  # the trainer takes it
    try:
        train_model(
            Params.from_file(str(path)),
            folder,
            recover=True,
            include_package=list(include_package),
            file_friendly_logging=file_friendly_logging,
        )
    except Exception:  # of a process of a distributed run, it is torch's
        if not state_path(Path(folder), configuration["trainer"]["num_rounds"] + 1).exists():
            write_text(path, before)
        raise
    if read_json(Path(folder) / METRICS).get("status") == "waiting":  # the first command has the old configuration
        show(f"go on with: allennlp extend {folder} --num-rounds {num_rounds}")


def _extended(
    path: Path, configuration: Dict[str, Any], last: int, num_rounds: int, query_size: Optional[List[int]]
) -> Dict[str, Any]:
    """The configuration with more rounds."""
    trainer = configuration.get("trainer")
    if configuration.get("type") != "active_learning" or not isinstance(trainer, dict):
        raise ConfigurationError(f"{path}: not the configuration of an 'active_learning' run")
    if num_rounds < last:
        raise ConfigurationError(f"--num-rounds is {num_rounds}; {path.parent} has {last} already")
    sizes = trainer.get("query_size")
    if not isinstance(sizes, list):
        if query_size is not None:
            raise ConfigurationError(f"--query-size is {query_size}; trainer.query_size is {sizes!r} for all rounds")
        return {**configuration, "trainer": {**trainer, "num_rounds": num_rounds}}
    more = max(0, num_rounds - len(sizes))
    if len(query_size or ()) != more:
        raise ConfigurationError(
            f"--query-size is {shortened(repr(query_size))}; trainer.query_size is a list: expected {more} numbers"
        )
    sizes = [*sizes, *(query_size or ())][:num_rounds]
    return {**configuration, "trainer": {**trainer, "num_rounds": num_rounds, "query_size": sizes}}
