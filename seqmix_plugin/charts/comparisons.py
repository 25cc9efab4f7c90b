"""Methods compared: their differences, and what they have queried."""

from typing import Any, Dict, Sequence

from seqmix_plugin.charts.elements import BOTH_SHOWN, SHOWN, Fields, Rows, finished, looks, tooltip
from seqmix_plugin.charts.theme import ACCENT, INK, PAPER

OVERLAP: Fields = (
    ("first", "method", ""),
    ("second", "other method", ""),
    ("round", "round", ""),
    ("queried", "in common, of the round's queries", ".0%"),
    ("labelled", "in common, of all labelled sentences", ".0%"),
)
DENSITY: Fields = (
    ("group", "method", ""),
    ("round", "round", ""),
    ("entities", "entities in 100 tokens", ".1f"),
    ("length", "tokens per sentence", ".1f"),
)


def differences(rows: Rows) -> Dict[str, Any]:
    """A forest plot: the difference of each pair of methods with its interval, beside the line of no difference."""
    import altair as alt

    y = _pairs()
    base = alt.Chart(alt.NamedData("pairs")).transform_filter(f"datum.split == split && {BOTH_SHOWN}")
    base = base.transform_calculate(pair="datum.first + '\\n\u2212 ' + datum.second")
    about = tooltip(
        ("first", "method", ""),
        ("second", "against", ""),
        ("difference", "difference", "+.1f"),
        ("low", "from", "+.1f"),
        ("high", "to", "+.1f"),
        ("seeds", "seeds", ""),
        ("verdict", "verdict", ""),
    )
    axis = alt.X(
        "zero:Q", title="difference in F1", scale=alt.Scale(nice=False, padding=18), axis=alt.Axis(tickCount=8)
    )
    fill = alt.condition("datum.significant", alt.value(ACCENT), alt.value(PAPER))
    chart = alt.layer(
        alt.Chart(alt.InlineData(values=[{"zero": 0}])).mark_rule(color=INK, opacity=0.7).encode(axis),
        base.mark_rule(strokeWidth=2, color=ACCENT).encode(alt.X("low:Q"), y, alt.X2("high:Q")),
        base.mark_point(size=80, stroke=ACCENT, strokeWidth=2, opacity=1).encode(
            alt.X("difference:Q"), y, fill=fill, tooltip=about
        ),
    )
    return finished(chart, ("container", alt.Step(44)), {"split": "", "shown": []}, pairs=rows)


def overlaps(rows: Rows) -> Dict[str, Any]:
    """A row per pair of methods, a column per round: the share of queries in common, darker for more."""
    import altair as alt

    y = _pairs()
    x = alt.X("round:O", title="round", axis=alt.Axis(labelAngle=0, ticks=False, domain=False, grid=False))
    base = alt.Chart(alt.NamedData("overlaps")).transform_filter(BOTH_SHOWN)
    base = base.transform_calculate(pair="datum.first + '\\nand ' + datum.second")
    opacity = alt.FillOpacity("queried:Q", scale=alt.Scale(domain=[0, 1], range=[0.04, 0.6]), legend=None)
    chart = alt.layer(
        base.mark_rect(fill=ACCENT, stroke=PAPER, strokeWidth=3).encode(x, y, opacity, tooltip=tooltip(*OVERLAP)),
        base.mark_text(color=INK).encode(x, y, alt.Text("queried:Q", format=".0%")),
    )
    return finished(chart, ("container", alt.Step(40)), {"shown": []}, overlaps=rows)


def densities(names: Sequence[str], rows: Rows) -> Dict[str, Any]:
    """How many entities were in what each method had labelled, round by round."""
    import altair as alt

    colours, shapes = looks(names)
    axis = alt.Axis(format="d", tickMinStep=1, grid=False)
    base = alt.Chart(alt.NamedData("densities")).transform_filter(SHOWN)
    base = base.encode(
        alt.X("round:Q", title="round", scale=alt.Scale(nice=False, padding=14), axis=axis),
        alt.Y("entities:Q", title="entities in 100 tokens", scale=alt.Scale(zero=False)),
        colours,
    )
    points = base.mark_point(size=62, opacity=1, filled=True).encode(shapes, tooltip=tooltip(*DENSITY))
    chart = alt.layer(base.mark_line(strokeWidth=2), points)
    return finished(chart, ("container", 260), {"shown": list(names)}, densities=rows)


def _pairs() -> Any:
    """A row per pair of methods, with their names below each other."""
    import altair as alt

    lines = "split(datum.label, '\\n')"
    axis = alt.Axis(labelExpr=lines, labelLimit=190, labelOffset=-7, ticks=False, domain=False, grid=False)
    return alt.Y("pair:N", title=None, sort=None, axis=axis)
