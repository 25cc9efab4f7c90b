"""The layout holds: imports point down, and only required packages are imported at module level."""

import ast
import re
import sys
from pathlib import Path
from typing import Iterator, Set, Tuple

import pytest

from seqmix_plugin.extras import MODULES
from tests.conftest import ROOT

PACKAGE = ROOT / "seqmix_plugin"
ORDER = (
    ("early_log", "errors"),
    ("console",),
    ("charts", "extras", "import_hooks", "io", "shipped_files"),
    (
        "annotation_cost",
        "distributed",
        "functional",
        "metrics",
        "optimizers",
        "parameter_checks",
        "randomness",
        "sentence",
        "tag_schemes",
    ),
    ("sentence_files", "synthetic"),
    ("run",),
    ("progress", "run_console"),
    ("allennlp_gaps",),
    ("data", "formats", "models"),
    ("augmenters", "oracles", "predictors", "query_policies", "self_training", "stopping", "trackers"),
    ("configuration",),
    ("active_learning", "annotator", "many_runs", "reporting"),
    ("archives",),
    ("commands", "service"),
    ("api",),
    ("__main__", "registration"),
)
"""From below to above: a part imports those of earlier lines alone."""
INSTALLED_LAST = {"allennlp"}
"""Not required in `setup.py`, because of its own requirements: docs/install.md."""
LIGHT = {
    *(
        "allennlp_gaps",
        "annotation_cost",
        "annotator",
        "charts",
        "console",
        "early_log",
        "errors",
        "extras",
        "formats",
        "import_hooks",
        "io",
        "many_runs",
    ),
    *("reporting", "sentence", "sentence_files", "shipped_files", "synthetic", "tag_schemes"),
}
"""Parts that import neither torch nor AllenNLP, so that the sub-commands which need no model start at once."""
COME_WITH_OTHERS = {"markupsafe"}
"""Imported in functions: markupsafe is required by jinja2."""
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


def test_light_parts_import_no_models() -> None:
    heavy = {"allennlp", "torch", "transformers"}
    found = [path for place, path in files() if place in LIGHT and heavy & set(outside_of_functions(tree_of(path)))]
    assert found == []
    light = {place for places in ORDER for place in places} & LIGHT
    assert light == LIGHT


def tree_of(path: Path) -> ast.Module:
    """A file without what only type checkers import."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    tree.body = [node for node in tree.body if not isinstance(node, ast.If) or "TYPE_CHECKING" not in ast.dump(node)]
    return tree


def outside_of_functions(node: ast.AST) -> Iterator[str]:
    """Names of the packages that are imported when a module is, also in its classes and conditions."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (alias.name.split(".")[0] for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            yield str(child.module).split(".")[0]
        elif not isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            yield from outside_of_functions(child)


def of_setup(block: str) -> Set[str]:
    """The packages that a block of `setup.py` names, by their names without versions."""
    found = re.search(block + r"\[(.*?)\]", (ROOT / "setup.py").read_text(encoding="utf-8"), re.S)
    assert found is not None
    return {
        name.removesuffix("_python").removesuffix("_skinny")
        for name in re.findall(r'"([a-z_]\w*)', found.group(1).replace("-", "_"))
    }


def test_packages_of_extras_are_imported_in_functions_only() -> None:
    """`import seqmix_plugin` and `--include-package seqmix_plugin`, which imports every module, need none of them."""
    known = of_setup("install_requires=") | INSTALLED_LAST | set(sys.stdlib_module_names) | {PACKAGE.name}
    trees = [tree_of(path) for _, path in files()]
    assert {name for tree in trees for name in outside_of_functions(tree)} - known == set()
    functions = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    inside = {name for function in functions for part in function.body for name in inside_of(part)}
    extras = {name for extra in (*MODULES, "detokenized") for name in of_setup(f'"{extra}": ')}
    assert inside - known - extras - COME_WITH_OTHERS == set()


def inside_of(node: ast.AST) -> Iterator[str]:
    """Names of the packages that are imported anywhere in a node."""
    for child in ast.walk(node):
        if isinstance(child, (ast.Import, ast.ImportFrom)):
            names = [alias.name for alias in child.names] if isinstance(child, ast.Import) else [str(child.module)]
            yield from (name.split(".")[0] for name in names)


@pytest.mark.parametrize("extra", MODULES)
def test_extras_are_those_of_the_setup(extra: str) -> None:
    assert set(MODULES[extra]) == of_setup(f'"{extra}": ')


def test_files_and_functions_are_short() -> None:
    for path in [*(path for _, path in files()), *sorted((ROOT / "benchmarks").rglob("*.py"))]:
        text = path.read_text(encoding="utf-8")
        assert text.count("\n") <= 250, path
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef):
                docstring = ast.get_docstring(node, clean=False) or ""
                statements = node.end_lineno - node.body[0].lineno + 1 - docstring.count("\n")
                assert statements <= 50, f"{path}: {node.name} has {statements} lines"
