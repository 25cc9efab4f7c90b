"""A comparison as tables, for the terminal, Markdown, the page, and other programs."""

import html
import re
from typing import List, NamedTuple, Optional, Sequence, TextIO

from rich.box import SIMPLE
from rich.markup import escape
from rich.table import Table as RichTable

from seqmix_plugin.charts.learning_curves import MEASURES
from seqmix_plugin.charts.theme import Rows
from seqmix_plugin.console import table_console
from seqmix_plugin.errors import printable
from seqmix_plugin.reporting import formatting
from seqmix_plugin.reporting.comparison import Comparison
from seqmix_plugin.reporting.formatting import MINUS, NOTHING, decimal, p_value, signed, with_deviation
from seqmix_plugin.reporting.paired import PairedComparison
from seqmix_plugin.reporting.run_groups import Group
from seqmix_plugin.run.layout import NOT_MEASURED

STAGES = ("query", "annotate", "augment", "committee", "train", "measure")


class Table(NamedTuple):
    """
    # Parameters

    title : `str`
        What it shows.
    columns : `Sequence[str]`
        Their names; the first is that of the rows.
    rows : `Sequence[Sequence[str]]`
        The cells.
    methods : `Sequence[Sequence[str]]`, optional (default = `()`)
        For each row the methods that it is about: the page hides it with them.
    """

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    methods: Sequence[Sequence[str]] = ()

    def markdown(self) -> str:
        """As GitHub reads it, without the title."""
        dashes = ["---", *["--:"] * (len(self.columns) - 1)]
        lines = [list(map(as_markdown, self.columns)), dashes, *(list(map(as_markdown, row)) for row in self.rows)]
        return "".join("| " + " | ".join(line) + " |\n" for line in lines)

    def print(self, file: Optional[TextIO] = None) -> None:
        """To the terminal, as wide as it is; in a file or a pipe, a row is a line."""
        table = RichTable(
            title=_shown(self.title), box=SIMPLE, pad_edge=False, padding=(0, 1, 0, 0), title_justify="left"
        )
        for number, name in enumerate(self.columns):
            table.add_column(_shown(name), justify="right" if number else "left", overflow="fold", no_wrap=number == 0)
        for row in self.rows:
            table.add_row(*map(_shown, row))
        table_console(file).print(table)


def _shown(cell: str) -> str:
    """A cell as `rich` is given it: no markup, and no commands to the terminal."""
    return escape(printable(cell))


def as_markdown(text: str) -> str:
    """Text of folders and configurations as it stands in Markdown: no HTML, no links, no ends of cells."""
    return re.sub(r"([\\|`*~]|\](?=[\[(]))", r"\\\1", html.escape(printable(text), quote=False))


def curves(
    comparison: Comparison,
    split: str,
    target: Optional[float] = None,
    short: bool = False,
    kind: str = "",
    rival: Optional[str] = None,
) -> Table:
    """
    F1 at each budget, its mean over them, the area under the curve and the sentences needed to reach `target`, the
    latter on the seeds that all methods have.

    # Parameters

    comparison : `Comparison`
        The methods.
    split : `str`
        `dev` or `test`.
    target : `float`, optional (default = `None`)
        F1 in points; by default the highest whole one that every method reaches.
    short : `bool`, optional (default = `False`)
        Without deviations at each budget and the area, so that it fits a terminal.
    kind : `str`, optional (default = `""`)
        An entity type; by default all.
    rival : `str`, optional (default = `None`)
        Adds a column with the labels that each method needs fewer than this one.

    # Returns

    `Table`
    """
    summaries = comparison.summaries(split, kind)
    target = comparison.target(split, kind) if target is None else target
    budgets = sorted({budget for summary in summaries for budget in summary.budgets})
    same = comparison.same_seeds.summaries(split, kind)
    needed = {summary.group.name: summary.needed(target) for summary in same}
    columns = ["method", "seeds", *(f"{budget:g}" for budget in budgets), "mean", *([] if short else ["area"])]
    columns += [f"labels to {target:g}", *([] if rival is None else [f"saved against {rival}"])]
    rows = []
    for summary in summaries:
        name, seeds = summary.group.name, len(summary.group.runs)
        cells = dict(zip(summary.budgets, zip(summary.mean, summary.deviation, strict=True), strict=True))
        at = [with_deviation(*cells[budget], 1 if short else seeds) if budget in cells else "" for budget in budgets]
        ends = [with_deviation(*summary.mean_over_budgets, seeds), *([] if short else [decimal(summary.area)])]
        ends.append(formatting.labels(*needed[name]))
        if rival is not None:
            ends.append(NOTHING if name == rival else formatting.saving(needed[name], needed.get(rival, (None, 0.0))))
        rows.append([name, str(seeds), *at, *(ends if len(summary.budgets) > 1 else [""] * len(ends))])
    of = f" of {kind}" if kind else ""
    return _of_methods(f"{split} F1{of} against annotated sentences", columns, rows)


def labelled(groups: Sequence[Group]) -> Table:
    """How much each method has labelled, of runs that are not measured."""
    rows = []
    for group in groups:
        annotated = [decimal(group.budgets(measure)[-1], 0) for measure in MEASURES]
        rows.append([group.name, str(len(group.runs)), str(group.num_budgets), *annotated, NOT_MEASURED])
    return _of_methods("annotated", ["method", "seeds", "rounds", *MEASURES, "F1"], rows)


def pairs(comparison: Comparison, split: str) -> Table:
    """The differences between methods, our test and the paper's."""
    rows = []
    for pair in comparison.pairs[split]:
        difference = [signed(pair.difference), formatting.between(pair.interval), str(len(pair.units))]
        rows.append([*difference, p_value(pair.p), p_value(pair.adjusted_p), pair.verdict, p_value(pair.wilcoxon_p)])
    columns = ["difference", "95 % interval", "seeds", "p", "Holm", "verdict", "the paper's test"]
    return _of_pairs(comparison, split, f"differences in {split} F1 points, mean over budgets", columns, rows)


def at_budgets(comparison: Comparison, split: str) -> Table:
    """The differences at each budget; `=` marks those at which both have the same sentences."""
    shown = comparison.pairs[split]
    budgets = sorted({budget for pair in shown for budget in pair.at_budgets})
    rows = [[_at_budget(pair, budget) for budget in budgets] for pair in shown]
    columns = [str(budget) for budget in budgets]
    return _of_pairs(comparison, split, f"differences in {split} F1 points at each budget", columns, rows)


def _of_pairs(
    comparison: Comparison, split: str, title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]
) -> Table:
    """A table with a row per pair of methods, which are named in front of these columns."""
    methods = [(pair.first, pair.second) for pair in comparison.pairs[split]]
    named = [[f" {MINUS} ".join(names), *row] for names, row in zip(methods, rows, strict=True)]
    return Table(title, ["pair", *columns], named, methods)


def seconds(groups: Sequence[Group]) -> Table:
    """Seconds a stage, the sum over the rounds and the mean over the seeds."""
    means = []
    for group in groups:
        rounds = [row["seconds"] for run in group.runs for row in run.rounds[: group.num_budgets]]
        means.append([sum(row.get(stage, 0.0) for row in rounds) / len(group.runs) for stage in STAGES])
    shown = [place for place in range(len(STAGES)) if any(mean[place] for mean in means)]
    rows = [
        [group.name, *(decimal(mean[place], 0) for place in shown), decimal(sum(mean), 0)]
        for group, mean in zip(groups, means, strict=True)
    ]
    return _of_methods("seconds a stage", ["method", *(STAGES[place] for place in shown), "all"], rows)


def curve_numbers(means: Rows, cell: str, title: str) -> Table:
    """The means of the learning curves, by round."""
    shown = ("method", "round", "seeds", *MEASURES, "accepted")
    f1 = [with_deviation(row.get(cell), row.get(f"± {cell}", 0.0), row["seeds"]) for row in means]
    rows = [{**{name: row[name] for name in shown}, "F1": value} for row, value in zip(means, f1, strict=True)]
    return numbers(title, rows)


def numbers(title: str, rows: Rows) -> Table:
    """The rows of a chart."""
    columns = list(rows[0]) if rows else []
    cells = [[value if isinstance(value, str) else f"{value:,.4g}" for value in row.values()] for row in rows]
    return Table(title, columns, cells, [[row[name] for name in ("method", "other") if name in row] for row in rows])


def _of_methods(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    """A table with a row per method, whose name is in the first cell."""
    return Table(title, columns, rows, [[row[0]] for row in rows])


def seeds_sentence(shown: Sequence[PairedComparison]) -> str:
    """How many seeds the pairs that are shown, at least one, need."""
    return (
        f"With n seeds the sign-flip test cannot give a p below 2/2ⁿ; after Holm's correction one of "
        f"{formatting.counted(len(shown), 'pair')} can pass 0.05 with {shown[0].needed} seeds or more."
    )


def markdown(comparison: Comparison, notes: Sequence[str] = (), target: Optional[float] = None) -> str:
    """All tables of a comparison as Markdown."""
    parts: List[str] = []
    if not comparison.measured:
        parts.append(f"### Annotated\n\n{labelled(comparison.groups).markdown()}")
    for split in comparison.splits:
        tables = [curves(comparison, split, target)]
        shown = comparison.pairs[split]
        if shown:
            tables += [pairs(comparison, split), at_budgets(comparison, split)]
        parts += [f"### {table.title[0].upper()}{table.title[1:]}\n\n{table.markdown()}" for table in tables]
        parts += [seeds_sentence(shown) + "\n"] if shown else []
        parts += [comparison.which_seeds + "\n"] if comparison.which_seeds else []
    parts.append(f"### Seconds a stage\n\n{seconds(comparison.groups).markdown()}")
    if notes:
        parts.append("Left out:\n\n" + "".join(f"- {as_markdown(note)}\n" for note in notes))
    return "\n".join(parts)


def _at_budget(pair: PairedComparison, budget: int) -> str:
    if budget not in pair.at_budgets:
        return ""
    return signed(pair.at_budgets[budget]) + (" =" if budget in pair.same else "")
