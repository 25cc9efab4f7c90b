"""AllenNLP, which is installed by a command of its own, and the extras of `setup.py`, which only some commands need."""

from importlib.util import find_spec
from typing import Sequence

from seqmix_plugin.errors import ConfigurationError

MODULES = {
    "report": ("altair", "jinja2", "vl_convert"),
    "annotate": ("prompt_toolkit",),
    "service": ("uvicorn",),
    "datasets": ("datasets", "pandas"),
    "ray": ("ray",),
    "mlflow": ("mlflow",),
    "wandb": ("wandb",),
}
"""What each extra installs, by the names that are imported."""
INSTALL_ALLENNLP = "AllenNLP is not installed: pip install --no-deps allennlp==2.10.1"


def check_allennlp() -> None:
    """Raises a `ConfigurationError` with the command that installs AllenNLP when it is not installed."""
    try:
        installed = find_spec("allennlp") is not None
    except ModuleNotFoundError:  # see `explain_missing`
        installed = False
    if not installed:
        raise ConfigurationError(INSTALL_ALLENNLP)


def check_extra(extra: str, needed_for: str, modules: Sequence[str] = ()) -> None:
    """
    Raises a `ConfigurationError` that names the extra when a package of it is not installed, or one of those that
    `modules` names.
    """
    missing = [module for module in modules or MODULES[extra] if not _is_installed(module)]
    if missing:
        raise ConfigurationError(f"{needed_for} needs {', '.join(missing)}: pip install 'seqmix_plugin[{extra}]'")


def _is_installed(module: str) -> bool:
    """Whether a package can be imported; a folder of its name, as Weights & Biases makes one, is not a package."""
    found = find_spec(module)
    return found is not None and found.origin is not None
