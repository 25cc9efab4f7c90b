"""What is in the folder of a run that is to be started."""

from pathlib import Path
from typing import Any, Dict, Tuple

from allennlp.common.checks import ConfigurationError

from seqmix_plugin.errors import shortened
from seqmix_plugin.io.json_text import read_object
from seqmix_plugin.run.layout import CONFIG, METRICS, ROUNDS
from seqmix_plugin.run.reader import digest, read_run, seedless, with_old_keys

NOTHING, DIED, DONE = "nothing", "died", "done"


def run_state(folder: Path, configuration: Dict[str, Any]) -> str:
    """
    Whether a folder holds `"nothing"`, a run of this configuration that `"died"` (or goes on, or waits), or one that is
    `"done"`.

    # Parameters

    folder : `Path`
        The run's folder, which need not exist.
    configuration : `Dict[str, Any]`
        With the run's seeds.

    # Raises

    `ConfigurationError`
        When the folder holds something else, or a finished run whose files do not hold what a run writes.
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
                f"{folder} holds a run with {key} {shortened(repr(it_has))}, not {expected}; take another folder (-s)"
            )
    has_ended = (folder / METRICS).exists() and (folder / ROUNDS).exists()  # also when it waits for labels
    return DONE if has_ended and read_run(folder).finished else DIED


def identity(configuration: Dict[str, Any]) -> Tuple[str, Any, Any]:
    """The hash of what is the same for all repeats of an experiment, the seed, and the slice's seed."""
    trainer = with_old_keys(configuration).get("trainer")
    data_seed = trainer.get("data_seed", 0) if isinstance(trainer, dict) else None
    return digest(with_old_keys(seedless(configuration))), configuration.get("seed", 0), data_seed
