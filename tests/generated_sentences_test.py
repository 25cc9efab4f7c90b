"""The page of generated sentences, and the script that writes it."""

import re
from pathlib import Path

import pytest

from scripts import generated_sentences
from scripts.generated_sentences import EXPLAINED, FORMS, INTRODUCTION, NUM_EXAMPLES, NUM_PAIRS, SIZE, Example, Trial
from seqmix_plugin.sentence import TaggedSentence
from seqmix_plugin.synthetic import SyntheticSentence, Window
from tests.active_learning.conftest import small_config
from tests.conftest import ROOT, quickstart_words

PAGE = (ROOT / "docs" / "generated_sentences.md").read_text(encoding="utf-8")


def test_a_sentence_and_an_example_by_hand() -> None:
    first = TaggedSentence("1", ("Ann", "met", "Ben|Ito"), ("B-PER", "O", "B-PER"))
    second = TaggedSentence("2", ("In", "Oslo"), ("O", "B-LOC"))
    assert generated_sentences.shown(first, (1, 3)) == "Ann<sub>B-PER</sub> **met** **Ben\\|Ito**<sub>B-PER</sub>"
    mixed = TaggedSentence("", ("Ann", "a", "b"), None, ({"B-PER": 1.0}, {"O": 1.0}, {"B-PER": 0.3, "B-LOC": 0.7}))
    child = SyntheticSentence(mixed, (Window("1", 1, 3), Window("2", 0, 2)), 0.3, 512.3, accepted=False)
    text = generated_sentences.example_text(7, Example((first, second), ((1, 3), (0, 2)), {"paper": child}))
    assert text == (
        "### 7\n\n"
        "- First parent: Ann<sub>B-PER</sub> **met** **Ben\\|Ito**<sub>B-PER</sub>\n"
        "- Second parent: **In** **Oslo**<sub>B-LOC</sub>\n\n"
        "| the paper's form |\n|---|\n"
        "| Ann<sub>B-PER</sub> **a** **b**<sub>B-LOC 70 %, B-PER 30 %</sub> |\n"
        "| λ = 0.30, perplexity 512: refused |\n"
    )


def test_both_forms_mix_the_same_pairs(tiny_encoder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = {}
    for form in FORMS:
        augmenter = generated_sentences.ladder(form)["trainer"]["augmenter"]
        assert augmenter["discriminator"]["type"] == "perplexity"
        augmenter["discriminator"] = {"type": "accept_all"}
        settings[form] = small_config(tiny_encoder, **{"trainer.augmenter": augmenter})
    trial = Trial(settings, 30, tmp_path)
    pairs = trial.shared_pairs(4)
    examples = trial.examples(pairs, trial.of_pairs(pairs), 3)
    assert len(examples) == 3
    for example in examples:
        paper, repaired = example.children.values()
        assert paper.parents == repaired.parents
        assert paper.parents[0].sentence_id == example.parents[0].id
        assert paper.window == example.windows[0]
        assert repaired.lam == max(paper.lam, 1 - paper.lam)
    page = generated_sentences.page(trial, 4, 3)
    assert page == generated_sentences.page(trial, 4, 3), "the same seeds give the same page"
    assert page.count("### ") == 3
    assert "| the paper's form | the same | 8 | 8 | 40 | " in page


def test_the_page_is_what_the_script_writes() -> None:
    assert PAGE.startswith(INTRODUCTION.format(size=SIZE, shown=NUM_EXAMPLES, pairs=NUM_PAIRS))
    assert EXPLAINED in PAGE
    assert re.findall(r"^### (\d+)$", PAGE, re.M) == [str(number) for number in range(1, NUM_EXAMPLES + 1)]
    counts = re.findall(rf"^\| ({'|'.join(FORMS.values())}) \| (.*?) \| (\d+) \| (\d+) \| (\d+) \|", PAGE, re.M)
    assert len(counts) == 4
    assert all(int(words) == 5 * int(judged) for *_, judged, _, words in counts), "five words a window"


def test_the_parents_are_sentences_of_the_shipped_corpus() -> None:
    words = quickstart_words()
    for parent in re.findall(r"^- \w+ parent: (.*)$", PAGE, re.M):
        plain = re.sub(r"<sub>.*?</sub>|\*\*", "", parent).replace("&amp;", "&").split()
        assert set(plain) <= set(words), plain
