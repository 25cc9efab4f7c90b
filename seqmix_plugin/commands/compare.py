"""`seqmix compare`: which method is better, by how much, and whether that is significant."""

import os
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Callable, Iterator, Literal, Mapping, Optional, Sequence

from seqmix_plugin.charts.paper_figure import ACL_COLUMN
from seqmix_plugin.commands.command import command
from seqmix_plugin.commands.compare_options import check_files, check_planned, parsed_cost, parsed_pairs, print_notes
from seqmix_plugin.commands.paper_files import PaperFiles, parsed_names
from seqmix_plugin.console import show
from seqmix_plugin.errors import ConfigurationError, first_line
from seqmix_plugin.extras import check_extra
from seqmix_plugin.io.atomic import write_bytes, write_text
from seqmix_plugin.reporting import pair_tables, tables
from seqmix_plugin.reporting.comparison import Comparison
from seqmix_plugin.reporting.page import NUM_STEPS, write_page
from seqmix_plugin.reporting.run_groups import find_runs, group_runs, with_cost
from seqmix_plugin.reporting.scores_csv import scores_csv
from seqmix_plugin.reporting.training import training_sentences
from seqmix_plugin.run.layout import NOT_MEASURED


@command("compare", letters={"output": "-o"}, interrupted="the page was not written")
def compare(
    runs: Sequence[str],
    *,
    output: str = "report.html",
    csv: Optional[str] = None,
    markdown: Optional[str] = None,
    split: Optional[Literal["test", "dev"]] = None,
    target_f1: Optional[float] = None,
    baseline: Optional[str] = None,
    pairs: Optional[str] = None,
    planned: Optional[int] = None,
    against: Literal["sentences", "tokens", "entities", "seconds"] = "sentences",
    annotation_cost: Optional[str] = None,
    figure: Optional[str] = None,
    figure_width: float = ACL_COLUMN,
    latex: Optional[str] = None,
    names: Optional[str] = None,
) -> Comparison:
    """
    Compare runs of active learning: learning curves, differences, queries, generated sentences.

    Compares finished or unfinished runs on the same data; runs of one configuration are the seeds of one method. Prints
    tables, then draws a page that needs only a browser. Runs that cannot be read are named and left out. For runs
    without a dev and a test file it shows what was queried and generated.

    # Parameters

    runs : `Sequence[str]`
        Folders of runs, folders that hold such folders, records, or folders of records.
    output : `str`, optional (default = `"report.html"`)
        The page; an existing one is replaced.
    csv : `str`, optional (default = `None`)
        A file for every score of every run.
    markdown : `str`, optional (default = `None`)
        A file for the tables.
    split : `Literal["test", "dev"]`, optional (default = `None`)
        The split that the terminal shows; by default test where it was measured.
    target_f1 : `float`, optional (default = `None`)
        F1 in points for which to report the labels that each method needs; by default the highest whole number that
        every method reaches.
    baseline : `str`, optional (default = `None`)
        Compare all methods with this one only; fewer pairs need fewer seeds.
    pairs : `str`, optional (default = `None`)
        Compare these pairs only, such as nte_sub:nte,mnlp:random; name them before the runs are started. The headline
        is about the first.
    planned : `int`, optional (default = `None`)
        How many pairs were named before the runs were started, where not all of them have runs yet: p is corrected for
        all of them; by default for those that are shown.
    against : `Literal["sentences", "tokens", "entities", "seconds"]`, optional (default = `"sentences"`)
        What annotations are counted in, where curves, areas, needed labels and differences are shown; seconds are those
        that they cost.
    annotation_cost : `str`, optional (default = `None`)
        Seconds that a sentence, a token and an entity cost, such as 12.57,3.795,5.387; by default those of the runs.
    figure : `str`, optional (default = `None`)
        A file for the learning curves as the figure of a paper: a .pdf with its fonts, an .svg, or a .png of 600 pixels
        per inch.
    figure_width : `float`, optional (default = `3.03`)
        Width of the figure in inches, from 1 to 20; by default a column of the ACL's style.
    latex : `str`, optional (default = `None`)
        A file for a LaTeX table of the methods, with the lines of package booktabs.
    names : `str`, optional (default = `None`)
        Names of methods in figure and LaTeX table, such as "nte=Token entropy,nte_sub=Token entropy + SeqMix"; by
        default those of their folders.

    # Returns

    `Comparison`

    # Raises

    `ConfigurationError`
        Before anything is written: no run, runs on different data, measured beside unmeasured runs, an unknown baseline
        or method of a pair, a split that was not measured, an output in no folder or that is a run's file, a figure of
        an unknown format. After the tables are printed: a page or a figure that cannot be drawn, a file that cannot be
        written after all.
    """
    check_extra("report", "compare")
    paper = PaperFiles(figure, latex, figure_width, parsed_names(names))
    files = [Path(name) for name in (output, csv, markdown, *paper.paths) if name is not None]
    check_files(files, runs)
    if target_f1 is not None and not 0 < target_f1 <= 100:
        raise ConfigurationError(f"--target-f1 is {target_f1:g}; expected points, above 0 and up to 100")
    named, cost = parsed_pairs(pairs, baseline), parsed_cost(annotation_cost)
    found, notes = find_runs(runs)
    print_notes("skipped", notes)
    groups, left_out = group_runs(found)
    print_notes("left out", left_out)
    notes += left_out
    comparison = Comparison(with_cost(groups, cost), baseline, named, against, planned or 0)
    check_planned(planned, max(map(len, comparison.pairs.values()), default=0))
    shown = _split(comparison, {"split": split, "target-f1": target_f1, "figure": figure, "latex": latex})
    paper.check(comparison)
    if shown is None:
        tables.labelled(groups).print()
        show(f"F1 is {NOT_MEASURED}: these runs have no dev and no test file")
    else:
        _print(comparison, shown, target_f1)
    for line in training_sentences(comparison):
        show(line)
    written = []
    try:
        if csv is not None:
            write_text(Path(os.path.realpath(csv)), scores_csv(groups))
            written.append(csv)
        if markdown is not None:
            text = tables.markdown(comparison, notes, target_f1)
            write_bytes(Path(os.path.realpath(markdown)), text.encode("utf-8", errors="replace"))
            written.append(markdown)
        paper.write(comparison, shown, written)
        with _drawing() as advance:
            write_page(comparison, notes, Path(os.path.realpath(output)), target_f1, advance)
            written.insert(0, output)
    except OSError as error:
        raise ConfigurationError(f"{error.filename}: cannot be written to ({first_line(error)})") from error
    finally:
        if written:
            show("wrote " + ", ".join(written))
    return comparison


@contextmanager
def _drawing() -> Iterator[Callable[[], None]]:
    """On a terminal, a bar while the page is drawn; yields the function that advances it."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress

    console = Console()
    if not console.is_terminal:
        yield lambda: None
        return
    with Progress("drawing…", BarColumn(), console=console, transient=True) as bar:
        task = bar.add_task("", total=NUM_STEPS)
        yield lambda: bar.advance(task)


def _split(comparison: Comparison, options: Mapping[str, Any]) -> Optional[str]:
    """What the terminal shows; `None` where nothing is measured, in which case these options cannot be met."""
    wanted = options["split"]
    if not comparison.measured:
        for key, value in options.items():
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
    pairs = comparison.pairs[split]
    if not pairs:
        return
    print(f"{split} F1 points, mean over the budgets, [95 % bootstrap interval over seeds]")
    if comparison.against == "seconds":
        show(pair_tables.cost_sentence(comparison.groups[0].cost))
    savings = comparison.savings(split)
    for pair in pairs:
        show(pair_tables.difference_sentence(pair))
        show(f"    {pair.verdict}")
        for saving in savings:
            if (saving.first, saving.second) == (pair.first, pair.second):
                show(f"    {pair_tables.saving_sentence(saving)}")
    show(pair_tables.seeds_sentence(pairs))
    if comparison.which_seeds:
        show(comparison.which_seeds)
