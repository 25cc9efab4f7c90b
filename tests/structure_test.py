"""The layout holds: imports point down, and only required packages are imported at module level."""

import ast
import re
import sys
from pathlib import Path
from typing import Iterator, Tuple

from tests.conftest import ROOT

PACKAGE = ROOT / "seqmix_plugin"
ORDER = (
    ("errors",),
    ("io",),
    ("distributed", "functional", "metrics", "optimizers", "randomness", "sentence", "tag_schemes"),
    ("synthetic",),
    ("run",),
    ("allennlp_gaps", "console", "data", "formats", "models", "run_endings"),
    ("augmenters", "oracles", "predictors", "query_policies", "stopping"),
    ("configuration",),
    ("active_learning", "annotator", "reporting"),
    ("commands", "service"),
)
"""From below to above: a part imports those of earlier lines alone."""
LEVELS = {place: level for level, places in enumerate(ORDER) for place in places}


def module_imports(path: Path) -> Iterator[str]:
    """Full names of what a file imports at module level."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield str(node.module)


def files() -> Iterator[Tuple[str, Path]]:
    """Every file of the package with the folder or module it belongs to."""
    for path in sorted(PACKAGE.rglob("*.py")):
        place = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        if place != "__init__":
            yield place, path


def test_imports_point_down() -> None:
    wrong = []
    for place, path in files():
        for name in module_imports(path):
            parts = name.split(".")
            ours = parts[0] == PACKAGE.name and len(parts) > 1 and parts[1] != place
            if ours and LEVELS[parts[1]] >= LEVELS[place]:
                wrong.append(f"{path.relative_to(ROOT)} imports {name}")
    assert wrong == []


def test_only_required_packages_are_imported_at_module_level() -> None:
    requirements = re.search(r"install_requires=\[(.*?)\]", (ROOT / "setup.py").read_text(encoding="utf-8"), re.S)
    assert requirements is not None
    known = set(re.findall(r'"([a-z_]+)', requirements.group(1))) | set(sys.stdlib_module_names) | {PACKAGE.name}
    wrong = {name for _, path in files() for name in module_imports(path) if name.split(".")[0] not in known}
    assert wrong == set()


def test_files_and_functions_are_short() -> None:
    for path in [*(path for _, path in files()), *sorted((ROOT / "benchmarks").rglob("*.py"))]:
        text = path.read_text(encoding="utf-8")
        assert text.count("\n") <= 250, path
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef):
                docstring = ast.get_docstring(node, clean=False) or ""
                statements = node.end_lineno - node.body[0].lineno + 1 - docstring.count("\n")
                assert statements <= 50, f"{path}: {node.name} has {statements} lines"
