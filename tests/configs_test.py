"""Every shipped configuration is built, with tiny models in place of the real ones."""

import copy
import functools
import json
import operator
import re
from itertools import product
from pathlib import Path
from typing import Any, Callable, Dict, List, Sequence, Tuple

import numpy as np
import pytest
from _jsonnet import evaluate_file, evaluate_snippet
from allennlp.commands.train import TrainModel
from allennlp.common import Params

from seqmix_plugin.active_learning import ActiveLearningTrainModel
from seqmix_plugin.functional import eligible_windows
from tests.conftest import QUICKSTART, ROOT

FOLDER = ROOT / "training_configs"
CONFIGS = sorted([*FOLDER.glob("*.jsonnet"), *FOLDER.glob("paper/*.jsonnet")])
OURS = sorted(path for path in FOLDER.glob("*/*.jsonnet") if path.parent.name not in ("paper", "grids"))
"""Configurations of experiments that are not the paper's; each names its source."""
SEQMIX = {"conll_seqmix", "conll_seqmix_minilm", "webpage_nte", "webpage_nte_sub"}
ENTRY_POINTS = {"annotate", "quickstart", "recommended", *SEQMIX}
SOURCES = ("hub", "minilm")


def evaluate(path: Path, source: str = "hub") -> Dict[str, Any]:
    """The configuration with `default` of sources.libsonnet set to `source`."""
    return json.loads(evaluated(source)[str(path)])


@functools.cache
def evaluated(source: str) -> Dict[str, str]:
    """All of them as JSON, by their paths: Jsonnet evaluates them in one call, which reads its libraries once."""

    def load(folder: str, name: str) -> Tuple[str, bytes]:
        file = Path(folder) / name
        text = file.read_text(encoding="utf-8")
        if file.name == "sources.libsonnet":
            assert text.count("default: sources.hub") == 1
            text = text.replace("default: sources.hub", f"default: sources.{source}")
        return str(file), text.encode()

    members = [f"{json.dumps(str(path))}: import {json.dumps(str(path))}" for path in [*CONFIGS, *OURS]]
    configurations = json.loads(evaluate_snippet("all", f"{{{', '.join(members)}}}", import_callback=load))
    return {path: json.dumps(configuration) for path, configuration in configurations.items()}


def configuration(name: str) -> Path:
    """The file of a configuration: an entry point at the top, or one of the paper's grid."""
    return FOLDER / f"{name}.jsonnet" if name in ENTRY_POINTS else FOLDER / "paper" / f"{name}.jsonnet"


def with_tiny_models(block: Any, models: Dict[str, str]) -> Any:
    """The configuration with every model's name replaced; a name that is not expected is an error."""
    if isinstance(block, list):
        return [with_tiny_models(value, models) for value in block]
    if isinstance(block, dict):
        return {
            key: models[value] if key == "model_name" else with_tiny_models(value, models)
            for key, value in block.items()
        }
    return block


@pytest.fixture(scope="session")
def train_file(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Path]:
    """The first sentences of the shipped corpus and as many short ones as are wanted."""
    blocks = (QUICKSTART / "train.conll").read_text(encoding="utf-8").strip().split("\n\n")[:100]
    folder = tmp_path_factory.mktemp("corpus")

    def write(size: int) -> Path:
        path = folder / f"{size}.conll"
        if not path.exists():
            path.write_text("\n\n".join([*blocks, *["Oslo\tB-LOC"] * (size - len(blocks)), ""]), encoding="utf-8")
        return path

    return write


def built(config: Dict[str, Any], models: Dict[str, str], train_file: Path, folder: Path) -> ActiveLearningTrainModel:
    """What `allennlp train` builds of a configuration, with tiny models and another corpus."""
    config = with_tiny_models(config, models)
    config |= {"train_data_path": str(train_file), "validation_data_path": str(QUICKSTART / "dev.conll")}
    config |= {"test_data_path": None}
    if config["dataset_reader"]["type"] == "plain_text":
        config["train_data_path"] = str(QUICKSTART / "pool.txt")
    else:
        config["dataset_reader"]["source_scheme"] = "BIO"
    for key in ("random_seed", "numpy_seed", "pytorch_seed"):
        assert config.pop(key) == config["seed"]
    assert config.pop("include_in_archive") == ["encoder"]
    return TrainModel.from_params(Params(config), serialization_dir=str(folder), local_rank=0)


@pytest.fixture
def tiny_models(tiny_encoder: str, tiny_gpt2: str) -> Dict[str, str]:
    hub = ("bert-base-cased", "bert-base-multilingual-cased")
    encoders = (*hub, "models/all-MiniLM-L6-v2", "models/multilingual-e5-small")
    language_models = ("gpt2", "models/SmolLM2-135M-Instruct")
    return {**dict.fromkeys(encoders, tiny_encoder), **dict.fromkeys(language_models, tiny_gpt2)}


# One of each kind, trained for a round and built on the source that differs from `hub` in names and numbers alone.
KINDS = [
    "conll_lc",
    "conll_lc_crf",
    "conll_qbc_sub",
    "webpage_nte_whole_valid",
    "webpage_nte_label_constrained",
    "conll_nte_sub_contextual",
    "webpage_nte_duplicate",
]


def first_of_each_kind(paths: Sequence[Path]) -> List[Path]:
    """Those that differ in more than the files of the corpus and their tag scheme from all that come before them."""
    kinds: Dict[str, Path] = {}
    for path in paths:
        config = evaluate(path)
        for key in ("train_data_path", "validation_data_path", "test_data_path"):
            del config[key]
        del config["dataset_reader"]["source_scheme"]
        kinds.setdefault(json.dumps(config, sort_keys=True), path)
    return list(kinds.values())


@pytest.mark.parametrize(
    ("path", "source"),
    [
        *product(CONFIGS, SOURCES),
        *((configuration(name), "offline") for name in KINDS),
        *((path, "hub") for path in first_of_each_kind(OURS)),
    ],
    ids=lambda value: value if isinstance(value, str) else str(value.relative_to(FOLDER).with_suffix("")),
)
def test_every_configuration_is_built(
    path: Path, source: str, tiny_models: Dict[str, str], train_file: Callable[[int], Path], tmp_path: Path
) -> None:
    config = evaluate(path, source)
    trainer = config["trainer"]
    sizes = np.broadcast_to(trainer["query_size"], trainer["num_rounds"])
    budget = trainer["seed_size"] + int(sizes.sum())
    model = built(config, tiny_models, train_file(max(700, budget)), tmp_path / "run")
    assert isinstance(model, ActiveLearningTrainModel)
    assert (tmp_path / "run" / "best.th").exists()


def test_every_configuration_says_what_it_reproduces_and_is_listed() -> None:
    listed = (FOLDER / "README.md").read_text(encoding="utf-8")
    names = {path.stem for path in CONFIGS}
    assert len(names) >= 60
    assert {path.stem for path in FOLDER.glob("*.jsonnet")} == ENTRY_POINTS
    shown = set(re.findall(r"`((?:conll|events|webpage)_\w[\w.]*|quickstart|recommended|annotate)`", listed))
    assert shown - {"events_geneva33"} == names
    ours = re.findall(r"`((?:augmentation_ladder|large_pool|label_savings|seed_gain|equal_steps)/\w[\w.]*)`", listed)
    assert sorted(ours) == sorted(str(path.relative_to(FOLDER).with_suffix("")) for path in OURS)
    for path in [*CONFIGS, *OURS]:
        first = path.read_text(encoding="utf-8").splitlines()[0]
        reproduces = ("Figure", "Table", "Equation", "Appendix", "The paper's main experiment")
        own = ("Control", "Upper bound", "As conll_", "Quickstart", "Recommended", "An annotation project")
        further = ("A large pool", "What saves labels", "Seed gain", "Equal steps", "Augmentation ladder")
        assert first.removeprefix("// ").startswith(reproduces + own + further), path


def trainer_of(name: str, source: str = "hub") -> Dict[str, Any]:
    return evaluate(configuration(name), source)["trainer"]


def test_table_3_and_appendix_c_4() -> None:
    """Seed set, query sizes, window and density of the three corpora."""
    expected = {
        "conll": (700, 200, 100, 5, 0.6),
        "events": (None, 1000, [1000, 2000, 2000, 4000, 4000], 5, 0.2),
        "webpage": (None, 85, 60, 4, 0.5),
    }
    for corpus, (pool, seed, query, window, density) in expected.items():
        trainer = trainer_of(f"{corpus}_nte_sub")
        assert [trainer["pool"]["size"], *(trainer[key] for key in ("seed_size", "query_size", "num_rounds"))] == [
            pool,
            seed,
            query,
            5,
        ]
        assert trainer["augmenter"]["pairing"] == {"type": "sub_sequence", "window": window, "min_density": density}
    reader = evaluate(configuration("events_nte"))["dataset_reader"]
    assert reader["token_indexers"]["tokens"]["model_name"] == "bert-base-multilingual-cased"
    for source in ("minilm", "offline"):
        geneva = trainer_of("events_nte_sub", source)
        assert [geneva[key] for key in ("seed_size", "query_size", "num_rounds")] == [200, 200, 5]


def test_figure_2_is_there_for_every_corpus() -> None:
    policies = {
        "random": "random",
        "lc": "least_confidence",
        "nte": "normalized_token_entropy",
        "qbc": "vote_entropy",
    }
    pairings = {
        "nte_whole": ("whole_sequence", "min_density"),
        "nte_whole_valid": ("whole_sequence", "min_valid"),
        "nte_sub": ("sub_sequence", "window"),
        "nte_label_constrained": ("label_constrained", "window"),
    }
    for corpus in ("conll", "events", "webpage"):
        for name, policy in policies.items():
            trainer = trainer_of(f"{corpus}_{name}")
            assert (trainer["query_policy"]["type"], trainer["augmenter"]) == (policy, {"type": "none"})
        assert trainer["query_policy"]["committee_size"] == 3
        for name, (pairing, key) in pairings.items():
            trainer = trainer_of(f"{corpus}_{name}")
            assert trainer["query_policy"]["type"] == "normalized_token_entropy"
            assert trainer["augmenter"]["pairing"]["type"] == pairing
            assert key in trainer["augmenter"]["pairing"]
    counted = [trainer_of(f"{corpus}_nte_whole_valid") for corpus in ("conll", "events", "webpage")]
    assert [trainer["augmenter"]["pairing"]["min_valid"] for trainer in counted] == [3, 1, 2]


def test_figure_3_mixes_with_every_policy() -> None:
    for name in ("random", "lc", "nte", "qbc"):
        plain, mixed = trainer_of(f"conll_{name}"), trainer_of(f"conll_{name}_sub")
        assert plain["query_policy"] == mixed["query_policy"]
        assert mixed["augmenter"] == trainer_of("conll_seqmix")["augmenter"]


@pytest.mark.parametrize(
    ("pattern", "key", "values"),
    [
        ("conll_nte_sub_rate_{}", "rate", {"0.2": 0.2, "0.4": 0.4, "0.6": 0.6, "0.8": 0.8, "1.0": 1.0}),
        ("conll_nte_sub_alpha_{}", "alpha", {"0.5": 0.5, "1": 1, "2": 2, "4": 4, "8": 8, "16": 16}),
    ],
)
def test_tables_and_figures_vary_one_key(pattern: str, key: str, values: Dict[str, float]) -> None:
    main = evaluate(configuration("conll_seqmix"))
    for name, value in values.items():
        config = evaluate(configuration(pattern.format(name)))
        assert config["trainer"]["augmenter"].pop(key) == value
        config["trainer"]["augmenter"][key] = main["trainer"]["augmenter"][key]
        assert config == main


def test_table_1_varies_the_discriminators_range() -> None:
    uppers = {"inf": None, "2000": 2000, "1000": 1000, "500": 500}
    for name, upper in uppers.items():
        for source in ("hub", "offline"):
            discriminator = trainer_of(f"conll_nte_sub_range_{name}", source)["augmenter"]["discriminator"]
            assert discriminator["range"] == [0, upper]
    shares = [
        trainer_of(f"conll_nte_sub_range_{n}", "minilm")["augmenter"]["discriminator"]["quantile"] for n in uppers
    ]
    assert shares == [[0, 1], [0, 0.9], [0, 0.7], [0, 0.5]]


def test_figure_4a_needs_n_valid_labels_of_s() -> None:
    for s, n in ((3, 2), (4, 2), (4, 3), (5, 2), (5, 3), (5, 4), (6, 3), (6, 4), (6, 5)):
        pairing = trainer_of(f"conll_nte_sub_s{s}_n{n}")["augmenter"]["pairing"]
        windows = eligible_windows([True] * n + [False] * (s - n), s, pairing["min_density"])
        fewer = eligible_windows([True] * (n - 1) + [False] * (s - n + 1), s, pairing["min_density"])
        assert (pairing["window"], len(windows), len(fewer)) == (s, 1, 0)


@pytest.mark.parametrize("corpus", ["conll", "events", "webpage"])
def test_controls(corpus: str) -> None:
    plain, duplicate = trainer_of(f"{corpus}_nte"), trainer_of(f"{corpus}_nte_duplicate")
    assert duplicate.pop("augmenter") == {"type": "duplicate", "rate": 0.2}
    assert plain.pop("augmenter") == {"type": "none"}
    assert duplicate == plain
    frames = trainer_of(f"{corpus}_nte_duplicate_frames")
    pairing = trainer_of(f"{corpus}_nte_sub")["augmenter"]["pairing"]
    assert frames.pop("augmenter") == {"type": "duplicate", "rate": 0.2, "pairing": pairing}
    assert frames == plain
    everything = trainer_of(f"{corpus}_train_on_all")
    sizes = {"conll": 700, "events": 14_000, "webpage": 385}
    assert (everything["seed_size"], everything["num_rounds"]) == (sizes[corpus], 0)


@pytest.mark.parametrize("corpus", ["conll", "events"])
def test_the_large_pool_differs_in_the_policy_alone(corpus: str) -> None:
    configs = [evaluate(path) for path in OURS if path.match(f"large_pool/{corpus}_*")]
    policies = [config["trainer"].pop("query_policy")["type"] for config in configs]
    expected = ["bald", "least_confidence", "mnlp", "normalized_token_entropy", "vote_entropy", "random"]
    assert policies == expected
    assert all(config == configs[0] for config in configs)
    trainer = configs[0]["trainer"]
    assert [trainer[key] for key in ("seed_size", "num_rounds", "query_size", "reuse_model")] == [50, 5, 50, False]
    assert (trainer["pool"], trainer["scoring"]) == ({"size": None}, {"max_candidates": 4000})
    assert trainer["training"] == {"retries": 2}
    assert steps(configs[0]) == 200


BASES = {
    "conll": "large_pool/conll_random",
    "events": "large_pool/events_random",
    "webpage": "label_savings/webpage_random",
    "offline_conll": "label_savings/offline_conll_random",
}


LEARNING: Dict[str, Dict[str, Any]] = {
    "self_training": {"trainer.self_training": {"type": "pseudo_labels"}},
    "more_steps": {"data_loader.batches_per_epoch": 40},
    "label_smoothing": {"model.label_smoothing": 0.1},
    "moving_average": {"trainer.trainer.moving_average": {"type": "exponential"}},
    "reinit": {
        "model.initializer": {
            "regexes": [
                [r"encoder\.layer\.5\..*LayerNorm\.weight", {"type": "constant", "val": 1}],
                [r"encoder\.layer\.5\..*bias", {"type": "zero"}],
                [r"encoder\.layer\.5\..*weight", {"type": "normal", "mean": 0, "std": 0.02}],
            ]
        }
    },
    "crf": {
        "model.head": {"type": "crf"},
        "trainer.trainer.optimizer.parameter_groups": [
            [[r"bias|[Nn]orm|\bln_"], {"weight_decay": 0.0}],
            [[r"^head\."], {"lr": pytest.approx(0.03), "weight_decay": 0.0}],
        ],
    },
}
"""What each way of learning changes, beside the policy."""


@pytest.mark.parametrize("corpus", BASES)
def test_what_saves_labels_is_the_large_pool_with_other_policies_or_another_way_of_learning(corpus: str) -> None:
    base, seen = evaluate(FOLDER / f"{BASES[corpus]}.jsonnet"), set()
    for path in OURS:
        if path.match(f"label_savings/{corpus}_*"):
            config, expected = evaluate(path), copy.deepcopy(base)
            learns = next((name for name in LEARNING if path.stem.endswith(f"_{name}")), "none")
            for key, value in LEARNING.get(learns, {}).items():
                *blocks, last = key.split(".")
                functools.reduce(operator.getitem, blocks, expected)[last] = value
            if learns != "none":  # with the policy of the file whose name has no way of learning
                policy = path.stem.removesuffix(f"_{learns}")
                [plain] = [one for one in OURS if one.match(f"la*/{policy}.jsonnet")]
                assert config["trainer"]["query_policy"] == evaluate(plain)["trainer"]["query_policy"], path
            del config["trainer"]["query_policy"], expected["trainer"]["query_policy"]
            seed_policy = re.search("_seed_(.+)", path.stem)
            assert config["trainer"].pop("seed_policy", {}).get("type") == (seed_policy and seed_policy.group(1)), path
            assert config == expected, path
            seen.add(learns)
    assert seen == ({"none", *LEARNING} if corpus in ("conll", "events") else {"none"})


def test_the_large_pool_of_webpage_and_that_of_e5() -> None:
    conll, webpage, e5 = (
        evaluate(FOLDER / f"{BASES[corpus]}.jsonnet") for corpus in ("conll", "webpage", "offline_conll")
    )
    sizes = [[config["trainer"][key] for key in ("seed_size", "num_rounds", "query_size")] for config in (webpage, e5)]
    assert sizes == [[25, 5, 25], [50, 5, 50]]
    assert [steps(config) for config in (conll, webpage, e5)] == [200, 200, 600]
    keys = ("pool", "scoring", "training", "reuse_model")
    assert all(
        [config["trainer"][key] for key in keys] == [conll["trainer"][key] for key in keys] for config in (webpage, e5)
    )


def test_no_configuration_of_the_large_pool_is_measured_twice() -> None:
    paths = [path for path in OURS if path.parent.name in ("large_pool", "label_savings")]
    assert len({json.dumps(evaluate(path), sort_keys=True) for path in paths}) == len(paths)


@pytest.mark.parametrize("corpus", ["conll", "events", "webpage"])
def test_recommended_is_measured_as_a_whole_and_without_each_part(corpus: str) -> None:
    library = json.loads(evaluate_file(str(FOLDER / "lib" / "recommended.libsonnet")))
    configs = {path.stem: evaluate(path) for path in OURS if path.parent.name in ("large_pool", "label_savings")}
    whole = configs[f"{corpus}_{library['measured_as']}"]
    assert whole["trainer"] == {**whole["trainer"], **library["trainer"]}
    assert all(configs[f"{corpus}_{name}"] != whole for name in library["without"].values())
    if corpus == "conll":
        assert evaluate(FOLDER / "recommended.jsonnet") == whole


@pytest.mark.parametrize(
    "path", [path for path in OURS if path.parent.name == "equal_steps"], ids=lambda path: path.stem
)
def test_equal_steps_is_the_papers_experiment_but_for_the_steps(path: Path) -> None:
    source, name = path.stem.split("_", 1)
    ours, papers = evaluate(path), evaluate(configuration(name), source)
    assert steps(ours) == {"minilm": 300, "offline": 600}[source]
    assert ours["trainer"].pop("training") == {"retries": 2, "dtype": "bfloat16"}
    loader = ours.pop("data_loader")
    assert (loader["batch_size"], loader["batches_per_bucket"]) == (16, 16)
    assert papers.pop("data_loader") == {"type": "in_memory", "batch_size": 32}
    assert ours == papers


def test_queries_in_tokens_are_a_parameter_of_the_library() -> None:
    call = "(import 'lib/active_learning.libsonnet')(source, source.webpage, {{ type: 'random' }}{})"
    text = "local source = (import 'lib/sources.libsonnet').minilm; " + call
    sentences, tokens = (
        json.loads(evaluate_snippet(str(FOLDER / "mine.jsonnet"), text.format(more)))["trainer"]
        for more in ("", ", query_tokens=[500, 900], num_rounds=2")
    )
    assert (sentences["query_size"], "query_tokens" in sentences) == (60, False)
    assert (tokens["query_tokens"], "query_size" in tokens) == ([500, 900], False)


@pytest.mark.parametrize("corpus", ["conll", "webpage"])
@pytest.mark.parametrize(("augmented", "papers"), [("none", "nte"), ("sub", "nte_sub")])
def test_the_seed_gain_is_round_0_of_the_papers_experiment(corpus: str, augmented: str, papers: str) -> None:
    expected = evaluate(configuration(f"{corpus}_{papers}"), "minilm")
    for times, number in (("once", 1), ("twice", 2)):
        config = evaluate(FOLDER / "seed_gain" / f"{corpus}_{times}_{augmented}.jsonnet")
        assert config["trainer"].pop("training") == {"seed_trainings": number}
        assert config == {**expected, "trainer": {**expected["trainer"], "num_rounds": 0, "query_size": []}}


def steps(config: Dict[str, Any]) -> int:
    """The optimizer's steps in a round."""
    loader = config["data_loader"]
    assert loader["batch_size"] == 16
    return int(loader["batches_per_epoch"] * config["trainer"]["trainer"]["num_epochs"])


def trained_for_a_round(config: Dict[str, Any], models: Dict[str, str], folder: Path) -> Dict[str, Any]:
    """
    The metrics of a round with tiny models and few sentences; windows are easily eligible, perplexities accepted. In
    this process alone: AllenNLP's command takes out `distributed` and starts the others.
    """
    config.pop("distributed", None)
    trainer = config["trainer"]
    query_size = None if "query_tokens" in trainer else 20
    trainer |= {"pool": {"size": 60}, "seed_size": 30, "query_size": query_size, "num_rounds": 1}
    trainer["trainer"]["num_epochs"] = 1
    if "discriminator" in trainer["augmenter"]:
        pairing, discriminator = (trainer["augmenter"][key] for key in ("pairing", "discriminator"))
        pairing |= {"min_valid": 1} if "min_valid" in pairing else {"min_density": 0.2}
        if discriminator["language_model"]["type"] == "in_domain":
            discriminator["language_model"]["settings"] = {"num_layers": 1, "dimension": 32, "max_epochs": 1}
        else:
            discriminator["range"] = [0, None]
    return built(config, models, QUICKSTART / "train.conll", folder / "run").run()


@pytest.mark.parametrize("name", KINDS)
def test_one_of_each_kind_is_trained_for_a_round(name: str, tiny_models: Dict[str, str], tmp_path: Path) -> None:
    config = evaluate(configuration(name))
    trainer = config["trainer"]
    metrics = trained_for_a_round(config, tiny_models, tmp_path)
    assert metrics["annotated_sentences"] == 50
    assert 0 <= metrics["dev_f1"] <= 1
    synthetic = (tmp_path / "run" / "synthetic.jsonl").read_text(encoding="utf-8").splitlines()
    assert bool(synthetic) == (trainer["augmenter"]["type"] != "none")


def test_the_main_configuration_is_the_papers() -> None:
    config = evaluate(configuration("conll_seqmix"))
    trainer = config["trainer"]
    assert trainer["pool"] == {"size": 700}
    assert [trainer[key] for key in ("seed_size", "num_rounds", "query_size")] == [200, 5, 100]
    assert trainer["reuse_model"] is True
    assert trainer["query_policy"] == {"type": "normalized_token_entropy"}
    augmenter = trainer["augmenter"]
    assert (augmenter["rate"], augmenter["alpha"]) == (0.2, 8)
    assert augmenter["pairing"] == {"type": "sub_sequence", "window": 5, "min_density": 0.6}
    assert augmenter["discriminator"]["range"] == [0, 500]
    assert augmenter["discriminator"]["language_model"]["model_name"] == "gpt2"
    inner = trainer["trainer"]
    assert (inner["num_epochs"], inner["grad_norm"]) == (10, 1.0)
    assert {key: inner["optimizer"][key] for key in ("lr", "eps", "weight_decay")} == {
        "lr": 5e-5,
        "eps": 1e-8,
        "weight_decay": 0.01,
    }
    assert config["data_loader"]["batch_size"] == 32
    assert config["model"]["dropout"] == 0.1
    assert config["dataset_reader"]["max_length"] == 128
    embedder = config["model"]["text_field_embedder"]["token_embedders"]["tokens"]
    assert embedder["model_name"] == "bert-base-cased"
    assert embedder["sub_token_mode"] == "first"


@pytest.mark.parametrize("name", ["seqmix", "nte", "random"])
def test_fresh_twins_differ_in_one_key(name: str) -> None:
    plain, fresh = (evaluate(configuration(f"conll_{name}{suffix}")) for suffix in ("", "_fresh"))
    assert fresh["trainer"].pop("reuse_model") is False
    assert plain["trainer"].pop("reuse_model") is True
    assert plain == fresh


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("'conl', 'nte'", "corpus is conl; expected 'conll', 'events', 'webpage' or 'quickstart'"),
        ("'conll', 'entropy'", "policy is entropy; expected one of .*bald, .*lc, .*mnlp, .*nte, .*qbc, .*random"),
        ("'conll', 'nte', 'labelconstrained'", "mixup is labelconstrained; expected 'whole', 'whole_valid', 'sub'"),
        ("'conll', 'nte', 'whole', min_valid=2", "min_valid is for sub, label_constrained and whole_valid"),
        ("'conll', 'nte', 'whole', window=4", "window is for sub and label_constrained"),
        ("'conll', 'nte', 'sub', min_valid=7", "min_valid is 7, more than the window of 5 words"),
        (
            "'conll', 'nte', 'sub', upper=300, source=(import 'lib/sources.libsonnet').minilm",
            "upper is 300; minilm has 500, 1000, 2000 and null",
        ),
    ],
)
def test_arguments_that_would_be_dropped_are_errors(call: str, message: str) -> None:
    with pytest.raises(RuntimeError, match=message):
        evaluate_snippet(str(FOLDER / "mine.jsonnet"), f"(import 'lib/paper.libsonnet')({call})")
