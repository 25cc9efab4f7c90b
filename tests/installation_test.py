"""docs/install.md, the Dockerfiles and the packaging agree; tests/installed does what the page says."""

import re
import tomllib
from typing import Dict, List

import pytest

from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "install.md").read_text(encoding="utf-8")
SETUP = (ROOT / "setup.py").read_text(encoding="utf-8")
[VERSION] = re.findall(r'version="(.*)"', SETUP)
DOCKERFILES = {"Dockerfile": "cpu", "Dockerfile.cuda": "cu130"}


def commands(tool: str) -> List[str]:
    """The first commands of the page that begin with these words: what installs the wheel, and what AllenNLP."""
    return re.findall(f"^{tool} install .*", PAGE, re.M)[:2]


def instructions(name: str) -> str:
    """A Dockerfile without comments, in one line for each instruction."""
    text = (ROOT / name).read_text(encoding="utf-8")
    return re.sub(r"^#.*\n|^\n", "", text, flags=re.M).replace("\\\n    ", "")


def test_uv_installs_what_pip_installs() -> None:
    assert [f"uv {command}" for command in commands("pip")] == commands("uv pip")


@pytest.mark.parametrize("name", DOCKERFILES)
def test_an_image_is_made_with_the_commands_of_the_page(name: str) -> None:
    assert "RUN " + " && ".join(commands("uv pip")) + "\n" in instructions(name)


def test_the_images_differ_in_the_build_of_torch_alone() -> None:
    one, other = (
        instructions(name).replace(f"TORCH_BACKEND={backend}", "TORCH_BACKEND=")
        for name, backend in DOCKERFILES.items()
    )
    assert one == other
    assert "ARG TORCH_BACKEND=\n" in one


def test_commands_of_docker_on_the_page_stand_in_the_dockerfiles() -> None:
    for name in DOCKERFILES:
        [command] = re.findall("^# +(docker build .*)", (ROOT / name).read_text(encoding="utf-8"), re.M)
        assert f"\n{command}\n" in PAGE


def test_one_version() -> None:
    assert set(re.findall(r"seqmix_plugin-([\d.]+)-py3", PAGE)) == {VERSION}
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert re.findall("^version: (.*)", citation, re.M) == [VERSION]


def test_the_uv_project_of_the_page_has_the_extras_and_allennlp_as_this_repository() -> None:
    [code] = re.findall("```toml\n(.*?)```", PAGE, re.S)
    project = tomllib.loads(code)
    ours = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["tool"]["uv"]["dependency-metadata"] == ours["tool"]["uv"]["dependency-metadata"]
    assert project["project"]["requires-python"] == re.findall('python_requires="(.*)"', SETUP)[0]
    [extras] = re.findall(r"\[(.*)\]", commands("pip")[0])
    assert f"seqmix_plugin[{extras}]" in project["project"]["dependencies"]


def test_the_page_lists_the_extras() -> None:
    block = SETUP.split("extras_require=")[1]
    declared: Dict[str, str] = dict(re.findall(r'"(\w+)": \[(.*)\]', block))
    section = PAGE.split("## Extras")[1].split("\n## ")[0]
    assert re.findall(r"^\| `(\w+)` \|", section, re.M) == sorted(declared, key=list(declared).index)
