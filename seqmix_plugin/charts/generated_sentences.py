"""Generated sentences: how many were accepted, and how plausible they were."""

from typing import Any, Dict

from seqmix_plugin.charts.elements import Fields, Rows, finished, tooltip
from seqmix_plugin.charts.theme import ACCENT, INK

FUNNEL: Fields = (
    ("group", "method", ""),
    ("round", "round", ""),
    ("stage", "stage", ""),
    ("count", "sentences", ",.1f"),
)
HISTOGRAM: Fields = (
    ("group", "method", ""),
    ("verdict", "verdict", ""),
    ("low", "from", ",.4g"),
    ("high", "to", ",.4g"),
    ("count", "sentences", ",.0f"),
)


def funnel(rows: Rows) -> Dict[str, Any]:
    """Of one method: how many sentences were judged, tried and accepted in each round, and how many were wanted."""
    import altair as alt

    most = max((row["count"] for row in rows), default=1)
    base = alt.Chart(alt.NamedData("funnel")).transform_filter("datum.group == method")
    base = base.encode(
        alt.X("round:O", title="round", axis=alt.Axis(labelAngle=0, grid=False)),
        alt.Y("count:Q", title="sentences", scale=alt.Scale(domain=[0, most]), axis=alt.Axis(tickCount=5), stack=None),
        tooltip=tooltip(*FUNNEL),
    )
    shades = alt.Scale(type="ordinal", domain=["judged", "tried", "accepted"], range=[0.2, 0.35, 0.85])
    bars = base.transform_filter("datum.stage != 'wanted'").mark_bar(color=ACCENT)
    wanted = base.transform_filter("datum.stage == 'wanted'").mark_tick(color=INK, thickness=2, width={"band": 0.9})
    chart = alt.layer(bars.encode(alt.Opacity("stage:N", scale=shades, legend=_square())), wanted)
    return finished(chart, ("container", 180), {"method": ""}, funnel=rows)


def histogram(rows: Rows, ends: Rows) -> Dict[str, Any]:
    """Of one method: how plausible its sentences were, on a logarithmic axis, with the ends of the accepted range."""
    import altair as alt

    edges = [*(row[side] for row in rows for side in ("low", "high")), *(row["end"] for row in ends)] or [1, 10]
    scale = alt.Scale(type="log", domain=[0.95 * min(edges), 1.05 * max(edges)], nice=False)
    x = alt.X("low:Q", title=None, scale=scale, axis=alt.Axis(format="~s", tickCount=5, grid=False))
    shades = alt.Scale(type="ordinal", domain=["accepted", "refused"], range=[0.85, 0.2])
    bars = alt.Chart(alt.NamedData("scores")).transform_filter("datum.group == method")
    bars = bars.transform_stack(["bottom", "top"], "count", ["low"], sort=[alt.SortField("verdict")])
    bars = bars.mark_bar(color=ACCENT).encode(
        x,
        alt.Y("bottom:Q", title="sentences", axis=alt.Axis(tickCount=4, tickMinStep=1)),
        alt.X2("high:Q"),
        alt.Y2("top:Q"),
        alt.Opacity("verdict:N", scale=shades, legend=_square()),
        tooltip=tooltip(*HISTOGRAM),
    )
    limits = alt.Chart(alt.NamedData("ranges")).transform_filter("datum.group == method")
    limits = limits.mark_rule(color=INK, strokeDash=[3, 3]).encode(alt.X("end:Q", title=None))
    return finished(alt.layer(bars, limits), ("container", 170), {"method": ""}, scores=rows, ranges=ends)


def _square() -> Any:
    """A legend of shades."""
    import altair as alt

    return alt.Legend(title=None, symbolType="square")
