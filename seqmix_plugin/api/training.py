"""Training from Python and notebooks."""

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Mapping, Optional, Union

from seqmix_plugin.api.messages import python_errors
from seqmix_plugin.api.run import Run
from seqmix_plugin.errors import ConfigurationError, first_line, quoted
from seqmix_plugin.extras import check_allennlp
from seqmix_plugin.io.folder_guard import forget_folder
from seqmix_plugin.run.data_digests import check_finished
from seqmix_plugin.run.layout import CONFIG, CORPUS, ENCODER, ENVIRONMENT, STATE, WEIGHTS, state_files
from seqmix_plugin.run.reader import DIED, DONE, NOTHING, run_state
from seqmix_plugin.run.recovery import begin

if TYPE_CHECKING:
    from allennlp.common import Params

PACKAGE = __name__.split(".")[0]

OF_ALLENNLP = {CONFIG, "meta.json"}
"""What AllenNLP writes first in the folder of any run."""
AT_START = {*OF_ALLENNLP, "out.log", ENVIRONMENT, WEIGHTS, CORPUS, STATE, ENCODER, "vocabulary"}
"""What may be in the folder of a run before its first query; `best.th` has the weights that training begins with."""
Pathlike = Union[str, "os.PathLike[str]"]


def train(
    config: Union[Pathlike, Mapping[str, Any]],
    folder: Pathlike,
    *,
    train: Any = None,
    dev: Any = None,
    test: Any = None,
    overrides: Optional[Mapping[str, Any]] = None,
    recover: bool = False,
    force: bool = False,
) -> Run:
    """
    Trains a configuration of active learning in this process; the run is the same as that of `seqmix train`. Prints a
    line after each round, and the learning curve at the end. A finished run of the same configuration in the folder is
    returned as it is.

    # Parameters

    config : `Union[str, os.PathLike[str], Mapping[str, Any]]`
        A file in Jsonnet or JSON, or its content, such as `shipped_configuration("quickstart")`.
    folder : `Union[str, os.PathLike[str]]`
        The run's folder.
    train : `Any`, optional (default = `None`)
        The sentences that the pool is made of: a path, or a list of sentences, a pandas frame or a `datasets.Dataset`,
        see `sentences_of`. What is not a path is written to a JSONL file in the folder `sentences` beside `folder`,
        which is named by its content and must stay there until the run is finished. By default the configuration's
        `train_data_path`.
    dev : `Any`, optional (default = `None`)
        The labelled sentences on which each round is evaluated as `dev`, likewise; by default those of
        `validation_data_path`. One reader reads dev and test: give both as sentences, or both as files.
    test : `Any`, optional (default = `None`)
        Those on which each round is evaluated as `test`, likewise; by default those of `test_data_path`.
    overrides : `Mapping[str, Any]`, optional (default = `None`)
        Values that override the configuration, by dotted keys such as `{"trainer.num_rounds": 3}`.
    recover : `bool`, optional (default = `False`)
        Resume the run in the folder if it is unfinished. Where there is none, it begins.
    force : `bool`, optional (default = `False`)
        Delete the folder first, with all labels in it.

    # Returns

    `Run`
        Unfinished if it waits for labels of annotators: label the questions, then call this again with `recover=True`.

    # Raises

    `ConfigurationError`
        A mistake in the configuration or the data; a folder that holds another run, or an unfinished one without
        `recover`; whatever else `seqmix train` reports in one line.
    """
    with python_errors():
        check_allennlp()
        from seqmix_plugin.allennlp_gaps.encoders import encoders_of_its_own, no_encoders
        from seqmix_plugin.api.process_state import left_as_it_was
        from seqmix_plugin.api.training_data import follow_data, with_data

        if recover and force:
            raise ConfigurationError("recover and force exclude each other: force deletes what recover resumes")
        path = Path(folder)
        with left_as_it_was(path), encoders_of_its_own(no_encoders()):
            params = read_configuration(config, overrides or {})
            params.params = with_data(params.params, path, train, dev, test)
            begin_anew = force or has_not_begun(path)
            values = params.as_dict(quiet=True)
            state = NOTHING if begin_anew else run_state(path, values)
            resumes = state == DIED and any(path.iterdir())
            if resumes and not recover:
                can = "recover=True resumes it, force=True deletes it with all labels in it"
                raise ConfigurationError(f"{path} holds an unfinished run; {can}")
            if resumes:
                follow_data(path, values)
            if state == DONE:
                check_finished(path, values)
            else:
                _train(params, path, resumes, begin_anew)
    return Run(path)


def has_not_begun(folder: Path) -> bool:
    """
    Whether a folder holds what a run leaves that has ended before its first query, such as one with a mistake in its
    configuration, and nothing else. A `ConfigurationError` where another process is about to begin it.
    """
    paths = list(folder.iterdir()) if folder.is_dir() else []
    there = {path.name for path in paths if not path.is_dir() or any(path.iterdir())}  # round_0 is made early
    if not OF_ALLENNLP <= there <= AT_START or state_files(folder):
        return False
    if WEIGHTS in there and not (folder / STATE / CONFIG).exists():  # a run that was cleaned down to its model
        return False
    begin(folder)
    forget_folder(folder)
    return True


def read_configuration(config: Union[Pathlike, Mapping[str, Any]], overrides: Mapping[str, Any]) -> "Params":
    """The configuration, of which a file is read as AllenNLP's command reads it."""
    from allennlp.common import Params
    from allennlp.common.params import with_overrides

    name = "config" if isinstance(config, Mapping) else os.fspath(config)
    try:
        changes = json.dumps(dict(overrides), default=_plain)
        if not isinstance(config, Mapping):
            if os.path.isdir(name):  # Jsonnet would end the process
                raise ConfigurationError(f"{name} is a folder; expected a configuration file")
            params = Params.from_file(name, changes)
        else:
            values = json.loads(json.dumps(config, default=_plain))
            params = Params(with_overrides(values, json.loads(changes)))
    except (OSError, RuntimeError, TypeError, ValueError) as error:  # RuntimeError is Jsonnet's
        raise ConfigurationError(f"{name}: the configuration cannot be read ({first_line(error)})") from error
    kind = params.get("type")
    if kind != "active_learning":
        raise ConfigurationError(f"{name}: type is {quoted(kind)}; expected 'active_learning'")
    return params


def _plain(value: Any) -> Any:
    """A value as JSON has it: paths, numbers of numpy, AllenNLP's `Params` and other mappings."""
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if isinstance(value, Mapping):
        return dict(getattr(value, "params", value))
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"{quoted(value)} is not a value of JSON")


def _train(params: "Params", folder: Path, recover: bool, force: bool) -> None:
    """What `allennlp train` does."""
    from allennlp.commands.train import train_model

    train_model(params, str(folder), recover=recover, force=force, include_package=[PACKAGE], return_model=False)
