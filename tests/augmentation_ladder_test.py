"""The ladder of augmentations: its configurations differ in what they are named after, and in nothing else."""

from typing import Any, Dict

import pytest

from tests.configs_test import FOLDER, OURS, evaluate, steps, trainer_of


def ladder(corpus: str, size: int, method: str) -> Dict[str, Any]:
    return evaluate(FOLDER / "augmentation_ladder" / f"{corpus}_{size}_{method}.jsonnet")


@pytest.mark.parametrize("corpus", ["conll", "events"])
@pytest.mark.parametrize("size", [100, 200])
def test_the_augmentation_ladder_differs_in_augmenter_and_model_alone(corpus: str, size: int) -> None:
    base = ladder(corpus, size, "none")
    assert base["trainer"].pop("augmenter") == {"type": "none"}
    trainer = base["trainer"]
    assert [trainer[key] for key in ("seed_size", "num_rounds", "query_size", "reuse_model")] == [size, 0, [], False]
    assert (trainer["pool"], trainer["training"], steps(base)) == ({"size": None}, {"retries": 2}, 300)
    for path in OURS:
        if path.match(f"augmentation_ladder/{corpus}_{size}_*"):
            config = evaluate(path)
            augmenter = config["trainer"].pop("augmenter")
            mixes = config["model"].pop("hidden_mixing", None) is not None
            plain = path.stem == f"{corpus}_{size}_none"
            assert plain == (augmenter["type"] == "none" and not mixes), path
            assert config == base, path


def test_the_ladder_changes_one_thing_of_the_papers_mixup() -> None:
    paper = ladder("conll", 100, "paper")["trainer"]["augmenter"]
    assert paper == {**trainer_of("conll_seqmix", "offline")["augmenter"], "rate": 1}
    frames = ladder("conll", 100, "duplicate")["trainer"]["augmenter"]
    assert frames == {"type": "duplicate", "rate": 1, "pairing": paper["pairing"]}
    changed = {
        "paper_rate_0.2": {"rate"},
        "csls": {"embedding_table"},
        "dominant": {"dominant"},
        "window_perplexity": {"discriminator"},
        "label_constrained": {"pairing"},
    }
    for method, keys in changed.items():
        other = ladder("conll", 100, method)["trainer"]["augmenter"]
        assert {key for key in paper.keys() | other.keys() if paper.get(key) != other.get(key)} == keys, method


def test_repaired_is_the_sum_of_the_repairs() -> None:
    parts = [ladder("conll", 200, method)["trainer"]["augmenter"] for method in ("csls", "dominant")]
    repaired = ladder("conll", 200, "repaired")["trainer"]["augmenter"]
    paper = ladder("conll", 200, "paper")["trainer"]["augmenter"]
    expected = {**paper, "embedding_table": parts[0]["embedding_table"], "dominant": parts[1]["dominant"]}
    expected["discriminator"] = ladder("conll", 200, "window_perplexity")["trainer"]["augmenter"]["discriminator"]
    assert repaired == {**expected, "pairing": {**paper["pairing"], "entity_borders": True}}


def test_hidden_mixing_mixes_half_of_the_batches() -> None:
    assert ladder("events", 100, "hidden_mixing")["model"]["hidden_mixing"] == {"alpha": 8, "share": 0.5}


def test_label_aligned_forms_and_their_mixture() -> None:
    forms = {
        "mention_replacement": "mention_replacement",
        "lwtr": "label_token_replacement",
        "shuffle": "shuffle_segments",
    }
    for method, kind in forms.items():
        assert ladder("events", 200, method)["trainer"]["augmenter"] == {"type": kind, "rate": 1}
    mixture = ladder("conll", 100, "mixture")["trainer"]["augmenter"]
    assert mixture == {"type": "mixture", "rate": 1, "augmenters": [{"type": kind} for kind in forms.values()]}
    by_pass = ladder("conll", 100, "mixture_pass")["trainer"]["augmenter"]
    assert by_pass == {**mixture, "refresh": "pass", "versions": 300 * 16 // 200}
