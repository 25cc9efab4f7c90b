"""The page holds every number, and takes what stands in folders as text."""

import json
import re
from pathlib import Path
from typing import Any, Dict, Optional, Sequence

import pytest

from seqmix_plugin.reporting.comparison import Comparison
from seqmix_plugin.reporting.page import write_page
from seqmix_plugin.reporting.run_groups import find_runs, group_runs
from seqmix_plugin.run.run_record import write_record
from tests.reporting.conftest import write_run

CURVES = {"mix": [40.0, 55.0, 62.0, 66.0], "nte": [38.0, 50.0, 57.0, 60.0], "random": [38.0, 44.0, 48.0, 51.0]}


def write_runs(folder: Path) -> None:
    """Three methods of two seeds, one of which generates sentences, too few in its last round, and a reference."""
    for name, curve in CURVES.items():
        for seed in (1, 2):
            changes = {"trainer.query_policy.type": name}
            accepted = [10, 10, 8, 2] if name == "mix" else None
            others = [[f"{name if k else ''}{k}-{i}" for i in range(10)] for k in range(4)]
            queried = others if name == "random" else None
            curve_of_seed = [f1 + seed for f1 in curve]
            write_run(folder / name / str(seed), curve_of_seed, seed, queried=queried, accepted=accepted, **changes)
    write_run(folder / "everything" / "1", [72.0], **{"trainer.query_policy.type": "all"})


def written(
    folder: Path, notes: Sequence[str] = (), target: Optional[float] = None, baseline: Optional[str] = None
) -> Path:
    """The page of all runs of a folder, beside it."""
    groups = group_runs(find_runs([str(folder)])[0])[0]
    path = folder.with_suffix(".html")
    write_page(Comparison(groups, baseline), notes, path, target)
    return path


@pytest.fixture(scope="module")
def page_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("compared") / "runs"
    write_runs(folder)
    return written(folder, ["runs/other: 2 of 6 rounds; left out until it is finished"])


def body(path: Path) -> str:
    """What a reader without scripts sees."""
    return path.read_text(encoding="utf-8").split('<script type="application/json"')[0]


def payload(path: Path) -> Dict[str, Any]:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', path.read_text(encoding="utf-8"))
    assert found is not None
    data: Dict[str, Any] = json.loads(found.group(1))
    return data


def test_all_numbers_stand_in_the_page(page_path: Path) -> None:
    html = body(page_path)
    for name, curve in CURVES.items():
        for f1 in curve:
            assert f"<td>{f1 + 1.5:.1f} ± 0.7</td>" in html, (name, f1)
            assert f"<td>{f1 + 1.5 - 5:.1f} ± 0.7</td>" in html, (name, f1)
    assert "<td>72.0</td>" in html
    assert "mix leads on test: 6.0 F1 points above nte" not in html  # a mean over budgets, not the last
    assert "mix leads on test: 4.5 F1 points above nte, the next best." in html
    assert "mix leads on dev: 4.5 F1 points above nte, the next best." in html
    assert "runs/other: 2 of 6 rounds; left out until it is finished" in html
    assert "2/2ⁿ · 3 ≤ 0.05 needs <i>n</i> ≥ 7" in html
    assert "(0.125 for 4)" in html
    assert html.count("<td>0.0 =</td>") == 2  # nte and random in round 0, on two splits
    assert "Dashed lines and hollow points" in html
    assert "fetch(" not in html
    assert "<link" not in html


def test_the_target_and_the_baseline_are_the_first_to_be_shown(page_path: Path, tmp_path: Path) -> None:
    assert payload(page_path)["targets"]["test/"] == 52.0
    assert re.search(r'<th scope="row">mix</th>.*<td>17</td><td>56 % fewer</td></tr>', body(page_path))
    write_runs(tmp_path / "runs")
    path = written(tmp_path / "runs", target=45.5, baseline="nte")
    html = body(path)
    assert payload(path)["target"] == 45.5
    assert "labels to 45.5" in html
    assert "<option selected>nte</option>" in html
    assert "2/2ⁿ · 2 ≤ 0.05 needs <i>n</i> ≥ 7" in html


HIDDEN = "a\x1b[31m\u202eb\u200bc\x00"
"""A command to a terminal, a word that runs backwards, a space of no width, and a character that HTML refuses."""


def test_what_cannot_be_seen_is_seen_in_the_page(tmp_path: Path) -> None:
    """Names of folders and types, words and paths, in the text and in what the script reads; joiners stay."""
    folder = write_run(
        tmp_path / "runs" / HIDDEN.replace("\x00", "\x01"), [10.0, 20.0], accepted=[4, 4], train_data_path=HIDDEN
    )
    for name in ("rounds.jsonl", "annotated.jsonl", "synthetic.jsonl"):
        text = (folder / name).read_text(encoding="utf-8").replace("LOC/f1", json.dumps(HIDDEN)[1:-1] + "/f1")
        text = text.replace('"sings"', json.dumps(HIDDEN)).replace(
            '"Oslo"', json.dumps("\u0645\u06cc\u200c\u0631\u0648\u0645")
        )
        (folder / name).write_text(text, encoding="utf-8")
    page = written(tmp_path / "runs", [HIDDEN])
    html, data = body(page), payload(page)
    bad = re.compile("[\x00-\x08\x0b-\x1f\u200b\u202e]")
    assert not bad.search(html)
    assert not bad.search(json.dumps(data, ensure_ascii=False))
    shown = r"a\x1b[31m\u202eb\u200bc\x00"
    assert html.count(shown) >= 4
    assert shown in data["kinds"]
    assert f"test/{shown}" in data["reached"]
    assert data["names"] == [shown.replace("x00", "x01")] == list(data["reached"][f"test/{shown}"])
    words = {word for example in data["examples"] for word in example["child"]["words"]}
    assert {shown, "\u0645\u06cc\u200c\u0631\u0648\u0645"} <= words


def test_records_without_folders_are_enough(tmp_path: Path) -> None:
    write_runs(tmp_path / "runs")
    for run in find_runs([str(tmp_path / "runs")])[0]:
        write_record(run, tmp_path / "records" / run.path.parent.name / f"{run.path.name}.json")
    html = body(written(tmp_path / "records"))
    assert "There are no mixed sentences to show" in html
    assert "configurations differ in no key, or were not kept." in html
    assert "How many were accepted?" in html
    assert "How plausible were they?" not in html


def test_a_broken_file_of_sentences_is_a_note(tmp_path: Path) -> None:
    write_runs(tmp_path / "runs")
    (tmp_path / "runs" / "mix" / "2" / "synthetic.jsonl").write_text("{}\n")
    html = body(written(tmp_path / "runs"))
    assert (
        "synthetic.jsonl, line 1: not a generated sentence (round is missing); what mix generated is left out</li>"
        in html
    )
    assert "mix leads on test" in html


def test_one_method_and_nothing_generated(tmp_path: Path) -> None:
    write_run(tmp_path / "runs" / "nte" / "1", [40, 50])
    html = body(written(tmp_path / "runs"))
    assert "nte reaches 50.0 F1 on test" in html
    assert "There is one method with rounds only: no differences to show." in html
    assert "None of these methods generates sentences." in html
    assert "Left out of this report" not in html


def test_methods_with_other_budgets_are_marked(page_path: Path, tmp_path: Path) -> None:
    write_run(tmp_path / "runs" / "a" / "1", [40, 50])
    write_run(tmp_path / "runs" / "b" / "1", [40], num_rounds=1, **{"trainer.query_policy.type": "b"})
    marked = "The methods do not all have the same budgets"
    assert marked in body(written(tmp_path / "runs"))
    assert marked not in body(page_path)


def test_no_split_in_common(tmp_path: Path) -> None:
    for name, split in (("a", "dev"), ("b", "test")):
        folder = write_run(tmp_path / "runs" / name / "1", [40, 50], **{"trainer.query_policy.type": name})
        lines = [json.loads(line) for line in (folder / "rounds.jsonl").read_text().splitlines()]
        for line in lines:
            del line["scores"][split]
        (folder / "rounds.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    html = body(written(tmp_path / "runs"))
    assert html.count("No split was measured by all methods.") == 4, (
        "the verdict, curves, what was reached, differences"
    )
    assert "; F1 on no common split</p>" in html


def write_bare(folder: Path) -> None:
    """Two methods without dev and test, of which one generates."""
    for name, accepted in (("a", [8, 8]), ("b", None)):
        changes = {"trainer.query_policy.type": name}
        write_run(folder / name / "1", [0, 0], accepted=accepted, measured=False, **changes)


def test_methods_that_are_not_measured(tmp_path: Path) -> None:
    write_bare(tmp_path / "runs")
    html = body(written(tmp_path / "runs"))
    assert html.count("F1 is not measured: there was no dev and no test file.") == 4
    assert "; F1 not measured</p>" in html
    assert "measured by all" not in html
    assert "There is one method with rounds only" not in html
    assert "How many entities do they find?" in html
    assert "How many were accepted?" in html
    assert "Seconds a stage" in html


HOSTILE = "</script><script>document.title='broken'</script><img src=x onerror=alert(1)>{{ 7 * 7 }}"


def write_hostile(folder: Path) -> None:
    """Text that would be code if it were not escaped, in all places that a page takes text from."""
    name = HOSTILE.replace("/", "")
    for method in (name, "plain"):
        changes = {"trainer.query_policy.type": method + HOSTILE, "train_data_path": HOSTILE}
        ids = [[f"{k}-{i}{HOSTILE}" for i in range(10)] for k in range(2)]
        run = write_run(folder / method / "1", [40, 50], queried=ids, accepted=[4, 4], **changes)
        for file in ("annotated.jsonl", "synthetic.jsonl"):
            text = (run / file).read_text().replace('"Nora"', json.dumps(HOSTILE)).replace("B-PER", "B-<i>PER</i>")
            (run / file).write_text(text.replace('"Anna"', json.dumps(HOSTILE)))
        (run / "environment.json").write_text(json.dumps({"host": HOSTILE, "versions": {HOSTILE: HOSTILE}}))
        rounds = (run / "rounds.jsonl").read_text().replace("PER/f1", "<b>P'\\\"ER</b>/f1")
        (run / "rounds.jsonl").write_text(rounds)


def test_what_stands_in_folders_is_text(tmp_path: Path) -> None:
    write_hostile(tmp_path / "runs")
    path = written(tmp_path / "runs", [HOSTILE])
    html = path.read_text(encoding="utf-8")
    assert html.count("</script>") == 3
    assert "<img" not in html.split("<script>")[0]
    assert any(word == HOSTILE for row in payload(path)["examples"] for word in row["child"]["words"])
