"""Checks of a configuration's keys and values against the parameters of constructors, before anything is built."""

import difflib
import inspect
import os
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple, Union, get_args, get_origin

from allennlp.commands.train import TrainModel
from allennlp.common import FromParams, Lazy, Params, Registrable
from allennlp.common.from_params import infer_method_params
from allennlp.data import DataLoader, DatasetReader, Vocabulary
from allennlp.models import Model
from allennlp.nn import Initializer
from allennlp.training import Trainer
from allennlp.training.learning_rate_schedulers import LearningRateScheduler
from allennlp.training.momentum_schedulers import MomentumScheduler
from allennlp.training.moving_average import MovingAverage
from allennlp.training.optimizers import Optimizer

from seqmix_plugin.augmenters import Augmenter
from seqmix_plugin.configuration.annotations import (
    LISTS,
    MAPPINGS,
    MismatchError,
    at,
    described,
    fits,
    is_block,
    shown,
    takes_null,
    wrong,
)
from seqmix_plugin.errors import ConfigurationError, first_line
from seqmix_plugin.models import TaggingHead
from seqmix_plugin.oracles import Oracle

OF_ALL = ("vocab", "serialization_dir", "local_rank", "ddp_accelerator")
OF_TRAINERS = ("model", "experiment", "seed", "data_loader", "validation_data_loader", "world_size", "distributed")
GIVEN: Dict[Any, Sequence[str]] = {
    DataLoader: ("reader", "data_path", "instances", "encoded", "shuffle", "seed", "turns"),
    LearningRateScheduler: ("optimizer", "num_epochs", "num_steps_per_epoch"),
    MomentumScheduler: ("optimizer",),
    MovingAverage: ("parameters",),
    Optimizer: ("model_parameters",),
    Oracle: ("corpus",),
    TaggingHead: ("labels",),
    Trainer: OF_TRAINERS,
    Vocabulary: ("instances",),
}
"""Parameters of constructors that the calling code passes, beside `OF_ALL`; they are not keys."""
LOADERS = ((Model, "from_archive"), (Initializer, "pretrained"))
"""Classes that unpack any archive they are given."""


def check_value(path: str, kind: Any, value: Any, trusted: bool = True) -> None:
    """
    Raises a `ConfigurationError` where a value of plain data, or anything in it, does not fit an annotation.

    # Parameters

    path : `str`
        The value's path, dotted as in overrides.
    kind : `Any`
        The annotation of the argument that AllenNLP will build from it.
    value : `Any`
        Plain data.
    trusted : `bool`, optional (default = `True`)
        Whether it may name code of its own: classes that AllenNLP would import, other archives to load.
    """
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Union:
        _check_union(path, kind, value, trusted)
    elif origin is Lazy:
        check_value(path, inner[0], value, trusted)
    elif is_block(kind) and (isinstance(value, dict) or (isinstance(value, str) and _has_types(kind))):
        check_block(path, kind, {"type": value} if isinstance(value, str) else value, trusted)
    elif not fits(kind, value):
        raise wrong(path, value, described(kind))
    else:
        for key, of_member, member in _members(kind, value):
            check_value(f"{path}.{key}", of_member, member, trusted)


def _has_types(base: Any) -> bool:
    """Whether names are registered for a class, of which a block's `type` is one."""
    return Registrable._registry.get(base) is not None


def _members(kind: Any, value: Any) -> List[Tuple[Any, Any, Any]]:
    """Key, annotation and value of each member of a mapping or list that fits an annotation."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin in MAPPINGS and inner:
        return [(key, inner[1], member) for key, member in value.items()]
    if origin is tuple and Ellipsis not in inner:
        return list(zip(range(len(inner)), inner, value, strict=True))
    return [(position, inner[0], member) for position, member in enumerate(value)] if origin in LISTS and inner else []


def check_block(path: str, base: Any, block: Dict[str, Any], trusted: bool = True) -> None:
    """
    As `check_value`, for the block of an object of the class `base` or a subclass: its name must be registered, and no
    key may be unknown or missing.
    """
    if "_pretrained" in block and trusted:
        return  # taken from an archive, by AllenNLP
    if not _has_types(base):
        check_arguments(path, path, base, base, None, block, trusted)
        return
    name = _registered_name(path, base, block, trusted)
    built, constructor = base.resolve_class_name(name)
    if hasattr(built, "from_params"):  # otherwise a class of another library under a name of AllenNLP's
        whose = repr(name) if "type" in block else f"without a type it is {name!r}, which"
        rest = {key: value for key, value in block.items() if key != "type"}
        check_arguments(path, whose, base, built, constructor, rest, trusted)


def check_arguments(
    path: str,
    whose: str,
    base: Any,
    built: Any,
    constructor: Optional[str],
    block: Mapping[str, Any],
    trusted: bool = True,
) -> None:
    """As `check_block`, where the class is known; `path` is empty for the top level."""
    keys, is_open = arguments(built, constructor)
    given = {*GIVEN.get(base, ()), *OF_ALL}
    known = sorted(set(keys) - given)
    prefix = f"{path}." if path else ""
    for key in block:
        if key in given:
            raise MismatchError(f"{prefix}{key}", "cannot be configured: it is set by active learning itself")
    unknown = [] if is_open else [key for key in block if key not in known]
    if unknown:
        raise _unknown(prefix, unknown, [*known, "type"] if _has_types(base) else known, whose)
    for key in known:
        parameter = keys[key]
        required = parameter.default is inspect.Parameter.empty
        if key in block:
            _check_argument(f"{prefix}{key}", parameter, block[key], trusted)
        elif required and (base is TrainModel or key not in OF_TRAINERS):  # these reach all parts of a trainer
            raise MismatchError(f"{prefix}{key}", f"is missing; expected {described(parameter.annotation)}")


def arguments(built: Any, constructor: Optional[str]) -> Tuple[Dict[str, inspect.Parameter], bool]:
    """The named parameters of a class's constructor, and whether it takes any others as well."""
    method = getattr(built, constructor or "__init__")
    if method is object.__init__:
        return {}, False
    variable = (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)
    everything = infer_method_params(built, method).items()
    named = {name: p for name, p in everything if name not in ("self", "cls") and p.kind not in variable}
    return named, _takes_anything(built, method)


def _takes_anything(built: Any, method: Any) -> bool:
    """Whether `**kwargs` go further than to the next class above, whose keys AllenNLP knows."""
    if all(p.kind is not inspect.Parameter.VAR_KEYWORD for p in inspect.signature(method).parameters.values()):
        return False
    above = next((one for one in built.mro()[1:] if issubclass(one, FromParams)), None)
    return above is None or _takes_anything(above, above.__init__)


def _unknown(prefix: str, unknown: Sequence[str], known: Sequence[str], whose: str) -> MismatchError:
    """The error for unknown keys: for the first that resembles a known one, or the first."""
    close = {key: difflib.get_close_matches(key, known, n=1) for key in unknown}
    key = next((key for key in unknown if close[key]), unknown[0])
    hint = f" did you mean {close[key][0]!r}?" if close[key] else ""
    return MismatchError(f"{prefix}{key}", f"is an unknown key;{hint} {whose} has {', '.join(known)}")


def _check_argument(path: str, parameter: inspect.Parameter, value: Any, trusted: bool) -> None:
    if value is not None:
        check_value(path, parameter.annotation, value, trusted)
    elif parameter.default is not None and not takes_null(parameter.annotation):
        without = "" if parameter.default is inspect.Parameter.empty else ", or no such key"
        raise wrong(path, value, described(parameter.annotation) + without)


def _check_union(path: str, kind: Any, value: Any, trusted: bool) -> None:
    problems: List[MismatchError] = []
    for one in get_args(kind):
        try:
            return check_value(path, one, value, trusted)
        except MismatchError as error:
            problems.append(error)
    # For a list whose third number is wrong, the error names that number.
    inside = [error for error in problems if error.path != path]
    raise inside[0] if inside else wrong(path, value, described(kind))


def _registered_name(path: str, base: Any, block: Dict[str, Any], trusted: bool) -> str:
    names = base.list_available()
    expected = f"expected one of {', '.join(map(repr, sorted(names)))} (of a package of yours: --include-package)"
    if "type" not in block and base.default_implementation is None:
        raise MismatchError(f"{path}.type", f"is missing; {expected}")
    name = block.get("type", base.default_implementation)
    if not isinstance(name, str) or (name not in names and not (trusted and "." in name)):
        raise MismatchError(f"{path}.type", f"is {shown(name)}; {expected}")
    if not trusted and (base, name) in LOADERS:
        raise MismatchError(f"{path}.type", f"is {shown(name)}, which would load another archive")
    return name


def read_values(config: str, overrides: str) -> Dict[str, Any]:
    """A Jsonnet file as plain data; a `ConfigurationError` when it cannot be read."""
    if os.path.isdir(config):  # Jsonnet would end the process
        raise ConfigurationError(f"{config} is a folder; expected a configuration file")
    try:
        return Params.from_file(config, overrides).as_dict(quiet=True)
    except (OSError, RuntimeError, ValueError) as error:  # RuntimeError is Jsonnet's
        raise ConfigurationError(f"{config}: the configuration cannot be read ({first_line(error)})") from error
    except AttributeError as error:  # AllenNLP's, for a list
        raise ConfigurationError(f"{config}: the configuration cannot be read (it holds no object)") from error


def read_blocks(config: str, overrides: str) -> Dict[str, Any]:
    """The configuration as plain data, of which reader, model and augmenter are checked."""
    blocks = read_values(config, overrides)
    for key in ("dataset_reader", "model"):
        if not isinstance(blocks.get(key), dict):
            raise ConfigurationError(f"{config}: the configuration has no {key!r}")
    for path, kind in (("dataset_reader", DatasetReader), ("model", Model), ("trainer.augmenter", Augmenter)):
        if at(blocks, path) is not None:
            check_value(path, kind, at(blocks, path))
    return blocks
