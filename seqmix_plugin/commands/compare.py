"""`allennlp compare`: which method is better, by how much, and whether it is luck."""

import argparse
import os
from pathlib import Path
from typing import List, Optional, Sequence

from allennlp.commands.subcommand import Subcommand
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.commands.terminal import quiet_terminal, show
from seqmix_plugin.errors import first_line
from seqmix_plugin.extras import check_extra
from seqmix_plugin.io.atomic import write_bytes, write_text
from seqmix_plugin.io.folder_guard import not_own
from seqmix_plugin.reporting import tables, wording
from seqmix_plugin.reporting.comparison import SPLITS, Comparison
from seqmix_plugin.reporting.grouping import find_runs, group_runs
from seqmix_plugin.reporting.page import write_page
from seqmix_plugin.run.layout import NOT_MEASURED, OF_A_RUN, ROUNDS


@Subcommand.register("compare")
class CompareCommand(Subcommand):
    """
    `allennlp compare DIR… [-o report.html]`: tables in the terminal and a page for a browser. See `compare`.

    Registered as a `Subcommand` with name "compare".
    """

    def add_subparser(self, parser: argparse._SubParsersAction) -> argparse.ArgumentParser:
        subparser = parser.add_parser(
            self.name,
            description="Compare runs of active learning: learning curves, differences, queries, generated sentences.",
            help="Compare runs of active learning.",
        )
        add = subparser.add_argument
        add("runs", nargs="+", metavar="DIR", help="a run's folder, or one that holds such folders or records")
        add("-o", "--output", type=str, default="report.html", help="the page (default: %(default)s)")
        add("--csv", type=str, help="write every score of every run to this file")
        add("--markdown", type=str, help="write the tables to this file")
        add("--split", choices=SPLITS, help="what the terminal shows; by default test when it was measured")
        add("--target-f1", type=float, help="count the labels that each method needs to reach this F1, in points")
        add("--baseline", type=str, help="compare all methods with this one only; fewer pairs need fewer seeds")
        subparser.set_defaults(func=_compare_from_args)
        return subparser


def _compare_from_args(args: argparse.Namespace) -> None:
    with quiet_terminal():
        compare(
            args.runs,
            args.output,
            csv=args.csv,
            markdown=args.markdown,
            split=args.split,
            target_f1=args.target_f1,
            baseline=args.baseline,
        )


def compare(
    paths: Sequence[str],
    output: str = "report.html",
    csv: Optional[str] = None,
    markdown: Optional[str] = None,
    split: Optional[str] = None,
    target_f1: Optional[float] = None,
    baseline: Optional[str] = None,
) -> Comparison:
    """
    Compares finished or running runs on the same data, those of one configuration as the seeds of one method. Prints
    tables, and writes a page that needs nothing but a browser. What cannot be read is named and left out. Of runs
    without a dev and a test file it shows what was queried and generated.

    # Parameters

    paths : `Sequence[str]`
        Folders of runs, folders that hold such folders, records, or folders of records.
    output : `str`, optional (default = `"report.html"`)
        The page; an older one is replaced.
    csv : `str`, optional (default = `None`)
        Where to write every score of every run.
    markdown : `str`, optional (default = `None`)
        Where to write the tables.
    split : `str`, optional (default = `None`)
        What the terminal shows, `test` or `dev`; by default test when it was measured.
    target_f1 : `float`, optional (default = `None`)
        F1 in points; by default the highest whole one that every method reaches.
    baseline : `str`, optional (default = `None`)
        Compare with this method only.

    # Returns

    `Comparison`

    # Raises

    `ConfigurationError`
        Before anything is written: no run at all, runs on different data, runs that are measured beside others that are
        not, an unknown baseline, a split that was not measured, files in no folder or of a run. Later, when a file
        cannot be written after all.
    """
    check_extra("report", "compare")
    files = [Path(name) for name in (output, csv, markdown) if name is not None]
    _check_files(files, paths)
    if target_f1 is not None and not 0 < target_f1 <= 100:
        raise ConfigurationError(f"--target-f1 is {target_f1:g}; expected points, above 0 and up to 100")
    runs, notes = find_runs(paths)
    _print_lines("skipped", notes)
    groups, left_out = group_runs(runs)
    _print_lines("left out", left_out)
    notes += left_out
    comparison = Comparison(groups, baseline)
    shown = _split(comparison, split, target_f1)
    if shown is None:
        tables.labelled(groups).print()
        print(f"F1 is {NOT_MEASURED}: these runs have no dev and no test file")
    else:
        _print(comparison, shown, target_f1)
    try:
        write_page(comparison, notes, Path(os.path.realpath(output)), target_f1)
        if csv is not None:
            write_text(Path(os.path.realpath(csv)), tables.long_csv(groups))
        if markdown is not None:
            text = tables.markdown(comparison, notes, target_f1)
            write_bytes(Path(os.path.realpath(markdown)), text.encode("utf-8", errors="replace"))
    except OSError as error:
        raise ConfigurationError(f"{error.filename}: cannot be written to ({first_line(error)})") from error
    show("wrote " + ", ".join(map(str, files)))
    return comparison


def _print_lines(what: str, notes: Sequence[str]) -> None:
    for note in notes:
        show(f"{what} {os.fsencode(note).decode('utf-8', errors='replace')}")  # names of files may be anything


def _check_files(files: List[Path], paths: Sequence[str]) -> None:
    for file in files:
        if any(_leads_out(file, Path(path)) for path in paths):
            raise not_own(file)
        if (file.exists() and not file.is_file()) or not file.absolute().parent.is_dir():
            raise ConfigurationError(f"{file}: cannot be written to; expected a file's path in a folder that exists")
        if str(file) in paths or files.count(file) > 1:
            raise ConfigurationError(f"{file}: is given twice; every file needs a path of its own")
        real = Path(os.path.realpath(file))
        if real.name in OF_A_RUN and real.with_name(ROUNDS).exists():
            raise ConfigurationError(f"{file}: is a file of a run, which would be replaced; expected another path")


def _leads_out(file: Path, folder: Path) -> bool:
    """Whether a file that is named as one in a folder is a link to elsewhere: the folder may come from anybody."""
    place = Path(os.path.realpath(file.parent), file.name)
    home = Path(os.path.realpath(folder))
    return file.is_symlink() and place.is_relative_to(home) and not Path(os.path.realpath(file)).is_relative_to(home)


def _split(comparison: Comparison, wanted: Optional[str], target: Optional[float]) -> Optional[str]:
    """What the terminal shows; `None` where nothing is measured."""
    if not comparison.measured:
        for key, value in (("split", wanted), ("target-f1", target)):
            if value is not None:
                raise ConfigurationError(f"--{key} is {value}, but F1 is {NOT_MEASURED}: no dev and no test file")
        return None
    if not comparison.splits:
        raise ConfigurationError("the runs have measured no split in common; nothing can be compared")
    if wanted is not None and wanted not in comparison.splits:
        measured = " and ".join(comparison.splits)
        raise ConfigurationError(f"--split is {wanted!r}; what all of these runs have measured is {measured}")
    return wanted or comparison.splits[0]


def _print(comparison: Comparison, split: str, target: Optional[float]) -> None:
    tables.curves(comparison, split, target, short=True).print()
    pairs = comparison.pairs(split)
    if not pairs:
        return
    print(f"{split} F1 points, mean over the budgets, [95 % bootstrap interval over seeds]")
    for pair in pairs:
        interval = "" if pair.interval is None else f" [{wording.between(pair.interval)}]"
        adjusted = "" if pair.adjusted_p is None else f", p {wording.p_value(pair.adjusted_p)} (sign flips, Holm)"
        show(f"  {pair.first} {wording.MINUS} {pair.second}: {wording.signed(pair.difference)}{interval}{adjusted}")
        show(f"    {pair.verdict}")
    print(tables.seeds_sentence(pairs))
    if comparison.which_seeds:
        print(comparison.which_seeds)
