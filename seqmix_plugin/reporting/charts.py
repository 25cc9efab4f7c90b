"""
The report's charts, as specifications of Vega-Lite. Their rows stand apart, under `datasets`. What a reader can choose
are parameters that the page sets: `chosen_split`, `chosen_kind`, `measure`, `shown`, `band`, and `method` where each
method has a chart of its own. Colours are the page's own, so that charts follow its theme.
"""

from typing import Any, Dict, List, Sequence

from seqmix_plugin.reporting.chart_style import (
    ACCENT,
    DASHED,
    INK,
    PAPER,
    SOLID,
    Rows,
    finished,
    looks,
    params,
    tooltips,
)

SHOWN = "indexof(shown, datum.group) >= 0"
BOTH_SHOWN = "indexof(shown, datum.first) >= 0 && indexof(shown, datum.second) >= 0"
OF_METHOD = "datum.group == method"
CELL = "chosen_split + '/' + chosen_kind"


def curves(names: Sequence[str], lines: Rows, means: Rows, runs: Rows, references: Rows) -> Dict[str, Any]:
    """Learning curves: a line a method with its band, single runs as small points, references as level lines."""
    import altair as alt  # slow to import

    x = alt.X("x:Q", title=None, scale=alt.Scale(zero=False, nice=False, padding=14), axis=alt.Axis(tickCount=7))
    y = alt.Y("y:Q", title="F1", scale=alt.Scale(zero=False))
    colour, shape = looks(names)
    tooltip = tooltips(
        ("group:N", "method", ""),
        ("round:Q", "round", ""),
        *((f"{measure}:Q", measure, ",.0f") for measure in ("sentences", "tokens", "entities")),
        ("y:Q", "mean F1", ".1f"),
        ("deviation:Q", "± deviation", ".1f"),
        ("runs:Q", "seeds", ""),
        ("generated:N", "accepted", ""),
    )
    dash = alt.StrokeDash("short:N", scale=alt.Scale(domain=[False, True], range=[SOLID, DASHED]), legend=None)
    band = _cells("means").transform_filter("band && datum.runs > 1")
    band = band.transform_calculate(low="datum.y - datum.deviation", high="datum.y + datum.deviation")
    level = _cells("references").encode(y, colour)
    name = {"align": "left", "baseline": "bottom", "dy": -3, "fontWeight": 600}
    layers = [
        band.mark_area(opacity=0.14).encode(x, alt.Y("low:Q", title="F1"), alt.Y2("high:Q"), colour),
        _cells("runs").mark_circle(size=12, opacity=0.55).encode(x, y, colour),
        level.mark_rule(strokeWidth=1.5).encode(tooltip=tooltip),
        level.mark_text(**name).encode(alt.XValue(6), alt.Text("group:N")),
        _cells("lines").mark_line(strokeWidth=2).encode(x, y, colour, dash, detail="piece:N"),
        _cells("means")
        .mark_point(size=62, strokeWidth=1.5, opacity=1)
        .encode(x, y, colour, shape, tooltip=tooltip, fill=alt.condition("datum.short", alt.value(PAPER), colour)),
    ]
    layers = [layer.properties(name=name) for layer, name in zip(layers, LAYERS, strict=True)]
    title = alt.Title(alt.ExprRef("'annotated ' + measure"), orient="bottom", fontWeight="normal", fontSize=13)
    chart = alt.layer(*layers).properties(width="container", height=380, title=title)
    chart = chart.add_params(*params("chosen_split", "chosen_kind", "measure", "shown", "band"))
    return finished(chart, {"lines": lines, "means": means, "runs": runs, "references": references})


LAYERS = ("bands", "runs", "levels", "level_names", "lines", "means")


def differences(rows: Rows) -> Dict[str, Any]:
    """A forest plot: the difference of each pair with its interval, beside the line of no difference."""
    import altair as alt

    y = _pairs()
    base = alt.Chart(alt.NamedData("pairs")).transform_filter(f"datum.split == chosen_split && {BOTH_SHOWN}")
    base = base.transform_calculate(pair="datum.first + '\\n\u2212 ' + datum.second")
    tooltip = tooltips(
        ("first:N", "method", ""),
        ("second:N", "against", ""),
        ("difference:Q", "difference", "+.1f"),
        ("low:Q", "from", "+.1f"),
        ("high:Q", "to", "+.1f"),
        ("seeds:Q", "seeds", ""),
        ("verdict:N", "verdict", ""),
    )
    title = "difference in F1"
    zero = alt.Chart(alt.InlineData(values=[{"zero": 0}])).mark_rule(color=INK, opacity=0.7)
    layers = [
        zero.encode(alt.X("zero:Q", title=title, scale=alt.Scale(nice=False, padding=18), axis=alt.Axis(tickCount=8))),
        base.mark_rule(strokeWidth=2, color=ACCENT).encode(alt.X("low:Q"), y, alt.X2("high:Q")),
        base.mark_point(size=80, stroke=ACCENT, strokeWidth=2, opacity=1).encode(
            alt.X("difference:Q"),
            y,
            fill=alt.condition("datum.clear", alt.value(ACCENT), alt.value(PAPER)),
            tooltip=tooltip,
        ),
    ]
    chart = alt.layer(*layers).properties(width="container", height=alt.Step(44))
    return finished(chart.add_params(*params("chosen_split", "shown")), {"pairs": rows})


def overlaps(rows: Rows) -> Dict[str, Any]:
    """A row a pair of methods, a column a round: the share of queries in common, darker the more."""
    import altair as alt

    y = _pairs()
    x = alt.X("round:O", title="round", axis=alt.Axis(labelAngle=0, ticks=False, domain=False, grid=False))
    base = alt.Chart(alt.NamedData("overlaps")).transform_filter(BOTH_SHOWN)
    base = base.transform_calculate(pair="datum.first + '\\nand ' + datum.second")
    tooltip = tooltips(
        ("first:N", "method", ""),
        ("second:N", "other", ""),
        ("round:O", "round", ""),
        ("queried:Q", "of this round's queries", ".0%"),
        ("labelled:Q", "of all labelled so far", ".0%"),
    )
    opacity = alt.FillOpacity("queried:Q", scale=alt.Scale(domain=[0, 1], range=[0.04, 0.6]), legend=None)
    layers = [
        base.mark_rect(fill=ACCENT, stroke=PAPER, strokeWidth=3).encode(x, y, opacity, tooltip=tooltip),
        base.mark_text(color=INK).encode(x, y, alt.Text("queried:Q", format=".0%")),
    ]
    chart = alt.layer(*layers).properties(width="container", height=alt.Step(40))
    return finished(chart.add_params(*params("shown")), {"overlaps": rows})


def densities(names: Sequence[str], rows: Rows) -> Dict[str, Any]:
    """How many entities were in what each method had labelled, round by round."""
    import altair as alt

    colour, shape = looks(names)
    base = alt.Chart(alt.NamedData("densities")).transform_filter(SHOWN)
    axis = alt.Axis(format="d", tickMinStep=1, grid=False)
    x = alt.X("round:Q", title="round", scale=alt.Scale(nice=False, padding=14), axis=axis)
    y = alt.Y("entities:Q", title="entities in 100 tokens", scale=alt.Scale(zero=False))
    tooltip = tooltips(
        ("group:N", "method", ""),
        ("round:Q", "round", ""),
        ("entities:Q", "entities in 100 tokens", ".1f"),
        ("length:Q", "tokens a sentence", ".1f"),
    )
    layers = [
        base.mark_line(strokeWidth=2).encode(x, y, colour),
        base.mark_point(size=62, opacity=1, filled=True).encode(x, y, colour, shape, tooltip=tooltip),
    ]
    chart = alt.layer(*layers).properties(width="container", height=260)
    return finished(chart.add_params(*params("shown")), {"densities": rows})


def funnel(rows: Rows) -> Dict[str, Any]:
    """Of one method: bars in each other for what was judged, tried and accepted, and a tick for what was wanted."""
    import altair as alt

    base = alt.Chart(alt.NamedData("funnel"))
    most = max((row["sentences"] for row in rows), default=1)
    x = alt.X("round:O", title="round", axis=alt.Axis(labelAngle=0, grid=False))
    y = alt.Y("sentences:Q", title="sentences", scale=alt.Scale(domain=[0, most]), axis=alt.Axis(tickCount=5))
    tooltip = tooltips(("round:O", "round", ""), ("stage:N", "stage", ""), ("sentences:Q", "sentences", ",.1f"))

    def stage(name: str) -> Any:
        return base.transform_filter(f"{OF_METHOD} && datum.stage == '{name}'").encode(x, y, tooltip=tooltip)

    layers = [
        stage("judged").mark_bar(fill=ACCENT, opacity=0.18, width={"band": 0.9}),
        stage("tried").mark_bar(fill=ACCENT, opacity=0.4, width={"band": 0.66}),
        stage("accepted").mark_bar(fill=ACCENT, width={"band": 0.4}),
        stage("wanted").mark_tick(color=INK, thickness=2, width={"band": 0.9}),
    ]
    chart = alt.layer(*layers).properties(width="container", height=180)
    return finished(chart.add_params(*params("method")), {"funnel": rows})


def histogram(rows: Rows, ranges: Rows) -> Dict[str, Any]:
    """Of one method: how plausible its sentences were, on a logarithmic axis, with the ends of the accepted range."""
    import altair as alt

    ends = [*(row[side] for row in rows for side in ("low", "high")), *(row["end"] for row in ranges)] or [1, 10]
    scale = alt.Scale(type="log", domain=[0.95 * min(ends), 1.05 * max(ends)], nice=False)
    x = alt.X("low:Q", title=None, scale=scale, axis=alt.Axis(format="~s", tickCount=5, grid=False))
    base = alt.Chart(alt.NamedData("scores")).transform_filter(OF_METHOD)
    tooltip = tooltips(
        ("low:Q", "from", ",.4~g"),
        ("high:Q", "to", ",.4~g"),
        ("verdict:N", "verdict", ""),
        ("sentences:Q", "sentences", ""),
    )
    bars = base.mark_bar(stroke=ACCENT, strokeWidth=1, fill=ACCENT).encode(
        x,
        alt.Y("bottom:Q", title="sentences", axis=alt.Axis(tickCount=4, tickMinStep=1)),
        alt.X2("high:Q"),
        alt.Y2("top:Q"),
        fillOpacity=alt.condition("datum.verdict == 'accepted'", alt.value(0.85), alt.value(0)),
        tooltip=tooltip,
    )
    limits = alt.Chart(alt.NamedData("ranges")).transform_filter(OF_METHOD).mark_rule(color=INK, strokeDash=[3, 3])
    chart = alt.layer(bars, limits.encode(alt.X("end:Q", title=None))).properties(width="container", height=170)
    return finished(chart.add_params(*params("method")), {"scores": rows, "ranges": ranges})


def stacked(bins: Rows) -> List[Dict[str, Any]]:
    """Refused sentences of a bin stand on the accepted ones."""
    accepted = {(row["group"], row["low"]): row["sentences"] for row in bins if row["verdict"] == "accepted"}
    rows = []
    for row in bins:
        bottom = 0 if row["verdict"] == "accepted" else accepted.get((row["group"], row["low"]), 0)
        rows.append({**row, "bottom": bottom, "top": bottom + row["sentences"]})
    return rows


def _pairs() -> Any:
    """A row a pair of methods, with their names below each other."""
    import altair as alt

    lines = "split(datum.label, '\\n')"
    axis = alt.Axis(labelExpr=lines, labelLimit=190, labelOffset=-7, ticks=False, domain=False, grid=False)
    return alt.Y("pair:N", title=None, sort=None, axis=axis)


def _cells(data: str) -> Any:
    """Rows of what is shown, with the chosen measure as `x` and the chosen cell as `y`."""
    import altair as alt

    chart = alt.Chart(alt.NamedData(data)).transform_filter(SHOWN)
    chart = chart.transform_calculate(x="datum[measure]", y=f"datum[{CELL}]", deviation=f"datum['± ' + {CELL}]")
    return chart.transform_filter("isValid(datum.y)")
