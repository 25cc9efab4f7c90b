"""The committed results: the page says what the records say, whatever is there yet, and the records hold no text."""

import json
import re
import shutil
from pathlib import Path
from typing import Any, Iterator

import pytest
from _jsonnet import evaluate_file

from scripts.experiments import FILES, named
from scripts.results import augmentation_ladder, gains, label_savings, records, unequal_steps
from scripts.results.page import PARTS, page
from scripts.results.readme import BEGIN, with_summary
from scripts.results.wording import conclusions
from seqmix_plugin.reporting.run_groups import find_runs
from seqmix_plugin.run.reader import DATA, identity
from tests.conftest import ROOT

RESULTS = ROOT / "results"
RECORDS = sorted(RESULTS.glob("*/*/*.json"))
README = (ROOT / "README.md").read_text(encoding="utf-8")


def copied(
    to: Path, configuration: str, seed: int, rounds: int = 6, gain: float = 0.0, steps: int = 300, words: float = 1.0
) -> None:
    """
    A record of the WebPage runs as that of another configuration and seed, with so much more F1 on dev and test, and
    so many times its words.
    """
    record = json.loads((RESULTS / "unequal_steps" / "webpage_nte" / "1.json").read_text())
    record |= {"seed": seed, "num_rounds": rounds - 1, "configuration_hash": configuration}
    record["rounds"] = record["rounds"][:rounds]
    for row in record["rounds"]:
        row["steps"] = steps
        row["annotated"]["tokens"] = round(words * row["annotated"]["tokens"])
        row["mean_words"] = {"queried": 10.0, "candidates": 14.5}
        for scores in row["scores"].values():
            scores["f1"] += gain
    path = to / configuration / f"{seed}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(record))


@pytest.fixture(scope="module")
def partial(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some records of each new experiment, and none of unequal steps."""
    folder = tmp_path_factory.mktemp("results")
    shutil.copy(RESULTS / "paper.json", folder)
    for seed in range(1, 9):
        for name, gain in (("once_none", 0), ("twice_none", 0.3), ("twice_sub", 0.4)):
            copied(folder / "seed_gain", f"webpage_{name}", seed, rounds=1, gain=gain + seed / 1000)
    for seed in (1, 2):
        for name, gain in (("random", 0), ("nte", 0.02), ("nte_duplicate", 0.04), ("nte_sub", 0.05)):
            copied(folder / "equal_steps", f"minilm_webpage_{name}", seed, gain=gain)
    copied(folder / "equal_steps", "offline_webpage_nte", 1, gain=0.2, steps=600)
    for name, gain in (("random", 0), ("mnlp", 0.1)):
        copied(folder / "large_pool", f"conll_{name}", 1, gain=gain, steps=200)
    return folder


@pytest.fixture(scope="module")
def screened(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Policies that were screened, of which one is on three corpora, as is the one without its strata."""
    folder = tmp_path_factory.mktemp("savings")
    shutil.copy(RESULTS / "paper.json", folder)
    for seed in range(1, 9):
        some = seed / 1000
        copied(folder / "large_pool", "conll_random", seed)
        copied(folder / "label_savings", "conll_mnlp_stratified", seed, gain=0.2 + some)
        copied(folder / "large_pool", "conll_mnlp", seed, gain=-0.05 + some, words=0.5)
        for corpus, base in (("events", "large_pool"), ("webpage", "label_savings")):
            copied(folder / base, f"{corpus}_random", seed)
            copied(folder / "label_savings", f"{corpus}_mnlp_stratified", seed, gain=0.1 + some)
    copied(folder / "large_pool", "conll_lc", 1, gain=0.05, words=2)
    copied(folder / "label_savings", "conll_nte_stratified", 2, gain=0.01)
    copied(folder / "label_savings", "conll_random_more_steps", 1, gain=0.1, steps=600)
    copied(folder / "label_savings", "conll_mnlp_stratified_more_steps", 1, gain=0.4, steps=600)
    return folder


@pytest.fixture(scope="module")
def savings(screened: Path) -> str:
    """The part of the page on what saves labels."""
    return label_savings.section(screened)


def test_the_page_is_made_from_the_records() -> None:
    assert (ROOT / "docs" / "results.md").read_text(encoding="utf-8") == page(RESULTS)


def test_the_figures_are_those_of_the_page() -> None:
    drawn = {name for part in PARTS for name in part.pictures(RESULTS)}
    assert {path.name for path in (ROOT / "docs").glob("results_*.svg")} == drawn
    shown = page(RESULTS)
    assert all(f"({name})" in shown for name in drawn)


def test_the_results_in_readme_are_made_from_the_records() -> None:
    assert with_summary(README, RESULTS) == README


def test_runs_of_before_are_marked_as_unequal() -> None:
    [found, *_] = [one for corpus, one in records.comparisons(RESULTS, unequal_steps.NAME).items()]
    said = conclusions(found, {})
    assert said["dev"].startswith("SeqMix gains nothing: −1.3 over nte, −1.8 over nte_duplicate; none is")
    text = page(RESULTS)
    assert "**their methods differ in training steps**" in text[text.index("## Runs with unequal steps") :]


def test_the_page_tells_what_is_missing(partial: Path) -> None:
    text = page(partial)
    assert "35 runs so far" in text
    assert "9 of 128 runs are there; 119 are missing" in text
    assert "| nte | 2 | 0 | 1 | 0 |" in text
    assert "| nte_sub − nte (seeds) | +3.0 (2) | +3.0 (2) | – | – |" in text
    assert "The commands run what is missing:\n\n```\npython -m scripts.experiments large_pool --data FOLDER" in text
    assert "There are no records of such runs." in text


def test_the_large_pool_is_compared_at_equal_sentences_and_tokens(partial: Path) -> None:
    text = page(partial)
    sentences, tokens = (text.index(f"#### What this says at equal {measure}") for measure in ("sentences", "tokens"))
    expected = "- **Does MNLP?** mnlp against random: dev +10.0 (+10.0 at "
    assert f"{expected}85; 1 seed;" in text[sentences:tokens]
    assert f"{expected}1295; 1 seed;" in text[tokens:]
    assert "#### Test F1 against annotated tokens\n\n| method | seeds | 1295 |" in text


def test_policies_are_screened_with_the_first_seeds_on_sentences_and_tokens(savings: str, screened: Path) -> None:
    table = savings[savings.index("#### Dev F1 against random sampling") : savings.index("#### Test F1 against random")]
    methods = re.findall(r"^\| (\w+) \| ([^|]+) \| (\d) \| ([^|]+) \|", table, flags=re.MULTILINE)
    assert methods == [
        ("mnlp_stratified", "MNLP within strata of length", "3", "+20.2 [+20.1 to +20.3]"),
        ("nte_stratified", "NTE within strata of length", "1", "+1.0"),
        ("lc", "least confidence", "1", "+5.0"),
        ("mnlp", "MNLP", "3", "−4.8 [−4.9 to −4.7]"),
    ]
    assert "candidates 14.5" in table
    assert gains.best(screened) == ["mnlp_stratified", "mnlp", "nte_stratified"], "those with most seeds first"
    assert "The best 3 by dev so far, those with most seeds first: mnlp_stratified, mnlp, nte_stratified." in savings


def test_what_is_trained_for_more_steps_is_compared_with_its_like(savings: str) -> None:
    table = savings[savings.index("#### Dev F1 against random sampling, twice the steps") :]
    assert "| mnlp_stratified_more_steps | MNLP within strata of length, twice the steps | 1 | +30.0 |" in table
    assert "mnlp_stratified_more_steps in `data_loader.batches_per_epoch`" in savings


def test_the_seeds_that_have_chosen_the_policies_are_not_those_that_test_them(savings: str) -> None:
    heading = "#### Differences in dev F1 points over corpora, mean of their means, at equal sentences"
    verdict = savings[savings.index(heading) :]
    [row] = re.findall(r"^\| mnlp_stratified − random .*$", verdict[: verdict.index("#### ", 5)], flags=re.MULTILINE)
    assert "| +20.6 (5) | +10.4 (8) | +10.4 (8) |" in row, "seeds 4 to 8 on CoNLL-2003"
    assert row.endswith("| statistically significant (p &lt; 0.001, Holm) |")


def test_what_the_parts_of_recommended_add(savings: str) -> None:
    parts = savings[savings.index("### The parts of `recommended`") :]
    assert "| strata of length | mnlp | +25.0 [+25.0 to +25.0] (8 seeds) |" in parts
    assert "| uncertainty |" not in parts, "there are no records"


def test_the_goal_is_compared_with_what_is_saved(savings: str, screened: Path) -> None:
    assert "**Dev**, `recommended` (mnlp_stratified, 8 seeds): at least" in savings
    saved = gains.gains(gains.methods(screened, gains.CONLL), "dev")[0].savings["sentences"]
    assert saved.saved == (100 * (1 - 85 / saved.others), 1)


def test_what_is_missing_is_told_step_by_step(savings: str) -> None:
    assert "python -m scripts.plan --data FOLDER" in savings
    assert "| baselines | CoNLL-2003 | 3 | 7 | 5 |" in savings
    assert "| E5 | CoNLL-2003, E5 | 3 | 0 | 6 |" in savings
    assert "python -m scripts.plan" in label_savings.section(Path("nowhere"))


def test_readme_says_what_saves_labels_once_there_is_an_interval(screened: Path, partial: Path) -> None:
    assert label_savings.front(partial) is None
    said = label_savings.front(screened)
    assert said is not None
    assert said.startswith("**What saves labels**: to reach the test F1 with which random sampling ends on CoNLL-2003,")
    assert "of the tokens and 61 % [61 % to 62 %] of the sentences (95 % intervals, 8 seeds); over the corpora" in said
    assert "its mean test F1 is +13.8 at equal sentences [+13.7 to +13.9], statistically significant; +" in said
    assert said in with_summary(README, screened).replace("\n", " ")


def test_readme_says_so_where_recommended_does_not_reach_the_f1(tmp_path: Path) -> None:
    for seed in (1, 2):
        copied(tmp_path / "large_pool", "conll_random", seed)
        copied(tmp_path / "label_savings", "conll_mnlp_stratified", seed, gain=-0.1)
    said = label_savings.front(tmp_path)
    assert said is not None
    assert said.startswith("**What saves labels**: `recommended` (MNLP within strata of length) does not reach with ")
    assert "385 sentences the test F1 that random sampling reaches with " in said
    assert "on CoNLL-2003 (2 seeds)" in said


def test_every_policy_has_a_title() -> None:
    configurations = (ROOT / "training_configs" / name for name in gains.EXPERIMENTS)
    methods = {named(path.stem)["methods"] for folder in configurations for path in folder.glob("*.jsonnet")}
    assert all(gains.title(method) != method for method in methods)


def test_the_second_trainings_share_of_the_seed_gain(partial: Path) -> None:
    text = page(partial)
    gained = "**On dev** training as the paper's code does gains +40.0: the second training alone +30.0,"
    rest = "the generated sentences +10.0 beyond it (8 seeds; each is statistically significant)"
    assert f"{gained} {rest}; 75 % of the gain is the second training." in text
    assert "| twice_none − once_none | +30.0 |" in text


def test_what_the_forms_of_augmentation_gain(tmp_path: Path) -> None:
    shutil.copy(RESULTS / "paper.json", tmp_path)
    ladder = tmp_path / "augmentation_ladder"
    for seed in range(1, 9):
        forms = {"none": 0, "duplicate": 0.01, "paper": -0.02, "repaired": 0.03, "mention_replacement": 0.05}
        for form, gain in forms.items():
            for corpus in ("conll", "events"):
                copied(ladder, f"{corpus}_100_{form}", seed, rounds=1, gain=gain + (seed / 500 if gain else 0))
    for seed in (1, 2):  # too few to be the best of those with eight
        copied(ladder, "conll_100_csls", seed, rounds=1, gain=0.9)
    copied(ladder, "conll_200_none", 1, rounds=1)
    text = augmentation_ladder.section(tmp_path)
    assert "| csls | 2 | 0 | 0 | 0 |" in text
    assert "200 labelled sentences" not in text, "a single method"
    one = text[text.index("### CoNLL-2003, 100 labelled sentences") : text.index("### event triggers")]
    assert "| repaired − none | +3.9 |" in one
    # The best two of those with eight seeds.
    assert [row.split(" |")[0] for row in one.splitlines() if " − duplicate | " in row] == 2 * [
        "| mention_replacement − duplicate",
        "| repaired − duplicate",
    ]
    told = (
        "In test F1 points over no augmentation: SeqMix as in the paper −1.1 [−1.4 to −0.8] (8 seeds), the best form "
        "of SeqMix on dev (`repaired`) +3.9 [+3.6 to +4.2] (8 seeds), the best of the others on dev "
        "(`mention_replacement`) +5.9 [+5.6 to +6.2] (8 seeds); too few seeds for the test, which needs 10.\n"
    )
    assert told in one
    assert "10 seeds are needed, there are 8" in one, "for 16 pairs"
    front = " ".join(with_summary(README, tmp_path).split(BEGIN)[1].split())
    assert (
        "**What SeqMix gains**: with 100 labelled sentences of CoNLL-2003, without rounds and at equal steps, in test "
        "F1 points over no augmentation: SeqMix as in the paper −1.1 [−1.4 to −0.8] (8 seeds)"
    ) in front
    over = text[text.index("#### Differences in test F1 points over corpora") :]
    assert "repaired − none | +3.9 |" in over
    assert over.count("| statistically significant (p &lt; 0.001, Holm) |") == 6


def test_the_parts_of_the_seed_gain_are_of_the_same_seeds_and_add_up(tmp_path: Path) -> None:
    shutil.copy(RESULTS / "paper.json", tmp_path)
    for name, seeds in (("once_none", (1, 2, 3)), ("twice_none", (1, 2, 3)), ("twice_sub", (1, 2))):
        for seed in seeds:
            own = 0.1 * seed if name == "twice_none" else 0.4 * (name == "twice_sub")
            copied(tmp_path / "seed_gain", f"webpage_{name}", seed, rounds=1, gain=own)
    text = page(tmp_path)
    expected = "gains +40.0: the second training alone +15.0, the generated sentences +25.0 beyond it (2 seeds; too few"
    assert f"**On dev** training as the paper's code does {expected} seeds for the test, which needs 8)." in text
    assert "| twice_none − once_none | +20.0 |" in text, "of three seeds"


def test_a_policy_that_does_not_reach_the_f1_is_said_to_need_more(partial: Path, tmp_path: Path) -> None:
    shutil.copytree(partial, tmp_path, dirs_exist_ok=True)
    copied(tmp_path / "large_pool", "conll_nte", 1, gain=-0.05, steps=200, words=0.5)
    text = with_summary(README, tmp_path)
    expected = (
        "normalized token entropy (NTE) does not reach with 385 sentences and 2,646 tokens the test F1 that random"
    )
    assert f"{expected} sampling reaches with 245 sentences and 3,649 tokens (1 seed)." in text


def test_readme_shows_equal_steps_as_soon_as_all_methods_have_them(partial: Path) -> None:
    text = with_summary(README, partial)
    assert "**each trained for the same number of steps**" in text
    assert "| **SeqMix − token entropy, sentences repeated** | **+1.0** | **+1.0** |" in text
    assert (
        "- **WebPage, MiniLM, test**: SeqMix gains +3.0 over token entropy, and +1.0 over repeated sentences; none"
        in text
    )
    assert "all sentences as pool: to reach the test F1 with which random sampling ends, MNLP saves" in text


def test_readme_waits_for_a_second_seed(tmp_path: Path) -> None:
    shutil.copy(RESULTS / "paper.json", tmp_path)
    for seed, methods in ((1, ("random", "nte", "nte_duplicate", "nte_sub")), (2, ("random", "nte", "nte_duplicate"))):
        for name in methods:
            copied(tmp_path / "equal_steps", f"minilm_webpage_{name}", seed)
    assert "There are no results yet." in with_summary(README, tmp_path)


def test_pages_are_made_without_records(tmp_path: Path) -> None:
    shutil.copy(RESULTS / "paper.json", tmp_path)
    assert "0 runs so far" in page(tmp_path)
    assert "There are no results yet." in with_summary(README, tmp_path)


def test_every_record_is_read() -> None:
    runs, skipped = find_runs([str(path.parent) for path in RECORDS])
    assert skipped == []
    assert len(runs) == len(RECORDS) > 0


@pytest.mark.parametrize("folder", sorted({path.parent for path in RECORDS}), ids=lambda path: path.name)
def test_records_are_those_of_their_configuration_and_seed(folder: Path) -> None:
    experiment, kept = folder.parent.name, [(path, json.loads(path.read_text())) for path in folder.glob("*.json")]
    assert all(record["seed"] == int(path.stem) for path, record in kept)
    if experiment == unequal_steps.NAME:
        assert (ROOT / "training_configs" / "paper" / f"{folder.name}.jsonnet").exists()
        return
    configuration = json.loads(evaluate_file(str(ROOT / "training_configs" / experiment / f"{folder.name}.jsonnet")))
    paths = [f"data/{file}" for file in FILES[named(folder.name)["corpora"]]]
    expected = identity({**configuration, **dict(zip(DATA, paths, strict=True))})[0]
    assert {record["configuration_hash"] for _, record in kept} == {expected}


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


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: str(path.relative_to(RESULTS).with_suffix("")))
def test_records_hold_no_text(path: Path) -> None:
    record = json.loads(path.read_text())
    allowed = {"configuration_hash", "data_hash", "revision", "device", *record["environment"]["versions"]}
    for key, value in strings(record):
        assert key in allowed or (key == "queried" and value.isdigit()), (key, value)
