"""Generated sentences of one method: how many were accepted, and how plausible they were."""

from typing import Any, Dict

from seqmix_plugin.charts.elements import Rows, finished, shades, tooltip
from seqmix_plugin.charts.theme import ACCENT, INK

_OF_PANEL = "datum.method == panel"


def funnel(rows: Rows) -> Dict[str, Any]:
    """How many sentences were judged, tried and accepted in each round, and how many were wanted."""
    import altair as alt

    most = max((row["sentences"] for row in rows), default=1)
    x = alt.X("round:O", title="round", axis=alt.Axis(labelAngle=0, grid=False))
    y = alt.Y("sentences:Q", scale=alt.Scale(domain=[0, most]), axis=alt.Axis(tickCount=5), stack=None)
    base = alt.Chart(alt.NamedData("funnel")).transform_filter(_OF_PANEL).encode(x, y, tooltip=tooltip(rows))
    bars = base.transform_filter("datum.stage != 'wanted'").mark_bar(color=ACCENT)
    wanted = base.transform_filter("datum.stage == 'wanted'").mark_tick(color=INK, thickness=2, width={"band": 0.9})
    chart = alt.layer(bars.encode(shades("stage:N", judged=0.2, tried=0.35, accepted=0.85)), wanted)
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
        x, y, shades("verdict:N", accepted=0.85, refused=0.2), x2="to:Q", y2="top:Q", tooltip=tooltip(rows)
    )
    limits = alt.Chart(alt.NamedData("ranges")).transform_filter(_OF_PANEL).mark_rule(color=INK, strokeDash=[3, 3])
    chart = alt.layer(bars, limits.encode(alt.X("end:Q", title=None)))
    return finished(chart, "container", 170, {"panel": ""}, scores=rows, ranges=ends)
