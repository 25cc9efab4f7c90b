"""The extras of `setup.py`: packages that only some commands need."""

from importlib.util import find_spec

from seqmix_plugin.errors import ConfigurationError

MODULES = {"report": ("altair", "jinja2", "vl_convert"), "annotate": ("prompt_toolkit",), "service": ("uvicorn",)}
"""What each extra installs, by the names that are imported."""


def check_extra(extra: str, needed_for: str) -> None:
    """Raises a `ConfigurationError` that names the extra when a package of it is not installed."""
    missing = [module for module in MODULES[extra] if find_spec(module) is None]
    if missing:
        raise ConfigurationError(f"{needed_for} needs {', '.join(missing)}: pip install 'seqmix_plugin[{extra}]'")
