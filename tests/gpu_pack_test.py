"""What a run on a GPU machine without downloads imports is in the archive that is taken there, or on the machine."""

import ast
import functools
import re
import sys
from importlib.metadata import PackageNotFoundError, packages_distributions, requires
from pathlib import Path
from typing import Dict, Iterable, Iterator, List, Mapping, Set

import pytest
from packaging.requirements import Requirement

from seqmix_plugin.extras import MODULES
from tests.conftest import ROOT

PACK = ROOT.parent / "shared" / "gpu"
IMAGE = {"click", "filelock", "protobuf", "pyyaml", "regex", "safetensors", "sentencepiece", "tqdm"}
"""Installed on the machine beside the packages that its page names; by `pip list` there."""
UNUSED = {"anyio", "defusedxml", "google-crc32c", "h11", "hf-xet", "traitlets", "wandb"}
"""Required by something in the archive, and not imported by what runs there."""
PYTHON_THERE = {"python_version": "3.12", "python_full_version": "3.12.3", "sys_platform": "linux", "extra": ""}
RUN_THERE = ("seqmix_plugin", "benchmarks", "tests/conftest.py", "tests/gpu_test.py")
OF_OTHERS = ROOT / "benchmarks" / "peers" / "drivers"
"""Scripts that run in the environments of other packages, and not on the machine."""
OWN = {"seqmix_plugin", "benchmarks", "tests"}

pytestmark = pytest.mark.skipif(
    not PACK.is_dir(), reason="the scripts for a GPU machine are not part of the repository"
)


def canonical(name: str) -> str:
    """A distribution's name as an index writes it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def packed() -> Set[str]:
    """The distributions in the archive: the pinned ones that its script names."""
    script = (PACK / "build_site.sh").read_text(encoding="utf-8")
    [names] = re.findall(r"^names='(.*)'$", script, re.MULTILINE)
    pins = re.findall(rf"^({names})==", (ROOT / "requirements.txt").read_text("utf-8"), re.MULTILINE | re.IGNORECASE)
    return {canonical(pin[0] if isinstance(pin, tuple) else pin) for pin in pins}


def on_the_machine() -> Set[str]:
    """The distributions that the page about the machine names, with what they require."""
    page = (PACK / "README.md").read_text(encoding="utf-8")
    [listed] = re.findall(r"Such a machine has Python 3\.12, (.*?), \d+ cores", page)
    named = {canonical(item.split()[0]) for item in listed.split(", ")}
    return with_requirements(named | IMAGE)


def with_requirements(names: Iterable[str]) -> Set[str]:
    """Distributions and all that they require, as far as they are installed here."""
    found: Set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += required(name)
    return found


def required(name: str) -> Iterator[str]:
    """What a distribution requires on the machine, without its extras."""
    try:
        requirements = requires(name) or []
    except PackageNotFoundError:
        return
    for requirement in map(Requirement, requirements):
        if requirement.marker is None or requirement.marker.evaluate(PYTHON_THERE):
            yield canonical(requirement.name)


def imported(text: str) -> Dict[str, bool]:
    """The packages that a module imports, and whether it does so at module level."""
    tree = ast.parse(text)
    found: Dict[str, bool] = {}
    for node in ast.walk(tree):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module is not None:
            names = [node.module]
        for name in names:
            package = name.partition(".")[0]
            found[package] = found.get(package, False) or node in tree.body
    return found


def files() -> Iterator[Path]:
    """The modules of a run on the machine."""
    for place in RUN_THERE:
        path = ROOT / place
        found = sorted(path.rglob("*.py")) if path.is_dir() else [path]
        yield from (path for path in found if path.parent != OF_OTHERS)


@functools.cache
def distributions() -> Mapping[str, List[str]]:
    """The distributions of each package; looking for them takes a second."""
    return packages_distributions()


def missing(text: str, there: Set[str]) -> Set[str]:
    """The packages that a module imports and that would not be found; extras are imported where they are asked for."""
    optional = {module for modules in MODULES.values() for module in modules}
    found = set()
    for package, at_module_level in imported(text).items():
        if package in sys.stdlib_module_names or package in OWN or (package in optional and not at_module_level):
            continue
        if not {canonical(name) for name in distributions().get(package, [package])} & there:
            found.add(package)
    return found


def test_every_import_is_in_the_archive_or_on_the_machine() -> None:
    there = packed() | on_the_machine()
    lacking = {path.relative_to(ROOT): missing(path.read_text(encoding="utf-8"), there) for path in files()}
    assert {str(path): names for path, names in lacking.items() if names} == {}


def test_what_the_archive_requires_is_there_too() -> None:
    there = packed() | on_the_machine()
    lacking = {other for name in packed() for other in required(name) if other not in there}
    assert lacking == UNUSED


def test_a_missing_package_is_found() -> None:
    """An import at module level, one in a function, an extra, and an extra at module level."""
    there = packed() | on_the_machine()
    assert {"allennlp", "transformers", "torch"} <= there
    assert "pandas" not in there
    assert missing("import torch\nfrom transformers.models import bert\nimport os", there) == set()
    assert missing("import torch\nimport sphinx.util", there) == {"sphinx"}
    assert missing("def f():\n    import nbclient", there) == {"nbclient"}
    assert missing("def f():\n    import altair", there) == set()
    assert missing("import altair", there) == {"altair"}
    assert missing("from transformers import BertModel", there - {"transformers"}) == {"transformers"}
