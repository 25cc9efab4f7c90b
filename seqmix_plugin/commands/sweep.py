"""`seqmix sweep`: several configurations, each with several seeds."""

import os
from itertools import combinations
from pathlib import Path
from typing import Dict, List, Optional, Sequence, Tuple

from seqmix_plugin.commands.command import command
from seqmix_plugin.commands.compare import compare
from seqmix_plugin.commands.compare_options import parsed_pairs
from seqmix_plugin.commands.repeat import seeds_suffice, summary
from seqmix_plugin.commands.run_plan import RunPlan, parse_seeds
from seqmix_plugin.commands.where import Where
from seqmix_plugin.configuration.constructors import read_values
from seqmix_plugin.console import show
from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.extras import check_extra
from seqmix_plugin.many_runs.execution import run_all
from seqmix_plugin.many_runs.grid import Grid, parse_grid
from seqmix_plugin.many_runs.outcome import Outcome
from seqmix_plugin.many_runs.runs_table import RunsTable
from seqmix_plugin.reporting.run_groups import find_runs
from seqmix_plugin.run.reader import DATA_KEYS

REPORT = "report.html"


@command(
    "sweep",
    letters={"serialization_dir": "-s"},
    interrupted="finished runs stay, and the same command resumes the others",
    exit_code=lambda outcomes: int(any(outcome.run is None for outcome in outcomes)),
)
def sweep(
    grid: str,
    *,
    serialization_dir: str,
    seeds: Optional[str] = None,
    workers: int = 1,
    vary_data: bool = False,
    records: Optional[str] = None,
    ray: bool = False,
    address: Optional[str] = None,
    cpus_per_run: Optional[int] = None,
    gpus_per_run: Optional[float] = None,
    include_package: Sequence[str] = (),
) -> List[Outcome]:
    """
    Train several configurations, each once per seed, and compare them.

    The runs are executed as those of `repeat`, all configurations with one seed before the next seed. The same command
    again skips finished runs and resumes the others. At the end, the methods are compared as `compare` does, by their
    finished runs, also those of other seeds; p is corrected for all pairs of the grid.

    # Parameters

    grid : `str`
        A Jsonnet file: an object with `configurations` (paths by names), `seeds` and perhaps `axes`, `baseline` and
        `pairs`.
    serialization_dir : `str`
        The folder of all runs; a run is written to its sub-folder NAME/SEED, its output to NAME/SEED.log, and the
        comparison to report.html.
    seeds : `str`, optional (default = `None`)
        The seeds, such as 1,2,3 or 1-5; by default those of the grid.
    workers : `int`, optional (default = `1`)
        The number of processes at a time; they share the cores. On Ray, the number on a node without GPUs.
    vary_data : `bool`, optional (default = `False`)
        Draw another slice of the training file with each seed, as `trainer.pool.data_seed`; by default all runs have
        the configuration's slice.
    records : `str`, optional (default = `None`)
        A folder in which to write NAME/SEED.json, a record without text, for each finished run.
    ray : `bool`, optional (default = `False`)
        Run on the Ray cluster of this machine; if there is none, a local one is started and ended.
    address : `str`, optional (default = `None`)
        Run on this Ray cluster, of which this machine is a node: auto, or HOST:PORT of its head.
    cpus_per_run : `int`, optional (default = `None`)
        On Ray, the cores and threads of a run; by default a node's cores, divided by the number of its runs.
    gpus_per_run : `float`, optional (default = `None`)
        On Ray, the GPUs of a run, such as 2 or 0.25; by default 1 if there is any.
    include_package : `Sequence[str]`, optional (default = `()`)
        Other packages that the configurations need.

    # Returns

    `List[Outcome]`
        In the order of the seeds, and for each seed in that of the configurations.

    # Raises

    `ConfigurationError`
        Before anything is started: a grid that is not valid, a configuration that cannot be repeated, two that are the
        same or work on different data, a folder of another configuration. At the end: runs that cannot be compared.
    `KeyboardInterrupt`
        On Ctrl-C, SIGTERM or SIGHUP, when all processes have been ended.
    """
    check_extra("report", "sweep")
    where = Where(workers, ray, address, cpus_per_run, gpus_per_run)
    wanted = parse_grid(grid, read_values(grid, ""))
    numbers = parse_seeds(wanted.seeds, f"{grid}: seeds") if seeds is None else parse_seeds(seeds)
    plan = RunPlan(include_package)
    for method in wanted.methods:
        config = os.path.join(os.path.dirname(grid), method.config)
        folder = Path(serialization_dir) / method.name
        to_records = None if records is None else Path(records) / method.name
        plan.add(config, method.overrides, numbers, folder, to_records, vary_data, method.name)
    _check_comparable(grid, plan)
    pairs = _pairs(grid, wanted, plan)
    plan.prepare(Path(serialization_dir))
    runs = sorted(plan.runs, key=lambda run: numbers.index(run.seed))
    with where.back_end() as back_end:
        show(seeds_suffice(len(numbers), max(1, len(pairs))))
        outcomes = run_all(runs, back_end, RunsTable(runs), plan.keep)
    show(summary(outcomes))
    _compare(wanted, pairs, outcomes, Path(serialization_dir))
    order = {(run.name, run.seed): place for place, run in enumerate(runs)}
    return sorted(outcomes, key=lambda outcome: order[outcome.name, outcome.seed])


def _pairs(grid: str, wanted: Grid, plan: RunPlan) -> List[Tuple[str, str]]:
    """The pairs of methods that will be compared: those with rounds, beside which others are single points."""
    with_rounds = {run.name for run in plan.runs if run.num_rounds > 1} or {run.name for run in plan.runs}
    names = [method.name for method in wanted.methods if method.name in with_rounds]
    try:
        pairs = parsed_pairs(wanted.pairs, wanted.baseline)
    except ConfigurationError as error:
        raise ConfigurationError(f"{grid}: {error}") from error
    unknown = [name for pair in pairs for name in pair if name not in names]
    if unknown:
        raise ConfigurationError(f"{grid}: pairs has {unknown[0]!r}; expected methods with rounds, {', '.join(names)}")
    if wanted.baseline is None:
        return pairs or list(combinations(names, 2))
    if wanted.baseline not in names:
        raise ConfigurationError(
            f"{grid}: baseline is {wanted.baseline!r}, which has no rounds; expected one of {', '.join(names)}"
        )
    return [(name, wanted.baseline) for name in names if name != wanted.baseline]


def _check_comparable(grid: str, plan: RunPlan) -> None:
    """
    Raises a `ConfigurationError` for two methods that are the same, of which `compare` would leave one out, and for two
    on different data, which it would refuse after all runs.
    """
    names: Dict[str, str] = {}
    by_data: Dict[str, str] = {}
    for run in plan.runs:
        by_data.setdefault(run.data_hash, run.name)
        name = names.setdefault(run.configuration_hash, run.name)
        if name != run.name:
            raise ConfigurationError(f"{grid}: {name} and {run.name} are the same configuration; leave one out")
    if len(by_data) > 1:
        first, other, *_ = by_data.values()
        raise ConfigurationError(
            f"{grid}: {first} and {other} do not work on the same data ({DATA_KEYS}); "
            "expected a grid a corpus, and 'seqmix compare-corpora' for all"
        )


def _compare(wanted: Grid, pairs: Sequence[Tuple[str, str]], outcomes: Sequence[Outcome], folder: Path) -> None:
    """Compares the methods of which a run is finished; p is corrected for all pairs, also those that are left out."""
    finished = {outcome.name: outcome.run.configuration_hash for outcome in outcomes if outcome.run is not None}
    left = [pair for pair in pairs if set(pair) <= set(finished)]
    if len(finished) < 2 or (pairs and not left):
        number = f"{len(finished)} of {len(wanted.methods)} have a finished run"
        show(
            f"the methods are not compared: {number}"
            + (", but not both methods of a pair of the grid" if len(finished) > 1 else "")
        )
        return
    places = [str(folder / method.name) for method in wanted.methods if method.name in finished]
    runs = [run for run in find_runs(places)[0] if run.configuration_hash in finished.values() and run.finished]
    named = None if wanted.pairs is None else ",".join(map(":".join, left))
    paths = [str(run.path) for run in runs]
    compare(paths, output=str(folder / REPORT), baseline=wanted.baseline, pairs=named, planned=len(pairs) or None)
