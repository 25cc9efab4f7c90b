"""What README and the documentation show can be done."""

import json
import re
import shlex
import shutil
from pathlib import Path
from typing import Any, Dict, List

import pytest
from _jsonnet import evaluate_file
from allennlp.commands import parse_args
from allennlp.common.params import with_overrides

from seqmix_plugin.commands.start import start
from tests.configs_test import tiny_models, trained_for_a_round  # noqa: F401  a fixture
from tests.conftest import QUICKSTART, ROOT

PAGES = [
    ROOT / "README.md",
    *sorted((ROOT / "docs").glob("*.md")),
    ROOT / "docs/site/index.md",
    ROOT / "training_configs" / "README.md",
]


def blocks(language: str) -> List[str]:
    """The code of all pages in one language; a fragment has an ellipsis."""
    pages = [re.findall(r"```(\w*)\n(.*?)```", page.read_text(encoding="utf-8"), re.S) for page in PAGES]
    found = [code for page in pages for name, code in page if name == language and "…" not in code]
    assert found
    return found


def evaluated(code: str, folder: Path) -> Dict[str, Any]:
    """A configuration that stands next to the shipped ones."""
    shutil.copytree(ROOT / "training_configs", folder / "training_configs")
    path = folder / "training_configs" / "mine.jsonnet"
    path.write_text(code, encoding="utf-8")
    return json.loads(evaluate_file(str(path)))


def commands() -> List[str]:
    """The commands of the plugin that are shown, in code and in sentences."""
    code = "\n".join(blocks("") + blocks("console") + blocks("shell")).replace("\\\n", " ")
    prose = "\n".join(re.sub("```.*?```", "", page.read_text(encoding="utf-8"), flags=re.S) for page in PAGES)
    within = re.findall(r"`((?:allennlp|seqmix) [^`…]*runs/[^`…]*)`", prose)
    return sorted({*within, *re.findall(r"^(?:\$ )?((?:allennlp|seqmix) [^\n#]*[^\s#])", code, re.M)})


def overrides() -> Dict[str, str]:
    """The overrides that are shown, and the configuration each belongs to."""
    shown = {}
    for code in blocks(""):
        for name, change in re.findall(r"training_configs/([\w/]+)\.jsonnet[^\n]*\\\n\s+-o '(.*?)'", code):
            shown[change] = name
    assert len(shown) == 2
    return shown


@pytest.mark.parametrize("code", blocks("jsonnet"))
def test_a_variant_as_a_file(code: str, tiny_models: Dict[str, str], tmp_path: Path) -> None:  # noqa: F811
    metrics = trained_for_a_round(evaluated(code, tmp_path), tiny_models, tmp_path)
    if "type: 'files'" in code:
        assert metrics == {"status": "waiting", "waiting_for": {"round": 0, "sentences": 30}}
    elif "query_tokens: 400" in code:
        [seed, both] = [json.loads(line) for line in (tmp_path / "run" / "rounds.jsonl").read_text().splitlines()]
        assert 350 < both["annotated"]["tokens"] - seed["annotated"]["tokens"] <= 400
    else:
        assert metrics["annotated_sentences"] == 50


@pytest.mark.parametrize(("change", "name"), overrides().items())
def test_a_variant_as_an_override(change: str, name: str, tiny_models: Dict[str, str], tmp_path: Path) -> None:  # noqa: F811
    config = json.loads(evaluate_file(str(ROOT / "training_configs" / f"{name}.jsonnet")))
    changed = with_overrides(config, json.loads(change))
    assert changed != config
    assert trained_for_a_round(changed, tiny_models, tmp_path)["annotated_sentences"] == 50


@pytest.mark.parametrize("command", commands())
def test_every_command_can_be_given(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", shlex.split(command.replace("[--recover]", "--recover")))
    _, arguments = parse_args()
    assert arguments.func


def test_the_configuration_of_a_project_is_what_start_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for split in ("train", "dev", "test"):
        shutil.copy(QUICKSTART / f"{split}.conll", tmp_path)
    monkeypatch.chdir(tmp_path)
    [command] = [command for command in commands() if "my_project --train train.conll" in command]
    arguments = iter(shlex.split(command)[3:])
    start(
        shlex.split(command)[2],
        **{name.removeprefix("--"): file for name, file in zip(arguments, arguments, strict=True)},
    )
    assert (tmp_path / "my_project" / "experiment.jsonnet").read_text(encoding="utf-8") in blocks("jsonnet")
