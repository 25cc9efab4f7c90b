"""`seqmix extend`: more rounds for a run that is finished or was stopped."""

import json
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence

from allennlp.commands.train import train_model
from allennlp.common import Params

from seqmix_plugin.commands.command import command
from seqmix_plugin.console import show
from seqmix_plugin.errors import ConfigurationError, quoted
from seqmix_plugin.io.atomic import write_text
from seqmix_plugin.io.json_text import read_object
from seqmix_plugin.run.layout import CONFIG, METRICS, STATE, state_files, state_path
from seqmix_plugin.run.provenance import check_copy
from seqmix_plugin.run.recovery import begin


@command("extend", interrupted="the same command resumes the run")
def extend(
    folder: str,
    *,
    num_rounds: int,
    query_size: Optional[List[int]] = None,
    query_tokens: Optional[List[int]] = None,
    include_package: Sequence[str] = (),
    file_friendly_logging: bool = False,
) -> None:
    """
    Resume a run of active learning with more rounds than its configuration had.

    Replaces `trainer.num_rounds` in the configuration in the run's folder, in one step, and resumes the run as
    `allennlp train --recover` does. The result is that of a run configured with as many rounds from the start. Nothing
    else in the configuration can be changed, and the data files must be those that the run began with.

    # Parameters

    folder : `str`
        The run's serialization directory.
    num_rounds : `int`
        Rounds after round 0, including those that the run has.
    query_size : `List[int]`, optional (default = `None`)
        Sentences to query in each new round; required where trainer.query_size is a list, and only there.
    query_tokens : `List[int]`, optional (default = `None`)
        Tokens to query in each new round; required where trainer.query_tokens is a list, and only there.
    include_package : `Sequence[str]`, optional (default = `()`)
        Other packages that the configuration needs.
    file_friendly_logging : `bool`, optional (default = `False`)
        As in `allennlp train`.

    # Raises

    `ConfigurationError`
        Before anything is changed: no run, fewer rounds than it has. When the pool or the data do not allow more
        rounds; the configuration is then restored.
    """
    run = Path(folder)
    numbers = state_files(run)
    if not numbers:
        raise ConfigurationError(f"{folder}: not a run that can be resumed; there is no round in {STATE}/")
    with begin(run):  # the lock is free again for the trainer
        path = run / CONFIG
        configuration = read_object(path)
        check_copy(path, configuration)
        before = path.read_text(encoding="utf-8")
        more = {"query_size": query_size, "query_tokens": query_tokens}
        changed = _extended(path, configuration, max(numbers), num_rounds, more)
        write_text(path, json.dumps(changed, indent=2))
    try:
        train_model(
            Params.from_file(str(path)),
            folder,
            recover=True,
            include_package=list(include_package),
            file_friendly_logging=file_friendly_logging,
        )
    except Exception:  # torch's own, of a process of a distributed run
        if not state_path(run, configuration["trainer"]["num_rounds"] + 1).exists():
            write_text(path, before)
        raise
    if read_object(run / METRICS).get("status") == "waiting":  # the first command has the old configuration
        show(f"resume with: seqmix extend {folder} --num-rounds {num_rounds}")


def _extended(
    path: Path, configuration: Dict[str, Any], last: int, num_rounds: int, more: Dict[str, Optional[List[int]]]
) -> Dict[str, Any]:
    """The configuration with more rounds, where it has a list of sizes with `more` of them."""
    trainer = configuration.get("trainer")
    if configuration.get("type") != "active_learning" or not isinstance(trainer, dict):
        raise ConfigurationError(f"{path}: not the configuration of an 'active_learning' run")
    if num_rounds < last:
        raise ConfigurationError(f"--num-rounds is {num_rounds}; {path.parent} has {last} already")
    changed = {**trainer, "num_rounds": num_rounds}
    for key, given in more.items():
        sizes, option = trainer.get(key), f"--{key.replace('_', '-')}"
        if isinstance(sizes, list):
            num_new = max(0, num_rounds - len(sizes))
            if len(given or ()) != num_new:
                raise ConfigurationError(
                    f"{option} is {quoted(given)}; trainer.{key} is a list: expected {num_new} numbers"
                )
            changed[key] = [*sizes, *(given or ())][:num_rounds]
        elif given is not None:
            has = "not in the configuration" if sizes is None else f"{sizes!r} for all rounds"
            raise ConfigurationError(f"{option} is {given}; trainer.{key} is {has}")
    return {**configuration, "trainer": changed}
