"""Reads a finished or running run's folder for reports and sub-commands, without torch; nothing in it is executed."""

import re
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Dict, List, Literal, Optional, Set, Tuple

from pydantic import ValidationError

from seqmix_plugin.annotation_cost import AnnotationCost
from seqmix_plugin.errors import ConfigurationError, quoted
from seqmix_plugin.io.atomic import data_digest
from seqmix_plugin.io.json_text import read_object, read_objects
from seqmix_plugin.io.stored import Known, Number, Stored, first_problem
from seqmix_plugin.run.layout import CONFIG, ENVIRONMENT, METRICS, ROUNDS
from seqmix_plugin.run.round_record import check_round

NOTHING, DIED, DONE = "nothing", "died", "done"
"""The content of a folder in which a run is to be started; see `run_state`."""
SEEDS = ("seed", "random_seed", "numpy_seed", "pytorch_seed")
DATA = ("train_data_path", "validation_data_path", "test_data_path")
DATA_AND_SEED_SET = (*DATA, "seed_data_path")
DATA_KEYS = ", ".join((*DATA, "trainer.pool.size"))
"""The keys that must be alike for runs to be compared, as messages name them."""
READERS = ("dataset_reader", "validation_dataset_reader")
FUNNEL = ("wanted", "judged", "tried", "accepted")
"""The counts of a round's generated sentences, in descending order."""
MOVED_KEYS = {
    "pool_size": ("pool", "size"),
    "data_seed": ("pool", "data_seed"),
    "max_candidates": ("scoring", "max_candidates"),
    "scoring_dtype": ("scoring", "dtype"),
}
"""Keys of the trainer in version 0.1, and the block and key that they are now."""
OF_MODELS = ("token_indexers", "max_length")
"""Keys of a reader that belong to the model, not to the data."""
BY_CONTENT = re.compile(r"(?:.*[/\\])?sentences[/\\]([0-9a-f]{16}\.(?:jsonl|txt))", re.S)
"""The path of a file that is named by its content: the same file, wherever it is."""


@dataclass(frozen=True)
class Run:
    """
    # Parameters

    path : `Path`
        The run's folder, or the file of its record.
    configuration_hash : `str`
        Of the configuration without its seeds: the same for all seeds of an experiment.
    data_hash : `str`
        Of the files that the run trains on and is measured on, by their paths, and of how they are read: only runs that
        agree in it can be compared.
    seed : `int`
        The run's one seed.
    data_seed : `int`
        The seed with which its slice of the training file was drawn.
    num_rounds : `int`
        Rounds after round 0, when it is finished.
    rounds : `Tuple[Dict[str, Any], ...]`
        The records of `rounds.jsonl`, checked.
    configuration : `Dict[str, Any]`, optional (default = `{}`)
        Without seeds; empty where only a record was kept.
    environment : `Dict[str, Any]`, optional (default = `{}`)
        Versions, machine and git revision.
    annotation_cost : `AnnotationCost`, optional (default = `AnnotationCost()`)
        The seconds of a sentence, a token and an entity that the run was configured with.
    """

    path: Path
    configuration_hash: str
    data_hash: str
    seed: int
    data_seed: int
    num_rounds: int
    rounds: Tuple[Dict[str, Any], ...]
    configuration: Dict[str, Any] = field(default_factory=dict)
    environment: Dict[str, Any] = field(default_factory=dict)
    annotation_cost: AnnotationCost = field(default_factory=AnnotationCost)

    @property
    def finished(self) -> bool:
        """Whether all rounds are there, or the run has stopped before because it had labels enough."""
        return len(self.rounds) > self.num_rounds or (bool(self.rounds) and "stop" in self.rounds[-1])

    @property
    def measured(self) -> bool:
        """Whether there is F1 of any split."""
        return any(record["scores"] for record in self.rounds)

    @property
    def unit(self) -> Tuple[int, int]:
        """Seed and slice, which two runs must share to be a pair."""
        return self.seed, self.data_seed

    @property
    def budgets(self) -> List[int]:
        """Annotated sentences in each round."""
        return [record["annotated"]["sentences"] for record in self.rounds]

    def labelled(self, k: int) -> Set[str]:
        """Ids of the sentences that were labelled up to round k, with it."""
        return {name for row in self.rounds[: k + 1] for name in row["queried"]}

    def f1(self, split: str, kind: str = "") -> List[Optional[float]]:
        """F1 in points in each round, over all types or of one; `None` where it was not measured."""
        name = f"{kind}/f1" if kind else "f1"
        values = [record["scores"].get(split, {}).get(name) for record in self.rounds]
        return [None if value is None else 100 * value for value in values]


class StoredCost(Stored):
    """The block `annotation_cost` of a configuration or a record."""

    seconds_per_sentence: Number = AnnotationCost.seconds_per_sentence
    seconds_per_token: Number = AnnotationCost.seconds_per_token
    seconds_per_entity: Number = AnnotationCost.seconds_per_entity

    @property
    def cost(self) -> AnnotationCost:
        return AnnotationCost(**self.model_dump())


class _Trainer(Known):
    annotation_cost: StoredCost = StoredCost()
    data_seed: int = 0
    num_rounds: int


class _Configuration(Known):
    type: Literal["active_learning"]
    seed: int = 0
    trainer: _Trainer


def read_run(folder: Path, needs_rounds: bool = True) -> Run:
    """
    Reads a run's folder, also while the run continues; a `ConfigurationError` when a file is missing or damaged,
    and if it `needs_rounds` also when no round is there yet.
    """
    configuration = read_object(folder / CONFIG)
    rounds = read_objects(folder / ROUNDS) if needs_rounds or (folder / ROUNDS).exists() else []
    environment = read_object(folder / ENVIRONMENT) if (folder / ENVIRONMENT).exists() else {}
    try:
        checked = _Configuration.model_validate(with_old_keys(configuration))
    except ValidationError as error:
        raise ConfigurationError(
            f"{folder / CONFIG}: not the configuration of an 'active_learning' run ({first_problem(error)})"
        ) from error
    for number, record in enumerate(rounds):
        check_round(f"{folder / ROUNDS}, line {number + 1}", number, record)
    return Run(
        path=folder,
        configuration_hash=identity(configuration)[0],
        data_hash=data_hash(configuration),
        seed=checked.seed,
        data_seed=checked.trainer.data_seed,
        num_rounds=checked.trainer.num_rounds,
        rounds=tuple(rounds),
        configuration=seedless(configuration),
        environment=environment,
        annotation_cost=checked.trainer.annotation_cost.cost,
    )


def data_hash(configuration: Dict[str, Any]) -> str:
    """The hash of the data that a configuration works on, as it names them."""
    readers = [configuration.get(name) for name in READERS]
    columns = [{k: v for k, v in r.items() if k not in OF_MODELS} if isinstance(r, dict) else None for r in readers]
    files = [content_name(configuration.get(key)) for key in DATA]
    return digest([*files, with_old_keys(configuration)["trainer"].get("pool_size"), *columns])


def content_name(path: Any) -> Any:
    """A data file as a hash has it: the name that stands for its content, or else its path."""
    found = BY_CONTENT.fullmatch(path) if isinstance(path, str) else None
    return path if found is None else found[1]


def seedless(configuration: Dict[str, Any]) -> Dict[str, Any]:
    """The configuration without seeds and trackers, in which the repeats of an experiment may differ."""
    rest = deepcopy({key: value for key, value in configuration.items() if key not in SEEDS})
    trainer = rest.get("trainer")
    for block in (trainer, trainer.get("pool")) if isinstance(trainer, dict) else ():
        if isinstance(block, dict):
            for key in ("data_seed", "trackers"):
                block.pop(key, None)
    return rest


def with_old_keys(configuration: Dict[str, Any]) -> Dict[str, Any]:
    """The configuration with `MOVED_KEYS` where version 0.1 had them: its runs and records keep their hashes."""
    if not isinstance(configuration.get("trainer"), dict):
        return configuration
    trainer = deepcopy(configuration["trainer"])
    for old, (block, key) in MOVED_KEYS.items():
        if isinstance(trainer.get(block), dict) and key in trainer[block]:
            trainer[old] = trainer[block].pop(key)
    blocks = {block for block, _ in MOVED_KEYS.values()}
    return {**configuration, "trainer": {key: value for key, value in trainer.items() if value or key not in blocks}}


def identity(configuration: Dict[str, Any]) -> Tuple[str, Any, Any]:
    """The hash of the configuration without its seeds, the seed, and the slice's seed."""
    trainer = with_old_keys(configuration).get("trainer")
    data_seed = trainer.get("data_seed", 0) if isinstance(trainer, dict) else None
    files = {key: content_name(configuration[key]) for key in DATA_AND_SEED_SET if key in configuration}
    return digest(with_old_keys(seedless({**configuration, **files}))), configuration.get("seed", 0), data_seed


def run_state(folder: Path, configuration: Dict[str, Any]) -> str:
    """
    Whether a folder, which need not exist, holds `"nothing"`, a run of this configuration that `"died"` (or is in
    progress, or waits), or one that is `"done"`. A `ConfigurationError` when it holds something else, or a finished run
    whose files do not hold what a run writes.
    """
    if not folder.exists():
        return NOTHING
    if not folder.is_dir():
        raise ConfigurationError(f"{folder} is not a folder; choose another one (-s)")
    if not any(folder.iterdir()):
        return DIED
    if not (folder / CONFIG).exists():
        raise ConfigurationError(f"{folder} holds other files than those of a run; choose another folder (-s)")
    (found, *found_seeds), (wanted, *wanted_seeds) = map(identity, (read_object(folder / CONFIG), configuration))
    if found != wanted:
        raise ConfigurationError(f"{folder} holds a run of another configuration; take another folder (-s)")
    for key, it_has, expected in zip(("seed", "trainer.pool.data_seed"), found_seeds, wanted_seeds, strict=True):
        if it_has != expected:
            raise ConfigurationError(
                f"{folder} holds a run with {key} {quoted(it_has)}, not {expected}; take another folder (-s)"
            )
    has_ended = (folder / METRICS).exists() and (folder / ROUNDS).exists()  # also when it waits for labels
    return DONE if has_ended and read_run(folder).finished else DIED


def flattened(configuration: Dict[str, Any], prefix: str = "") -> Dict[str, Any]:
    """The values of a configuration by their dotted keys, as overrides have them; lists stay whole."""
    flat: Dict[str, Any] = {}
    for key, value in configuration.items():
        nested = isinstance(value, dict) and value
        flat.update(flattened(value, f"{prefix}{key}.") if nested else {f"{prefix}{key}": value})
    return flat


def digest(value: Any) -> str:
    """Twelve hexadecimal digits that stand for a value of plain data."""
    return data_digest(value)[:12]
