"""Checks of a configuration for mistakes that AllenNLP does not find, or reports without the key."""

import math
import re
from contextlib import contextmanager
from typing import Any, Dict, Iterator, Tuple

from allennlp.commands.train import TrainModel
from allennlp.common import Params
from allennlp.common.util import SigTermReceived, is_distributed
from allennlp.training.optimizers import Optimizer

from seqmix_plugin.allennlp_gaps import failed_argument
from seqmix_plugin.configuration.annotations import MismatchError, at, shown, wrong
from seqmix_plugin.configuration.constructors import arguments, check_arguments, check_value
from seqmix_plugin.errors import ConfigurationError, first_line, out_of_memory, quoted
from seqmix_plugin.run.reader import DATA

ABOVE_0 = math.ulp(0.0)
SEEDS = (0, 2**32 - 1)
"""NumPy's."""
LIMITS: Dict[str, Tuple[float, float]] = {
    "seed": SEEDS,
    "trainer.pool.data_seed": SEEDS,
    "trainer.trainer.num_epochs": (1, math.inf),
    "trainer.trainer.grad_norm": (0, math.inf),
    "trainer.trainer.grad_clipping": (0, math.inf),
    "trainer.trainer.num_gradient_accumulation_steps": (1, math.inf),
    "trainer.trainer.optimizer.lr": (0, math.inf),
    "trainer.trainer.optimizer.eps": (ABOVE_0, math.inf),
    "trainer.trainer.optimizer.weight_decay": (0, math.inf),
    "trainer.trainer.learning_rate_scheduler.cut_frac": (0, 1),
    "trainer.trainer.learning_rate_scheduler.ratio": (1, math.inf),
    "trainer.trainer.learning_rate_scheduler.step_size": (1, math.inf),
    "trainer.trainer.checkpointer.keep_most_recent_by_count": (1, math.inf),
}
"""Limits of numbers that nothing else checks, or only when they are used."""
METRICS = ("loss", "precision", "recall", "f1")
OF_PROCESS = {"local_rank": 0, "world_size": 1, "distributed": False}
"""Keys that AllenNLP adds to the trainer's block in each process of a distributed run, with those of a single one."""


def check_configuration(params: Params, built: Any, constructor: str) -> None:
    """
    Raises a `ConfigurationError` for keys that are unknown, missing, null or set by active learning itself, for values
    of the wrong type or out of range, and for other trainers and loaders.

    # Parameters

    params : `Params`
        The whole configuration.
    built : `Any`
        The `TrainModel` that is built from it.
    constructor : `str`
        The name of the constructor that builds it.
    """
    configuration = params.as_dict(quiet=True)
    _check_parts(configuration)
    trainer = configuration["trainer"]
    if isinstance(trainer, dict):
        added = {key for key, alone in OF_PROCESS.items() if is_distributed() or trainer.get(key) == alone}
        configuration = {**configuration, "trainer": {key: trainer[key] for key in trainer if key not in added}}
    check_arguments("", "the top level", TrainModel, built, constructor, configuration)
    for path, limits in LIMITS.items():
        check_limits(path, at(configuration, path), *limits)
    _check_optimizer(at(configuration, "trainer.trainer.optimizer"))
    for position, expression in enumerate(at(configuration, "trainer.trainer.no_grad") or ()):
        _check_expression(f"trainer.trainer.no_grad.{position}", expression)
    _check_metric(configuration)
    if configuration.get("validation_data_loader") is None:  # the inner trainer would ignore it without a word
        expected = "validation_data_loader beside it, without which nothing is validated"
        _check_absent(configuration, "trainer.trainer.patience", expected)
    if at(configuration, "model.label_namespace") != "labels":
        _check_absent(configuration, "model.label_namespace", "'labels', which has the tags")
    _check_added_pieces(configuration)
    for key in (*DATA, "seed_data_path"):
        if configuration.get(key) == "":
            raise wrong(key, "", "a file's path")


def _check_absent(configuration: Dict[str, Any], path: str, expected: str) -> None:
    value = at(configuration, path)
    if value is not None:
        raise wrong(path, value, expected)


def _check_parts(configuration: Dict[str, Any]) -> None:
    """Raises a `ConfigurationError` for parts of an unsuitable type and for keys in the wrong block."""
    for key in ("data_loader", "validation_data_loader"):
        _check_type(key, configuration.get(key), "in_memory")
    trainer = configuration.get("trainer")
    _check_type("trainer", trainer, "active_learning", ", and in trainer.trainer the trainer of a round")
    if isinstance(trainer, str):
        return
    if not isinstance(trainer, dict):
        what = f"is {shown(trainer)}" if "trainer" in configuration else "is missing"
        raise MismatchError("trainer", f"{what}; expected a block such as {{'type': 'active_learning'}}")
    if trainer.get("distributed") and not is_distributed():
        raise ConfigurationError(
            "trainer.distributed cannot be configured: 'distributed' is a key of the top level, such as "
            "{'cuda_devices': [0, 1]}"
        )
    if at(trainer, "seed") is not None:
        raise ConfigurationError("trainer.seed cannot be configured: 'seed' is a key of the top level")
    if at(trainer, "trainer.cuda_device") is not None:
        raise ConfigurationError("trainer.trainer.cuda_device cannot be configured: set trainer.cuda_device instead")


def _check_type(path: str, block: Any, needed: str, also: str = "") -> None:
    if isinstance(block, str):
        block = {"type": block}
    if isinstance(block, dict) and block.get("type") != needed:
        what = f"is {shown(block['type'])}" if "type" in block else "is missing"
        raise ConfigurationError(f"{path}.type {what}; active learning needs {needed!r}{also}")


def check_limits(path: str, value: Any, low: float, high: float) -> None:
    """Raises a `ConfigurationError` for a number that is not from `low` to `high`."""
    if isinstance(value, (int, float)) and not low <= value <= high:
        least = "more than 0" if low == ABOVE_0 else f"{low} or more"
        raise wrong(path, value, least if high == math.inf else f"{low} to {high}")


def _check_optimizer(optimizer: Any) -> None:
    """Checks groups of parameters: torch does not check their options, and AllenNLP not their expressions."""
    block = {"type": optimizer} if isinstance(optimizer, str) else optimizer or {}
    built, constructor = Optimizer.resolve_class_name(block.get("type", Optimizer.default_implementation))
    keys, _ = arguments(built, constructor)
    options = {name: p.annotation for name, p in keys.items() if name not in ("model_parameters", "parameter_groups")}
    options["requires_grad"] = bool
    for number, (expressions, group) in enumerate(block.get("parameter_groups") or ()):
        path = f"trainer.trainer.optimizer.parameter_groups.{number}"
        for position, expression in enumerate(expressions):
            _check_expression(f"{path}.0.{position}", expression)
        for key, value in group.items():
            if key not in options:
                known = ", ".join(sorted(options))
                raise ConfigurationError(f"{path}.1.{key} is an unknown key; a group may have {known}")
            check_value(f"{path}.1.{key}", options[key], value)
            check_limits(f"{path}.1.{key}", value, 0, math.inf)


def _check_expression(path: str, expression: str) -> None:
    try:
        re.compile(expression)
    except re.error as error:
        raise wrong(path, expression, f"a regular expression ({error})") from error


def _check_metric(configuration: Dict[str, Any]) -> None:
    """Checks the metric, which the inner trainer reads only after its first epoch."""
    path = "trainer.trainer.validation_metric"
    metric = at(configuration, path)
    for one in [metric] if isinstance(metric, str) else metric or ():
        known = at(configuration, "model.type") != "sequence_tagger" or one[1:].split("/")[-1] in METRICS
        if one[:1] not in ("+", "-") or not known:
            raise wrong(path, one, f"+ or - and one of {', '.join(METRICS)}, such as '+f1'")


def _check_added_pieces(configuration: Dict[str, Any]) -> None:
    """Word pieces that the indexer adds to a tokenizer have vectors only where the embedder adds them too."""
    key = "tokenizer_kwargs.additional_special_tokens"
    indexers = at(configuration, "dataset_reader.token_indexers") or {}
    for name, embedder in (at(configuration, "model.text_field_embedder.token_embedders") or {}).items():
        ours, theirs = at(indexers.get(name), key), at(embedder, key)
        if at(embedder, "model_name") is not None and ours != theirs:
            path = f"model.text_field_embedder.token_embedders.{name}.{key}"
            raise wrong(path, theirs, f"{shown(ours)}, as in the token indexer")


@contextmanager
def mistakes_as_configuration_errors() -> Iterator[None]:
    """
    While objects are built from a configuration, turns exceptions of their constructors, or of other libraries that
    they call, into a line that names the argument. The log has the traceback.
    """
    try:
        yield
    except (ConfigurationError, SigTermReceived):
        raise
    except (Exception, SystemExit) as error:  # spaCy leaves when it finds no language of this name
        if isinstance(error, OSError) and error.filename is not None:  # a file, not a value
            raise ConfigurationError(first_line(error)) from error
        if out_of_memory(error):
            raise
        text, name = first_line(error), type(error).__name__
        text = text if isinstance(error, (TypeError, ValueError)) or text.startswith(name) else f"{name}: {text}"
        argument = failed_argument(error)
        if argument is not None:  # the key that AllenNLP was building, and its value
            plain = argument[1].as_dict(quiet=True) if isinstance(argument[1], Params) else argument[1]
            text = f"{argument[0]} is {quoted(plain)}: {text}"
        raise ConfigurationError(f"configuration: {text}") from error
