"""`seqmix repeat`: one experiment with several seeds."""

from pathlib import Path
from typing import List, Optional, Sequence

from seqmix_plugin.commands.command import command
from seqmix_plugin.commands.run_plan import RunPlan, parse_seeds, parsed_overrides
from seqmix_plugin.commands.where import Where
from seqmix_plugin.console import show
from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.many_runs.execution import run_all
from seqmix_plugin.many_runs.outcome import FINISHED, Outcome, label
from seqmix_plugin.many_runs.rounds_bar import RoundsBar
from seqmix_plugin.many_runs.runs_table import RunsTable
from seqmix_plugin.reporting.formatting import counted
from seqmix_plugin.reporting.statistics import SIGNIFICANCE, seeds_needed
from seqmix_plugin.run.reader import DONE


@command(
    "repeat",
    letters={"serialization_dir": "-s", "overrides": "-o"},
    interrupted="finished runs stay, and the same command resumes the others",
    exit_code=lambda outcomes: int(any(outcome.run is None for outcome in outcomes)),
)
def repeat(
    config: str,
    *,
    seeds: str,
    serialization_dir: str,
    overrides: str = "",
    workers: int = 1,
    vary_data: bool = False,
    records: Optional[str] = None,
    pairs: int = 1,
    ray: bool = False,
    address: Optional[str] = None,
    cpus_per_run: Optional[int] = None,
    gpus_per_run: Optional[float] = None,
    include_package: Sequence[str] = (),
) -> List[Outcome]:
    """
    Train an active_learning configuration once per seed, and resume what an earlier call left unfinished.

    Each seed has a process of its own, which trains into `DIR/<seed>` and prints to `DIR/<seed>.log`. Finished runs of
    the same configuration are left as they are, and a run that died is resumed. Do not run `allennlp train` in these
    folders at the same time; only `repeat` itself is prevented from that. Prints a line as each run ends; a failure
    does not stop the others. Its first line is whether these seeds suffice for a statistically significant difference.

    Unless `OMP_NUM_THREADS` is set, the processes share the cores: each gets the number of cores divided by the number
    of workers. Another number of threads rounds differently, and hence may query other sentences: for the same runs
    again, keep `workers` or set `OMP_NUM_THREADS`. Workers share a GPU where there is one.

    With `ray` or `address`, the runs are tasks of Ray: as many at a time as the nodes have cores and GPUs for. A run
    ends with its node, and resumes on another one from its folder, which must be on storage that all nodes share.

    # Parameters

    config : `str`
        A configuration of type `active_learning`.
    seeds : `str`
        The seeds, such as 1,2,3 or 1-5: values of `seed`, `random_seed`, `numpy_seed` and `pytorch_seed`.
    serialization_dir : `str`
        The folder of all runs; a run is written to its sub-folder SEED, its output to SEED.log.
    overrides : `str`, optional (default = `""`)
        A JSON object that overrides the configuration, as in `allennlp train`.
    workers : `int`, optional (default = `1`)
        The number of processes at a time; they share the cores. On Ray, the number on a node without GPUs.
    vary_data : `bool`, optional (default = `False`)
        Draw another slice of the training file with each seed, as `trainer.pool.data_seed`; by default all runs have
        the configuration's slice.
    records : `str`, optional (default = `None`)
        A folder in which to write CONFIG/SEED.json, a record without text, for each finished run.
    pairs : `int`, optional (default = `1`)
        The number of pairs of methods that are to be compared; more pairs need more seeds.
    ray : `bool`, optional (default = `False`)
        Run on the Ray cluster of this machine; if there is none, a local one is started and ended.
    address : `str`, optional (default = `None`)
        Run on this Ray cluster, of which this machine is a node: auto, or HOST:PORT of its head.
    cpus_per_run : `int`, optional (default = `None`)
        On Ray, the cores and threads of a run; by default a node's cores, divided by the number of its runs.
    gpus_per_run : `float`, optional (default = `None`)
        On Ray, the GPUs of a run, such as 2 or 0.25; by default 1 if there is any.
    include_package : `Sequence[str]`, optional (default = `()`)
        Other packages that the configuration needs.

    # Returns

    `List[Outcome]`
        In the order of the seeds.

    # Raises

    `ConfigurationError`
        Before anything is started: a configuration that cannot be repeated, a folder of another configuration.
    `KeyboardInterrupt`
        On Ctrl-C, SIGTERM or SIGHUP, when all processes have been ended.
    """
    if pairs < 1:
        raise ConfigurationError(f"--pairs is {pairs}; expected the number of pairs of methods, 1 or more")
    where = Where(workers, ray, address, cpus_per_run, gpus_per_run)
    numbers = parse_seeds(seeds)
    plan = RunPlan(include_package)
    to_records = None if records is None else Path(records) / Path(config).stem
    plan.add(config, parsed_overrides(overrides), numbers, Path(serialization_dir), to_records, vary_data)
    plan.prepare(Path(serialization_dir))
    with where.back_end() as back_end:
        show(seeds_suffice(len(numbers), pairs))
        display = RunsTable(plan.runs) if where.on_ray else RoundsBar(plan.runs, plan.total_rounds)
        outcomes = run_all(plan.runs, back_end, display, plan.keep)
    show(summary(outcomes))
    return sorted(outcomes, key=lambda outcome: numbers.index(outcome.seed))


def seeds_suffice(num_seeds: int, num_pairs: int) -> str:
    """Whether a sign-flip test of so many seeds can be significant after Holm's correction for so many pairs."""
    one, all_pairs = seeds_needed(1), seeds_needed(num_pairs)
    needs = f"one pair of methods needs {one} seeds" + (f", {num_pairs} pairs {all_pairs}" if num_pairs > 1 else "")
    can = "a" if num_seeds >= all_pairs else "no"
    return f"with {counted(num_seeds, 'seed')} {can} difference can be significant at {SIGNIFICANCE}: {needs}"


def summary(outcomes: Sequence[Outcome]) -> str:
    """The last line that the terminal shows."""
    states = [outcome.state for outcome in outcomes]
    missing = [f"{label(outcome.name, outcome.seed)} ({outcome.reason})" for outcome in outcomes if outcome.run is None]
    line = f"{states.count(FINISHED)} finished, {states.count(DONE)} skipped (done before), "
    return line + f"{len(missing)} not done" + (f": {', '.join(missing)}" if missing else "")
