"""Mistakes in a configuration that AllenNLP lets pass, or says in a way that does not help."""

import re
import traceback
from contextlib import contextmanager
from types import FrameType
from typing import Any, Iterator, List, Optional, Sequence

from allennlp.common import Params, Registrable
from allennlp.common.checks import ConfigurationError
from allennlp.common.from_params import infer_method_params
from allennlp.common.util import is_distributed
from allennlp.training import Trainer

from seqmix_plugin.errors import shortened

PACKAGE = __name__.split(".")[0]
LOADER_EXTRAS = ("reader", "data_path", "instances", "encoded", "shuffle", "seed")
INNER_EXTRAS = (
    "model",
    "data_loader",
    "validation_data_loader",
    "serialization_dir",
    "local_rank",
    "world_size",
    "distributed",
    "ddp_accelerator",
)
HANDED_OVER = (
    "vocab",
    "labels",
    "corpus",
    "serialization_dir",
    "local_rank",
    "model",
    "experiment",
    "instances",
    "encoded",
)
"""Arguments of constructors that are no keys."""
NEVER_NULL = {
    "model.head": "softmax",
    "trainer.query_policy": "random",
    "trainer.oracle": "gold",
    "trainer.augmenter": "none",
    "trainer.augmenter.pairing": "sub_sequence",
    "trainer.augmenter.embedding_table": "vocabulary",
    "trainer.augmenter.discriminator": "accept_all",
    "trainer.augmenter.discriminator.language_model": "in_domain",
    "trainer.trainer": "gradient_descent",
}
"""Blocks, and what may stand there."""


def check_blocks(params: Params) -> None:
    """
    What AllenNLP would let pass or say badly: keys that it prefers to what we hand over, blocks that are null, another
    trainer, and, as the stock trainer takes `**kwargs`, misspelt keys of the inner trainer's block.

    # Raises

    `ConfigurationError`
        For any of these.
    """
    refuse_null_blocks(params)
    for key in ("data_loader", "validation_data_loader"):
        block = params.get(key)
        if isinstance(block, Params) and block.get("type") != "in_memory":
            raise ConfigurationError(f"{key}.type is {block.get('type')!r}; active learning needs 'in_memory'")
        _refuse(key, block, LOADER_EXTRAS, "it is set by active learning itself")
    trainer = params.get("trainer")
    if isinstance(trainer, Params) and trainer.get("type") in ("gradient_descent", None):
        raise ConfigurationError(
            f"trainer.type is {trainer.get('type')!r}; active learning needs 'active_learning', and in trainer.trainer "
            f"the trainer of a round"
        )
    if isinstance(trainer, Params) and trainer.get("distributed") and not is_distributed():
        raise ConfigurationError(
            "trainer.distributed cannot be configured: 'distributed' is a key of the top level, such as "
            "{'cuda_devices': [0, 1]}"
        )
    _refuse("trainer", trainer, ("model", "experiment", "serialization_dir"), "it is set by active learning itself")
    _refuse("trainer", trainer, ("seed",), "'seed' is a key of the top level")
    inner = trainer.get("trainer") if isinstance(trainer, Params) else None
    _refuse("trainer.trainer", inner, ("cuda_device",), "set trainer.cuda_device instead")
    _refuse("trainer.trainer", inner, INNER_EXTRAS, "it is set by active learning itself")
    if isinstance(inner, Params):
        _check_known(inner)
        _check_epochs(inner)


def refuse_null_blocks(params: Params) -> None:
    """Raises a `ConfigurationError` for a part that is null, which AllenNLP would hand over as `None`."""
    for path, example in NEVER_NULL.items():
        block: Any = params.params
        *parents, last = path.split(".")
        for key in parents:
            block = block.get(key) if isinstance(block, dict) else None
        if isinstance(block, dict) and last in block and block[last] is None:
            raise ConfigurationError(
                f"{path} is null; expected a block such as {{'type': '{example}'}}, or no such key"
            )


def _refuse(path: str, block: Any, keys: Sequence[str], reason: str) -> None:
    for key in keys:
        if isinstance(block, Params) and key in block:
            raise ConfigurationError(f"{path}.{key} cannot be configured: {reason}")


def _check_known(inner: Params) -> None:
    name = inner.get("type", Trainer.default_implementation)
    if name not in Trainer.list_available():
        return  # AllenNLP says so itself
    known = _known_keys(*Trainer.resolve_class_name(name), handed_over=(*INNER_EXTRAS, "cuda_device"))
    unknown = sorted(set(inner.params) - {*known, "type"})
    if unknown:
        valid = ", ".join(known)
        raise ConfigurationError(f"trainer.trainer has unknown keys {unknown}; a {name!r} trainer takes {valid}")


def _check_epochs(inner: Params) -> None:
    epochs = inner.params.get("num_epochs", 1)
    if isinstance(epochs, int) and epochs < 1:
        raise ConfigurationError(f"trainer.trainer.num_epochs is {epochs}; expected 1 or more")


@contextmanager
def mistakes_as_configuration_errors() -> Iterator[None]:
    """
    While AllenNLP builds objects: its error for an unknown key gets the known ones, and a value of the wrong type,
    which shows in a `TypeError` from wherever it was first used, becomes a line as well. The log has the traceback.
    """
    try:
        yield
    except TypeError as error:
        raise ConfigurationError(f"configuration: {_place(error)}{error}") from error
    except ConfigurationError as error:
        unknown = re.match(r"Extra parameters passed to (\w+): (.*)", str(error), re.S)
        known = _keys(unknown[1]) if unknown else None
        if unknown is None or known is None:
            raise
        raise ConfigurationError(f"{unknown[1]} does not know {unknown[2]}; its keys are {known}") from error


def _place(error: TypeError) -> str:
    """The key that AllenNLP was building when a value was of the wrong type, and its value."""
    arguments = [frame.f_locals for frame, _ in traceback.walk_tb(error.__traceback__) if _builds_argument(frame)]
    if not arguments:
        return ""
    return f"{arguments[-1].get('argument_name')} is {shortened(repr(arguments[-1].get('popped_params')))}: "


def _builds_argument(frame: FrameType) -> bool:
    return frame.f_code.co_name == "construct_arg" and frame.f_globals.get("__name__") == "allennlp.common.from_params"


def _keys(class_name: str) -> Optional[str]:
    """The keys of a registered class of ours, or `None`."""
    registries = (registry for base, registry in Registrable._registry.items() if base is not None)
    for registered, constructor in (entry for registry in registries for entry in registry.values()):
        if registered.__name__ == class_name and registered.__module__.split(".")[0] == PACKAGE:
            return ", ".join(_known_keys(registered, constructor, HANDED_OVER)) or "none but 'type'"
    return None


def _known_keys(registered: Any, constructor: Optional[str], handed_over: Sequence[str]) -> List[str]:
    """The arguments of a registered class's constructor that are keys, sorted."""
    method = getattr(registered, constructor or "__init__")
    return sorted(set(infer_method_params(registered, method)) - {"self", "cls", "args", "kwargs", *handed_over})
