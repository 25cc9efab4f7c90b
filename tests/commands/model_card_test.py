"""The model card: what it says is so, and it gives nothing away."""

import json
import re
import shutil
from pathlib import Path
from typing import Any, Dict

import pytest
import yaml
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.commands.export_hf import export_hf
from seqmix_plugin.commands.exported_run import exported_run
from seqmix_plugin.commands.model_card import CARD, Model, Publication, model_card
from tests.active_learning.conftest import lines
from tests.reporting.conftest import write_run

TAGGER = Model("my_tagger", ["LOC", "PER"], [("PER", "anna berg")], (97, 100), 128)


def front_matter(card: str) -> Dict[str, Any]:
    _, block, _ = card.split("---\n", 2)
    read: Dict[str, Any] = yaml.safe_load(block)
    return read


@pytest.fixture(scope="module")
def exported(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exported") / "tagger"
    said = {"license": "apache-2.0", "language": "en, de", "datasets": "eriktks/conll2003"}
    run = folder.with_name("nte") / "1"
    shutil.copytree(trained, run)
    return export_hf(str(run), output=str(folder), allow_differences=True, **said)[0]


def test_the_example_of_the_card_gives_what_it_says(
    exported: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    [code] = re.findall(r"```python\n(.*?)```", (exported / CARD).read_text(encoding="utf-8"), re.S)
    [expected] = re.findall(r"^# (.*)$", code, re.M)
    monkeypatch.chdir(exported)
    exec(code, {})
    assert capsys.readouterr().out.strip() == expected


def test_the_card_of_a_run(exported: Path, trained: Path, tiny_encoder: str) -> None:
    card = (exported / CARD).read_text(encoding="utf-8")
    read = front_matter(card)
    assert "\n# nte\n" in card, "not the seed alone"
    assert (read["license"], read["language"], read["datasets"]) == ("apache-2.0", ["en", "de"], ["eriktks/conll2003"])
    assert (read["pipeline_tag"], read["library_name"]) == ("token-classification", "transformers")
    assert "base_model" not in read, "the encoder was a folder of this machine"
    last = lines(trained / "rounds.jsonl")[-1]
    counts = last["annotated"]
    assert f"60 sentences, {counts['tokens']:,} tokens, {counts['entities']:,} entities with labels." in card
    for split, scores in last["scores"].items():
        assert re.search(rf"\| {split} \| all types \| [\d.]+ \| [\d.]+ \| {100 * scores['f1']:.1f} \|", card)
    assert "| dev | PER |" in card
    assert "- labelled sentences after each round: 60\n" in card
    assert "- query policy and augmentation: " in card
    assert "Input is cut after 128 word pieces." in card
    assert all(part not in card for part in (str(trained), str(Path.home()) + "/", tiny_encoder, "/tmp"))


def test_numbers_by_hand(tmp_path: Path) -> None:
    changes = {"trainer.query_policy.type": "mnlp", "trainer.augmenter.type": "seqmix", "model": {"a": {}}}
    changes["model"] = {"token_embedders": {"tokens": {"model_name": "google-bert/bert-base-cased"}}}
    folder = write_run(tmp_path / "run", [40.0, 60.0], accepted=[10, 4], dev_below=10.0, seed=3, **changes)
    card = model_card(TAGGER, exported_run(folder), Publication())
    assert front_matter(card)["base_model"] == "google-bert/bert-base-cased"
    assert front_matter(card)["license"] == "unknown"
    assert "license: unknown  # to be chosen" in card
    assert "a fine-tuned bert-base-cased" in card
    assert "20 sentences, 140 tokens, 60 entities with labels. Beside them, 14 generated sentences were" in card
    assert "| test | all types | 60.0 | 60.0 | 60.0 |\n| test | PER |  |  | 60.0 |\n| test | LOC |  |  | 30.0 |" in card
    assert "| dev | all types | 50.0 | 50.0 | 50.0 |" in card
    assert "- query policy and augmentation: MNLP + SeqMix (sub-sequence)\n- rounds after round 0: 1\n" in card
    assert "- labelled sentences after each round: 10, 20\n" in card
    assert "- seed: 3\n- versions: torch 2.11.0\n" in card
    assert "97 of 100 words" in card
    assert "\n# [('PER', 'anna berg')]\n" in card


def test_a_folder_is_none_of_the_hub_wherever_the_card_is_made(tmp_path: Path) -> None:
    changes = {"model": {"token_embedders": {"tokens": {"model_name": "models/small"}}}}
    folder = write_run(tmp_path / "run", [40.0, 60.0], **changes)
    assert front_matter(model_card(TAGGER, exported_run(folder), Publication()))["base_model"] == "models/small"
    (folder / "state").mkdir()
    digests = {"model.token_embedders.tokens.model_name": "0" * 64}
    (folder / "state" / "data.json").write_text(json.dumps(digests), encoding="utf-8")
    card = model_card(TAGGER, exported_run(folder), Publication())
    assert "base_model" not in front_matter(card)
    assert "# base_model: to be filled in, as it was a folder" in card


def test_a_run_that_is_not_measured_and_an_archive_alone(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "run", [0.0], measured=False)
    card = model_card(TAGGER, exported_run(folder), Publication())
    assert "Not measured: there was no dev and no test file." in card
    assert "How well it finds entities is not known." in card
    assert exported_run(tmp_path) is None
    alone = model_card(TAGGER, None, Publication())
    assert "## Training" not in alone
    assert "## Use" in alone
    assert front_matter(alone)["tags"] == ["token-classification", "active-learning", "seqmix"]


def test_an_archive_has_the_scores_of_its_own_weights(
    trained: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """While a run is extended, its archive is older than its newest round."""
    run = shutil.copytree(trained, tmp_path / "run")
    assert exported_run(run / "model.tar.gz") == exported_run(run)
    [first] = lines(run / "rounds.jsonl")
    newer = {**first, "round": 1, "annotated": {**first["annotated"], "sentences": 80}}
    (run / "rounds.jsonl").write_text("".join(json.dumps(row) + "\n" for row in (first, newer)), encoding="utf-8")
    state = json.loads((run / "state" / "round_0.json").read_text(encoding="utf-8"))
    (run / "state" / "round_1.json").write_text(json.dumps({**state, "weights": "0"}), encoding="utf-8")
    for source, sizes in ((run, [60, 80]), (run / "model.tar.gz", [60])):
        found = exported_run(source)
        assert found is not None
        assert [row["annotated"]["sentences"] for row in found.rounds] == sizes
    assert caplog.text == ""
    (run / "state" / "round_0.json").write_text("{", encoding="utf-8")  # damaged
    assert exported_run(run / "model.tar.gz") is None
    assert f"its weights are of no round of {run}; the model card has no scores and no sizes" in caplog.text


def test_names_of_types_and_runs_are_text(tmp_path: Path) -> None:
    strange = TAGGER._replace(name="<b>\x1b[2J", types=["a|b", "[x](y)"])
    card = model_card(strange, None, Publication())
    assert r"# &lt;b&gt;\\x1b[2J" in card
    assert "<b>" not in card


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"license": "My own"}, "--license is 'My own'; expected a licence as the hub names it, such as apache-2.0"),
        ({"language": "English"}, "--language is 'English'; expected codes of languages, such as en or en,de"),
        ({"datasets": "a: b"}, "--datasets is 'a: b'; expected names of data sets, such as eriktks/conll2003"),
    ],
)
def test_values_that_the_hub_does_not_take_are_refused(tmp_path: Path, said: Dict[str, str], message: str) -> None:
    with pytest.raises(ConfigurationError, match=f"^{re.escape(message)}$"):
        export_hf(str(tmp_path), **said)
    assert list(tmp_path.iterdir()) == []
