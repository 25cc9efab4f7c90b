"""A comparison as tables, for the terminal, for Markdown and for other programs."""

import html
import re
from dataclasses import dataclass
from typing import Any, Dict, List, Optional, Sequence, TextIO

from rich.box import SIMPLE
from rich.console import Console
from rich.markup import escape
from rich.table import Table as RichTable

from seqmix_plugin.errors import printable
from seqmix_plugin.io.csv_text import csv_text
from seqmix_plugin.reporting.comparison import Comparison
from seqmix_plugin.reporting.grouping import Group
from seqmix_plugin.reporting.page_data import MEASURES, STAGES, seconds_a_stage
from seqmix_plugin.reporting.pair import Pair
from seqmix_plugin.reporting.wording import MINUS, between, counted, decimal, labels, p_value, signed, with_deviation
from seqmix_plugin.run.layout import NOT_MEASURED


@dataclass(frozen=True)
class Table:
    """
    # Parameters

    title : `str`
        What it shows.
    columns : `Sequence[str]`
        Their names; the first is that of the rows.
    rows : `Sequence[Sequence[str]]`
        The cells.
    """

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]

    def markdown(self) -> str:
        """As GitHub reads it, without the title."""
        dashes = ["---", *["--:"] * (len(self.columns) - 1)]
        lines = [list(map(as_markdown, self.columns)), dashes, *(list(map(as_markdown, row)) for row in self.rows)]
        return "".join("| " + " | ".join(line) + " |\n" for line in lines)

    def print(self, file: Optional[TextIO] = None) -> None:
        """To the terminal, as wide as it is."""
        table = RichTable(
            title=_shown(self.title), box=SIMPLE, pad_edge=False, padding=(0, 1, 0, 0), title_justify="left"
        )
        for number, name in enumerate(self.columns):
            table.add_column(_shown(name), justify="right" if number else "left", overflow="fold", no_wrap=number == 0)
        for row in self.rows:
            table.add_row(*map(_shown, row))
        Console(file=file).print(table)


def _shown(cell: str) -> str:
    """A cell as `rich` is given it: no markup, and no commands to the terminal."""
    return escape(printable(cell))


def as_markdown(text: str) -> str:
    """Text of folders and configurations as it stands in Markdown: no HTML, no links, no ends of cells."""
    return re.sub(r"([\\|`*~]|\](?=[\[(]))", r"\\\1", html.escape(printable(text), quote=False))


def curves(comparison: Comparison, split: str, target: Optional[float] = None, short: bool = False) -> Table:
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
    """
    summaries = comparison.summaries(split)
    target = comparison.target(split) if target is None else target
    budgets = sorted({budget for summary in summaries for budget in summary.budgets})
    area = [] if short else ["area"]
    columns = ["method", "seeds", *(f"{budget:g}" for budget in budgets), "mean", *area, f"labels to {target:g}"]
    paired = {summary.group.name: summary for summary in comparison.same_seeds.summaries(split)}
    rows = []
    for summary in summaries:
        cells = dict(zip(summary.budgets, zip(summary.mean, summary.deviation, strict=True), strict=True))
        seeds = len(summary.group.runs)
        shown = 1 if short else seeds
        scores = [with_deviation(*cells[budget], shown) if budget in cells else "" for budget in budgets]
        ends = [
            with_deviation(*summary.mean_over_budgets, seeds),
            decimal(summary.area),
            labels(paired[summary.group.name].labels_to_reach(target), paired[summary.group.name].budgets[0]),
        ]
        ends = ends if len(summary.budgets) > 1 else [""] * 3
        rows.append([summary.group.name, str(seeds), *scores, *(ends[:1] + ends[2:] if short else ends)])
    return Table(f"{split} F1 against annotated sentences", columns, rows)


def labelled(groups: Sequence[Group]) -> Table:
    """How much each method has labelled, of runs that are not measured."""
    columns = ["method", "seeds", "rounds", *MEASURES, "F1"]
    rows = [
        [
            group.name,
            str(len(group.runs)),
            str(group.num_budgets),
            *(decimal(group.budgets(measure)[-1], 0) for measure in MEASURES),
            NOT_MEASURED,
        ]
        for group in groups
    ]
    return Table("annotated", columns, rows)


def pairs(comparison: Comparison, split: str) -> Table:
    """The differences between methods, our test and the paper's."""
    columns = ["pair", "difference", "95 % interval", "seeds", "p", "Holm", "verdict", "the paper's test"]
    rows = [
        [
            f"{pair.first} {MINUS} {pair.second}",
            signed(pair.difference),
            between(pair.interval),
            str(pair.num_seeds),
            p_value(pair.p),
            p_value(pair.adjusted_p),
            pair.verdict,
            p_value(pair.wilcoxon_p),
        ]
        for pair in comparison.pairs(split)
    ]
    return Table(f"differences in {split} F1 points, mean over budgets", columns, rows)


def at_budgets(comparison: Comparison, split: str) -> Table:
    """The differences at each budget; `=` marks those at which both have the same sentences."""
    shown = comparison.pairs(split)
    budgets = sorted({budget for pair in shown for budget in pair.at_budgets})
    rows = [
        [f"{pair.first} {MINUS} {pair.second}", *(_at_budget(pair, budget) for budget in budgets)] for pair in shown
    ]
    return Table(f"differences in {split} F1 points at each budget", ["pair", *map(str, budgets)], rows)


def seconds(groups: Sequence[Group]) -> Table:
    """Seconds a stage, the sum over the rounds and the mean over the seeds."""
    means = seconds_a_stage(groups)
    shown = [stage for stage in STAGES if any(mean[stage] for mean in means)]
    rows = [[mean["group"], *(decimal(mean[stage], 0) for stage in (*shown, "total"))] for mean in means]
    return Table("seconds a stage", ["method", *shown, "all"], rows)


def seeds_sentence(shown: Sequence[Pair]) -> str:
    """How many seeds the pairs that are shown need."""
    if not shown:
        return ""
    return (
        f"With n seeds the sign-flip test cannot give a p below 2/2ⁿ; after Holm's correction one of "
        f"{counted(len(shown), 'pair')} can pass 0.05 with {shown[0].needed} seeds or more."
    )


def long_csv(groups: Sequence[Group]) -> str:
    """
    One row a run, round, split and entity type, as CSV; scores are between 0 and 1, as a run writes them. The rows with
    `all types` under `of` are totals, those with `one type` have its name under `type`. A round that is not measured
    has one row, which says so in place of the split. A text that a spreadsheet would take for a formula begins with
    `'`.
    """
    columns = ["method", "seed", "data_seed", "round", "sentences", "tokens", "entities", "synthetic"]
    columns += ["split", "of", "type", "precision", "recall", "f1"]
    rows: List[Dict[str, Any]] = []
    for group in groups:
        for run in group.runs:
            for record in run.rounds:
                place = {"method": group.name, "seed": run.seed, "data_seed": run.data_seed, "round": record["round"]}
                place |= {**record["annotated"], "synthetic": record["synthetic_in_training"]}
                if not record["scores"]:
                    rows.append({**place, "split": NOT_MEASURED})
                for split, scores in record["scores"].items():
                    of_kind: Dict[str, Dict[str, float]] = {}
                    for name, value in scores.items():
                        kind, _, metric = name.rpartition("/")
                        of_kind.setdefault(kind, {})[metric] = value
                    for kind, values in of_kind.items():
                        of = {"of": "one type", "type": kind} if kind else {"of": "all types"}
                        rows.append({**values, **place, "split": split, **of})
    return csv_text(columns, rows)


def markdown(comparison: Comparison, notes: Sequence[str] = (), target: Optional[float] = None) -> str:
    """All tables of a comparison as Markdown."""
    parts: List[str] = []
    if not comparison.measured:
        parts.append(f"### Annotated\n\n{labelled(comparison.groups).markdown()}")
    for split in comparison.splits:
        tables = [curves(comparison, split, target)]
        shown = comparison.pairs(split)
        if shown:
            tables += [pairs(comparison, split), at_budgets(comparison, split)]
        parts += [f"### {table.title[0].upper()}{table.title[1:]}\n\n{table.markdown()}" for table in tables]
        parts += [seeds_sentence(shown) + "\n"] if shown else []
        parts += [comparison.which_seeds + "\n"] if comparison.which_seeds else []
    parts.append(f"### Seconds a stage\n\n{seconds(comparison.groups).markdown()}")
    if notes:
        parts.append("Left out:\n\n" + "".join(f"- {as_markdown(note)}\n" for note in notes))
    return "\n".join(parts)


def _at_budget(pair: Pair, budget: int) -> str:
    if budget not in pair.at_budgets:
        return ""
    return signed(pair.at_budgets[budget]) + (" =" if budget in pair.same else "")
