"""Every row of the tables on configurations in docs/errors.md: what is said is what stands there."""

import ast
import gzip
import json
import os
import re
import shutil
import sys
import tarfile
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, NamedTuple, Optional, Sequence, Tuple, Union

import pytest
import torch
from allennlp.commands.train import TrainModel, train_model, train_model_from_file
from allennlp.common import Params
from allennlp.common.checks import ConfigurationError
from allennlp.models import load_archive
from allennlp.nn.parallel import TorchDdpAccelerator
from transformers import (
    AutoModel,
    AutoTokenizer,
    BertConfig,
    BertForMaskedLM,
    BertModel,
    BertTokenizerFast,
    DistilBertConfig,
)

from seqmix_plugin.active_learning import ActiveLearningTrainModel
from seqmix_plugin.active_learning.settings import TrainingSettings
from seqmix_plugin.archives import load_tagger, unpack
from seqmix_plugin.augmenters.language_models import LanguageModel
from seqmix_plugin.commands.augment import augment
from seqmix_plugin.commands.export_hf import export_hf
from seqmix_plugin.commands.repeat import repeat
from seqmix_plugin.configuration.constructors import check_value
from seqmix_plugin.errors import error_line
from seqmix_plugin.query_policies import QueryPolicy, ScoredBatch
from seqmix_plugin.run.reader import read_run
from tests.commands.export_hf_test import part_words
from tests.configs_test import FOLDER, evaluate
from tests.configuration.fuzz_test import Materials, built, found, materials, small
from tests.conftest import QUICKSTART, ROOT
from tests.reporting.conftest import write_run

__all__ = ["materials"]

PAGE = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
GONE = object()
TOKENS = "model.text_field_embedder.token_embedders.tokens"
NAME = f"{TOKENS}.model_name"
INDEXER = "dataset_reader.token_indexers.tokens"
AUGMENTER = "trainer.augmenter"
MODEL = f"{AUGMENTER}.discriminator.language_model"
GROUPS = "trainer.trainer.optimizer.parameter_groups"
Changes = Dict[str, Any]


class Running(NamedTuple):
    """Changes with which a run dies on its way."""

    changes: Changes


class Calling(NamedTuple):
    """What a user does instead of training with changes; it is given a folder and the configuration."""

    do: Callable[[Path, Dict[str, Any]], Any]


Way = Union[Changes, Running, Calling]


PLAIN = {"type": "plain_text", "token_indexers": {"tokens": {"type": "single_id"}}}


@LanguageModel.register("without_places_in_test")
class LanguageModelWithoutPlaces(LanguageModel):
    """Somebody's own, which knows nothing of windows."""

    def perplexities(self, sentences: Sequence[Any], frames: Sequence[Any]) -> Any:  # type: ignore[override]
        raise NotImplementedError


@QueryPolicy.register("leaves_in_test")
class LeavingPolicy(QueryPolicy):
    """Ends the program when it is built, as spaCy does where a language cannot be downloaded."""

    def __init__(self) -> None:
        sys.exit(1)

    def score(self, batch: ScoredBatch) -> Any:
        raise NotImplementedError


@QueryPolicy.register("divides_in_test")
class DividingPolicy(QueryPolicy):
    """Somebody's own, with a mistake that depends on a key."""

    def __init__(self, by: int) -> None:
        self.share = 1 / by

    def score(self, batch: ScoredBatch) -> Any:
        raise NotImplementedError


def perplexity(**settings: Any) -> Changes:
    return {f"{AUGMENTER}.discriminator": {"type": "perplexity", "language_model": {"type": "in_domain"}, **settings}}


def language_model(kind: str, **settings: Any) -> Changes:
    block = {"type": "perplexity", "range": [0, 500], "language_model": {"type": kind, **settings}}
    return {f"{AUGMENTER}.discriminator": block}


def fitted(**settings: Any) -> Changes:
    return language_model("in_domain", settings=settings)


def pairing(**settings: Any) -> Changes:
    return {f"{AUGMENTER}.pairing": settings}


def table(**settings: Any) -> Changes:
    return {f"{AUGMENTER}.embedding_table": settings}


WORDS_ALONE = {
    "dataset_reader.token_indexers.words": {"type": "single_id"},
    TOKENS: {"type": "empty"},
    "model.text_field_embedder.token_embedders.words": {"type": "embedding", "embedding_dim": 8, "num_embeddings": 9},
}
WITH_WORDS = {
    "dataset_reader.token_indexers.words": {"type": "single_id"},
    "model.text_field_embedder.token_embedders.words": {"type": "embedding", "embedding_dim": 8, "num_embeddings": 9},
}
SIMPLE_TAGGER = {"type": "simple_tagger", "encoder": {"type": "pass_through", "input_dim": 32}}
OVERFLOWING = {"trainer.trainer.optimizer.lr": 1e30, "data_loader.batch_size": 4}


def with_accelerator(folder: Path, config: Dict[str, Any]) -> None:
    accelerator = TorchDdpAccelerator(local_rank=0, world_size=1)
    ActiveLearningTrainModel.from_params(
        Params(config), serialization_dir=str(folder), local_rank=0, ddp_accelerator=accelerator
    )


def without_sacremoses(folder: Path, config: Dict[str, Any]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "sacremoses", None)  # what an import then does is what it does where it is missing
        built(changed(config, language_model("in_domain", text="detokenized")), folder)


CONFIGURATION: Dict[str, List[Way]] = {
    "an unknown or misspelt key": [{f"{AUGMENTER}.alfa": 8}, {f"{AUGMENTER}.zzz": 8}],
    "a key of version 0.1 that has moved": [{"trainer.pool_size": 7}, {"trainer.scoring_dtype": "float32"}],
    "a missing key": [{"trainer.seed_size": GONE}, {"trainer.query_policy.type": GONE}],
    "`null` where it is not allowed": [{AUGMENTER: None}, {"trainer.seed_size": None}],
    "a value of another type, or a number beyond 64 bits": [
        {"trainer.seed_size": 10**30},
        {f"{AUGMENTER}.alpha": "8"},
        {"trainer.reuse_model": 1},
        {"train_data_path": 3},
        {f"{GROUPS}.0.1": 3},
        {"trainer.trainer.callbacks": {"type": "should_validate_callback"}},
        {f"{GROUPS}.0": [["bias"]]},
        {"trainer.query_policy": 3},
        {"trainer.query_size": 2.5},
    ],
    "a name under which no class is registered": [{"trainer.query_policy.type": "entropy"}],
    "a part that must be of one kind": [{"data_loader.type": "simple"}, {"trainer.type": "gradient_descent"}],
    "a key that active learning sets itself": [
        {"trainer.oracle.corpus": "train.conll"},
        {"trainer.seed": 3},
        {"trainer.trainer.cuda_device": 0},
        {"trainer.distributed": True},
        {"dataset_reader.max_instances": 10},
    ],
    "`distributed.ddp_accelerator`": [Calling(with_accelerator)],
    "a number out of its range": [
        {"trainer.trainer.learning_rate_scheduler.cut_frac": 2},
        {"trainer.trainer.num_epochs": 0},
        {"trainer.trainer.optimizer.eps": 0},
        {"model.dropout": 1},
        {"model.hidden_mixing": {"alpha": 0}},
        {"model.hidden_mixing": {"share": 2}},
        {"model.label_smoothing": 1.5},
        {f"{AUGMENTER}.rate": -0.2},
        {f"{AUGMENTER}.alpha": 0},
        {f"{AUGMENTER}.max_tries": 0},
        {AUGMENTER: {"type": "shuffle_segments", "probability": 2}},
        {AUGMENTER: {"type": "shuffle_segments", "refresh": "pass", "versions": 1}},
        pairing(type="sub_sequence", window=0),
        pairing(type="sub_sequence", min_density=1.5),
        pairing(type="whole_sequence", min_valid=-1),
        table(type="contextual", layer=9),
        {f"{AUGMENTER}.discriminator": {"type": "tagger_agreement", "min_agreement": 2}},
        {"trainer.query_policy": {"type": "vote_entropy", "committee_size": 1}},
        {"trainer.query_policy": {"type": "inverse_tag_frequency", "smoothing": 0}},
        {"trainer.query_policy": {"type": "badge", "dimension": 0}},
        {"trainer.query_policy": {"type": "without_redundancy", "policy": "mnlp", "max_cosine": 1.5}},
        {"data_loader.batch_size": 0},
        language_model("pretrained", model_name="@gpt2", batch_tokens=0),
        {"trainer.self_training": {"type": "pseudo_labels", "sentences": 0}},
        {"trainer.self_training": {"type": "pseudo_labels", "min_confidence": 2}},
        {"trainer.self_training": {"type": "pseudo_labels", "temperature": -1}},
        {"trainer.training": {"retries": -1}},
        {"trainer.training": {"seed_trainings": 0}},
        {"trainer.annotation_cost": {"seconds_per_token": -1}},
        {"trainer.annotation_cost": {f"seconds_per_{unit}": 0 for unit in ("sentence", "token", "entity")}},
    ],
    "settings of the language model that is fitted": [
        fitted(num_layers=0),
        fitted(vocab_size=257),
        fitted(dimension=33),
        fitted(lr=0),
        fitted(max_sentences=3),
    ],
    "a value that is not one of the choices": [
        {"dataset_reader.source_scheme": "IOB"},
        {"trainer.scoring": {"dtype": "float16"}},
        {"trainer.training": {"dtype": "float16"}},
        {"trainer.query_policy": {"type": "margin", "aggregate": "min"}},
        {"trainer.oracle": {"type": "files", "unanswered": "drop"}},
        {"trainer.oracle": {"type": "files", "annotators": "best"}},
        {"trainer.oracle": {"type": "files", "min_probability": 2}},
        table(type="vocabulary", words="some"),
        table(type="vocabulary", distance="l1"),
        table(type="vocabulary", restrict=["case"]),
        {"trainer.augmenter": {"type": "seqmix", "labels": "hard"}},
        {"model.hidden_mixing": {"within": "word"}},
        language_model("in_domain", text="words"),
        perplexity(range=[0, 500], scope="word"),
        {f"{AUGMENTER}.discriminator": {"type": "tagger_agreement", "measure": "loss"}},
        {AUGMENTER: {"type": "shuffle_segments", "refresh": "epoch"}},
        {"trainer.trackers": [{"type": "wandb", "mode": "on"}]},
        {"model.label_namespace": "tags"},
        {"trainer.trainer.validation_metric": "f1"},
    ],
    "a query policy around one that does not score sentences": [
        {"trainer.query_policy": {"type": "length_ranked", "policy": {"type": "random"}}}
    ],
    "keys of discriminator and pairing that exclude each other": [
        perplexity(range=[0, 500], quantile=[0, 0.5]),
        perplexity(quantile=[0.5, 0]),
        perplexity(range=[0, 0.5]),
        {
            f"{AUGMENTER}.discriminator": {
                "type": "perplexity",
                "range": [0, 500],
                "scope": "window",
                "language_model": {"type": "without_places_in_test"},
            }
        },
        pairing(type="whole_sequence", min_valid=1, min_density=0.5),
    ],
    "parts of a `mixture` or of `all_of` that are missing or cannot be weighed": [
        {AUGMENTER: {"type": "mixture", "augmenters": []}},
        {AUGMENTER: {"type": "mixture", "augmenters": [{"type": "duplicate"}], "weights": [1, 2]}},
        {f"{AUGMENTER}.discriminator": {"type": "all_of", "discriminators": []}},
    ],
    "query policies that do not fit together": [
        {"trainer.query_policy": {"type": "hybrid", "policy": "mnlp", "diversity": "least_confidence"}},
        {"trainer.query_policy": {"type": "hybrid", "policy": "kmeans", "diversity": "core_set"}},
        {"trainer.query_policy": {"type": "hybrid", "policy": "bald", "diversity": "kmeans"}},
        {"trainer.query_policy": {"type": "without_redundancy", "policy": "mnlp", "max_overlap": None}},
        {"trainer.seed_policy": "vote_entropy"},
        {
            "trainer.query_policy": {
                "type": "length_ranked",
                "policy": {"type": "fluctuation_history", "policy": "mnlp"},
            }
        },
    ],
    "sizes that do not fit together": [
        {"trainer.num_rounds": -1},
        {"trainer.seed_size": 0},
        {"trainer.query_size": [1, 2, 3]},
        {"trainer.query_tokens": 40},
        {"trainer.query_size": 1000},
        {"trainer.query_size": GONE, "trainer.query_tokens": 100000},
        {"trainer.query_size": None, "trainer.query_tokens": 1},
        {"trainer.pool.size": 1000},
        {"trainer.scoring": {"max_candidates": 1}},
        {"trainer.stopping": {"type": "plateau"}, "validation_data_path": None},
        {
            "trainer.stopping": {"type": "label_budget", "sentences": 3},
            "seed_data_path": str(QUICKSTART / "dev.conll"),
        },
        {"trainer.stopping": {"type": "label_budget", "tokens": 1}},
    ],
    "a criterion that would end the run by its scores on test": [
        {"trainer.stopping": {"type": "any", "criteria": [{"type": "plateau", "split": "test"}]}},
        {"trainer.stopping": {"type": "target_f1", "f1": 0.5, "split": "train"}},
    ],
    "no labels, or labels other than those of the files": [
        {"dataset_reader.unlabelled": True, "validation_data_path": None, "test_data_path": None},
        {"labels": ["PER"]},
        {
            "train_data_path": "@two words",
            "validation_data_path": None,
            "test_data_path": None,
            "trainer.pool.size": None,
            "trainer.oracle": {"type": "files"},
        },
        {"trainer.oracle": {"type": "files", "format": "doccano"}, "labels": ["PER", "LOC", "ORG", "MISC", "X" * 101]},
    ],
    "an encoder that does not exist or is broken, as a name or a folder": [
        {f"{INDEXER}.model_name": "no-such/encoder", NAME: "no-such/encoder"},
        {NAME: "no/such/folder"},
    ],
    'an encoder whose vocabulary has neither "a" and "b" nor "1" and "2"': [
        {f"{INDEXER}.model_name": "@few letters", NAME: "@few letters"},
        {f"{INDEXER}.tokenizer_kwargs": {"additional_special_tokens": ["a", "b"]}},
    ],
    "a language model that does not exist, is broken or is of another kind": [
        language_model("pretrained", model_name="no-such-model"),
        language_model("masked", model_name="@encoder"),
        language_model("pretrained", model_name="@masked"),
        language_model("pretrained", model_name="@gpt2 without beginning"),
        language_model("masked", model_name="@masked without mask"),
        language_model("in_domain", text_path="no/such/text"),
    ],
    "`detokenized` without its package": [Calling(without_sacremoses)],
    "too little text for the language model that is fitted": [
        {**fitted(), f"{MODEL}.text_path": "@few lines", f"{AUGMENTER}.rate": 1}
    ],
    "too few words to choose from": [
        {"train_data_path": "@two words", "trainer.pool.size": None, f"{AUGMENTER}.rate": 1}
    ],
    "reader, indexer and embedder that do not fit together": [
        {
            INDEXER: {"type": "pretrained_transformer_mismatched", "model_name": "@encoder"},
            "dataset_reader.max_length": None,
        },
        {INDEXER: {"type": "pretrained_transformer_mismatched", "model_name": "@encoder"}},
        {"dataset_reader.max_length": 2},
        {"dataset_reader.max_length": 1000},
        {NAME: "@other encoder"},
        {f"{INDEXER}.tokenizer_kwargs": {"pad_token": "[FILL]"}},
    ],
    "a model that active learning does not support": [
        {"model.type": SIMPLE_TAGGER["type"], "model.encoder": SIMPLE_TAGGER["encoder"], "model.dropout": GONE},
        {"model.initializer": {"regexes": [["(", {"type": "zero"}]]}},
        {TOKENS: {"type": "embedding", "embedding_dim": 8, "num_embeddings": 9}},
        WORDS_ALONE,
        {"vocabulary": {"type": "from_files", "directory": "@labels"}, "model.head": {"type": "crf"}},
    ],
    "self-training that does not fit the batches or the reader, or a file of soft labels for other sentences": [
        {"trainer.self_training": {"type": "pseudo_labels", "share": 1}},
        {"trainer.self_training": {"type": "pseudo_labels"}, **WITH_WORDS},
        {"trainer.self_training": {"type": "file_labels", "labels_path": "no/such/file"}},
        {"trainer.self_training": {"type": "file_labels", "labels_path": "@other soft labels"}},
        {
            AUGMENTER: {"type": "mention_replacement", "refresh": "pass"},
            "trainer.self_training": {"type": "pseudo_labels"},
        },
    ],
    "options of groups of parameters": [{f"{GROUPS}.0.1.weight_deacy": 0}, {f"{GROUPS}.0.0.0": "("}],
    "errors of the inner trainer or its parts": [
        {"trainer.trainer.use_amp": True, "trainer.cuda_device": -1},
        {"trainer.trainer.no_grad": [".*"]},
    ],
    "errors of any other part, such as arguments of a tokenizer": [
        {"trainer.query_policy": {"type": "divides_in_test", "by": 0}}
    ],
    "a language for the tokenizer `spacy` that is not installed and that spaCy cannot download": [
        {"dataset_reader": {**PLAIN, "tokenizer": {"type": "spacy", "language": "no_such_language"}}}
    ],
    "validation after each epoch without a dev file": [
        {"validation_data_loader": {"type": "in_memory"}, "validation_data_path": None}
    ],
    "patience without validation": [{"trainer.trainer.patience": 2}],
    "an empty path": [{"seed_data_path": ""}],
    "a learning rate, decay or ε that makes numbers overflow": [
        Running(OVERFLOWING),
        Running({**OVERFLOWING, "data_loader.batch_size": 32}),
        Running({**OVERFLOWING, "data_loader.batch_size": 32, "trainer.query_policy": "kmeans"}),
    ],
}


def in_file(config: Dict[str, Any], folder: Path) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return str(folder / "config.json")


def augmenting(changes: Changes) -> Calling:
    def do(folder: Path, config: Dict[str, Any]) -> None:
        path = in_file(changed(config, changes), folder)
        augment(path, str(QUICKSTART / "dev.conll"), output=str(folder / "out"))

    return Calling(do)


def repeating(changes: Changes, overrides: str = "") -> Calling:
    def do(folder: Path, config: Dict[str, Any]) -> None:
        path = in_file(changed(config, changes), folder)
        repeat(path, seeds="1", serialization_dir=str(folder / "runs"), overrides=overrides)

    return Calling(do)


SUB_COMMANDS: Dict[str, List[Way]] = {
    "a configuration that does not exist or cannot be read": [
        Calling(lambda folder, _: augment(str(folder / "nowhere.jsonnet"), "in", output=str(folder / "out"))),
        Calling(lambda folder, _: augment(str(QUICKSTART), "in", output=str(folder / "out"))),
    ],
    "a missing block": [augmenting({"model": GONE}), augmenting({AUGMENTER: {"type": "none"}})],
    "a configuration of another kind": [repeating({"type": "default"}), repeating({"trainer.num_rounds": "3"})],
    "an invalid `-o`, or one with a key that `repeat` sets": [
        repeating({}, "{"),
        repeating({}, "[]"),
        repeating({}, '{"seed": 3}'),
    ],
}


def training(text: Optional[str] = None, overrides: str = "", recover: bool = False, **there: str) -> Calling:
    """`allennlp train` with another text of the configuration, in a folder that holds some files."""

    def do(folder: Path, config: Dict[str, Any]) -> None:
        path = in_file(config, folder)
        if text is not None:
            Path(path).write_text(text, encoding="utf-8")
        for name, content in there.items():
            (folder / "run").mkdir(exist_ok=True)
            (folder / "run" / f"{name}.json").write_text(content, encoding="utf-8")
        train_model_from_file(path, str(folder / "run"), overrides=overrides, recover=recover, dry_run=True)

    return Calling(do)


def overriding(**values: Any) -> Calling:
    return training(overrides=json.dumps(values))


ALLENNLP: Dict[str, List[Way]] = {
    "an error in the Jsonnet, or a missing import": [
        training("{ type: undefined }"),
        training("import 'nowhere.libsonnet'"),
    ],
    "a configuration that does not exist": [
        Calling(lambda folder, _: train_model_from_file(str(folder / "nowhere.jsonnet"), str(folder / "run")))
    ],
    "`-o` with a key that is not in the configuration and cannot be added": [
        training(overrides='{"trainer.nothing.there": 1}')
    ],
    "a folder with files in it": [training(other="{}")],
    "`--recover` of a folder that does not exist": [training(recover=True)],
    "`--recover` of a folder without a configuration": [training(recover=True, other="{}")],
    "`--recover` with another value, or with an additional key": [
        Calling(
            lambda folder, config: training(recover=True, config=json.dumps({**config, "seed": 9})).do(folder, config)
        ),
        training(recover=True, config='{"type": "active_learning"}'),
    ],
    "a top-level `type` that is not registered, or `--include-package seqmix_plugin` forgotten": [
        overriding(type="active_lerning")
    ],
    "no top-level `type`: AllenNLP's own training, which has other keys": [
        Calling(lambda folder, config: training(json.dumps({**config, "type": "default"})).do(folder, config))
    ],
    "`random_seed`, `numpy_seed` or `pytorch_seed` that is not a number, or too large for NumPy": [
        overriding(random_seed="x"),
        overriding(numpy_seed=-1),
    ],
    "`include_in_archive` that is not a list, or names a file that is in every archive": [
        overriding(include_in_archive=3),
        overriding(include_in_archive=["best.th"]),
    ],
    "`distributed` with one device, or that is not a block": [
        overriding(distributed={"cuda_devices": [0]}),
        overriding(distributed=3),
    ],
    "an archive that does not exist": [Calling(lambda folder, _: load_archive(str(folder / "nowhere.tar.gz")))],
}


def unpacking(name: str, kind: bytes = tarfile.REGTYPE, target: str = "", size: int = 0) -> Calling:
    """An archive with one member."""

    def do(folder: Path, config: Dict[str, Any]) -> None:
        (folder / "in").mkdir(parents=True)
        info = tarfile.TarInfo(name)
        info.type, info.linkname, info.size = kind, target, size
        (folder / "model.tar.gz").write_bytes(gzip.compress(info.tobuf(tarfile.GNU_FORMAT) + b"0" * 1024))
        unpack("model.tar.gz", str(folder / "model.tar.gz"), str(folder / "in"))

    return Calling(do)


def loading(text: Optional[str] = None, **changes: Any) -> Calling:
    """A folder with a configuration."""

    def do(folder: Path, config: Dict[str, Any]) -> None:
        in_file(changed(config, {path.replace("__", "."): value for path, value in changes.items()}), folder)
        if text is not None:
            (folder / "config.json").write_text(text, encoding="utf-8")
        load_tagger(str(folder))

    return Calling(do)


def loading_an_encoder_with_files_elsewhere(folder: Path, config: Dict[str, Any]) -> None:
    in_file(config, folder)
    (folder / "encoder").mkdir()
    (folder / "encoder" / "tokenizer_config.json").write_text('{"tokenizer_file": "/etc/passwd"}', encoding="utf-8")
    load_tagger(str(folder))


def loading_a_pickle(folder: Path, config: Dict[str, Any]) -> None:
    built(config, folder)
    in_file(config, folder)
    torch.save({"model": folder}, folder / "best.th")
    load_tagger(str(folder))


def exporting_into_a_link(folder: Path, config: Dict[str, Any]) -> None:
    folder.mkdir()
    (folder / "huggingface").symlink_to(folder.parent)
    export_hf(str(folder))


def exporting_without_rounds(folder: Path, config: Dict[str, Any]) -> None:
    folder.mkdir()
    (folder / "config.json").write_text('{"type": "active_learning"}', encoding="utf-8")
    export_hf(str(folder))


def loading_a_pipe(folder: Path, config: Dict[str, Any]) -> None:
    in_file(config, folder)
    os.mkfifo(folder / "best.th")
    load_tagger(str(folder))


def train_shortly(folder: Path, config: Dict[str, Any]) -> None:
    shortest = {"trainer.num_rounds": 0, "trainer.trainer.num_epochs": 1, AUGMENTER: {"type": "none"}}
    train_model(Params(changed(config, shortest)), str(folder))


def loading_other_weights(folder: Path, config: Dict[str, Any]) -> None:
    train_shortly(folder, config)
    weights = torch.load(folder / "best.th", weights_only=True)
    torch.save({name: weight * 2 for name, weight in weights.items()}, folder / "best.th")
    load_tagger(str(folder))


def exporting_what_differs(folder: Path, config: Dict[str, Any]) -> None:
    train_shortly(folder, config)
    part_words(folder)
    export_hf(str(folder))


def exporting_what_cannot_be_tagged(folder: Path, config: Dict[str, Any]) -> None:
    """DistilBERT takes no segments of text, which the tokenizer of BERT gives."""
    encoder = shutil.copytree(config["dataset_reader"]["token_indexers"]["tokens"]["model_name"], f"{folder}-encoder")
    size = len(AutoTokenizer.from_pretrained(encoder))
    other = DistilBertConfig(vocab_size=size, dim=32, n_layers=2, n_heads=2, hidden_dim=64)
    AutoModel.from_config(other).save_pretrained(encoder)
    train_shortly(folder, changed(config, {f"{INDEXER}.model_name": encoder, NAME: encoder}))
    export_hf(str(folder))


def reading(name: str, text: str) -> Calling:
    """The folder of a run with another text in one of its files."""

    def do(folder: Path, config: Dict[str, Any]) -> None:
        write_run(folder, [50.0])
        (folder / name).write_text(text, encoding="utf-8")
        read_run(folder)

    return Calling(do)


OF_OTHERS: Dict[str, List[Way]] = {
    "members of an archive that would leave its folder, links, devices, a bomb": [
        unpacking("../evil"),
        unpacking("/evil"),
        unpacking("config", tarfile.SYMTYPE, "config.json"),
        unpacking("evil", tarfile.CHRTYPE),
        unpacking("weights.th", size=2**60),
    ],
    "a configuration that names code to be run": [
        loading(model__type="subprocess.Popen"),
        loading(model={"type": "from_archive", "archive_file": "other.tar.gz"}),
        loading(dataset_reader__token_indexers__tokens__tokenizer_kwargs={"trust_remote_code": True}),
        loading(
            dataset_reader={
                "type": "plain_text",
                "tokenizer": {"type": "spacy", "language": "os"},
                "token_indexers": {"tokens": {"type": "single_id"}},
            }
        ),
        loading(tokenizer_class="Trainer"),
    ],
    "a configuration that names a file or an address elsewhere": [
        loading(dataset_reader__token_indexers__tokens__tokenizer_kwargs={"vocab_file": "/etc/passwd"}),
        Calling(loading_an_encoder_with_files_elsewhere),
    ],
    "a model or a reader of another kind": [loading(dataset_reader={"type": "sequence_tagging"})],
    "weights that are more than tensors": [Calling(loading_a_pickle)],
    "a folder that is not a run, or a broken run": [
        Calling(lambda folder, _: load_tagger(str(folder))),
        loading("{model: importstr '/etc/passwd'}"),
        loading("[]"),
    ],
    "a pipe or a device in a run's folder, for `best.th` and others": [Calling(loading_a_pipe)],
    "weights in a run's folder that are damaged, older than its rounds, or of another run": [
        Calling(loading_other_weights)
    ],
    "`export-hf`: a run of which no round is trained": [Calling(exporting_without_rounds)],
    "`export-hf`: words that the pipeline of transformers tags in another way": [
        Calling(exporting_what_differs),
        Calling(exporting_what_cannot_be_tagged),
    ],
    "a run folder in which `huggingface` is a link to elsewhere": [Calling(exporting_into_a_link)],
    "a JSON file of a run that is not JSON, not a file, larger than 64 MiB or not plain data": [
        reading("config.json", '{"type": NaN}'),
        reading("environment.json", "[]"),
    ],
    "a line of a JSONL file that is not plain data": [
        reading("rounds.jsonl", '{"round": 0'),
        reading("rounds.jsonl", '{"round": 0, "round": 1}'),
        reading("rounds.jsonl", '{"round": NaN}'),
        reading("rounds.jsonl", '{"round": 1e999}'),
        reading("rounds.jsonl", "[" * 1000 + "]" * 1000),
        reading("rounds.jsonl", "[]"),
    ],
    "a line that does not belong to a run": [reading("rounds.jsonl", "{}")],
}
CASES = {**CONFIGURATION, **SUB_COMMANDS, **ALLENNLP, **OF_OTHERS}


def rows() -> Iterator[Tuple[str, List[str]]]:
    """What stands in the first column, and the messages of the second."""
    _, configuration, others = re.split("## Configuration\n|## Errors of AllenNLP\n", PAGE)
    for line in (configuration.split("\n## ")[0] + others).splitlines():
        cells = [cell.strip() for cell in line.split(" | ")]
        if line.startswith("| ") and len(cells) == 3 and cells[0] != "| what":
            yield cells[0].removeprefix("| "), re.findall("`([^`]+)`", cells[1].split(" (a ")[0])


ROWS = dict(rows())


def test_every_row_has_its_cases() -> None:
    assert list(ROWS) == list(CASES)
    assert {row: len(messages) for row, messages in ROWS.items()} == {row: len(ways) for row, ways in CASES.items()}


@pytest.fixture(scope="session")
def prepared(materials: Materials, tmp_path_factory: pytest.TempPathFactory) -> Dict[str, str]:
    """Folders and files that names with an `@` stand for."""
    folder = tmp_path_factory.mktemp("prepared")
    encoder, gpt2 = materials.models["bert-base-cased"], materials.models["gpt2"]
    paths = {name: str(folder / name) for name in ("@other encoder", "@gpt2 without beginning", "@masked without mask")}
    AutoTokenizer.from_pretrained(encoder).save_pretrained(paths["@other encoder"])
    BertModel.from_pretrained(encoder).save_pretrained(paths["@other encoder"])
    for name, source in (("@gpt2 without beginning", gpt2), ("@masked without mask", gpt2)):
        AutoTokenizer.from_pretrained(source).save_pretrained(paths[name])
    _without_special_pieces(Path(paths["@gpt2 without beginning"]), Path(gpt2))
    size = len(AutoTokenizer.from_pretrained(gpt2))
    shape = BertConfig(size, hidden_size=16, num_hidden_layers=1, num_attention_heads=1, intermediate_size=16)
    BertForMaskedLM(shape).save_pretrained(paths["@masked without mask"])
    (folder / "few letters").mkdir()
    (folder / "letters.txt").write_text("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n東\n", encoding="utf-8")
    BertTokenizerFast(str(folder / "letters.txt")).save_pretrained(folder / "few letters")
    BertConfig(6).save_pretrained(folder / "few letters")
    paths["@few letters"] = str(folder / "few letters")
    labels = folder / "labels"
    labels.mkdir()
    for name, text in (("labels", "X-PER\n"), ("non_padded_namespaces", "labels\n")):
        (labels / f"{name}.txt").write_text(text, encoding="utf-8")
    (folder / "few lines").write_text("one line\nanother line\n", encoding="utf-8")
    (folder / "two words").write_text("Anna\tB-PER\nOslo\tB-LOC\n\n" * 30, encoding="utf-8")
    (folder / "soft labels").write_text('{"id": "nobody", "tags": ["O"]}\n', encoding="utf-8")
    paths["@other soft labels"] = str(folder / "soft labels")
    paths |= {"@labels": str(labels), "@encoder": encoder, "@gpt2": gpt2, "@masked": materials.models["masked"]}
    return {**paths, "@few lines": str(folder / "few lines"), "@two words": str(folder / "two words")}


def _without_special_pieces(folder: Path, model: Path) -> None:
    for name in ("config.json", "model.safetensors"):
        (folder / name).write_bytes((model / name).read_bytes())
    (folder / "special_tokens_map.json").write_text("{}", encoding="utf-8")
    settings = json.loads((folder / "tokenizer_config.json").read_text(encoding="utf-8"))
    settings.update(dict.fromkeys(("bos_token", "eos_token", "unk_token")))
    (folder / "tokenizer_config.json").write_text(json.dumps(settings), encoding="utf-8")


def changed(config: Dict[str, Any], changes: Changes) -> Dict[str, Any]:
    """The configuration with other values at dotted paths."""
    config = json.loads(json.dumps(config))
    for path, value in changes.items():
        place = [int(key) if key.isdigit() else key for key in path.split(".")]
        block = found(config, place[:-1])
        if value is GONE:
            del block[place[-1]]
        else:
            block[place[-1]] = value
    return config


def resolved(value: Any, prepared: Dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: resolved(one, prepared) for key, one in value.items()}
    return prepared.get(value, value) if isinstance(value, str) else value


def told(way: Way, config: Dict[str, Any], prepared: Dict[str, str], folder: Path) -> str:
    """What is said of a mistake."""
    if isinstance(way, Calling):
        with pytest.raises(Exception) as stock:  # noqa: PT011  the message is compared with the page's
            way.do(folder, config)
        return str(stock.value)
    changes = resolved(way.changes if isinstance(way, Running) else way, prepared)
    with pytest.raises(ConfigurationError) as ours:  # noqa: PT012
        model = TrainModel.from_params(
            Params(changed(config, changes)), serialization_dir=str(folder / "run"), local_rank=0
        )
        assert isinstance(way, Running), "it is built"
        model.run()
    assert not list(folder.glob("run/round_*/*")) or isinstance(way, Running)
    return error_line(ours.value).removeprefix("error: ")


@pytest.mark.parametrize("row", CASES)
def test_what_is_said_stands_in_the_table(
    row: str, materials: Materials, prepared: Dict[str, str], tmp_path: Path
) -> None:
    config = small(evaluate(FOLDER / "quickstart.jsonnet"), materials)
    config["trainer"]["augmenter"]["discriminator"] = {"type": "accept_all"}
    for number, (way, message) in enumerate(zip(CASES[row], ROWS[row], strict=True)):
        said = told(way, config, prepared, tmp_path / str(number))
        assert re.fullmatch(".+".join(map(re.escape, message.split("…"))), said, re.DOTALL), f"{message}\n{said}"


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("bfloat16", "is 'bfloat16'; expected a block such as {'dtype': 'float32'}"),
        (2, "is 2; expected a block such as {'dtype': 'float32'}"),
        (
            {"type": "bfloat16"},
            ".type is an unknown key; did you mean 'dtype'? training has dtype, retries, seed_trainings",
        ),
    ],
)
def test_a_block_of_settings_has_no_type(value: Any, message: str) -> None:
    with pytest.raises(ConfigurationError, match=re.escape(message) + "$"):
        check_value("training", TrainingSettings, value)


@pytest.mark.parametrize(
    ("key", "value", "where"),
    [
        ("seed_policy", {"type": "stratified", "policy": "mnlp", "strata": 1}, "seed_policy.strata is 1; "),
        (
            "query_policy",
            {"type": "stratified", "policy": {"type": "random_share", "policy": "mnlp", "share": 2}},
            "query_policy.policy.share is 2; ",
        ),
        (
            "augmenter",
            {"type": "mixture", "augmenters": [{"type": "duplicate"}, {"type": "duplicate", "rate": -1}]},
            "augmenter.augmenters.1.rate is -1; ",
        ),
        (
            "augmenter.pairing",
            {"type": "label_constrained", "window": 0, "min_density": 0.5},
            "augmenter.pairing.window is 0; ",
        ),
        ("stopping", {"type": "any", "criteria": [{"type": "plateau", "patience": 0}]}, "stopping.criteria.0.patience"),
    ],
)
def test_the_place_of_a_component_is_told(
    materials: Materials, tmp_path: Path, key: str, value: Any, where: str
) -> None:
    config = small(evaluate(FOLDER / "quickstart.jsonnet"), materials)
    config["trainer"]["augmenter"]["discriminator"] = {"type": "accept_all"}
    *above, last = key.split(".")
    found(config["trainer"], above)[last] = value
    with pytest.raises(ConfigurationError, match=f"^trainer.{where}"):
        built(config, tmp_path / "run")


def test_a_component_that_is_built_alone_is_named_by_its_kind() -> None:
    wrong = {"type": "stratified", "policy": {"type": "stratified", "policy": "mnlp", "strata": 1}}
    with pytest.raises(ConfigurationError, match="^query_policy.policy.strata is 1; "):
        QueryPolicy.from_params(Params(wrong))


def test_a_part_that_ends_the_program_is_named(materials: Materials, tmp_path: Path) -> None:
    config = small(evaluate(FOLDER / "quickstart.jsonnet"), materials)
    config["trainer"]["query_policy"] = {"type": "leaves_in_test"}
    with pytest.raises(ConfigurationError, match="configuration: query_policy is {}: SystemExit: 1"):
        built(config, tmp_path / "run")


WHERE = ("active_learning/budget.py", "active_learning/c*.py", "active_learning/experiment.py", "augmenters/**/*.py")
WHERE += (
    "archives.py",
    "active_learning/learner.py",
    "active_learning/model_checks.py",
    "active_learning/predictions.py",
    "data/two_stream_loader.py",
    "self_training/*.py",
    "active_learning/train_model.py",
    "models/**/*.py",
    "query_policies/*.py",
)
OF_DATA = ("has no tags", "sentences left", "two sentences of the pool have the same id")
NOT_HERE = ("it has the labels of the vocabulary", "the vocabulary has no labels", "may start a sentence")
"""Of models that are built without active learning."""


def raised() -> Iterator[Tuple[Path, str]]:
    """The longest fixed part of the message of each error that our code about configurations raises."""
    for path in sorted(path for pattern in WHERE for path in (ROOT / "seqmix_plugin").glob(pattern)):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in (
                "ConfigurationError",
                "MismatchError",
                "wrong",
            ):
                parts = [part.value for part in ast.walk(node) if isinstance(part, ast.Constant)]
                yield path, max((part for part in parts if isinstance(part, str)), key=len, default="")


def test_every_error_of_ours_has_a_row() -> None:
    page = PAGE
    exempt: Sequence[str] = (*OF_DATA, *NOT_HERE)
    missing = [
        f"{path.relative_to(ROOT)}: {part!r}"
        for path, part in raised()
        if part.strip() not in page and not any(known in part for known in exempt)
    ]
    assert not missing, "\n".join(missing)
