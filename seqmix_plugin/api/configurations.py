"""The shipped configurations as plain data."""

import difflib
from typing import Any, Dict, Optional

from seqmix_plugin.api.messages import python_errors
from seqmix_plugin.api.training import read_configuration
from seqmix_plugin.errors import ConfigurationError, quoted
from seqmix_plugin.io.configuration_paths import with_own_paths
from seqmix_plugin.shipped_files import shipped

CONFIGURATIONS = "training_configs"
SUFFIX = ".jsonnet"
GRIDS = "grids"
"""The folder of what is for `sweep`, and no configuration."""


@python_errors()
def shipped_configuration(name: str, overrides: Optional[Dict[str, Any]] = None) -> Dict[str, Any]:
    """
    A configuration that is shipped with the package, for `train`, to be changed as needed. Its data files and models
    that are not in the working directory are those of the package, where it has them.

    # Parameters

    name : `str`
        The file's path in the folder `training_configs`, without its ending, such as `"quickstart"` or
        `"label_savings/conll_mnlp"`.
    overrides : `Dict[str, Any]`, optional (default = `None`)
        Values by their dotted keys, as in `train`.

    # Returns

    `Dict[str, Any]`

    # Raises

    `ConfigurationError`
        When there is no configuration of this name, or an overridden key has no place in it.
    """
    folder = shipped(CONFIGURATIONS)
    paths = (path.relative_to(folder) for path in folder.rglob(f"*{SUFFIX}"))
    names = sorted(str(path)[: -len(SUFFIX)] for path in paths if path.parts[0] != GRIDS)
    if name not in names:
        close = difflib.get_close_matches(name, names, n=1) or names[:1]
        raise ConfigurationError(f"{quoted(name)} is not a shipped configuration; did you mean {close[0]!r}?")
    values = read_configuration(folder / f"{name}{SUFFIX}", overrides or {}).as_dict(quiet=True)
    found: Dict[str, Any] = with_own_paths(values, str(folder.parent))
    return found
