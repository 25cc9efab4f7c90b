"""Every stage once, and the proof that its references do the same as the package."""

import json
from pathlib import Path
from typing import Dict, List, Tuple

import numpy as np
import pytest
import torch

from benchmarks import training_f1
from benchmarks.data import find_corpus
from benchmarks.precision import has_bfloat16_units
from benchmarks.results import measured
from benchmarks.row import Row, Skipped, Value
from benchmarks.setting import Built, Setting
from benchmarks.stages import STAGES, generation, pool
from benchmarks.stages.experiment import Watch
from benchmarks.stages.scoring import drawn
from benchmarks.stages.training import NO_DROPOUT, epochs
from tests.conftest import SHARED_DATA

CPU = torch.device("cpu")


def compared(setting: Setting, stage: str) -> List[Row]:
    """The rows of a stage; where the two must agree, they do to 1e-5."""
    rows = []
    for entry in STAGES[stage](setting):
        record = measured(entry, 2, CPU)
        if isinstance(entry, Row):
            rows.append(entry)
            if entry.difference is not None:
                assert record["difference"] <= 1e-5, entry.label
    return rows


def test_the_reader_and_the_bare_loop_give_the_same_pieces(setting: Setting) -> None:
    [row] = compared(setting, "reading")
    assert row.prepare is not None
    row.prepare()
    assert row.ours() == row.reference()
    assert row.ours_size == len(row.ours()) == 600


@pytest.mark.parametrize("length", [None, 128])
def test_the_bare_epoch_reaches_the_packages_weights(setting: Setting, fresh_encoders: None, length: int) -> None:
    """Without dropout: the same batches, loss, clipping, schedule and optimizer, padded or not, over 20 steps."""
    run = epochs(setting, setting.encoders["tiny"], 160, 160, data_loader__batch_size=8, **NO_DROPOUT)
    before = {name: value.clone() for name, value in run.bare.state_dict().items()}
    run.ours()
    (run.by_length if length is None else run.to_128)()
    bare = run.bare.state_dict()
    model = run.built.model
    pairs = [(bare[f"encoder.{name}"], value) for name, value in model.encoder.state_dict().items()]
    pairs += [(bare[f"projection.{name}"], value) for name, value in model.tag_projection.state_dict().items()]
    assert len(pairs) == len(bare)
    for ours, reference in pairs:
        torch.testing.assert_close(ours, reference, atol=1e-5, rtol=0)
    assert max(float((value - before[name]).abs().max()) for name, value in bare.items()) > 1e-4


def test_training_is_measured(setting: Setting) -> None:
    assert [row.reference_size for row in compared(setting, "training")] == [8, 4]


def test_training_in_bfloat16_is_measured(setting: Setting) -> None:
    time, f1 = STAGES["bfloat16"](setting)
    assert isinstance(time, Row if has_bfloat16_units() else Skipped)
    assert isinstance(f1, (Value, Skipped))
    measured(time, 2, CPU)


def test_larger_buckets_have_less_padding_and_are_measured(setting: Setting) -> None:
    entries = list(STAGES["buckets"](setting))
    shares = [entry.value for entry in entries if isinstance(entry, Value) and entry.unit == "share"]
    assert len(shares) == 6
    for one, today, larger in (shares[:3], shares[3:]):
        assert 1 > one > today > larger > 0
    assert len(measured(next(entry for entry in entries if isinstance(entry, Row)), 2, CPU)["pairs"]) == 2


def test_f1_is_measured_where_it_is_missing(setting: Setting, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "f1" / "scores.json"
    monkeypatch.setattr(training_f1, "JUDGED_ON", 20)
    training_f1.measure(setting, path, 1)
    scores = training_f1.read(path)
    assert {way: list(seeds) for way, seeds in scores.items()} == {way: ["1"] for way in training_f1.WAYS}
    assert all(0 <= seeds["1"] <= 1 for seeds in scores.values())
    asked: List[Tuple[str, int]] = []

    def half(setting: Setting, encoder: str, way: training_f1.Way, seed: int) -> float:
        asked.append((way.dtype, seed))
        return 0.5

    monkeypatch.setattr(training_f1, "f1", half)
    training_f1.measure(setting, path, 2)
    assert asked == [(way.dtype, 2) for way in training_f1.WAYS.values()]
    assert training_f1.read(path) == {way: {**seeds, "2": 0.5} for way, seeds in scores.items()}


def test_f1_is_compared_by_seed(tmp_path: Path) -> None:
    """Differences of 1, -1 and 3 points: mean 1, deviation 2; t(0.975; 2) is 4.303, and 4.303 * 2 / sqrt(3) = 4.97."""
    path = tmp_path / "scores.json"
    assert isinstance(training_f1.difference("buckets", "in buckets", path), Skipped)
    scores = {"today": {"1": 0.5, "2": 0.6, "3": 0.7, "4": 0.1}, "buckets": {"1": 0.51, "2": 0.59, "3": 0.73}}
    path.write_text(json.dumps({"f1": scores}), encoding="utf-8")
    row = training_f1.difference("buckets", "in buckets", path)
    assert isinstance(row, Value)
    assert row.value == pytest.approx(1)
    assert row.parts == pytest.approx({"seed 1": 1, "seed 2": -1, "seed 3": 3})
    assert row.note == "mean of 3 seeds, 95 % interval [-3.97, 5.97]; today's F1 is 60.0"
    assert isinstance(training_f1.difference("bfloat16", "in bfloat16", path), Skipped)


def test_the_bare_scores_are_the_packages(setting: Setting) -> None:
    rows = compared(setting, "scoring")
    floors = [True, True, False]  # the products have no scores, nor has bfloat16 those of float32
    assert [row.difference is not None for row in rows] == floors + [False, False] * has_bfloat16_units()
    scores = rows[0].ours()
    assert len(np.unique(scores)) == len(scores) == 12


def test_one_search_a_word_chooses_the_same_words(setting: Setting) -> None:
    rows = compared(setting, "generation")[::3]
    assert len(rows) == len(generation.TABLES)
    assert all(len(row.ours().accepted) == row.ours_size for row in rows)
    assert generation.differing(rows[0].ours(), [("other",) * len(words) for words in rows[0].reference()]) == 1


def test_words_in_unequal_places() -> None:
    assert generation.unequal(torch.tensor([1, 2]), torch.tensor([1, 3])) == 0.5


def test_the_bare_perplexities_are_the_packages(setting: Setting) -> None:
    rows = compared(setting, "perplexity")
    assert [row.difference is not None for row in rows] == [True, True]
    assert (rows[0].ours() > 1).all()


def test_an_experiments_time_is_told_apart(setting: Setting) -> None:
    [entry] = STAGES["experiment"](setting)
    assert isinstance(entry, Value)
    assert 0 < entry.value < 1
    parts: Dict[str, float] = entry.parts
    assert {"forward (s)", "backward (s)", "optimizer (s)"} <= set(parts)
    stages = ("query", "annotate", "augment", "train", "measure")
    assert {f"overhead of {stage} (s)" for stage in (*stages, "between stages")} <= set(parts)
    assert all(seconds >= 0 for seconds in parts.values())
    arithmetic = parts["forward (s)"] + parts["backward (s)"] + parts["optimizer (s)"]
    assert entry.value == pytest.approx(1 - arithmetic / sum(parts.values()), abs=0.01)


def test_the_watch_sees_the_steps_of_every_optimizer(setting: Setting) -> None:
    """Also of a class that was used before it looked: torch replaces the step of each by one that it wraps."""
    built = setting.build(setting.encoders["tiny"], trainer__trainer__num_epochs=1)
    built.learner.train(0, built.sentences[:40], setting.new_folder())
    watch = Watch(CPU)
    with watch:
        built.learner.train(0, built.sentences[:40], setting.new_folder())
    assert watch.calls == {"forward": 3, "backward": 2, "optimizer": 2}  # one forward call looks for a collapse
    assert min(watch.arithmetic.values()) > 0
    built.learner.train(0, built.sentences[:40], setting.new_folder())
    assert (watch.calls["optimizer"], watch.calls["forward"]) == (2, 3)


def test_the_counting_of_entities_is_no_forward_call(setting: Setting) -> None:
    built = setting.build(setting.encoders["tiny"], validation_data_path=str(setting.corpus.dev))
    with Watch(CPU) as watch:
        start = watch.now()
        built.experiment.measure(built.model, CPU)
        total = watch.now() - start
    assert 0 < watch.arithmetic["forward"] + watch.counting < total
    assert watch.counting > 0


def test_a_pool_is_scored_in_a_process_of_its_own(setting: Setting) -> None:
    [found] = STAGES["pool"](setting)
    assert isinstance(found, Value)
    assert found.parts["scoring (s)"] > 0
    assert found.parts["raw file (MB)"] >= 0


def test_a_pool_repeats_its_source_with_other_words(setting: Setting, tmp_path: Path) -> None:
    once, again = tmp_path / "once", tmp_path / "again"
    for path in (once, again):
        pool.write_pool(setting.corpus.train, path, 700)
    assert once.read_bytes() == again.read_bytes()
    blocks = once.read_text(encoding="utf-8").strip().split("\n\n")
    source = setting.corpus.train.read_text(encoding="utf-8").strip().split("\n\n")
    assert len(blocks) == 700
    assert blocks[0].count("\n") == blocks[len(source)].count("\n") == source[0].count("\n")
    assert blocks[0] != blocks[len(source)]


def test_the_shipped_corpus_is_repeated_where_conll_is_not(tmp_path: Path) -> None:
    corpus = find_corpus(tmp_path, tmp_path, quick=False)
    assert corpus.name == "quickstart's 600 sentences, repeated 24 times"
    assert corpus.train.read_text(encoding="utf-8").strip().count("\n\n") == 14_040


@pytest.mark.skipif(not SHARED_DATA.is_dir(), reason="CoNLL-2003 is not there; it is not ours to give away")
def test_conll_is_taken_where_it_is(tmp_path: Path) -> None:
    corpus = find_corpus(SHARED_DATA, tmp_path, quick=False)
    assert (corpus.name, corpus.scheme) == ("CoNLL-2003", "IOB1")


def test_a_sample_is_the_same_every_time_and_in_order() -> None:
    once = drawn(range(100), 10)
    assert once == drawn(range(100), 10) == sorted(set(once))
    assert drawn(range(3), 10) == [0, 1, 2]


def test_the_package_is_built_with_its_own_keys(setting: Setting) -> None:
    built = setting.build(setting.encoders["tiny"], seed=5)
    assert isinstance(built, Built)
    assert built.seed == 5
    assert len(built.sentences) == 600
