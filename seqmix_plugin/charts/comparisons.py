"""Methods compared: their differences, what they have queried, and what they have generated."""

from typing import Any, Dict, Sequence

from seqmix_plugin.charts.theme import ACCENT, INK, PAPER, SHOWN, Rows, finished, looks, shades, tooltip

_BOTH_SHOWN = f"{SHOWN} && indexof(shown, datum.other) >= 0"
_OF_PANEL = "datum.method == panel"


def differences(rows: Rows) -> Dict[str, Any]:
    """A forest plot: the difference of each pair of methods with its interval, beside the line of no difference."""
    import altair as alt

    base = _pairs("\u2212").transform_filter("datum.split == split")
    axis = alt.X(
        "zero:Q", title="difference in F1", scale=alt.Scale(nice=False, padding=18), axis=alt.Axis(tickCount=8)
    )
    fill = alt.condition("datum.significant", alt.value(ACCENT), alt.value(PAPER))
    points = base.mark_point(size=80, stroke=ACCENT, strokeWidth=2, opacity=1)
    chart = alt.layer(
        alt.Chart(alt.InlineData(values=[{"zero": 0}])).mark_rule(color=INK, opacity=0.7).encode(axis),
        base.mark_rule(strokeWidth=2, color=ACCENT).encode(x="low:Q", x2="high:Q"),
        points.encode(x="difference:Q", fill=fill, tooltip=tooltip(rows)),
    )
    return finished(chart, "container", alt.Step(44), {"split": "", "shown": []}, pairs=rows)


def overlaps(rows: Rows) -> Dict[str, Any]:
    """A row per pair of methods, a column per round: the share of queries in common, darker for more."""
    import altair as alt

    x = alt.X("round:O", title="round", axis=alt.Axis(labelAngle=0, ticks=False, domain=False, grid=False))
    opacity = alt.FillOpacity("% of queries:Q", scale=alt.Scale(domain=[0, 100], range=[0.04, 0.6]), legend=None)
    base = _pairs("and").encode(x)
    chart = alt.layer(
        base.mark_rect(fill=ACCENT, stroke=PAPER, strokeWidth=3).encode(opacity, tooltip=tooltip(rows)),
        base.mark_text(color=INK).encode(text=alt.Text("% of queries:Q", format=".0f")),
    )
    return finished(chart, "container", alt.Step(40), {"shown": []}, pairs=rows)


def densities(names: Sequence[str], rows: Rows) -> Dict[str, Any]:
    """How many entities were in what each method had labelled, round by round."""
    import altair as alt

    colour, shape = looks(names)
    axis = alt.Axis(format="d", tickMinStep=1, grid=False)
    x = alt.X("round:Q", title="round", scale=alt.Scale(nice=False, padding=14), axis=axis)
    y = alt.Y("entities in 100 tokens:Q", scale=alt.Scale(zero=False))
    base = alt.Chart(alt.NamedData("densities")).transform_filter(SHOWN).encode(x, y, colour)
    points = base.mark_point(size=62, opacity=1, filled=True).encode(shape, tooltip=tooltip(rows))
    chart = alt.layer(base.mark_line(strokeWidth=2), points)
    return finished(chart, "container", 260, {"shown": list(names)}, densities=rows)


def _pairs(between: str) -> Any:
    """A row per pair of methods, with their names below each other."""
    import altair as alt

    lines = "split(datum.label, '\\n')"
    axis = alt.Axis(labelExpr=lines, labelLimit=190, labelOffset=-7, ticks=False, domain=False, grid=False)
    chart = alt.Chart(alt.NamedData("pairs")).transform_filter(_BOTH_SHOWN)
    chart = chart.transform_calculate(pair=f"datum.method + '\\n{between} ' + datum.other")
    return chart.encode(y=alt.Y("pair:N", title=None, sort=None, axis=axis))


def funnel(rows: Rows) -> Dict[str, Any]:
    """How many sentences were judged, tried and accepted in each round, and how many were wanted."""
    import altair as alt

    most = max((row["sentences"] for row in rows), default=1)
    x = alt.X("round:O", title="round", axis=alt.Axis(labelAngle=0, grid=False))
    y = alt.Y("sentences:Q", scale=alt.Scale(domain=[0, most]), axis=alt.Axis(tickCount=5), stack=None)
    base = alt.Chart(alt.NamedData("funnel")).transform_filter(_OF_PANEL).encode(x, y, tooltip=tooltip(rows))
    bars = base.transform_filter("datum.stage != 'wanted'").mark_bar(color=ACCENT)
    wanted = base.transform_filter("datum.stage == 'wanted'").mark_tick(color=INK, thickness=2, width={"band": 0.9})
    chart = alt.layer(bars.encode(shades("stage:O", judged=0.2, tried=0.35, accepted=0.85)), wanted)
    return finished(chart, "container", 180, {"panel": ""}, funnel=rows)


def histogram(rows: Rows, ends: Rows) -> Dict[str, Any]:
    """Scores on a logarithmic axis, with the ends of the accepted range."""
    import altair as alt

    edges = [*(row[side] for row in rows for side in ("from", "to")), *(row["end"] for row in ends)] or [1, 10]
    scale = alt.Scale(type="log", domain=[0.95 * min(edges), 1.05 * max(edges)], nice=False)
    x = alt.X("from:Q", title=None, scale=scale, axis=alt.Axis(format="~s", tickCount=5, grid=False))
    y = alt.Y("bottom:Q", title="sentences", axis=alt.Axis(tickCount=4, tickMinStep=1))
    bars = alt.Chart(alt.NamedData("scores")).transform_filter(_OF_PANEL).mark_bar(color=ACCENT)
    bars = bars.transform_stack(["bottom", "top"], "sentences", ["from"], sort=[alt.SortField("verdict")])
    bars = bars.encode(
        x, y, shades("verdict:O", accepted=0.85, refused=0.2), x2="to:Q", y2="top:Q", tooltip=tooltip(rows)
    )
    limits = alt.Chart(alt.NamedData("ranges")).transform_filter(_OF_PANEL).mark_rule(color=INK, strokeDash=[3, 3])
    chart = alt.layer(bars, limits.encode(alt.X("end:Q", title=None)))
    return finished(chart, "container", 170, {"panel": ""}, scores=rows, ranges=ends)
