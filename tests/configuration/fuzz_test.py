"""
Every key of every shipped configuration and of `FURTHER`, which has the keys that no shipped one has, is deleted,
misspelt and given values of wrong types, alone and several at once. What `allennlp train` builds is built of it: either
that works, or a `ConfigurationError` of one line says why not.

`make test` takes a sample, drawn with a seed. All of it, in about a minute, and with whatever was built run for a round
as well, in about ten:

    CONFIG_FUZZ=all .venv/bin/python -m pytest tests/config_fuzz_test.py
    CONFIG_FUZZ=run .venv/bin/python -m pytest tests/config_fuzz_test.py
"""

import copy
import json
import logging
import os
import random
import shutil
from pathlib import Path
from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Sequence, Tuple

import pytest
from allennlp.commands.train import TrainModel
from allennlp.common import Params
from allennlp.common.checks import ConfigurationError
from transformers import AutoTokenizer, BertConfig, BertForMaskedLM

from seqmix_plugin.errors import error_line, printable
from tests.configs_test import CONFIGS, FOLDER, SOURCES, evaluate, with_tiny_models
from tests.conftest import QUICKSTART

EXTENT = os.environ.get("CONFIG_FUZZ", "sample")
SAMPLE, SEVERAL = 400, 50
STOCK = ("random_seed", "numpy_seed", "pytorch_seed", "include_in_archive", "type")
"""What AllenNLP takes out before our code is reached; docs/errors.md says what it makes of mistakes there."""
VALUES: Dict[str, Any] = {
    "null": None,
    "string": "nonsense",
    "number": 3,
    "fraction": 2.5,
    "negative": -1,
    "zero": 0,
    "huge": 10**30,
    "true": True,
    "false": False,
    "empty string": "",
    "list": [1, 2],
    "empty list": [],
    "object": {"a": 1},
    "empty object": {},
    "text with an escape": "\x1b[31m\n",
}
WAYS = ("delete", "misspell", *VALUES)
SETTINGS = {
    "vocab_size": 300,
    "num_layers": 1,
    "dimension": 32,
    "max_epochs": 1,
    "batch_size": 8,
    "lr": 0.003,
    "max_sentences": 50,
}
TOKENS = "model.text_field_embedder.token_embedders.tokens"
FURTHER: Dict[str, Dict[str, Any]] = {
    "bald and tagger_agreement": {
        "allow_tf32": True,
        "dataset_reader.token_column": 0,
        "dataset_reader.tag_column": 1,
        "dataset_reader.repair_tags": True,
        "dataset_reader.token_indexers.tokens.tokenizer_kwargs": {"do_lower_case": False},
        "data_loader.evaluation_batch_size": 16,
        "data_loader.batches_per_bucket": 2,
        "model.label_namespace": "labels",
        "model.label_smoothing": 0.1,
        "model.hidden_mixing": {"alpha": 2.0, "within": "sentence", "share": 0.5},
        "model.initializer": {"regexes": [["tag_projection.weight", {"type": "xavier_normal"}]]},
        f"{TOKENS}.train_parameters": True,
        f"{TOKENS}.last_layer_only": True,
        f"{TOKENS}.transformer_kwargs": {"hidden_dropout_prob": 0.0},
        "trainer.pool.data_seed": 3,
        "trainer.scoring": {"max_candidates": 10, "dtype": "bfloat16"},
        "trainer.cuda_device": -1,
        "trainer.self_training": {
            "type": "pseudo_labels",
            "sentences": 8,
            "share": 0.5,
            "temperature": 0.5,
            "min_confidence": 0.1,
            "generations": 1,
        },
        "trainer.query_policy": {"type": "bald", "num_samples": 2},
        "trainer.augmenter": {
            "type": "seqmix",
            "rate": 0.5,
            "pairing": {"type": "sub_sequence", "window": 3, "min_density": 0.3, "entity_borders": True},
            "embedding_table": {"type": "contextual", "layer": 1, "distance": "csls", "restrict": ["shape", "tags"]},
            "discriminator": {"type": "tagger_agreement", "min_agreement": 0.1},
            "keep_shared_tokens": True,
            "max_tries": 10,
            "dominant": True,
            "labels": "smooth",
        },
        "trainer.trainer.grad_clipping": 5.0,
        "trainer.trainer.num_gradient_accumulation_steps": 2,
        "trainer.trainer.no_grad": ["nothing"],
        "trainer.trainer.moving_average": {"type": "exponential", "decay": 0.9},
        "trainer.trainer.optimizer.betas": [0.9, 0.99],
    },
    "masked, and dev after each epoch": {
        "validation_dataset_reader": {
            "type": "conll_columns",
            "max_length": 128,
            "token_indexers": {"tokens": {"type": "word_piece", "model_name": "models/all-MiniLM-L6-v2"}},
        },
        "validation_data_loader": {"type": "in_memory", "batch_size": 8},
        "trainer.query_policy": {"type": "consensus_kl", "committee_size": 2},
        "trainer.augmenter.embedding_table": {"type": "vocabulary", "words": "all", "distance": "l2"},
        "trainer.augmenter.discriminator": {
            "type": "perplexity",
            "language_model": {
                "type": "masked",
                "model_name": "masked",
                "batch_tokens": 500,
                "text": "detokenized",
                "language": "en",
            },
            "ratio_to_parents": [0, 1.5],
            "scope": "window",
        },
        "trainer.trainer.callbacks": [],
        "trainer.trainer.validation_metric": "+f1",
        "trainer.trainer.patience": 3,
        "trainer.trainer.checkpointer": {"type": "default", "keep_most_recent_by_count": 1},
        "trainer.trainer.learning_rate_scheduler": {"type": "step", "step_size": 1, "gamma": 0.5},
    },
    "in_domain": {
        "trainer.augmenter.discriminator": {
            "type": "perplexity",
            "language_model": {"type": "in_domain", "text_path": "text", "settings": SETTINGS, "text": "tokens"},
            "quantile": [0, 0.5],
        },
        "trainer.augmenter.pairing": {
            "type": "label_constrained",
            "window": 2,
            "min_density": 0.5,
            "entity_borders": False,
        },
        "trainer.trainer.learning_rate_scheduler": {"type": "linear_with_warmup", "warmup_steps": 1},
    },
}
Place = Tuple[Any, ...]


class Case(NamedTuple):
    """One or more mistakes in a configuration."""

    name: str
    places: List[Tuple[Place, str]]
    config: Dict[str, Any]


class Materials(NamedTuple):
    """What configurations are made small with."""

    models: Dict[str, str]
    train: Path
    dev: Path
    text: Path


@pytest.fixture(scope="session")
def materials(tiny_encoder: str, tiny_gpt2: str, tmp_path_factory: pytest.TempPathFactory) -> Materials:
    folder = tmp_path_factory.mktemp("fuzz")
    blocks = (QUICKSTART / "train.conll").read_text(encoding="utf-8").strip().split("\n\n")
    for name, some in (("train", blocks[:100]), ("dev", blocks[100:104])):
        (folder / f"{name}.conll").write_text("\n\n".join([*some, ""]), encoding="utf-8")
    words = (" ".join(line.split("\t")[0] for line in block.split("\n")) for block in blocks[104:140])
    (folder / "text").write_text("\n".join(words), encoding="utf-8")
    tokenizer = AutoTokenizer.from_pretrained(tiny_encoder)
    tokenizer.save_pretrained(folder / "masked")
    shape = BertConfig(len(tokenizer), hidden_size=16, num_hidden_layers=1, num_attention_heads=1, intermediate_size=16)
    BertForMaskedLM(shape).save_pretrained(folder / "masked")
    encoders = ("bert-base-cased", "bert-base-multilingual-cased", "models/all-MiniLM-L6-v2")
    models = {**dict.fromkeys(encoders, tiny_encoder), "gpt2": tiny_gpt2, "masked": str(folder / "masked")}
    return Materials(models, folder / "train.conll", folder / "dev.conll", folder / "text")


def small(config: Dict[str, Any], materials: Materials) -> Dict[str, Any]:
    """A configuration with tiny models, a hundred sentences and one round, without the keys of AllenNLP's own."""
    config = with_tiny_models(config, materials.models)
    dev = str(materials.dev)
    config |= {"train_data_path": str(materials.train), "validation_data_path": dev, "test_data_path": dev}
    if config["dataset_reader"]["type"] != "plain_text":
        config["dataset_reader"]["source_scheme"] = "BIO"
    trainer = config["trainer"]
    trainer |= {"seed_size": 12, "num_rounds": min(1, trainer["num_rounds"])}
    trainer["pool"]["size"] = trainer["pool"]["size"] and 30
    trainer["query_size"] = [4] * trainer["num_rounds"] if isinstance(trainer["query_size"], list) else 4
    trainer["trainer"]["num_epochs"] = 1
    language_model = trainer["augmenter"].get("discriminator", {}).get("language_model", {})
    if language_model.get("type") == "in_domain":
        language_model["settings"] = dict(SETTINGS)
        if "text_path" in language_model:
            language_model["text_path"] = str(materials.text)
    return {key: value for key, value in config.items() if key not in STOCK or key == "type"}


def configurations(materials: Materials) -> Iterator[Tuple[str, Dict[str, Any]]]:
    """The shipped ones on both sources, and those with further keys."""
    for source in SOURCES:
        for path in CONFIGS:
            yield f"{path.stem} on {source}", small(evaluate(path, source), materials)
    for name, overrides in FURTHER.items():
        yield name, small(_set(evaluate(FOLDER / "quickstart.jsonnet"), overrides), materials)


def _set(config: Dict[str, Any], values: Dict[str, Any]) -> Dict[str, Any]:
    for path, value in values.items():
        *parents, last = path.split(".")
        found(config, parents)[last] = copy.deepcopy(value)
    return config


def found(block: Any, place: Sequence[Any]) -> Any:
    """What stands at a place."""
    for key in place:
        block = block[key]
    return block


def places(block: Any, above: Place = ()) -> Iterator[Place]:
    """Where something stands, lists' members too."""
    for key, value in block.items() if isinstance(block, dict) else enumerate(block):
        yield (*above, key)
        if isinstance(value, (dict, list)):
            yield from places(value, (*above, key))


def mistaken(config: Dict[str, Any], place: Place, way: str) -> Optional[Dict[str, Any]]:
    """The configuration with a mistake at a place, or `None` where this way makes none."""
    config = copy.deepcopy(config)
    block, key = found(config, place[:-1]), place[-1]
    if way == "delete":
        del block[key]
    elif way != "misspell":
        if type(block[key]) is type(VALUES[way]) and block[key] == VALUES[way]:
            return None
        block[key] = copy.deepcopy(VALUES[way])
    elif isinstance(key, str):
        renamed = {f"{name}x" if name == key else name: value for name, value in block.items()}
        block.clear()
        block.update(renamed)
    else:
        return None
    return config


def kinds(config: Dict[str, Any], place: Place) -> Place:
    """The types of the blocks around a place: the same mistake in the same surroundings is made once."""
    around = [found(config, place[:depth]) for depth in range(1, len(place))]
    shape = type(found(config, place)).__name__
    return (*(block.get("type") if isinstance(block, dict) else None for block in around), shape)


def single_mistakes(materials: Materials) -> List[Case]:
    seen = set()
    cases = []
    for name, config in configurations(materials):
        for place in places(config):
            where = (place, kinds(config, place))
            if where in seen or place[0] in STOCK:
                continue
            seen.add(where)
            for way in WAYS:
                wrong = mistaken(config, place, way)
                if wrong is not None:
                    cases.append(Case(name, [(place, way)], wrong))
    return cases


def several_mistakes(materials: Materials, number: int, rng: random.Random) -> Iterator[Case]:
    choices = list(configurations(materials))
    for _ in range(number):
        name, config = rng.choice(choices)
        made: List[Tuple[Place, str]] = []
        for _ in range(rng.choice([2, 3, 5])):
            place = rng.choice([place for place in places(config) if place[0] not in STOCK])
            way = rng.choice(WAYS)
            wrong = mistaken(config, place, way)
            if wrong is not None:
                config, made = wrong, [*made, (place, way)]
        yield Case(name, made, config)


def built(config: Dict[str, Any], folder: Path) -> Any:
    """What `allennlp train` builds."""
    shutil.rmtree(folder, ignore_errors=True)
    return TrainModel.from_params(Params(copy.deepcopy(config)), serialization_dir=str(folder), local_rank=0)


def complaint(case: Case, folder: Path) -> Optional[str]:
    """What is wrong with how a case ended, if anything."""
    try:
        model = built(case.config, folder)
    except ConfigurationError as error:
        return _complaint_of_message(case, error_line(error))
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    if EXTENT != "run":
        return None
    try:
        model.run()
    except ConfigurationError as error:
        # Numbers may be too large for any training; that is known when it has been tried.
        return None if "not a number: training diverged" in str(error) else f"only while running: {error}"
    except Exception as error:
        return f"only while running: {type(error).__name__}: {error}"
    return None


def _complaint_of_message(case: Case, line: str) -> Optional[str]:
    """The terminal's line is to be printable and to name a key of the place, or the value that was put there."""
    if not line.isprintable() or len(line) > 1000:
        return f"not one printable line: {line!r}"
    keys = [key for place, _ in case.places for key in place if key != "trainer" or set(place) == {"trainer"}]
    names = {key.rstrip("s") for key in keys if isinstance(key, str)}  # torch names the parameter beta of betas
    names |= {"source_scheme"} if "tag_column" in names else set()  # another column has no tags of the scheme
    values = {printable(str(VALUES[way]).strip()) for _, way in case.places if way in VALUES} - {""}
    if not any(name in line.replace(" ", "_") or name in line for name in names | values):
        return f"names neither key nor value: {line}"
    return None


def test_a_mistake_is_one_line_or_none(materials: Materials, tmp_path: Path) -> None:
    rng = random.Random(6)
    cases = single_mistakes(materials)
    assert len(cases) > 2500
    if EXTENT == "sample":
        cases = rng.sample(cases, SAMPLE)
    cases += several_mistakes(materials, SEVERAL if EXTENT == "sample" else 10 * SEVERAL, rng)
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        complaints = [(case, complaint(case, tmp_path / "run")) for case in cases]
    finally:
        logging.disable(before)
    told = [f"{case.name}: {json.dumps(case.places)}: {text}" for case, text in complaints if text is not None]
    assert not told, "\n".join(told)


def test_all_configurations_that_are_fuzzed_are_built(materials: Materials, tmp_path: Path) -> None:
    for name, config in configurations(materials):
        if name in FURTHER:
            assert built(config, tmp_path / "run") is not None
