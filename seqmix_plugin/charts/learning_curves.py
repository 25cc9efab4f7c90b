"""F1 against annotations."""

from typing import Any, Dict, Sequence, Tuple

from seqmix_plugin.charts.elements import MEASURES, SHOWN, Rows, finished, looks, tooltip
from seqmix_plugin.charts.theme import INK, PAPER

SOLID, DASHED = [1, 0], [5, 4]


def learning_curves(
    names: Sequence[str],
    means: Rows,
    runs: Rows = (),
    references: Rows = (),
    size: Tuple[Any, int] = ("container", 380),
    **values: Any,
) -> Dict[str, Any]:
    """
    F1 against annotations: a line per method with a band of one deviation, single runs as small points, methods with a
    single budget as level lines.

    # Parameters

    names : `Sequence[str]`
        The methods, in the order of their colours.
    means : `Rows`
        One per method and round: `group`, `round`, each of `MEASURES`, F1 under the name of each cell, its deviation
        under `± ` and that name, and optionally `runs`, `generated` and `short`, which is true where too few of the
        wanted sentences were accepted: its line is dashed.
    runs : `Rows`, optional (default = `()`)
        One per run and round, likewise.
    references : `Rows`, optional (default = `()`)
        One per method with a single budget, likewise.
    size : `Tuple[Any, int]`, optional (default = `("container", 380)`)
        Width and height.
    values : `Any`
        First values of the parameters.

    # Returns

    `Dict[str, Any]`
    """
    import altair as alt  # slow to import, and an extra

    about = tooltip(
        ("group", "method", ""),
        ("round", "round", ""),
        *((measure, measure, ",.0f") for measure in MEASURES),
        ("y", "mean F1", ".1f"),
        ("deviation", "± deviation", ".1f"),
        ("runs", "seeds", ""),
        ("generated", "accepted", ""),
    )
    ticks = {measure: sorted({row[measure] for row in means}) for measure in MEASURES}
    axis = alt.Axis(values=alt.ExprRef("ticks[measure]"), format=",.0f", grid=False, labelOverlap="parity")
    x = alt.X("x:Q", title=None, scale=alt.Scale(zero=False, nice=False, padding=14), axis=axis)
    y = alt.Y("y:Q", title="F1", scale=alt.Scale(zero=False))
    colours, shapes = looks(names)
    dash = alt.StrokeDash("short:N", scale=alt.Scale(domain=[False, True], range=[SOLID, DASHED]), legend=None)
    means_of = _cells("means")
    before = {"x0": "lag(x)", "y0": "lag(y)"}
    lines = means_of.transform_window(**before, groupby=["group"], sort=[alt.SortField("round")])
    band = means_of.transform_filter("band && datum.runs > 1")
    band = band.transform_calculate(low="datum.y - datum.deviation", high="datum.y + datum.deviation")
    level = _cells("references").encode(y, colours)
    name = {"align": "left", "baseline": "bottom", "dy": -3, "fontWeight": 600}
    layers = {
        "bands": band.mark_area(opacity=0.14).encode(x, alt.Y("low:Q", title="F1"), alt.Y2("high:Q"), colours),
        "runs": _cells("runs").mark_circle(size=12, opacity=0.55).encode(x, y, colours),
        "levels": level.mark_rule(strokeWidth=1.5).encode(tooltip=about),
        "level_names": level.mark_text(**name).encode(alt.XValue(6), alt.Text("group:N")),
        "lines": lines.transform_filter("isValid(datum.y0)")
        .mark_rule(strokeWidth=2)
        .encode(alt.X("x0:Q"), alt.Y("y0:Q"), alt.X2("x:Q"), alt.Y2("y:Q"), colours, dash),
        "means": means_of.mark_point(size=62, strokeWidth=1.5, opacity=1).encode(
            x, y, colours, shapes, tooltip=about, fill=alt.condition("datum.short", alt.value(PAPER), colours)
        ),
    }
    title = alt.Title(alt.ExprRef("'annotated ' + measure"), orient="bottom", fontWeight="normal", fontSize=13)
    chart = alt.layer(*(layer.properties(name=name) for name, layer in layers.items())).properties(title=title)
    first = {"measure": MEASURES[0], "cell": "", "shown": list(names), "band": True, "ticks": ticks, **values}
    return finished(chart, size, first, means=means, runs=runs, references=references)


def message(text: str) -> Dict[str, Any]:
    """A text in the place of a chart."""
    import altair as alt

    chart = alt.Chart(alt.InlineData(values=[{}])).mark_text(text=text, fontSize=16, color=INK)
    return finished(chart, (480, 300), {})


def _cells(data: str) -> Any:
    """Rows of the methods that are shown, with the chosen measure as `x` and the F1 of the chosen cell as `y`."""
    import altair as alt

    chart = alt.Chart(alt.NamedData(data)).transform_filter(SHOWN)
    chart = chart.transform_calculate(x="datum[measure]", y="datum[cell]", deviation="datum['± ' + cell]")
    return chart.transform_filter("isValid(datum.y)")
