"""The committed results: the page says what the records say, and the records hold no text."""

import json
import runpy
from typing import Any, Iterator

import pytest

from seqmix_plugin.reporting.run_groups import find_runs
from tests.conftest import ROOT

RECORDS = sorted((ROOT / "results").glob("*/*.json"))
SCRIPT = runpy.run_path(str(ROOT / "scripts" / "results.py"))


def test_the_page_is_made_from_the_records() -> None:
    assert (ROOT / "docs" / "results.md").read_text(encoding="utf-8") == SCRIPT["page"](ROOT / "results")


def test_the_results_in_readme_are_made_from_the_records() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert text == SCRIPT["readme"](text, ROOT / "results")
    assert "| **SeqMix − token entropy** | **−1.3** | **−0.9** |" in text  # of the records of WebPage


def test_what_readme_says_of_the_results_is_so() -> None:
    """Repeating sentences is better than SeqMix; token entropy needs fewer labels than random sampling."""
    comparisons = SCRIPT["comparisons"](ROOT / "results")
    assert len(comparisons) == 2
    for found in comparisons.values():
        for split in ("dev", "test"):
            reached = {summary.group.name: summary for summary in found.summaries(split)}
            assert reached["nte_duplicate"].mean_over_budgets > reached["nte_sub"].mean_over_budgets
            needed = [reached[name].needed(found.target(split))[0] for name in ("nte", "random")]
            assert needed[0] < needed[1]


def test_every_record_is_read() -> None:
    runs, skipped = find_runs([str(path.parent) for path in RECORDS])
    assert skipped == []
    assert len(runs) == len(RECORDS) > 0


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_records_are_named_by_configuration_and_seed(path: Any) -> None:
    assert (ROOT / "training_configs" / "paper" / f"{path.parent.name}.jsonnet").exists()
    assert json.loads(path.read_text())["seed"] == int(path.stem)


def strings(value: Any, key: str = "") -> Iterator[Any]:
    """The strings of plain data with the key that each stands under."""
    if isinstance(value, dict):
        for name, part in value.items():
            yield from strings(part, name)
    elif isinstance(value, list):
        for part in value:
            yield from strings(part, key)
    elif isinstance(value, str):
        yield key, value


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_records_hold_no_text(path: Any) -> None:
    record = json.loads(path.read_text())
    allowed = {"configuration_hash", "data_hash", "revision", "device", *record["environment"]["versions"]}
    for key, value in strings(record):
        assert key in allowed or (key == "queried" and value.isdigit()), (key, value)
