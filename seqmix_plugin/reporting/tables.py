"""A comparison as tables, for the terminal, Markdown, the page, and other programs."""

from typing import List, Optional, Sequence

from seqmix_plugin.charts.learning_curves import ANNOTATED, MEASURES
from seqmix_plugin.charts.theme import Rows
from seqmix_plugin.reporting import formatting, pair_tables
from seqmix_plugin.reporting.axis import annotated
from seqmix_plugin.reporting.comparison import Comparison
from seqmix_plugin.reporting.formatting import NOTHING, decimal, with_deviation
from seqmix_plugin.reporting.run_groups import Group
from seqmix_plugin.reporting.table import Table, as_markdown
from seqmix_plugin.reporting.training import training, training_sentences
from seqmix_plugin.run.layout import NOT_MEASURED

STAGES = ("query", "annotate", "augment", "committee", "train", "measure")


def curves(
    comparison: Comparison,
    split: str,
    target: Optional[float] = None,
    short: bool = False,
    kind: str = "",
    rival: Optional[str] = None,
) -> Table:
    """
    F1 at each budget, its mean over them, the area under the curve and the annotations needed to reach `target`, the
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
    against = comparison.against
    shape = "g" if comparison.common is None else ".0f"
    same = comparison.same_seeds.summaries(split, kind)
    needed = {summary.group.name: summary.needed(target) for summary in same}
    columns = ["method", "seeds", *(f"{budget:{shape}}" for budget in budgets), "mean", *([] if short else ["area"])]
    columns += [
        f"{'labels' if against == 'sentences' else against} to {target:g}",
        *([] if rival is None else [f"saved against {rival}"]),
    ]
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
    return _of_methods(f"{split} F1{of} against {annotated(against)}", columns, rows)


def labelled(groups: Sequence[Group]) -> Table:
    """How much each method has labelled, of runs that are not measured."""
    rows = []
    for group in groups:
        annotated = [decimal(group.budgets(measure)[-1], 0) for measure in ANNOTATED]
        rows.append([group.name, str(len(group.runs)), str(group.num_budgets), *annotated, NOT_MEASURED])
    return _of_methods("annotated", ["method", "seeds", "rounds", *ANNOTATED, "F1"], rows)


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


def markdown(comparison: Comparison, notes: Sequence[str] = (), target: Optional[float] = None) -> str:
    """All tables of a comparison as Markdown."""
    parts: List[str] = []
    if not comparison.measured:
        parts.append(f"### Annotated\n\n{labelled(comparison.groups).markdown()}")
    for split in comparison.splits:
        tables = [curves(comparison, split, target)]
        shown = comparison.pairs[split]
        if shown:
            tables += [pair_tables.pairs(comparison, split), pair_tables.at_budgets(comparison, split)]
            savings = pair_tables.savings(comparison, split)
            tables += [savings] if savings.rows else []
        parts += [f"### {table.title[0].upper()}{table.title[1:]}\n\n{table.markdown()}" for table in tables]
        parts += (
            [pair_tables.cost_sentence(comparison.groups[0].cost) + "\n", pair_tables.seeds_sentence(shown) + "\n"]
            if shown
            else []
        )
        parts += [comparison.which_seeds + "\n"] if comparison.which_seeds else []
    trained = training(comparison.groups)
    parts += [f"### Training\n\n{trained.markdown()}"] if trained else []
    parts += [as_markdown(line) + "\n" for line in training_sentences(comparison)]
    parts.append(f"### Seconds a stage\n\n{seconds(comparison.groups).markdown()}")
    if notes:
        parts.append("Left out:\n\n" + "".join(f"- {as_markdown(note)}\n" for note in notes))
    return "\n".join(parts)
