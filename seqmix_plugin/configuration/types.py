"""A configuration's keys and values against what constructors take, before anything is built."""

import difflib
import inspect
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple, Union, get_args, get_origin

from allennlp.commands.train import TrainModel
from allennlp.common import FromParams, Lazy, Registrable
from allennlp.common.from_params import infer_method_params
from allennlp.data import DataLoader, Vocabulary
from allennlp.models import Model
from allennlp.nn import Initializer
from allennlp.training import Trainer
from allennlp.training.learning_rate_schedulers import LearningRateScheduler
from allennlp.training.momentum_schedulers import MomentumScheduler
from allennlp.training.moving_average import MovingAverage
from allennlp.training.optimizers import Optimizer

from seqmix_plugin.configuration.kinds import (
    LISTS,
    MAPPINGS,
    MismatchError,
    described,
    is_block,
    is_simple,
    problem,
    shown,
    takes_null,
    wrong,
)
from seqmix_plugin.models import TaggingHead
from seqmix_plugin.oracles import Oracle

OF_ALL = ("vocab", "serialization_dir", "local_rank", "ddp_accelerator")
OF_TRAINERS = ("model", "experiment", "seed", "data_loader", "validation_data_loader", "world_size", "distributed")
GIVEN: Dict[Any, Sequence[str]] = {
    DataLoader: ("reader", "data_path", "instances", "encoded", "shuffle", "seed"),
    LearningRateScheduler: ("optimizer", "num_epochs", "num_steps_per_epoch"),
    MomentumScheduler: ("optimizer",),
    MovingAverage: ("parameters",),
    Optimizer: ("model_parameters",),
    Oracle: ("corpus",),
    TaggingHead: ("labels",),
    Trainer: OF_TRAINERS,
    Vocabulary: ("instances",),
}
"""Arguments of constructors that are handed over by whoever calls them, beside `OF_ALL`, and are no keys."""
LOADERS = ((Model, "from_archive"), (Initializer, "pretrained"))
"""What unpacks any archive that it is given."""


def check_value(path: str, kind: Any, value: Any, trusted: bool = True) -> None:
    """
    # Parameters

    path : `str`
        Of the value, dotted as overrides have it.
    kind : `Any`
        The annotation of the argument that AllenNLP will build of it.
    value : `Any`
        Plain data.
    trusted : `bool`, optional (default = `True`)
        Whether it may name code of its own: classes that AllenNLP would import, other archives to be loaded.

    # Raises

    `ConfigurationError`
        When it is of another kind, or anything in it is.
    """
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Union:
        _check_union(path, kind, value, trusted)
    elif origin is Lazy:
        check_value(path, inner[0], value, trusted)
    elif origin in MAPPINGS and inner and isinstance(value, dict):
        for key, item in value.items():
            check_value(f"{path}.{key}", inner[1], item, trusted)
    elif origin in LISTS and inner and isinstance(value, list):
        for position, item in enumerate(value):
            check_value(f"{path}.{position}", inner[0], item, trusted)
    elif origin is tuple and Ellipsis not in inner and isinstance(value, list) and len(value) == len(inner):
        for position, item in enumerate(value):
            check_value(f"{path}.{position}", inner[position], item, trusted)
    elif is_block(kind) and isinstance(value, (dict, str)):
        check_block(path, kind, {"type": value} if isinstance(value, str) else value, trusted)
    elif not is_simple(kind, value):
        raise wrong(path, value, described(kind))


def check_block(path: str, base: Any, block: Dict[str, Any], trusted: bool = True) -> None:
    """
    # Parameters

    path : `str`
        Of the block.
    base : `Any`
        The class that AllenNLP will build of it, or whose subclass.
    block : `Dict[str, Any]`
        Plain data.
    trusted : `bool`, optional (default = `True`)
        As in `check_value`.

    # Raises

    `ConfigurationError`
        For a name that is not registered, for keys that are unknown or missing, and for values of another kind than the
        constructor takes.
    """
    if "_pretrained" in block and trusted:
        return  # taken from an archive, by AllenNLP
    if Registrable._registry.get(base) is None:
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
            raise problem(f"{prefix}{key}", "cannot be configured: it is set by active learning itself")
    unknown = [] if is_open else [key for key in block if key not in known]
    if unknown:
        raise _unknown(prefix, unknown, [*known, "type"], whose)
    for key in known:
        parameter = keys[key]
        required = parameter.default is inspect.Parameter.empty
        if key in block:
            _check_argument(f"{prefix}{key}", parameter, block[key], trusted)
        elif required and (base is TrainModel or key not in OF_TRAINERS):  # these reach all parts of a trainer
            raise problem(f"{prefix}{key}", f"is missing; expected {described(parameter.annotation)}")


def arguments(built: Any, constructor: Optional[str]) -> Tuple[Dict[str, inspect.Parameter], bool]:
    """What a class's constructor takes by name, and whether it takes anything else as well."""
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
    """The error for keys that nobody knows, of which that is named which seems to be misspelt."""
    close = {key: difflib.get_close_matches(key, known, n=1) for key in unknown}
    key = next((key for key in unknown if close[key]), unknown[0])
    hint = f" did you mean {close[key][0]!r}?" if close[key] else ""
    return problem(f"{prefix}{key}", f"is no key;{hint} {whose} has {', '.join(known)}")


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
    # A list whose third number is wrong is told by that number.
    inside = [error for error in problems if error.path != path]
    raise inside[0] if inside else wrong(path, value, described(kind))


def _registered_name(path: str, base: Any, block: Dict[str, Any], trusted: bool) -> str:
    names = base.list_available()
    expected = f"expected one of {', '.join(map(repr, sorted(names)))} (of a package of yours: --include-package)"
    if "type" not in block and base.default_implementation is None:
        raise problem(f"{path}.type", f"is missing; {expected}")
    name = block.get("type", base.default_implementation)
    if not isinstance(name, str) or (name not in names and not (trusted and "." in name)):
        raise problem(f"{path}.type", f"is {shown(name)}; {expected}")
    if not trusted and (base, name) in LOADERS:
        raise problem(f"{path}.type", f"is {shown(name)}, which would load another archive")
    return name
