"""F1 against annotations."""

import textwrap
from typing import Any, Dict, List, Sequence, Set

from seqmix_plugin.charts.theme import INK, PAPER, SHOWN, Rows, finished, looks

ANNOTATED = ("sentences", "tokens", "entities")
"""What is annotated."""
MEASURES = (*ANNOTATED, "seconds")
"""In what annotations can be counted; seconds are those that they cost."""


def learning_curves(
    names: Sequence[str],
    means: Rows,
    runs: Rows = (),
    references: Rows = (),
    width: Any = "container",
    height: int = 380,
    cell: str = "",
    measure: str = MEASURES[0],
    title: str = "",
) -> Dict[str, Any]:
    """
    A line per method with a band of one deviation, within 0 and 100, single runs as small points, methods with a single
    budget as level lines.

    # Parameters

    names : `Sequence[str]`
        The methods, in the order of their colours.
    means : `Rows`
        One per method and round: `method`, `round`, those of `MEASURES` that are known, F1 under the name of each cell,
        its deviation under `± ` and that name, and optionally `seeds`, `accepted` and `short`, which is true where too
        few of the wanted sentences were accepted: its line is dashed.
    runs : `Rows`, optional (default = `()`)
        One per run and round, likewise.
    references : `Rows`, optional (default = `()`)
        One per method with a single budget, likewise.
    width : `Any`, optional (default = `"container"`)
        In pixels, or that of the page.
    height : `int`, optional (default = `380`)
        In pixels.
    cell : `str`, optional (default = `""`)
        The name of the F1 that is shown at first.
    measure : `str`, optional (default = `"sentences"`)
        The one of `MEASURES` that is shown at first.
    title : `str`, optional (default = `""`)
        A line above the curves; the measure can then not be changed.

    # Returns

    `Dict[str, Any]`
    """
    import altair as alt  # slow to import, and an extra

    measures = [name for name in MEASURES if all(name in row for row in means)]
    ticks = {name: budget_ticks(means, name) for name in measures}
    axis = alt.Axis(
        values=alt.ExprRef("ticks[measure]"), format=",.0f", grid=False, labelOverlap="greedy", labelSeparation=6
    )
    counted = "seconds of annotation" if measure == "seconds" else f"annotated {measure}"
    x = alt.X("x:Q", title=counted if title else None, scale=alt.Scale(zero=False, nice=False, padding=14), axis=axis)
    y = alt.Y("y:Q", title="F1", scale=alt.Scale(zero=False))
    colour, shape = looks(names)
    dash = alt.StrokeDash("short:N", scale=alt.Scale(domain=[False, True], range=[[1, 0], [5, 4]]), legend=None)
    scores = [alt.Tooltip(f, title=t, format=".1f") for f, t in (("y:Q", "mean F1"), ("deviation:Q", "± deviation"))]
    about = ["method:N", "round:Q", *(f"{name}:Q" for name in measures), *scores, "seeds:Q", "accepted:N"]

    def data(name: str) -> Any:
        """Rows of the methods that are shown, with the chosen measure as `x` and the chosen F1 as `y`."""
        chart = alt.Chart(alt.NamedData(name)).transform_filter(SHOWN)
        chart = chart.transform_calculate(x="datum[measure]", y="datum[cell]", deviation="datum['± ' + cell]")
        return chart.transform_filter("isValid(datum.y)").encode(y, colour)

    band = data("means").transform_filter("band && datum.seeds > 1")
    band = band.transform_calculate(low="max(0, datum.y - datum.deviation)", high="min(100, datum.y + datum.deviation)")
    lines = data("means").transform_window(x0="lag(x)", y0="lag(y)", groupby=["method"], sort=[alt.SortField("round")])
    lines = lines.transform_filter("isValid(datum.y0)").mark_rule(strokeWidth=2)
    level, hollow = data("references"), alt.condition("datum.short", alt.value(PAPER), colour)
    name = {"align": "left", "baseline": "bottom", "dy": -3, "fontWeight": 600}
    layers = {
        "bands": band.mark_area(opacity=0.14).encode(x, alt.Y("low:Q", title="F1"), y2="high:Q"),
        "runs": data("runs").mark_circle(size=12, opacity=0.55).encode(x),
        "levels": level.mark_rule(strokeWidth=1.5).encode(tooltip=about),
        "level_names": level.mark_text(**name).encode(x=alt.XValue(6), text="method:N"),
        "lines": lines.encode(x="x0:Q", y="y0:Q", x2="x:Q", y2="y:Q", strokeDash=dash),
        "means": data("means").mark_point(size=62, opacity=1).encode(x, shape, tooltip=about, fill=hollow),
    }
    empty = {"runs": not runs, "levels": not references, "level_names": not references}
    layers = {name: layer for name, layer in layers.items() if not empty.get(name)}  # an axis of no rows has no extent
    chosen = alt.ExprRef("measure == 'seconds' ? 'seconds of annotation' : 'annotated ' + measure")
    text = alt.Title(chosen, orient="bottom", fontWeight="normal", fontSize=13)
    if title:
        text = alt.Title(textwrap.wrap(title, 70, break_on_hyphens=False), anchor="start", fontSize=13)
    chart = alt.layer(*(layer.properties(name=name) for name, layer in layers.items())).properties(title=text)
    drawn = {row["method"] for row in (*means, *references)}
    shown = [name for name in names if name in drawn]
    values = {"measure": measure, "cell": cell, "shown": shown, "band": True, "ticks": ticks}
    return finished(chart, width, height, values, means=means, runs=runs, references=references)


def budget_ticks(means: Rows, measure: str) -> List[float]:
    """The budgets of all methods where these share most of them, otherwise those of the method with the most."""
    by_method: Dict[str, Set[float]] = {}
    for row in means:
        by_method.setdefault(row["method"], set()).add(row[measure])
    every = set().union(*by_method.values())
    longest = max(by_method.values(), key=lambda budgets: (max(budgets), len(budgets)), default=every)
    return sorted(every if len(every) <= 2 * len(longest) else longest)


def message(text: str) -> Dict[str, Any]:
    """A text in the place of a chart."""
    import altair as alt

    chart = alt.Chart(alt.InlineData(values=[{}])).mark_text(text=text, fontSize=16, color=INK)
    return finished(chart, 480, 300, {})
