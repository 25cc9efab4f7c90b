"""The construction of objects from a configuration, and of tokenizers and models from their names."""

import functools
from typing import Any, Tuple

ARGUMENT = "seqmix_plugin_argument"
"""The attribute of an exception that names the argument that AllenNLP was building."""


def naming_arguments(original: Any) -> Any:
    """AllenNLP does not say of which argument it was building an object when a constructor failed."""

    @functools.wraps(original)
    def construct(class_name: str, argument_name: str, popped_params: Any, *args: Any, **extras: Any) -> Any:
        try:
            return original(class_name, argument_name, popped_params, *args, **extras)
        except BaseException as error:  # the innermost call is the first that gets here
            if failed_argument(error) is None:
                setattr(error, ARGUMENT, (argument_name, popped_params))
            raise

    return construct


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
