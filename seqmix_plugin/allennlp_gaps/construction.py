"""The construction of objects from a configuration, and of tokenizers and models from their names."""

import functools
import re
from typing import Any, Tuple

from seqmix_plugin.errors import ConfigurationError

ARGUMENT = "seqmix_plugin_argument"
"""The attribute of an exception that names the argument that AllenNLP was building."""
COMPONENT = re.compile(
    "(query_policy|augmenter|pairing|embedding_table|discriminator|language_model|oracle|stopping|trackers)[.: ]"
)
"""How a component calls itself at the beginning of an error: it does not know where in the configuration it stands."""


def naming_arguments(original: Any) -> Any:
    """AllenNLP does not say of which argument it was building an object when a constructor failed."""

    @functools.wraps(original)
    def construct(class_name: str, argument_name: str, popped_params: Any, *args: Any, **extras: Any) -> Any:
        try:
            return original(class_name, argument_name, popped_params, *args, **extras)
        except BaseException as error:  # the innermost call is the first that gets here
            if failed_argument(error) is None:
                setattr(error, ARGUMENT, (argument_name, popped_params))
                if isinstance(error, ConfigurationError):
                    error.message = placed(error.message, getattr(popped_params, "history", ""))
            raise

    return construct


def placed(message: str, history: str) -> str:
    """
    An error of a component with its place in the configuration, such as `trainer.seed_policy.strata` for what it calls
    `query_policy.strata`.

    # Parameters

    message : `str`
        As the component's constructor says it.
    history : `str`
        The place of the object that was built, as AllenNLP's `Params` keep it: each key followed by a dot.
    """
    found, place = COMPONENT.match(message), history.rstrip(".")
    if found is None or not place:
        return message
    name, rest, keys = found[1], message[len(found[1]) :], place.split(".")
    if name not in keys and not (name == "query_policy" and "seed_policy" in keys):
        # it is about a part of the object, or the object is built alone
        return f"{place}.{message}" if keys[0] == "trainer" else f"{name}.{place}{rest}"
    if rest.startswith(f".{keys[-1]}."):  # of a block inside the component
        place = ".".join(keys[:-1])
    return place + rest


def failed_argument(error: BaseException) -> "Tuple[str, Any] | None":
    """Name and value of the innermost argument that AllenNLP was building when the error was raised, if any."""
    return getattr(error, ARGUMENT, None)


def without_special_tokens_option(original: Any) -> Any:
    """
    AllenNLP passes `add_special_tokens` to `from_pretrained`, where it has no effect; newer releases of transformers
    take it for an attribute of the tokenizer and refuse it. Each call that encodes a text passes it again.
    """

    @functools.wraps(original)
    def get_tokenizer(model_name: str, *, add_special_tokens: bool = True, **options: Any) -> Any:
        return original(model_name, **options)

    return get_tokenizer


def ask_nobody(dynamic_module_utils: Any) -> None:
    """transformers asks at the terminal, for some seconds, whether to run a model's own code; with 0 it asks nobody."""
    dynamic_module_utils.TIME_OUT_REMOTE_CODE = 0
